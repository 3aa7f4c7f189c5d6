"""How a run ends: all done, or cut off. The record is told, then the person, and the last report is written."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from harness.records.facts import Outcome
from harness.records.format import RunStatus
from harness.records.journal import Journal, resuming
from harness.records.spelling import number
from harness.records.uninterrupted import INTERRUPTED, interruptible
from harness.run.start import SystemClock


def conclude(journal: Journal, report: Path | None, console: Console) -> int:
    """The end of a run that did all of its plan; the exit status. What could not be established is said."""
    _put_down(journal, RunStatus.COMPLETE)
    if not _last_report(journal, report, console):
        return INTERRUPTED
    _, taken = Journal.resume(journal.folder)
    if taken.failed:
        _tell(console, _not_established(taken.failed))
    return 1 if taken.failed or any(_is_bad(sample.outcome) for sample in taken.samples.values()) else 0


def cut_off(journal: Journal, options: Sequence[str], report: Path | None, console: Console) -> int:
    """The end of a run that was interrupted, with the command and ``options`` that go on with it; the exit status."""
    _put_down(journal, RunStatus.INTERRUPTED)
    _tell(console, f"interrupted; to go on: {shlex.join([*resuming(journal.folder), *options])}")
    _last_report(journal, report, console)
    return INTERRUPTED


def interrupted(journal: Journal | None, console: Console) -> int:
    """The end of what was interrupted before its record was begun, or after it was closed; the exit status."""
    if journal is None:
        _tell(console, "interrupted before anything was measured")
    else:
        _tell(console, f"interrupted; what was measured is kept in {journal.folder}")
    return INTERRUPTED


def page_of(run: Path, report: Path | None) -> Path:
    """The page of a run's report, for a person to open."""
    return (report or run / "report") / "index.html"


def render_report(run: Path, report: Path | None, *, summary: bool) -> None:
    """Write a run's report in a process of its own: the one that measures never imports pandas."""
    command = [sys.executable, "-m", "harness", "report", str(run), "--report", str(report or run / "report")]
    # Apart from the terminal: a Ctrl-C there is for the harness alone, which ends it.
    subprocess.run(
        [*command, *(() if summary else ("--quiet",))], check=False, stdin=subprocess.DEVNULL, start_new_session=True
    )


def _put_down(journal: Journal, status: RunStatus) -> None:
    journal.finish(status, SystemClock().now().isoformat(timespec="seconds"))


def _last_report(journal: Journal, report: Path | None, console: Console) -> bool:
    """Write the last report; whether a person had the patience to wait for it."""
    try:
        with interruptible():
            render_report(journal.folder, report, summary=True)
    except KeyboardInterrupt:
        words = ["report", str(journal.folder), *(("--report", str(report)) if report else ())]
        _tell(console, f"the report was left as it was; to renew it: python -m harness {shlex.join(words)}")
        return False
    return True


def _not_established(failed: Sequence[str]) -> str:
    named = ", ".join(failed[:5]) + (" …" if len(failed) > 5 else "")
    return f"could not be established, see the evidence in the report: {number(len(failed), 'finding')} ({named})"


def _is_bad(outcome: Outcome) -> bool:
    return outcome not in (Outcome.OK, Outcome.UNSUPPORTED)


def _tell(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
