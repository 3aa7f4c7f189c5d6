"""harness.run.finish: a run's end is in its record and told, however impatient the person is."""

from __future__ import annotations

import errno
import io
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from harness.errors import ResultsError
from harness.plan.cells import Selection, make_plan
from harness.records.facts import Lane, Outcome
from harness.records.format import Finding, RunStatus
from harness.records.journal import Journal
from harness.records.reading import read_info
from harness.records.uninterrupted import INTERRUPTED
from harness.run.finish import broken_off, conclude, cut_off, interrupted, see_report
from tests.made_up import made_up_info, made_up_sample

PLAN = make_plan(Selection(strategies={"venv": ()}, scenarios={"run": Lane.LOCAL}, lanes=frozenset({Lane.LOCAL})))


class Reports:
    """Stands in for the process that writes reports; a person may press Ctrl-C while it is at work."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.pressed = False
        self.status = 0

    def __call__(self, command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        self.commands.append(command[1:])
        if self.pressed:
            raise KeyboardInterrupt
        return subprocess.CompletedProcess(command, self.status)


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
    journal.add_samples([made_up_sample(PLAN.cells[0])])

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
    journal.add_samples([made_up_sample(PLAN.cells[0], outcome=outcome)])

    assert conclude(journal, None, told) == 1
    assert reports.commands


def test_a_last_report_that_cannot_be_written_is_said_and_shows_in_the_exit_status(
    journal: Journal, reports: Reports, told: Console
) -> None:
    journal.add_samples([made_up_sample(PLAN.cells[0])])
    reports.status = 2

    assert conclude(journal, Path("full"), told) == 1
    assert read_info(journal.folder).status is RunStatus.COMPLETE
    assert said(told) == (
        f"the report was left as it was; to renew it: python -m harness report {journal.folder} --report full\n"
    )


def in_a_file(folder: Path) -> Path:
    folder.write_text("", encoding="utf-8")
    return folder / "report"


def beside_a_file(folder: Path) -> Path:
    folder.mkdir()
    (folder / "proofs").write_text("", encoding="utf-8")
    return folder


def with_a_folder_for_a_page(folder: Path) -> Path:
    (folder / "index.html").mkdir(parents=True)
    return folder


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (in_a_file, "Not a directory"),
        (beside_a_file, "Not a directory"),
        (with_a_folder_for_a_page, "a folder is where its page belongs"),
        (lambda folder: folder / ("x" * 300), "File name too long"),
        (lambda _: Path("/proc/report"), "No such file or directory"),
    ],
)
def test_a_report_that_cannot_be_written_is_found_before_anything_is_measured(
    tmp_path: Path, made: Callable[[Path], Path], why: str
) -> None:
    with pytest.raises(ResultsError, match=f"^--report: .* cannot be written: {why}"):
        see_report(made(tmp_path / "place"))


def test_a_report_has_its_folder_made_and_nothing_put_into_it(tmp_path: Path) -> None:
    see_report(tmp_path / "a" / "b")
    see_report(None)

    assert [path.name for path in tmp_path.rglob("*")] == ["a", "b"]


def test_what_could_not_be_established_is_said(journal: Journal, reports: Reports, told: Console) -> None:
    finding = Finding(run_id="run", variant="uv", lane=Lane.LOCAL, finding="stale", value="failed", evidence="")
    journal.add_finding(finding)

    assert conclude(journal, None, told) == 1
    assert "could not be established, see the evidence in the report: 1 finding (stale of uv)" in said(told)
    assert reports.commands


def test_an_error_leaves_a_record_that_says_so_and_how_to_go_on(journal: Journal, told: Console) -> None:
    broken_off(journal, (), told)

    info = read_info(journal.folder)
    assert info.status is RunStatus.INTERRUPTED
    assert info.finished_at
    assert said(told) == (
        "stopped by an error; to go on once that is mended: python -m harness run --resume"
        f" {journal.folder.name} --results {journal.folder.parent}\n"
    )


def test_an_error_of_the_record_itself_does_not_hide_behind_another(
    journal: Journal, told: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    broken_off(journal, (), told)

    assert "to go on once that is mended" in said(told)


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
