"""harness.reporting.answers, friction and story: what findings become in the report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.records import FINDING, Lane, Tone
from harness.reporting import words
from harness.reporting.friction import by_hand
from harness.reporting.highlight import highlighted
from harness.reporting.model import Report
from harness.reporting.writer import read_report, write_report
from tests.unit.reporting.made_up_findings import FACTS, made_up_findings
from tests.unit.reporting.made_up_run import made_up_run

VARIANTS = ("venv", "uv", "hatch")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return made_up_run(tmp_path / "runs", variants=VARIANTS, scenarios=("run", "nix-build"), mishaps=False)


@pytest.fixture
def report(run: Path) -> Report:
    return read_report([run])


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
    lines = [FINDING.validate_json(line) for line in (other / "findings.jsonl").read_bytes().splitlines()]
    changed = [
        FINDING.validate_python({**vars(item), "value": "stale"})
        if (item.variant, item.finding) == ("venv", "stale-value")
        else item
        for item in lines
    ]
    (other / "findings.jsonl").write_bytes(b"".join(FINDING.dump_json(item) + b"\n" for item in changed))

    report = read_report([run, other])
    stale = next(item for group in report.questions for item in group.questions if item.name == "stale-value").answers

    assert stale["venv"].wavers == ("fresh", "stale")
    assert words.answer(stale["venv"]) == "wavers: fresh, stale"
    assert words.tone(stale["venv"]) == "≠"
    assert stale["uv"].wavers == ()


def test_a_change_has_a_row_for_each_variant_and_its_measures_by_lane(report: Report) -> None:
    change = report.changes[0]

    assert [row.variant for row in change.rows] == list(VARIANTS)
    assert change.rows[1].measures[Lane.LOCAL]["works"].value == "fails"
    assert change.rows[2].measures[Lane.NIX]["forgotten"].value == "noticed-at-build"
    assert by_hand(change.rows[2], Lane.LOCAL) == 4
    assert change.rows[0].times[Lane.LOCAL] is None


def test_only_hazards_surprise_and_each_leads_to_its_evidence(run: Path, report: Report, tmp_path: Path) -> None:
    write_report([run], tmp_path / "out")
    ids = set(re.findall(r'\sid="([^"]+)"', (tmp_path / "out" / "index.html").read_text(encoding="utf-8")))
    by_variant = {story.variant: story.surprises for story in report.stories}

    assert [item.title for item in by_variant["venv"]] == []
    assert "Stale value" in {item.title for item in by_variant["hatch"]}
    assert "Add dependency" in {item.title for item in by_variant["uv"]}
    assert {item.anchor for found in by_variant.values() for item in found} <= ids


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
