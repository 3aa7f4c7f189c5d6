"""harness.run.check.experiments: each experiment is a step, and what is on record is not conducted again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.errors import StateError
from harness.findings import FAILED, UNSUPPORTED, Experiment, Observation
from harness.records.facts import FindingFacts, Lane
from harness.run.check.experiments import find_out
from harness.run.check.model import Result, StepVerdict
from harness.workspace.experiment import Lab
from tests.fakes import FakeExecutor
from tests.made_up import made_up_attempt, made_up_bench

COUNT = FindingFacts(title="t", question="q", experiment="e", group="friction", lanes=(Lane.LOCAL,))


def answering(value: str) -> Experiment:
    def conduct(lab: Lab) -> Iterator[Observation]:
        yield Observation(finding="count", lane=Lane.LOCAL, value=value, evidence="seen so")

    return Experiment(facts={"count": COUNT}, conduct=conduct)


def lab(tmp_path: Path) -> Lab:
    attempt = made_up_attempt(FakeExecutor(), tmp_path)
    return Lab(bench=made_up_bench(tmp_path), attempt=attempt, wheelhouse=tmp_path, open_index=None, hidden={})


def found(
    tmp_path: Path, known: dict[str, str] | None = None, *, error: str = "", **experiments: Experiment
) -> tuple[dict[str, Result], list[str]]:
    """What each step comes to, and which of them are to be kept on record."""
    told: list[Result] = []
    kept: list[str] = []

    def make_lab() -> Lab:
        if error:
            raise StateError(error)
        return lab(tmp_path)

    results = find_out("x", experiments, make_lab, told.append, known=known or {}, passed=kept.append, log="log")
    assert told == results
    return {result.step: result for result in results}, kept


def test_what_was_established_passes_and_is_kept(tmp_path: Path) -> None:
    results, kept = found(tmp_path, good=answering("3"), none=answering(UNSUPPORTED), bad=answering(FAILED))

    assert {step: result.verdict for step, result in results.items()} == {
        "finding good": StepVerdict.PASSED,
        "finding none": StepVerdict.UNSUPPORTED,
        "finding bad": StepVerdict.FAILED,
    }
    assert results["finding good"].detail == "3"
    failure = results["finding bad"].failure
    assert failure is not None
    assert failure.came == "count: seen so"
    assert failure.ran == "python -m harness run --variant x --finding bad"
    assert kept == ["finding good", "finding none"]


def test_what_is_on_record_needs_no_lab(tmp_path: Path) -> None:
    results, kept = found(tmp_path, {"finding good": "2026-11-30"}, error="nobody may ask", good=answering("3"))

    assert results["finding good"].verdict is StepVerdict.RECORDED
    assert "2026-11-30" in results["finding good"].detail
    assert kept == []


def test_without_a_lab_all_that_is_left_fails_with_the_reason(tmp_path: Path) -> None:
    known = {"finding first": "2026-11-30"}
    results, kept = found(tmp_path, known, error="It cannot lock.", first=answering("3"), second=answering("3"))

    assert results["finding first"].verdict is StepVerdict.RECORDED
    failure = results["finding second"].failure
    assert failure is not None
    assert failure.came == "It cannot lock."
    assert kept == []
