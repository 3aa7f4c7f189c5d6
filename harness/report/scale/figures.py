"""Every figure of a cell by block: its time, its peak memory, and the sizes it records. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from harness.records.facts import Outcome
from harness.records.format import CONTROL_SUFFIX
from harness.report.statistics.compare import by_block
from harness.report.statistics.frames import Frames
from harness.report.statistics.scale import Figures
from harness.report.tables import CELL, CellKey, Cells, of_all_applications

_NO_FIGURES: Figures = {}


@dataclass(frozen=True, kw_only=True)
class CellFigures:
    """Figures by cell and block. ``sizes`` are by cell and by their name."""

    seconds: Mapping[CellKey, Figures]
    memory: Mapping[CellKey, Figures]
    sizes: Mapping[tuple[CellKey, str], Figures]

    @classmethod
    def of(cls, frames: Frames, cells: Cells) -> CellFigures:
        """Everything that takes going through all samples, once."""
        known = frames.ok[frames.ok["max_rss_bytes"].notna()]
        return cls(
            seconds=cells.seconds,
            memory={
                CellKey(*map(str, key)): _by_block(group, "max_rss_bytes")
                for key, group in known.groupby(list(CELL), observed=True, sort=False)
            },
            sizes=_sizes(frames),
        )

    def size(self, key: CellKey, name: str) -> Figures:
        """A size of a cell; none where it records none."""
        return self.sizes.get((key, name), _NO_FIGURES)


def _sizes(frames: Frames) -> dict[tuple[CellKey, str], Figures]:
    if frames.sizes.empty:
        return {}
    samples = frames.samples
    usable = (samples["outcome"] == Outcome.OK.value).to_numpy()
    own = frames.sizes[usable[frames.sizes["row"]]]
    # Applications have other names at other sizes: what is weighed of each is told of the one that weighs most.
    named = own.assign(name=own["name"].map(of_all_applications))
    table = named.groupby(["row", "name"], sort=False)["value"].max().reset_index()
    table = table.assign(**{name: samples[name].array[table["row"]] for name in (*CELL, "run_id", "block")})
    return {
        (CellKey(*map(str, key[:-1])), str(key[-1])): _by_block(group, "value")
        for key, group in table.groupby([*CELL, "name"], observed=True, sort=False)
        if not str(key[0]).endswith(CONTROL_SUFFIX)
    }


def _by_block(group: pd.DataFrame, column: str) -> Figures:
    return by_block(group["run_id"].tolist(), group["block"].tolist(), group[column].tolist())
