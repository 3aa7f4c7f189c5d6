"""The logs that a page shows on demand, among its proofs: of each cell the end of its last sample's.

What is not on disk any more is left out: the reference run is kept without its logs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.records.format import CONTROL_SUFFIX, log_name
from harness.report.anchors import anchored
from harness.report.read.tails import read_tail
from harness.report.statistics.frames import Frames
from harness.report.tables import CELL, CellKey

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
