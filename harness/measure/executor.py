"""The executor that measures: every command is started and watched by the launcher process, never by the harness."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.errors import InputError
from harness.measure import logfile
from harness.measure.command import Command, Ended, Execution
from harness.measure.connection import LAUNCHER, MARGIN_S, Connection, LauncherAnswer


class LauncherExecutor:
    """Runs commands one at a time through a small launcher process, and writes their logs.

    ``cap_bytes`` is how much of each of a command's two outputs is kept; the rest is counted and thrown away.
    ``grace_s`` is how long in seconds a command gets between SIGINT, SIGTERM and SIGKILL at its limit. When a command
    ends, by itself or not, what it left running is ended too. ``max_rss_bytes`` is exact above the launcher's own
    size, some 11 MB, and never below it.

    Use it as a context manager: leaving it ends the launcher. A launcher that dies is replaced for the next command.
    """

    def __init__(
        self, *, python: Path | None = None, cap_bytes: int = 1 << 20, grace_s: float = 0.5, launcher: Path = LAUNCHER
    ) -> None:
        self._python = python or Path(sys.executable)
        self._cap_bytes = cap_bytes
        self._grace_s = grace_s
        self._launcher = launcher
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        self._connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the launcher and whatever it may still be running; the next ``run`` starts another."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()

    def run(self, command: Command) -> Execution:
        """Run ``command`` to its end or its limit, and add it to its log.

        A command that fails or does not exist, and a launcher that dies, are answers. MeasureError is raised if the
        log cannot be written or no launcher started. Whatever interrupts the wait (Ctrl-C) ends the command before it
        goes on its way.
        """
        if not command.argv:
            raise InputError("a command without a program cannot be run", hint="Give its argument list a first word.")
        logfile.append(command.log_path, logfile.header(command))
        connection = self._connect()
        request = {
            "argv": command.argv,
            "cwd": os.fspath(command.cwd),
            "env": dict(command.env),
            "timeout_s": command.timeout_s,
            "grace_s": self._grace_s,
            "cap_bytes": self._cap_bytes,
        }
        try:
            answer = connection.ask(request, limit_s=command.timeout_s + 3 * self._grace_s + MARGIN_S)
        except BaseException:
            self._abandon(command, connection)
            raise
        return self._conclude(command, connection, answer)

    def _connect(self) -> Connection:
        if self._connection is not None and not self._connection.usable:
            self.close()
        if self._connection is None:
            self._connection = Connection(python=self._python, launcher=self._launcher)
        return self._connection

    def _abandon(self, command: Command, connection: Connection) -> None:
        """End the command in flight and the launcher with it, whose answers may be out of step with the questions."""
        try:
            answer = connection.stop()
            stdout, stderr = connection.output(answer, cap_bytes=self._cap_bytes)
        finally:
            self.close()
        logfile.append(command.log_path, logfile.body(stdout, stderr, answer) + b"[interrupted]\n\n")

    def _conclude(self, command: Command, connection: Connection, answer: LauncherAnswer) -> Execution:
        stdout, stderr = connection.output(answer, cap_bytes=self._cap_bytes)
        if answer.ended == "lost" or answer.survivors:
            # A launcher that still has a command's processes on its hands would mix them up with the next one's.
            self.close()
        execution = execution_of(answer, stdout, stderr)
        tail = logfile.body(stdout, stderr, answer) + logfile.footer(execution, answer)
        logfile.append(command.log_path, tail)
        return execution


def execution_of(answer: LauncherAnswer, stdout: bytes, stderr: bytes) -> Execution:
    """The launcher's answer in the harness's terms; bytes that are not UTF-8 are replaced."""
    if answer.ended == "exited":
        ended = Ended.EXITED if answer.status >= 0 else Ended.SIGNALLED
    else:
        ended = Ended.TIMED_OUT if answer.ended == "timed-out" else Ended.NOT_STARTED
    return Execution(
        ended=ended,
        exit_code=answer.status if ended is Ended.EXITED else None,
        signal=-answer.status if ended is Ended.SIGNALLED else None,
        wall_s=answer.wall_s,
        user_s=answer.user_s,
        system_s=answer.system_s,
        max_rss_bytes=answer.max_rss_bytes,
        stdout=stdout.decode(errors="replace"),
        stderr=stderr.decode(errors="replace"),
        reason=answer.reason,
    )
