"""What is to be run, and what running it cost: the values that pass between scenarios and executors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class Ended(StrEnum):
    """Why a command's run ended: a closed set."""

    EXITED = "exited"
    SIGNALLED = "signalled"
    TIMED_OUT = "timed-out"
    NOT_STARTED = "not-started"


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command to run: an argument list, never a shell string.

    ``env`` is the whole environment the command sees, nothing is inherited.
    ``timeout_s`` is a limit in seconds on its wall time, after which its whole process group is ended.
    ``log_path`` is appended to: a header line that names the command, then its output.
    """

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    timeout_s: float
    log_path: Path


@dataclass(frozen=True, kw_only=True)
class Execution:
    """What one command did and what it cost: that command and the children it waited for, nothing else.

    Seconds and bytes are as the system gave them, unrounded. ``exit_code`` is set only if ``ended`` is ``exited``,
    ``signal`` only if it is ``signalled``. ``stdout`` and ``stderr`` keep the first part of the output, up to the
    executor's cap; ``reason`` says in words why a command did not start.
    """

    ended: Ended
    exit_code: int | None
    signal: int | None
    wall_s: float
    user_s: float
    system_s: float
    max_rss_bytes: int
    stdout: str
    stderr: str
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether the command ended by itself with exit status 0."""
        return self.ended is Ended.EXITED and self.exit_code == 0


class Executor(Protocol):
    """Runs commands one at a time."""

    def run(self, command: Command) -> Execution:
        """Run ``command`` to its end or its limit; a command that fails is an answer, not an exception."""
        ...
