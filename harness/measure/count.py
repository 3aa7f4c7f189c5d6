"""Run as a script: runs the command after ``--`` and writes down each process that comes of it.

Usage: ``python -I -S count.py FILE -- PROGRAM ARGUMENT…``. FILE gets a line for each process, of which program it
became: its argument list as JSON, empty where it went on with that of its parent. It uses Linux' ptrace(2), which needs
no privileges for one's own descendants: none is missed, however short. Threads are no processes.
``python -I -S count.py --probe`` ends with exit status 0 where the kernel lets it.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys

# <sys/ptrace.h>, <linux/ptrace.h>
_TRACEME, _CONTINUE, _SET_OPTIONS, _GET_MESSAGE = 0, 7, 0x4200, 0x4201
_FORK, _VFORK, _EXEC = 1, 2, 4
# What is told of: forks, forks that wait, new threads (they may fork), programs; and all end with this process.
_OPTIONS = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 20
_ALL_KINDS = 0x40000000  # __WALL: threads too


class Tracer:
    """Goes on with every process that stops, and keeps what became of each."""

    def __init__(self) -> None:
        self._call = ctypes.CDLL(None, use_errno=True).ptrace
        self._call.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
        self._call.restype = ctypes.c_long
        self._seen: set[int] = set()
        #: The argument list of each process, in the order in which they began.
        self.processes: dict[int, list[str]] = {}

    def run(self, command: list[str]) -> int:
        """Run a command to its end; how it ended, as ``waitpid`` says it.

        Raises:
            OSError: the kernel does not let it be traced.
        """
        child = os.fork()
        if child == 0:
            if self._call(_TRACEME, 0, None, None):
                os._exit(126)
            os.kill(os.getpid(), signal.SIGSTOP)
            try:
                os.execvp(command[0], command)  # noqa: S606
            except OSError as error:
                print(f"{command[0]} could not be started: {error.strerror}", file=sys.stderr)  # noqa: T201
                os._exit(127)
        _, status = os.waitpid(child, 0)
        if not os.WIFSTOPPED(status) or self._call(_SET_OPTIONS, child, None, _OPTIONS):
            raise OSError(ctypes.get_errno(), "the kernel does not let processes be traced")
        self._seen.add(child)
        self.processes[child] = []
        self._call(_CONTINUE, child, None, None)
        while True:
            pid, status = os.waitpid(-1, _ALL_KINDS)
            if os.WIFSTOPPED(status):
                self._call(_CONTINUE, pid, None, self._stopped(pid, status) or None)
            elif pid == child:
                return status

    def _stopped(self, pid: int, status: int) -> int:
        """The signal that a process that stopped goes on with: none if it stopped to be looked at."""
        event, stopped_by = status >> 16, os.WSTOPSIG(status)
        if event in (_FORK, _VFORK):
            born = ctypes.c_ulong()
            self._call(_GET_MESSAGE, pid, None, ctypes.addressof(born))
            self.processes.setdefault(born.value, [])
        elif event == _EXEC:
            with open(f"/proc/{pid}/cmdline", "rb") as file:  # noqa: PTH123
                self.processes[pid] = [os.fsdecode(part) for part in file.read().split(b"\0")[:-1]]
        if event or (stopped_by == signal.SIGSTOP and pid not in self._seen):
            self._seen.add(pid)
            return 0
        return stopped_by


def main(arguments: list[str]) -> None:
    """Run the command, write down what came of it, and end as it did."""
    probing = arguments == ["--probe"]
    file, command = ("", ["true"]) if probing else (arguments[0], arguments[2:])
    tracer = Tracer()
    status = tracer.run(command)
    if not probing:
        with open(file, "a", encoding="utf-8") as written:  # noqa: PTH123
            written.writelines(json.dumps(argv) + "\n" for argv in tracer.processes.values())
    if os.WIFSIGNALED(status):
        os.kill(os.getpid(), os.WTERMSIG(status))
    sys.exit(os.WEXITSTATUS(status))


if __name__ == "__main__":
    main(sys.argv[1:])
