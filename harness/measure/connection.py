"""The harness's end of the line to the launcher: starting it, asking it, and coping when it dies."""

from __future__ import annotations

import json
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from harness.errors import MeasureError
from harness.measure.processes import end_processes

ADOPTER = Path(__file__).with_name("adopter.py")
LAUNCHER = Path(__file__).with_name("launcher.py")
# Longer than the launcher ever takes, after a limit, to give up on what cannot be ended: see its PATIENCE_S.
MARGIN_S = 30.0


@dataclass(frozen=True, kw_only=True)
class LauncherAnswer:
    """What the launcher says of one run, seconds and bytes as the system gave them.

    ``ended`` is ``exited``, ``timed-out``, ``stopped``, ``not-started``, or ``lost`` when the launcher itself died.
    ``status`` is an exit code, or a signal's number negated. ``stdout_bytes`` and ``stderr_bytes`` count all that was
    written, kept or not. ``leftovers`` counts the processes that were seen and ended after the command; ``survivors``
    are the ids of those that could not be.
    """

    ended: str
    status: int = 0
    wall_s: float = 0.0
    user_s: float = 0.0
    system_s: float = 0.0
    max_rss_bytes: int = 0
    stdout_bytes: int = 0
    stderr_bytes: int = 0
    leftovers: int = 0
    survivors: tuple[int, ...] = ()
    reason: str = ""

    @classmethod
    def from_line(cls, line: bytes) -> LauncherAnswer:
        """Read the launcher's one line of JSON."""
        fields: dict[str, Any] = json.loads(line)
        return cls(**{**fields, "survivors": tuple(fields["survivors"])})


class Connection:
    """One launcher process and the files it shares with the harness; MeasureError if it cannot be started."""

    def __init__(self, *, python: Path, launcher: Path = LAUNCHER) -> None:
        self._stdout, self._stderr, self._note = (_shared_file(name) for name in ("stdout", "stderr", "note"))
        self._complaints = _shared_file("complaints")
        self._files = (self._stdout, self._stderr, self._note, self._complaints)
        shared = [file.fileno() for file in (self._stdout, self._stderr, self._note)]
        argv = [str(python), "-I", "-S", "-B", "-X", "utf8", str(ADOPTER), str(launcher), *map(str, shared)]
        self._busy = False
        self._received = b""
        # A session of its own: Ctrl-C at the terminal reaches the harness alone, which then decides what to end.
        try:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                bufsize=0,
                env={},
                pass_fds=shared,
                start_new_session=True,
            )
        except OSError as error:
            self._close_files()
            raise MeasureError(
                f"the launcher of measured commands cannot be started with {python}: {error.strerror}",
                hint="Check that this Python is there and can be run.",
            ) from error

    @property
    def pid(self) -> int:
        """The launcher's process id."""
        return self._process.pid

    @property
    def usable(self) -> bool:
        """Whether another command can be asked for: the launcher lives and owes no answer."""
        return not self._busy and self._process.poll() is None

    def ask(self, request: Mapping[str, object], *, limit_s: float) -> LauncherAnswer:
        """Have one command run; ``limit_s`` is the time in seconds after which the launcher itself counts as stuck."""
        self._busy = True
        self._received = b""
        try:
            self._send(request)
        except BrokenPipeError:
            return self._lost()
        return self._receive(limit_s)

    def stop(self) -> LauncherAnswer:
        """Have the command in flight ended, with all that it started, and wait until it is; there is no other after it.

        It may be called wherever ``ask`` was interrupted, before the request was sent or after the answer was read.
        """
        _pipe(self._process.stdin).close()
        return self._receive(MARGIN_S)

    def output(self, answer: LauncherAnswer, *, cap_bytes: int) -> tuple[bytes, bytes]:
        """The kept part of the last run's standard output and standard error."""
        return (
            os.pread(self._stdout.fileno(), min(answer.stdout_bytes, cap_bytes), 0),
            os.pread(self._stderr.fileno(), min(answer.stderr_bytes, cap_bytes), 0),
        )

    def close(self) -> None:
        """End the launcher, and whatever it may still be running."""
        _pipe(self._process.stdin).close()
        try:
            self._process.wait(MARGIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._end_orphans()
        _pipe(self._process.stdout).close()
        self._close_files()

    def _close_files(self) -> None:
        for file in self._files:
            file.close()

    def _send(self, message: Mapping[str, object]) -> None:
        view = memoryview(json.dumps(message).encode() + b"\n")
        pipe = _pipe(self._process.stdin).fileno()
        while view:
            view = view[os.write(pipe, view) :]

    def _receive(self, limit_s: float) -> LauncherAnswer:
        pipe = _pipe(self._process.stdout).fileno()
        poller = select.poll()
        poller.register(pipe, select.POLLIN)
        until = time.monotonic() + limit_s
        while not self._received.endswith(b"\n"):
            remaining = until - time.monotonic()
            if remaining <= 0:
                return self._lost("it did not answer in time")
            if poller.poll(min(remaining, 3600.0) * 1000):
                data = os.read(pipe, 65536)
                if not data:
                    return self._lost()
                self._received += data
        line, self._received, self._busy = self._received, b"", False
        return LauncherAnswer.from_line(line)

    def _lost(self, why: str = "") -> LauncherAnswer:
        """Clean up after a launcher that cannot be relied on any more, and say what happened to it."""
        if why:
            self._process.kill()
        status = self._process.wait()
        self._end_orphans()
        last_words = _tail(self._complaints)
        cause = why or (f"it was ended by signal {-status}" if status < 0 else f"it ended with status {status}")
        reason = f"the harness's launcher was lost while the command ran: {cause}"
        return LauncherAnswer(ended="lost", reason=f"{reason} ({last_words})" if last_words else reason)

    def _end_orphans(self) -> None:
        """End the command that a dead launcher had not noted as over, if there was one."""
        words = os.pread(self._note.fileno(), 100, 0).split()
        if words:
            pipes = [int(word) for word in words[:2]]
            end_processes(pipes=pipes, session=int(words[2]) if len(words) > 2 else None, limit_s=MARGIN_S)
            self._note.truncate(0)


def _shared_file(name: str) -> BinaryIO:
    """A file without a name on disk; in memory where the system can, so that no disk is used while measuring."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create(name), "w+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


def _tail(file: BinaryIO) -> str:
    lines = os.pread(file.fileno(), 65536, 0).decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise TypeError("the launcher is started with pipes")
    return stream
