"""harness.run.finish: a run's end is in its record and told, however impatient the person is."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from harness.plan.cells import Selection, make_plan
from harness.records.facts import Lane, Outcome
from harness.records.format import Finding, RunStatus
from harness.records.journal import Journal, read_info
from harness.records.uninterrupted import INTERRUPTED
from harness.run.finish import conclude, cut_off, interrupted
from tests.made_up import made_up_info, made_up_sample

PLAN = make_plan(Selection(strategies={"venv": ()}, scenarios={"run": Lane.LOCAL}, lanes=frozenset({Lane.LOCAL})))


class Reports:
    """Stands in for the process that writes reports; a person may press Ctrl-C while it is at work."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.pressed = False

    def __call__(self, command: list[str], **_: Any) -> None:
        self.commands.append(command[1:])
        if self.pressed:
            raise KeyboardInterrupt


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch) -> Reports:
    found = Reports()
    monkeypatch.setattr(subprocess, "run", found)
    return found


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal.create(tmp_path, made_up_info(PLAN))


@pytest.fixture
def told() -> Console:
    return Console(file=io.StringIO(), width=80)


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_run_that_is_done_is_complete_and_reported_with_its_summary(
    journal: Journal, reports: Reports, told: Console
) -> None:
    journal.add_sample(made_up_sample(PLAN.cells[0]))

    assert conclude(journal, None, told) == 0
    assert read_info(journal.folder).status is RunStatus.COMPLETE
    assert read_info(journal.folder).finished_at
    where = str(journal.folder / "report")
    assert reports.commands == [["-m", "harness", "report", str(journal.folder), "--report", where]]
    assert said(told) == ""


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.TIMED_OUT])
def test_a_sample_that_went_wrong_shows_in_the_exit_status(
    journal: Journal, reports: Reports, told: Console, outcome: Outcome
) -> None:
    journal.add_sample(made_up_sample(PLAN.cells[0], outcome=outcome))

    assert conclude(journal, None, told) == 1
    assert reports.commands


def test_what_could_not_be_established_is_said(journal: Journal, reports: Reports, told: Console) -> None:
    finding = Finding(run_id="run", variant="uv", lane=Lane.LOCAL, finding="stale", value="failed", evidence="")
    journal.add_finding(finding)

    assert conclude(journal, None, told) == 1
    assert "could not be established, see the evidence in the report: 1 finding (stale of uv)" in said(told)
    assert reports.commands


def test_an_interrupted_run_says_how_to_go_on(journal: Journal, reports: Reports, told: Console) -> None:
    assert cut_off(journal, ("--variants-dir", "our own"), None, told) == INTERRUPTED
    assert read_info(journal.folder).status is RunStatus.INTERRUPTED
    assert reports.commands
    assert said(told) == (
        f"interrupted; to go on: python -m harness run --resume {journal.folder.name} "
        f"--results {journal.folder.parent} --variants-dir 'our own'\n"
    )


@pytest.mark.parametrize(
    ("ends", "status"),
    [
        (lambda *means: cut_off(means[0], (), *means[1:]), RunStatus.INTERRUPTED),
        (conclude, RunStatus.COMPLETE),
    ],
)
def test_whoever_does_not_wait_for_the_last_report_is_told_how_to_have_it(
    journal: Journal,
    reports: Reports,
    told: Console,
    ends: Callable[[Journal, Path | None, Console], int],
    status: RunStatus,
) -> None:
    reports.pressed = True

    assert ends(journal, Path("our report"), told) == INTERRUPTED
    assert read_info(journal.folder).status is status
    assert "before anything was measured" not in said(told)
    assert said(told).endswith(f"to renew it: python -m harness report {journal.folder} --report 'our report'\n")


def test_what_is_interrupted_outside_of_measuring_says_whether_anything_is_kept(
    journal: Journal, told: Console
) -> None:
    assert interrupted(None, told) == INTERRUPTED
    assert interrupted(journal, told) == INTERRUPTED
    assert said(told).splitlines() == [
        "interrupted before anything was measured",
        f"interrupted; what was measured is kept in {journal.folder}",
    ]
