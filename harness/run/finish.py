"""How a run ends: all done, or cut off. The record is told, then the person, and the last report is written."""

from __future__ import annotations

import contextlib
import errno
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from harness.errors import HarnessError, ResultsError
from harness.records.facts import Outcome
from harness.records.format import RunStatus
from harness.records.journal import Journal, resuming
from harness.records.reading import read_done
from harness.records.spelling import number
from harness.records.uninterrupted import INTERRUPTED, interruptible
from harness.run.sample import now


def conclude(journal: Journal, report: Path | None, console: Console) -> int:
    """The end of a run that did all of its plan; the exit status. What could not be established is said."""
    _put_down(journal, RunStatus.COMPLETE)
    status = _last_report(journal, report, console)
    if status == INTERRUPTED:
        return status
    taken = read_done(journal.folder)
    if taken.failed:
        tell(console, _not_established(taken.failed))
    return 1 if taken.failed or any(_is_bad(sample.outcome) for sample in taken.samples.values()) else status


def cut_off(journal: Journal, options: Sequence[str], report: Path | None, console: Console) -> int:
    """The end of a run that was interrupted, with the command and ``options`` that go on with it; the exit status."""
    _put_down(journal, RunStatus.INTERRUPTED)
    tell(console, f"interrupted; to go on: {_going_on(journal, options)}")
    _last_report(journal, report, console)
    return INTERRUPTED


def broken_off(journal: Journal, options: Sequence[str], console: Console) -> None:
    """The end of a run by an error, with the command and ``options`` that go on with it; others say the error."""
    # The record itself may be what cannot be written any more.
    with contextlib.suppress(HarnessError):
        _put_down(journal, RunStatus.INTERRUPTED)
    tell(console, f"stopped by an error; to go on once that is mended: {_going_on(journal, options)}")


def _going_on(journal: Journal, options: Sequence[str]) -> str:
    return shlex.join([*resuming(journal.folder), *options])


def interrupted(journal: Journal | None, console: Console) -> int:
    """The end of what was interrupted before its record was begun, or after it was closed; the exit status."""
    if journal is None:
        tell(console, "interrupted before anything was measured")
    else:
        tell(console, f"interrupted; what was measured is kept in {journal.folder}")
    return INTERRUPTED


def page_of(run: Path, report: Path | None) -> Path:
    """The page of a run's report, for a person to open."""
    return (report or run / "report") / "index.html"


def see_report(report: Path | None) -> None:
    """See that a report can be written to a folder, which is made; without one it goes where the run is.

    Raises:
        ResultsError: it cannot.
    """
    if report is None:
        return
    try:
        report.mkdir(parents=True, exist_ok=True)
        for folder in (report, report / "figures", report / "proofs"):
            # To root everything looks as if it could be written to: only trying tells.
            if folder.exists():
                tempfile.TemporaryFile(dir=folder).close()
        if page_of(report, report).is_dir():
            raise IsADirectoryError(errno.EISDIR, "a folder is where its page belongs")
    except OSError as error:
        raise ResultsError(
            f"--report: {report} cannot be written: {error.strerror}.",
            hint="Name a folder you may write to with --report.",
        ) from error


def render_report(run: Path, report: Path | None, *, summary: bool) -> bool:
    """Write a run's report in a process of its own: the one that measures never imports pandas; whether it was written.

    Why it was not, that process has said.
    """
    command = [sys.executable, "-m", "harness", "report", str(run), "--report", str(report or run / "report")]
    # Apart from the terminal: a Ctrl-C there is for the harness alone, which ends it.
    done = subprocess.run(
        [*command, *(() if summary else ("--quiet",))], check=False, stdin=subprocess.DEVNULL, start_new_session=True
    )
    return done.returncode == 0


def _put_down(journal: Journal, status: RunStatus) -> None:
    journal.finish(status, now().isoformat(timespec="seconds"))


def _last_report(journal: Journal, report: Path | None, console: Console) -> int:
    """Write the last report; the exit status: 1 if it could not be, and that of who had not the patience to wait."""
    try:
        with interruptible():
            status = 0 if render_report(journal.folder, report, summary=True) else 1
    except KeyboardInterrupt:
        status = INTERRUPTED
    if status:
        words = ["report", str(journal.folder), *(("--report", str(report)) if report else ())]
        tell(console, f"the report was left as it was; to renew it: python -m harness {shlex.join(words)}")
    return status


def _not_established(failed: Sequence[str]) -> str:
    named = ", ".join(failed[:5]) + (" …" if len(failed) > 5 else "")
    return f"could not be established, see the evidence in the report: {number(len(failed), 'finding')} ({named})"


def _is_bad(outcome: Outcome) -> bool:
    return outcome not in (Outcome.OK, Outcome.UNSUPPORTED)


def tell(console: Console, line: str) -> None:
    """Say a line as it is, whatever characters it has."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)
