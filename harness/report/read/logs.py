"""The logs that a page shows on demand: of each cell the end of its last sample's, packed together.

They are many and repeat each other, so they stand in the page as one compressed piece that a script unpacks when a
cell is opened. What is not on disk any more is left out: the reference run is kept without its logs.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from pathlib import Path

from harness.records.format import CONTROL_SUFFIX, log_name
from harness.report.anchors import anchored
from harness.report.read.tails import read_tail
from harness.report.statistics.frames import Frames
from harness.report.tables import CELL, CellKey

#: What all logs together may add to a page; beyond, each is cut to fewer lines from its end until they fit.
MOST_BYTES = 120_000

#: Numbers of lines that are tried.
_LINES = (40, 20, 10, 5, 2)

#: The ends of logs by anchor of a scenario and by variant.
Logs = Mapping[str, Mapping[str, str]]


def read_logs(folders: Mapping[str, Path], frames: Frames) -> Logs:
    """The end of the log of each cell's last sample that is ok, where it is still below its run's folder."""
    found: dict[str, dict[str, str]] = {}
    columns = [*CELL, "run_id", "block"]
    last = frames.ok[columns].drop_duplicates(list(CELL), keep="last")
    for row in last.itertuples(index=False):
        *names, run_id, block = row
        key = CellKey(*map(str, names))
        folder = folders.get(str(run_id))
        if folder is None or key.variant.endswith(CONTROL_SUFFIX):
            continue
        relative = log_name(key.cell, int(block))
        if _is_there(folder / relative):
            anchor = anchored(key.section.slug, key.scenario)
            found.setdefault(anchor, {})[key.variant] = read_tail(folder, relative)
    return found


def _is_there(path: Path) -> bool:
    """Whether there is such a file; a name that no file system takes is that of none."""
    try:
        return path.is_file()
    except OSError:
        return False


def pack(logs: Logs, most: int = MOST_BYTES) -> str:
    """The logs as base64 of compressed JSON, as long as they may be; empty where there is none.

    The same logs make the same text. Logs that are too many even at their shortest are left out.
    """
    for lines in _LINES if logs else ():
        cut = {anchor: {name: _end(text, lines) for name, text in own.items()} for anchor, own in sorted(logs.items())}
        data = gzip.compress(json.dumps(cut, ensure_ascii=False).encode(), compresslevel=9, mtime=0)
        packed = base64.b64encode(data).decode()
        if len(packed) <= most:
            return packed
    return ""


def _end(text: str, lines: int) -> str:
    return "\n".join(text.split("\n")[-lines:])
