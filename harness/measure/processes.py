"""Finds and ends the processes of a command whose launcher was killed, and which now belong to nobody."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection
from pathlib import Path

PROC = Path("/proc")


def end_processes(*, pipes: Collection[int], session: int | None, limit_s: float) -> None:
    """Kill every process that writes to one of the pipes (by inode) or is in the session, until none is left.

    The pipes are known before the command starts, and to whatever writes where it did; the session only afterwards,
    and to what kept it. Stops after ``limit_s`` seconds, or as soon as nothing that is left can be killed.
    """
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        killed = [pid for pid in find_processes(pipes=pipes, session=session) if _kill(pid)]
        if not killed:
            return
        time.sleep(0.01)


def find_processes(*, pipes: Collection[int], session: int | None) -> list[int]:
    """The living processes that hold one of the pipes or are in the session, this one excepted, as /proc has them.

    Without /proc only the session's first process group can be known: its negated id.
    """
    if not (PROC / "self" / "stat").exists():
        return [-session] if session is not None else []
    links = {f"pipe:[{inode}]" for inode in pipes}
    found = []
    for folder in PROC.iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                state, _, _, its_session = (folder / "stat").read_bytes().rpartition(b")")[2].split()[:4]
                if state != b"Z" and (int(its_session) == session or _holds(folder / "fd", links)):
                    found.append(int(folder.name))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                # Gone meanwhile, or somebody else's: not for us to look into, nor to kill.
                continue
    return found


def _holds(folder: Path, links: Collection[str]) -> bool:
    """Whether one of the open files in a process's folder is one of these; those closed meanwhile are not."""
    for entry in folder.iterdir():
        try:
            if str(entry.readlink()) in links:
                return True
        except FileNotFoundError:
            continue
    return False


def _kill(target: int) -> bool:
    """Kill a process; whether that was possible: it may be gone, or run as somebody else."""
    try:
        os.kill(target, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    return True
