"""harness.report.answers, friction and story: what findings become in the report."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from harness.records.facts import Lane, Tone
from harness.records.strategies import HANDWRITTEN
from harness.report import words
from harness.report.charts.friction import draw_friction
from harness.report.friction import by_hand
from harness.report.highlight import highlighted
from harness.report.model import Report
from harness.report.writer import read_report
from tests.runs import change_lines
from tests.unit.report.made_up_findings import FACTS, made_up_findings
from tests.unit.report.made_up_run import TURNS, made_up_run
from tests.unit.report.pages import page_of

VARIANTS = ("venv", "uv", "hatch")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nobody changes."""
    return made_up_run(
        tmp_path_factory.mktemp("runs"), variants=VARIANTS, scenarios=("run", "nix-build"), mishaps=False
    )


@pytest.fixture(scope="module")
def report(run: Path) -> Report:
    return read_report([run])


def change_findings(run: Path, **of: str) -> None:
    """Have what was found of these be stale."""
    change_lines(run, lambda line: line | ({"value": "stale"} if of.items() <= line.items() else {}), "findings.jsonl")


def test_questions_stand_in_groups_in_the_order_of_the_page(report: Report) -> None:
    assert [group.title for group in report.questions] == [
        "What is stated by hand", "What shows after an edit", "What is refused, and what slips through",
        "A group of its own",
    ]  # fmt: skip
    names = [(question.name, question.lane) for group in report.questions for question in group.questions]
    assert ("undeclared", Lane.LOCAL) in names
    assert ("undeclared", Lane.NIX) in names
    assert not [name for name, _ in names if "." in name]


def test_an_answer_has_the_tone_and_the_meaning_of_its_value(report: Report) -> None:
    questions = {(item.name, item.lane): item for group in report.questions for item in group.questions}
    stale = questions["stale-value", Lane.LOCAL].answers

    assert {name: (item.value, item.tone) for name, item in stale.items()} == {
        "venv": ("fresh", Tone.GOOD), "uv": ("broken", Tone.FAIR), "hatch": ("stale", Tone.BAD),
    }  # fmt: skip
    assert [words.tone(item) for item in stale.values()] == ["✓", "~", "✗"]
    assert stale["hatch"].meaning == "It does not show."
    failed = questions["undeclared", Lane.NIX].answers["hatch"]
    assert (failed.value, failed.tone, words.tone(failed)) == ("failed", Tone.NEUTRAL, "!")
    assert failed.meaning.startswith("The experiment could not be carried out")
    unsupported = questions["must-agree-by-hand", Lane.NIX].answers["uv"]
    assert words.tone(unsupported) == words.NONE


def test_runs_that_disagree_waver_and_runs_that_agree_do_not(run: Path, tmp_path: Path) -> None:
    other = made_up_run(
        tmp_path / "others", variants=VARIANTS, scenarios=("run",), mishaps=False, run_id="other", seed=8
    )
    change_findings(other, variant="venv", finding="stale-value")
    report = read_report([run, other])
    stale = next(item for group in report.questions for item in group.questions if item.name == "stale-value").answers

    assert stale["venv"].wavers == ("fresh", "stale")
    assert stale["venv"].evidence.startswith("fresh (run made-up):\n$ tool stale-value")
    assert "stale (run other):\n$ tool stale-value" in stale["venv"].evidence
    assert words.shade(stale["venv"]) == "wavers"
    surprise = next(item for item in report.stories[0].surprises if "waver" in item.words)
    assert surprise.places == (("Stale value", "finding-stale-value-local-venv"),)
    assert words.answer(stale["venv"]) == "wavers: fresh, stale"
    assert words.tone(stale["venv"]) == "≠"
    assert stale["uv"].wavers == ()


def test_a_change_has_a_row_for_each_variant_and_its_measures_by_lane(report: Report) -> None:
    change = report.changes[0]

    assert [row.variant for row in change.rows] == list(VARIANTS)
    assert change.rows[1].local.measures["works"].value == "fails"
    assert change.rows[2].nix[HANDWRITTEN].measures["forgotten"].value == "not-needed"
    assert by_hand(change.rows[2].local) == 4
    assert [words.by_hand(row.local) for row in change.rows] == [
        "nothing", "+1 \N{MINUS SIGN}1 in 1 file", "+2 \N{MINUS SIGN}2 in 2 files",
    ]  # fmt: skip
    assert change.rows[0].local.time is None
    assert words.took(change.rows[0].local) == words.NONE


def test_what_was_not_counted_is_no_figure_and_is_named_beside_the_picture(tmp_path: Path) -> None:
    run = made_up_run(tmp_path / "runs", variants=(*VARIANTS, "pdm"), scenarios=("run",), blocks=1, mishaps=False)
    report = read_report([run])
    row = report.changes[1].row("pdm")
    chart = draw_friction(report)

    assert row is not None
    assert chart is not None
    assert chart.name == "friction-changes"
    assert row.local.measures["works"].value == "unsupported"
    assert words.by_hand(row.local) == words.NONE
    assert by_hand(row.local) is None
    assert chart.caption.endswith("Not in the picture: rename-library of pdm.")
    assert ">2 + 2, 1 command<" in chart.svg


