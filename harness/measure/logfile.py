"""What a command's log says: the command, its output up to the cap, and how it ended."""

from __future__ import annotations

import shlex
from pathlib import Path

from harness.errors import MeasureError
from harness.measure.command import Command, Ended, Execution
from harness.measure.connection import LauncherAnswer


def header(command: Command) -> bytes:
    """The lines that name the command, written before it starts: a log shows what was running, come what may."""
    return f"$ {shlex.join(command.argv)}\n[in {command.cwd}]\n".encode(errors="backslashreplace")


def body(stdout: bytes, stderr: bytes, answer: LauncherAnswer) -> bytes:
    """Both outputs, each under its name and only if there is any, with a word on what was cut."""
    return _section("stdout", stdout, answer.stdout_bytes) + _section("stderr", stderr, answer.stderr_bytes)


def footer(execution: Execution, answer: LauncherAnswer) -> bytes:
    """The line that says how the command ended and what it cost, and one on what it left running, if anything."""
    lines = [f"[{describe(execution)}]"]
    if answer.ended not in ("not-started", "lost"):
        lines[0] = (
            f"[{describe(execution)}; wall {answer.wall_s} s, user {answer.user_s} s, system {answer.system_s} s, "
            f"peak memory {answer.max_rss_bytes} bytes]"
        )
    if answer.leftovers:
        lines.append(f"[it left at least {answer.leftovers} processes running, which were ended]")
    if answer.survivors:
        lines.append(f"[could not be ended: processes {', '.join(map(str, answer.survivors))}]")
    return "".join(f"{line}\n" for line in (*lines, "")).encode(errors="backslashreplace")


def describe(execution: Execution) -> str:
    """How a run ended, in words."""
    if execution.ended is Ended.EXITED:
        words = f"exited with status {execution.exit_code}"
    elif execution.ended is Ended.SIGNALLED:
        words = f"ended by signal {execution.signal}"
    elif execution.ended is Ended.TIMED_OUT:
        words = "ended at its time limit"
    else:
        words = "not started"
    return f"{words}: {execution.reason}" if execution.reason else words


def append(path: Path, data: bytes) -> None:
    """Add to a log, making its folder where needed; MeasureError if that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(data)
    except OSError as error:
        raise MeasureError(
            f"the log {path} cannot be written: {error.strerror}",
            hint="Make room on that disk, or choose another folder with --results.",
        ) from error


def _section(name: str, kept: bytes, total: int) -> bytes:
    if not total:
        return b""
    text = f"[{name}]\n".encode() + kept
    if not text.endswith(b"\n"):
        text += b"\n"
    if total > len(kept):
        text += f"[{total - len(kept)} of {total} bytes were cut]\n".encode()
    return text
