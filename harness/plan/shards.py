"""The parts that a plan is dealt out in to several machines: pure, values in and values out.

A block is dealt out by its scenarios, each with all its variants together, so that every ratio is taken on one machine,
in one go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from harness.monorepo.shapes import CANONICAL
from harness.plan.cells import of_shape, order_of
from harness.records.format import Cell, Plan

#: What a sample is told from all others of its run by.
Key = tuple[int, Cell]


@dataclass(frozen=True, kw_only=True)
class Unit:
    """Cells of one block and shape that are executed in one go; each with its position in the block, in that order."""

    block: int
    shape: str
    cells: tuple[tuple[int, Cell], ...]

    @property
    def name(self) -> str:
        """What it is called: ``block 3``, and ``block 3 of install-cold`` where it has but one scenario."""
        scenarios = {cell.scenario for _, cell in self.cells}
        one = f" of {scenarios.pop()}" if len(scenarios) == 1 else ""
        return f"block {self.block + 1}{one}" + ("" if self.shape == CANONICAL.name else f" ({self.shape})")

    @property
    def keys(self) -> frozenset[Key]:
        """What its samples are told apart by."""
        return frozenset((self.block, cell) for _, cell in self.cells)

    def without(self, cells: Collection[Cell]) -> Unit:
        """The same without some of its cells."""
        return replace(self, cells=tuple(placed for placed in self.cells if placed[1] not in cells))

    def by_scenario(self) -> tuple[Unit, ...]:
        """It in parts of one scenario each."""
        groups: dict[str, list[tuple[int, Cell]]] = {}
        for position, cell in self.cells:
            groups.setdefault(cell.scenario, []).append((position, cell))
        return tuple(replace(self, cells=tuple(cells)) for cells in groups.values())


def units_of(plan: Plan) -> Iterator[Unit]:
    """All blocks of a plan by scenario: one shape after the other, in each block's own shuffled order."""
    for shape in plan.shapes:
        part = of_shape(plan, shape)
        for block in range(part.blocks):
            yield from Unit(block=block, shape=shape, cells=tuple(enumerate(order_of(part, block)))).by_scenario()


def half_done(plan: Plan, done: Collection[Key], late: Collection[Cell]) -> frozenset[Key]:
    """The keys among ``done`` of scenarios that are not whole in their block: half of one may be of another machine.

    Cells that are ``late`` took longer than they may in an earlier block and are not tried again, so a block is whole
    without them.
    """
    half: set[Key] = set()
    for unit in units_of(plan):
        there = {key for key in unit.keys if key in done}
        if not unit.without(late).keys <= there:
            half |= there
    return frozenset(half)
