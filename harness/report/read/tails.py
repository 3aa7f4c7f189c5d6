"""The ends of logs, made fit to be shown: the last lines, no control characters, capped."""

from __future__ import annotations

import re
from pathlib import Path

from harness.records.visible import visible

LINES = 40
_LINE_LENGTH = 400
_BYTES = 64 * 1024

# Colours and cursor movements as terminals know them (ECMA-48), then whatever else is not text.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def read_tail(folder: Path, relative: str) -> str:
    """The last lines of a log below a run's folder; a sentence in brackets where it cannot be had."""
    path = folder / relative
    if not relative or not path.resolve().is_relative_to(folder.resolve()):
        return "(The sample names no log inside the run's folder.)"
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            start = max(0, file.tell() - _BYTES)
            file.seek(start)
            data = file.read()
    except OSError as error:
        return f"(The log cannot be read: {error.strerror}.)"
    lines = clean(data.decode("utf-8", errors="replace")).splitlines()
    if start and len(lines) > 1:
        del lines[0]
    return "\n".join(line if len(line) <= _LINE_LENGTH else line[:_LINE_LENGTH] + " …" for line in lines[-LINES:])


def clean(text: str) -> str:
    """Text without escape sequences and control characters; only what a progress bar wrote last on a line is kept."""
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in _ESCAPES.sub("", text).split("\n"))
    return visible("\n".join(_CONTROLS.sub("", line) for line in lines))
