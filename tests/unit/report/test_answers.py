"""harness.report.answers, friction and story: what findings become in the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.records.facts import Lane, Tone
from harness.records.strategies import HANDWRITTEN
from harness.report import words
from harness.report.friction import by_hand
from harness.report.model import Report
from harness.report.view.build import build_view
from harness.report.view.parts import Parts
from tests.runs import change_lines
from tests.unit.report.made_up_findings import FACTS, made_up_findings
from tests.unit.report.made_up_run import made_up_run
from tests.unit.report.reading import report_of

VARIANTS = ("venv", "uv", "hatch")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nobody changes."""
    return made_up_run(
        tmp_path_factory.mktemp("runs"), variants=VARIANTS, scenarios=("run", "nix-build"), mishaps=False
    )


@pytest.fixture(scope="module")
def report(run: Path) -> Report:
    return report_of(run)


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
    report = report_of(run, other)
    stale = next(item for group in report.questions for item in group.questions if item.name == "stale-value").answers

    assert stale["venv"].wavers == ("fresh", "stale")
    assert stale["venv"].evidence.startswith("fresh (run made-up):\n$ tool stale-value")
    assert "stale (run other):\n$ tool stale-value" in stale["venv"].evidence
    own = next(item for item in build_view(Parts([report])).toolchains if item.variant == "venv")
    assert "wavers: fresh, stale" in {reason.word for reason in own.surprises}
    assert words.answer(stale["venv"]) == "wavers: fresh, stale"
    assert words.tone(stale["venv"]) == "≠"
    assert stale["uv"].wavers == ()


def test_a_change_has_a_row_for_each_variant_and_its_measures_by_lane(report: Report) -> None:
    change = report.changes[0]

    assert [row.variant for row in change.rows] == list(VARIANTS)
    assert change.rows[1].local.measures["works"].value == "fails"
    assert change.rows[2].nix[HANDWRITTEN].measures["forgotten"].value == "not-needed"
    assert [by_hand(row.local) for row in change.rows] == [0, 2, 4]
    assert change.rows[0].local.time is None


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
