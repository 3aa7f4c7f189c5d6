"""How long a plan will take, from what its cells took before: pure, values in and values out, and one cheap reader.

A cell takes longer than what is measured of it: its state before is made and its result is verified. Both are in the
time from the start of one sample to the start of the next in the same block.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from harness.errors import ResultsError
from harness.plan import share, variant_of
from harness.records import Cell, Lane, Plan

#: Seconds for a cell of a lane of which nothing was ever measured. A guess, and counted among the unknown cells as
#: one: the first block of the first run puts a figure in its place.
DEFAULT_S = 6.0

#: Seconds between two samples beyond which the run stood still meanwhile (it was interrupted, the machine slept).
STANDSTILL_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class EarlierCell:
    """One execution of a cell in an earlier run.

    ``started_at`` is UTC in ISO 8601; ``wall_s`` is the measured part alone, ``None`` if it was not ok.
    """

    cell: Cell
    block: int
    started_at: str
    wall_s: float | None
    run_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """How long one block of a plan will take, in seconds, and for how many of its cells that is known from before."""

    seconds_per_block: float
    known_cells: int
    unknown_cells: int


def estimate(plan: Plan, earlier: Sequence[EarlierCell]) -> Estimate:
    """How long a block takes on average: a cell that takes turns with others counts for its share of the blocks.

    ``earlier`` may hold samples of any runs, in any order. A cell takes the median of what it took; one that never
    ran, the median of the known cells of its scenario, else of its lane, else ``DEFAULT_S``.
    """
    known = {cell: median(seconds) for cell, seconds in _totals(earlier).items()}
    by_scenario: defaultdict[tuple[Lane, str], list[float]] = defaultdict(list)
    by_lane: defaultdict[Lane, list[float]] = defaultdict(list)
    for cell, seconds in known.items():
        by_scenario[cell.lane, cell.scenario].append(seconds)
        by_lane[cell.lane].append(seconds)
    total = 0.0
    found = 0
    for planned in plan.cells:
        cell = _repeated(planned)
        if cell in known:
            found += 1
            seconds = known[cell]
        else:
            seconds = median(by_scenario.get((cell.lane, cell.scenario)) or by_lane.get(cell.lane) or [DEFAULT_S])
        total += seconds * share(plan, planned)
    return Estimate(seconds_per_block=total, known_cells=found, unknown_cells=len(plan.cells) - found)


def read_earlier(samples: Path) -> list[EarlierCell]:
    """What an estimate takes from a run's ``samples.jsonl``; none if there is no such file.

    A torn last line is left out: the run was cut off while it wrote, or writes right now.

    Raises:
        ResultsError: the file cannot be read, or a line of it is damaged.
    """
    try:
        lines = samples.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ResultsError(
            f"{samples} cannot be read: {error.strerror}.", hint="See that you may read it, or move the run away."
        ) from error
    if lines and not lines[-1].endswith(b"\n"):
        lines.pop()
    return list(_parsed(samples, lines))


def _parsed(path: Path, lines: Iterable[bytes]) -> Iterator[EarlierCell]:
    for number, line in enumerate(lines, 1):
        try:
            yield _earlier(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise ResultsError(
                f"{path}, line {number} is damaged: {error}.",
                hint="Restore the file, or move the run away: only the estimate of the next run's length needs it.",
            ) from error


def _earlier(row: Mapping[str, Any]) -> EarlierCell:
    datetime.fromisoformat(row["started_at"])
    return EarlierCell(
        cell=Cell(
            variant=row["variant"],
            lane=Lane(row["lane"]),
            scenario=row["scenario"],
            shape=row.get("shape", "canonical"),
            provider=row.get("provider"),
            strategy=row.get("strategy"),
        ),
        block=int(row["block"]),
        started_at=row["started_at"],
        wall_s=row.get("wall_s"),
        run_id=row["run_id"],
    )


def _totals(earlier: Iterable[EarlierCell]) -> dict[Cell, list[float]]:
    """Seconds that each cell took; the last of a block, of which only the measured part is known, by that alone."""
    blocks: defaultdict[tuple[str, int], list[tuple[datetime, EarlierCell]]] = defaultdict(list)
    for item in earlier:
        blocks[item.run_id, item.block].append((datetime.fromisoformat(item.started_at), item))
    totals: defaultdict[Cell, list[float]] = defaultdict(list)
    measured: dict[Cell, list[float]] = {}
    for block in blocks.values():
        block.sort(key=lambda pair: pair[0])
        for (start, item), (end, _) in pairwise(block):
            seconds = (end - start).total_seconds()
            if seconds <= STANDSTILL_S:
                totals[_repeated(item.cell)].append(seconds)
        last = block[-1][1]
        if last.wall_s is not None:
            measured.setdefault(_repeated(last.cell), []).append(last.wall_s)
    return {**measured, **totals}


def _repeated(cell: Cell) -> Cell:
    """The cell itself; for an A/A cell the reference's own, which does the same work."""
    return replace(cell, variant=variant_of(cell))
