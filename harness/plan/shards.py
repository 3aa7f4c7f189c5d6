"""The parts that a plan is dealt out in to several machines: pure, values in and values out.

A unit is one block of one scenario and shape with all its variants together, so that every ratio is taken on one
machine, in one go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from harness.plan.cells import of_shape, order_of
from harness.records.format import Cell, Plan

#: What a sample is told from all others of its run by.
Key = tuple[int, Cell]


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One block of one scenario and shape; ``cells`` are in the order in which they are executed."""

    block: int
    shape: str
    scenario: str
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        """What it is called: ``block 3 of install-cold``."""
        more = "" if self.shape == "canonical" else f" ({self.shape})"
        return f"block {self.block + 1} of {self.scenario}{more}"

    @property
    def keys(self) -> frozenset[Key]:
        """What its samples are told apart by."""
        return frozenset((self.block, cell) for cell in self.cells)

    def without(self, cells: Collection[Cell]) -> Unit:
        """The same without some of its cells."""
        left = tuple(cell for cell in self.cells if cell not in cells)
        return Unit(block=self.block, shape=self.shape, scenario=self.scenario, cells=left)


def units_of(plan: Plan) -> Iterator[Unit]:
    """All units of a plan: one shape after the other, block by block, in each block's own shuffled order."""
    for shape in plan.shapes:
        part = of_shape(plan, shape)
        for block in range(part.blocks):
            groups: dict[str, list[Cell]] = {}
            for cell in order_of(part, block):
                groups.setdefault(cell.scenario, []).append(cell)
            for scenario, cells in groups.items():
                yield Unit(block=block, shape=shape, scenario=scenario, cells=tuple(cells))


@dataclass(frozen=True, kw_only=True)
class ShardProgress:
    """How far units have come: those ``left`` to do, and the keys of samples of those that were ``half`` done."""

    left: tuple[Unit, ...]
    half: frozenset[Key]


def progress_of(units: Iterable[Unit], done: Collection[Key], late: Collection[Cell]) -> ShardProgress:
    """What of some units is left when samples with the keys ``done`` are in the record.

    Cells that are ``late`` took longer than they may in an earlier block and are not tried again, so a unit is whole
    without them. One that is not whole is to be done again from the beginning: half of a block may be from another
    machine, or from another hour.
    """
    left: list[Unit] = []
    half: set[Key] = set()
    for unit in units:
        there = frozenset(key for key in unit.keys if key in done)
        awaited = unit.without(late).keys
        if awaited <= there:
            continue
        half |= there
        left.append(unit)
    return ShardProgress(left=tuple(left), half=frozenset(half))
