"""The harness as somebody's process: started, waited for, watched while it works, and ended whatever happens."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from harness.provision.state_folder import Layout

#: What anything here may take at most, in seconds, on a machine that has other work.
LIMIT_S = 420.0

Seen = TypeVar("Seen")


#: Leaves out the reports that are renewed after each block, in a process of their own: each takes longer than all else
#: that is done with variants that are made up.
WITHOUT_REPORTS = """
from harness.run import finish as concluding

concluding.render_report = lambda *words, **more: True
"""

#: Leaves out all reports but the last, which is printed too.
LAST_REPORT_ALONE = """
from harness.run import finish as concluding

every = concluding.render_report
concluding.render_report = lambda run, report, *, summary: every(run, report, summary=True) if summary else True
"""

_MAIN = """
from harness.cli.main import main

main(prog_name="harness")
"""


def harness_words(*words: str, changed: str = "") -> list[str]:
    """The arguments of Python for the harness with these; ``changed`` is Python that is run before.

    It changes what is not looked at, or takes too long.
    """
    return [*(("-c", f"{changed}{_MAIN}") if changed else ("-m", "harness")), *words]


def started(*words: str, changed: str = "", **env: str) -> subprocess.Popen[str]:
    """The harness with these arguments, in a session of its own, so that a Ctrl-C is for it alone."""
    return subprocess.Popen(
        [sys.executable, *harness_words(*words, changed=changed)],
        cwd=Layout.here().checkout,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def done(*words: str, **env: str) -> tuple[int, str]:
    """The exit status of the harness with these arguments, without reports, and all that it printed."""
    process = started(*words, changed=WITHOUT_REPORTS, **env)
    with ended(process):
        return finished(process)


def finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its exit status, and all that it printed."""
    printed, _ = process.communicate(timeout=LIMIT_S)
    return process.returncode, printed


@contextmanager
def ended(*processes: subprocess.Popen[Any]) -> Iterator[None]:
    """Whatever happens, these are ended."""
    try:
        yield
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
            process.communicate()


def until(look: Callable[[], Seen], process: subprocess.Popen[str]) -> Seen:
    """Wait until there is something to see, while a process is at work: that is given back."""
    deadline = time.monotonic() + LIMIT_S
    while not (seen := look()):
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return seen


def until_taken(samples: Path, number: int, process: subprocess.Popen[str]) -> None:
    """Wait until a run has so many samples."""
    until(lambda: samples.is_file() and samples.read_bytes().count(b"\n") >= number, process)


def children_of(pid: int) -> dict[int, str]:
    """The processes that ``pid`` started, with their command lines."""
    return {child: line for child, (parent, line) in _processes().items() if parent == pid}


def descendants_of(pid: int) -> dict[int, str]:
    """All processes below ``pid``, with their command lines."""
    known = _processes()
    found = {pid}
    while more := {child for child, (parent, _) in known.items() if parent in found} - found:
        found |= more
    return {child: known[child][1] for child in found - {pid}}


def command_lines() -> list[str]:
    """Those of all processes of this machine."""
    return [line for _, line in _processes().values()]


def _processes() -> dict[int, tuple[int, str]]:
    """Each process' parent and command line."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # It ended while we looked.
        found[int(entry.name)] = (int(stat.rpartition(")")[2].split()[1]), line)
    return found
