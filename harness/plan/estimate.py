"""How long a plan will take and how much room, from what its cells took before: pure, and one cheap reader.

A cell takes longer than what is measured of it: its state before is made and its result is verified. Both are in the
time from the start of one sample to the start of the next in the same block. A cell that was only ever measured with
other members is taken to grow as their number does.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median
from typing import Any

from harness.errors import ResultsError
from harness.monorepo.shapes import CANONICAL
from harness.plan.cells import share, takes_part, variant_of
from harness.records.facts import Lane
from harness.records.format import Cell, Plan

#: Seconds for a cell of a lane of which nothing was ever measured. A guess, and counted among the unknown cells as
#: one: the first block of the first run puts a figure in its place.
DEFAULT_S = 6.0

#: Seconds between two samples beyond which the run stood still meanwhile (it was interrupted, the machine slept).
STANDSTILL_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class EarlierCell:
    """One execution of a cell in an earlier run.

    ``started_at`` is UTC in ISO 8601; ``wall_s`` is the measured part alone, ``None`` if it was not ok; ``disk_bytes``
    are its environments and caches, where it weighed them.
    """

    cell: Cell
    block: int
    started_at: str
    wall_s: float | None
    run_id: str = ""
    disk_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """How long one block of a plan will take, in seconds, and for how many of its cells that is known from before.

    ``disk_bytes`` is the most room that its scratch folders and what it adds to the Nix store will take. ``by_cell``
    has the seconds that one execution of each cell will take.
    """

    seconds_per_block: float
    known_cells: int
    unknown_cells: int
    disk_bytes: int = 0
    by_cell: Mapping[Cell, float] = field(default_factory=dict)

    def left(self, plan: Plan, done: Container[tuple[int, Cell]], late: Container[Cell] = ()) -> float:
        """Seconds for what is not ``done`` in the blocks of a plan; cells that are ``late`` are not tried again."""
        return sum(
            self.by_cell[cell]
            for cell in plan.cells
            if cell not in late
            for block in range(plan.blocks)
            if takes_part(plan, cell, block) and (block, cell) not in done
        )


def estimate(plan: Plan, earlier: Sequence[EarlierCell], members: Mapping[str, int] | None = None) -> Estimate:
    """How long a block takes on average: a cell that takes turns with others counts for its share of the blocks.

    ``earlier`` may hold samples of any runs, in any order. A cell takes the median of what it took; one that never
    ran, what it took with the number of members nearest to its own, else the median of the known cells of its
    scenario, else of its lane, else ``DEFAULT_S``. ``members`` is how many each shape has, of the plan's and of
    earlier ones; without it there is no saying how much room it takes.
    """
    sizes = {CANONICAL.name: len(CANONICAL.members), **(members or {})}
    known = {cell: median(seconds) for cell, seconds in _totals(earlier).items()}
    by_scenario: defaultdict[tuple[Lane, str], list[float]] = defaultdict(list)
    by_lane: defaultdict[Lane, list[float]] = defaultdict(list)
    for cell, seconds in known.items():
        by_scenario[cell.lane, cell.scenario].append(seconds)
        by_lane[cell.lane].append(seconds)
    by_cell: dict[Cell, float] = {}
    found = 0
    for planned in plan.cells:
        cell = _repeated(planned)
        if cell in known:
            found += 1
            seconds = known[cell]
        elif (grown := _with_other_members(cell, known, sizes)) is not None:
            seconds = min(grown, 2 * plan.limit_s)
        else:
            seconds = median(by_scenario.get((cell.lane, cell.scenario)) or by_lane.get(cell.lane) or [DEFAULT_S])
        by_cell[planned] = seconds
    return Estimate(
        seconds_per_block=sum(seconds * share(plan, cell) for cell, seconds in by_cell.items()),
        known_cells=found,
        unknown_cells=len(plan.cells) - found,
        disk_bytes=0 if members is None else _room(plan, earlier, sizes),
        by_cell=by_cell,
    )


def from_now_on(plan: Plan, taken: Mapping[Cell, Sequence[float]]) -> Estimate:
    """An estimate by what this run's own cells took: each as it did, one not seen yet as the mean of all."""
    means = {cell: fmean(seconds) for cell, seconds in taken.items()}
    usual = fmean(second for seconds in taken.values() for second in seconds) if taken else DEFAULT_S
    by_cell = {cell: means.get(cell, usual) for cell in plan.cells}
    return Estimate(
        seconds_per_block=sum(seconds * share(plan, cell) for cell, seconds in by_cell.items()),
        known_cells=len(means),
        unknown_cells=len(plan.cells) - len(means),
        by_cell=by_cell,
    )


#: Bytes that a variant's environments and caches are taken to have, and how many more each member brings, where nothing
#: was ever weighed: those of hatch, the largest of the core's.
DEFAULT_BYTES, DEFAULT_MEMBER_BYTES = 60 * 2**20, 2**19

#: A variant's scratch folders hold its environments and caches in so many copies: warm, settled, cold, kept.
_COPIES = 4

#: Bytes that one built derivation adds to the Nix store, on disk: small files take a block each.
_DERIVATION_BYTES = 2**17


def _with_other_members(cell: Cell, known: Mapping[Cell, float], members: Mapping[str, int]) -> float | None:
    """What a cell will take by what it took with the number of members nearest to its own, if it ever ran."""
    wanted = members.get(cell.shape)
    same = {
        members[other.shape]: seconds
        for other, seconds in known.items()
        if other.shape in members and replace(other, shape=cell.shape) == cell
    }
    if not wanted or not same:
        return None
    nearest = min(same, key=lambda count: abs(math.log(wanted / count)))
    return same[nearest] * max(1.0, wanted / nearest)


def _room(plan: Plan, earlier: Iterable[EarlierCell], members: Mapping[str, int]) -> int:
    """Bytes for the shape that takes most (one is taken away before the next), and for all that Nix builds."""
    weighed: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for item in earlier:
        if item.disk_bytes is not None and item.cell.shape in members:
            weighed[variant_of(item.cell)].append((members[item.cell.shape], item.disk_bytes))
    largest = 0
    built = 0
    for shape in plan.shapes:
        count = members.get(shape, len(CANONICAL.members))
        benches = {cell.variant: variant_of(cell) for cell in plan.cells if cell.shape == shape}
        total = sum(_environments(count, weighed.get(name, [])) for name in benches.values())
        largest = max(largest, total * _COPIES)
        nix = sum(cell.lane is Lane.NIX and cell.shape == shape for cell in plan.cells)
        built += nix * (plan.blocks if plan.budget_s is None else 1) * 2 * count * _DERIVATION_BYTES
    return largest + built


def _environments(count: int, weighed: Sequence[tuple[int, int]]) -> int:
    if not weighed:
        return DEFAULT_BYTES + count * DEFAULT_MEMBER_BYTES
    nearest = min((known for known, _ in weighed), key=lambda known: abs(math.log(count / known)))
    usual = median(size for known, size in weighed if known == nearest)
    return round(usual + max(0, count - nearest) * DEFAULT_MEMBER_BYTES)


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
        disk_bytes=_weighed(row.get("sizes") or {}),
    )


def _weighed(sizes: Mapping[str, int]) -> int | None:
    found = [sizes[name] for name in ("environment_bytes", "cache_bytes") if name in sizes]
    return sum(found) if found else None


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