def test_a_change_says_how_long_it_took_in_how_many_samples(tmp_path: Path) -> None:
    run = made_up_run(tmp_path / "runs", variants=VARIANTS, scenarios=("run", *TURNS), blocks=2, mishaps=False, noise=0)
    row = read_report([run]).changes[0].row("uv")

    assert row is not None
    assert words.took(row.local) == "300 ms (1 sample)"
    assert words.took(row.nix[HANDWRITTEN]) == "2.20 s (1 sample)"


def test_a_story_has_the_figures_changes_and_answers_of_its_variant_alone(report: Report) -> None:
    story = next(item for item in report.stories if item.variant == "uv")

    assert {row.variant for _, _, _, row in story.figures} == {"uv"}
    assert [(change.name, row.variant) for change, row in story.changes] == [
        ("add-dependency", "uv"), ("rename-library", "uv"),
    ]  # fmt: skip
    told = {question.slug: answer for _, found in story.answers for question, answer in found}
    assert told["finding-stale-value-local"].value == "broken"
    assert [title for title, _ in story.answers] == [group.title for group in report.questions]


def test_answers_are_tallied_by_tone_and_counts_are_left_out(report: Report) -> None:
    by_title = {group.title: group for group in report.questions}

    assert words.tally(by_title["What shows after an edit"].of("uv")) == "~ 1"
    assert not by_title["What is stated by hand"].judged
    assert words.tally(by_title["What is stated by hand"].of("uv")) == words.NONE


def test_only_hazards_surprise_and_each_leads_to_its_evidence(report: Report) -> None:
    ids = set(re.findall(r'\sid="([^"]+)"', page_of(report)))
    by_variant = {story.variant: story.surprises for story in report.stories}

    titles = {name: {title for item in found for title, _ in item.places} for name, found in by_variant.items()}
    assert titles["venv"] == set()
    assert "Stale value" in titles["hatch"]
    assert {"Add dependency", "Rename library", "Add dependency, forgotten in Nix"} <= titles["uv"]
    together = next(item for item in by_variant["uv"] if item.words == "fails. It does not work.")
    assert [title for title, _ in together.places] == [
        "Add dependency", "Add dependency, through Nix", "Rename library", "Rename library, through Nix",
    ]  # fmt: skip
    assert {anchor for found in by_variant.values() for item in found for _, anchor in item.places} <= ids


def test_what_holds_for_every_variant_is_told_once_and_leads_to_all_of_them(tmp_path: Path) -> None:
    run = made_up_run(tmp_path / "runs", variants=VARIANTS, scenarios=("run",), blocks=1, mishaps=False)
    change_findings(run, finding="undeclared", lane="nix")
    report = read_report([run])

    assert [(item.words, item.places) for item in report.surprises] == [
        ("stale. It does not show.", (("Undeclared (nix)", "finding-undeclared-nix"),))
    ]
    assert not [title for story in report.stories for item in story.surprises for title, _ in item.places
                if title == "Undeclared (nix)"]  # fmt: skip


def test_an_edit_of_code_alone_is_said_to_be_one(report: Report) -> None:
    row = report.changes[0].rows[1]
    local = dict(row.local.measures)
    zero = replace(local["files"], value="0")
    edited = {**local, "lines-added": zero, "lines-removed": zero, "code-lines": replace(zero, value="4")}

    assert words.by_hand(replace(row.local, measures=edited)) == "code alone in 1 file"
    without = {**edited, "code-lines": zero}
    assert words.by_hand(replace(row.local, measures=without)) == "+0 \N{MINUS SIGN}0 in 1 file"


def test_every_question_and_every_measure_is_in_the_fixture() -> None:
    found = {item.finding for item in made_up_findings(VARIANTS, "run")}

    assert found == set(FACTS)


def test_long_evidence_is_cut_at_a_line_and_says_so() -> None:
    evidence = "".join(f"line {number} of the evidence\n" for number in range(200))

    shown = words.excerpt(evidence)
    assert len(shown) < len(evidence)
    assert shown.splitlines()[-1] == "… (the rest is in findings.jsonl)"
    assert set(shown.splitlines()[:-1]) <= set(evidence.splitlines())
    assert words.excerpt("short") == "short"


def test_files_are_coloured_and_nothing_in_them_is_markup() -> None:
    assert '<span class="hs">' in highlighted("pyproject.toml", 'name = "x"\n')
    assert "&lt;script&gt;" in highlighted("x.toml", 'name = "<script>"\n')
    assert highlighted("unknown.xyz", "<b>") == "&lt;b&gt;"
