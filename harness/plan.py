"""What a run will do, and in which order: pure, values in and values out."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from harness.records import CONTROL_SUFFIX, Cell, Lane, Plan

#: The variant all others are compared with: what a Python without further tools offers.
REFERENCE = "venv"

#: The scenarios in which the reference runs twice in each block: a long, a short and a Nix one show what noise there
#: is, and the others would double the reference's share of the time to show the same.
CONTROLLED = frozenset({"install-warm", "run", "nix-build"})

_CELLS: TypeAdapter[tuple[Cell, ...]] = TypeAdapter(tuple[Cell, ...])


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What a person asked to be measured.

    ``strategies`` maps each variant's name to the Nix strategies it offers; ``scenarios`` maps each scenario's name
    to its lane, in the order of listing. In the scenarios of ``control`` the reference runs twice in each block,
    under two names (an A/A cell): what differs between the two is noise.
    """

    strategies: Mapping[str, Sequence[str]]
    scenarios: Mapping[str, Lane]
    lanes: frozenset[Lane]
    shape: str = "canonical"
    provider: str = "host"
    blocks: int = 6
    seed: int = 0
    reference: str = REFERENCE
    control: frozenset[str] = CONTROLLED


def make_plan(selection: Selection) -> Plan:
    """All cells of a selection, in order of variant and scenario, and the digest that names exactly this plan."""
    cells = tuple(_cells(selection))
    text = _CELLS.dump_json(cells).decode()
    identity = f"{text}\n{selection.blocks}\n{selection.seed}\n{selection.reference}"
    return Plan(
        cells=cells,
        blocks=selection.blocks,
        seed=selection.seed,
        reference=selection.reference,
        digest=hashlib.sha256(identity.encode()).hexdigest(),
    )


def _cells(selection: Selection) -> Iterable[Cell]:
    for variant, strategies in selection.strategies.items():
        names = [variant]
        if variant == selection.reference:
            names.append(variant + CONTROL_SUFFIX)
        for name in names:
            for scenario, lane in selection.scenarios.items():
                if lane not in selection.lanes or (name != variant and scenario not in selection.control):
                    continue
                if lane is Lane.LOCAL:
                    yield Cell(variant=name, lane=lane, scenario=scenario, shape=selection.shape)
                    continue
                for strategy in strategies:
                    yield Cell(
                        variant=name,
                        lane=lane,
                        scenario=scenario,
                        shape=selection.shape,
                        provider=selection.provider,
                        strategy=strategy,
                    )


def order_of(plan: Plan, block: int) -> tuple[Cell, ...]:
    """The order of one block, counted from 0.

    Each pair of blocks has a shuffle of its own, taken from the plan's seed; the second of a pair is the mirror of
    the first, so that a machine that gets steadily slower or faster within a block favours nobody over the pair.
    """
    cells = list(plan.cells)
    random.Random(f"{plan.seed}/{block // 2}").shuffle(cells)  # noqa: S311 - an order, not a secret
    if block % 2:
        cells.reverse()
    return tuple(cells)


def variant_of(cell: Cell) -> str:
    """The name of the variant's folder, which the A/A cells share with the reference's own."""
    return cell.variant.removesuffix(CONTROL_SUFFIX)
