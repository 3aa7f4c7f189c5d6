"""Turns its process into one that adopts orphans, then into the launcher; a script, never imported by the harness.

The system hands such a process every descendant whose parent died, so that even what left a command's process group
and session can be found and ended. It is a script of its own because what it needs for that, ctypes, would otherwise
count as memory of every command: a process that adopts goes on doing so when it becomes another program.

Run as ``python -I -S -B -X utf8 adopter.py LAUNCHER ARGUMENT...``.
"""

from __future__ import annotations

import os
import sys

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> bool:
    """Ask the system for our descendants when their parents die; whether it agreed. Only Linux can."""
    if not (sys.platform == "linux" and os.access("/proc/self/stat", os.R_OK)):
        return False
    try:
        import ctypes
    except ImportError:
        return False
    return bool(ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def main(launcher: str, arguments: list[str]) -> None:
    """Become the launcher."""
    flag = "--adopts=yes" if adopt_orphans() else "--adopts=no"
    os.execv(  # noqa: S606 - there is no shell to be had, nor wanted
        sys.executable, [sys.executable, "-I", "-S", "-B", "-X", "utf8", launcher, flag, *arguments]
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
