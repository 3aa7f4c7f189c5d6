"""What a run will do, and in which order: pure, values in and values out."""

from __future__ import annotations

import hashlib
import random
import zlib
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter

from harness.monorepo.shapes import CANONICAL
from harness.records.facts import Lane
from harness.records.format import CONTROL_SUFFIX, LIMIT_S, Cell, Plan
from harness.records.strategies import refusal

#: The variant all others are compared with: what a Python without further tools offers.
REFERENCE = "venv"

#: The scenarios in which the reference runs twice in each block: a long, a short and a Nix one show what noise there
#: is, and the others would double the reference's share of the time to show the same. What is in one block alone is
#: not controlled: one pair shows no noise.
CONTROLLED = frozenset({"tool-install", "deploy", "run", "nix-build"})

#: A strategy that the provider does not have is planned in this scenario alone: once is enough to say so.
STANDS_FOR = "nix-build"

#: Scenarios that are measured where a person names them, and not in a run of everything: they tell nobody what to pick.
ON_REQUEST = frozenset({"nix-noop", "nix-build-jobs-1", "nix-build-jobs-2"})

#: The most blocks that a run with a budget of time can have.
MOST_BLOCKS = 1000

_PLAN: TypeAdapter[Plan] = TypeAdapter(Plan)


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What a person asked to be measured.

    ``strategies`` maps each contestant's name to the Nix strategies it offers (backends alone to none); ``scenarios``
    maps each scenario's name to its lane, in the order of listing. In the scenarios of ``control`` the reference runs
    twice in each block, under two names (an A/A cell): what differs between the two is noise. With ``budget_s``,
    seconds take the place of ``blocks``. ``turns`` are groups of scenarios that take turns, one group a block; a
    scenario may be in several. Those in ``only_first`` are in the first block alone, those in ``only_with`` are planned
    with these of the ``shapes`` alone. The variants of ``everyday`` have no part in the scenarios that are ``rare``.
    With ``only_strategies``, those alone are planned. ``limit_s`` and ``shard`` are as in the plan.
    """

    strategies: Mapping[str, Sequence[str]]
    scenarios: Mapping[str, Lane]
    lanes: frozenset[Lane]
    shapes: Sequence[str] = (CANONICAL.name,)
    only_with: Mapping[str, Collection[str]] = field(default_factory=dict)
    everyday: frozenset[str] = frozenset()
    rare: frozenset[str] = frozenset()
    only_strategies: frozenset[str] = frozenset()
    provider: str = "host"
    blocks: int = 6
    budget_s: float | None = None
    seed: int = 0
    reference: str = REFERENCE
    control: frozenset[str] = CONTROLLED
    turns: Sequence[Sequence[str]] = ()
    only_first: frozenset[str] = frozenset()
    experiments: Sequence[str] = ()
    limit_s: float = LIMIT_S
    shard: tuple[int, int] | None = None


def make_plan(selection: Selection) -> Plan:
    """All cells of a selection, in order of variant and scenario, and the digest that names exactly this plan."""
    plan = Plan(
        cells=tuple(_cells(selection)),
        blocks=selection.blocks if selection.budget_s is None else MOST_BLOCKS,
        seed=selection.seed,
        reference=selection.reference,
        digest="",
        budget_s=selection.budget_s,
        turns=_turns(selection),
        only_first=tuple(name for name in _asked_for(selection) if name in selection.only_first),
        experiments=tuple(selection.experiments),
        lanes=tuple(lane for lane in Lane if lane in selection.lanes),
        provider=selection.provider,
        limit_s=selection.limit_s,
        shard=selection.shard,
    )
    return replace(plan, digest=digest_of(plan))


def digest_of(plan: Plan) -> str:
    """What names exactly this plan: a SHA-256 over all of it but the digest itself.

    What is as it usually is, the limit, that there are no shards and nothing is in the first block alone, is left out:
    so plans that were made before it could be otherwise keep their names.
    """
    usual = {"limit_s": plan.limit_s == LIMIT_S, "shard": plan.shard is None, "only_first": not plan.only_first}
    text = _PLAN.dump_json(replace(plan, digest=""), exclude={name for name, is_so in usual.items() if is_so})
    return hashlib.sha256(text).hexdigest()


def whole(plan: Plan) -> Plan:
    """The plan that a shard is a part of; the plan itself if it is none."""
    if plan.shard is None:
        return plan
    undivided = replace(plan, shard=None)
    return replace(undivided, digest=digest_of(undivided))


def dealt_to(cell: Cell, block: int, shards: int) -> int:
    """Which of so many shards executes a cell in a block, from 1: the same for all variants, so that ratios hold.

    The blocks of a scenario and shape are dealt round; which shard gets the first of them differs from scenario to
    scenario, so that what is left over does not all go to one.
    """
    offset = zlib.crc32(f"{cell.shape}\0{cell.scenario}".encode())
    return (block + offset) % shards + 1


def of_shape(plan: Plan, shape: str) -> Plan:
    """The part of a plan that is about one shape; it keeps the whole plan's digest."""
    return replace(plan, cells=tuple(cell for cell in plan.cells if cell.shape == shape))


def lanes_of(plan: Plan) -> frozenset[Lane]:
    """The lanes that a plan has anything to do in."""
    return frozenset(cell.lane for cell in plan.cells) | frozenset(plan.lanes if plan.experiments else ())


def _cells(selection: Selection) -> Iterable[Cell]:
    for shape in selection.shapes:
        scenarios = {
            name: lane
            for name, lane in selection.scenarios.items()
            if shape in selection.only_with.get(name, selection.shapes)
        }
        yield from _of_one_shape(replace(selection, scenarios=scenarios), shape)


def _of_one_shape(selection: Selection, shape: str) -> Iterable[Cell]:
    for variant, strategies in selection.strategies.items():
        names = [variant]
        if variant == selection.reference:
            names.append(variant + CONTROL_SUFFIX)
        for name in names:
            for scenario, lane in selection.scenarios.items():
                if lane not in selection.lanes:
                    continue
                if name != variant and scenario not in selection.control - selection.only_first:
                    continue
                if variant in selection.everyday and scenario in selection.rare:
                    continue
                if lane is Lane.LOCAL:
                    yield Cell(variant=name, lane=lane, scenario=scenario, shape=shape)
                    continue
                # Without a strategy there is one cell to say why there is none.
                none: Sequence[str | None] = (None,) if scenario == STANDS_FOR else ()
                for strategy in strategies or none:
                    if strategy and selection.only_strategies and strategy not in selection.only_strategies:
                        continue
                    if strategy and scenario != STANDS_FOR and refusal(strategy, selection.provider):
                        continue
                    yield Cell(
                        variant=name,
                        lane=lane,
                        scenario=scenario,
                        shape=shape,
                        provider=selection.provider,
                        strategy=strategy,
                    )


def _turns(selection: Selection) -> tuple[tuple[str, ...], ...]:
    """The groups that take turns, without what was not asked for; one that was empty from the beginning stays."""
    wanted = _asked_for(selection)
    groups = [(group, tuple(name for name in group if name in wanted)) for group in selection.turns]
    found = tuple(left for group, left in groups if left or not group)
    return found if any(found) else ()


def _asked_for(selection: Selection) -> list[str]:
    """The scenarios of a selection in the lanes that were chosen."""
    return [name for name, lane in selection.scenarios.items() if lane in selection.lanes]


def takes_part(plan: Plan, cell: Cell, block: int) -> bool:
    """Whether a cell is executed in a block.

    It is not in all if it takes turns with others, is in the first alone, or is dealt to another shard in some.
    """
    if plan.shard is not None and dealt_to(cell, block, plan.shard[1]) != plan.shard[0]:
        return False
    if cell.scenario in plan.only_first:
        return block == 0
    turns = _turns_of(plan, cell)
    return not turns or block % len(plan.turns) in turns


def _turns_of(plan: Plan, cell: Cell) -> tuple[int, ...]:
    """The turns that a cell has part in; none if it is in every block."""
    return tuple(turn for turn, group in enumerate(plan.turns) if cell.scenario in group)


def unmeasured(plan: Plan, done: Container[tuple[int, Cell]], late: Container[Cell] = ()) -> tuple[Cell, ...]:
    """The cells that are not done in every block they take part in; those that took too long once are not tried again.

    ``done`` has what was executed, each by its block.
    """
    return tuple(
        cell
        for cell in plan.cells
        if cell not in late
        and any((block, cell) not in done for block in range(plan.blocks) if takes_part(plan, cell, block))
    )


def executions(plan: Plan, cell: Cell) -> int:
    """How often a cell is executed in all blocks of a plan."""
    if not plan.turns and not plan.only_first and plan.shard is None:
        return plan.blocks
    return sum(takes_part(plan, cell, block) for block in range(plan.blocks))


def share(plan: Plan, cell: Cell) -> float:
    """The share of a plan's blocks in which a cell is executed, in the long run."""
    if cell.scenario in plan.only_first:
        return takes_part(plan, cell, 0) / plan.blocks
    of_turns = len(_turns_of(plan, cell)) / len(plan.turns) or 1.0 if plan.turns else 1.0
    return of_turns / (plan.shard[1] if plan.shard is not None else 1)


def planned(plan: Plan) -> int:
    """How many executions a plan has; with a budget of time, the most there can be."""
    return sum(executions(plan, cell) for cell in plan.cells)


def order_of(plan: Plan, block: int) -> tuple[Cell, ...]:
    """The order of one block, counted from 0.

    Each pair of blocks has a shuffle of its own, taken from the plan's seed; the second of a pair is the mirror of
    the first, so that a machine that gets steadily slower or faster within a block favours nobody over the pair. A
    cell whose turn it is not is left out, and moves none of the others.
    """
    cells = list(plan.cells)
    random.Random(f"{plan.seed}/{block // 2}").shuffle(cells)  # noqa: S311 - an order, not a secret
    if block % 2:
        cells.reverse()
    return tuple(cell for cell in cells if takes_part(plan, cell, block))


def schedule(
    plan: Plan,
    *,
    done: Container[tuple[int, Cell]],
    settled: Callable[[], Container[Cell]],
    time_is_up: Callable[[], bool],
) -> Iterator[tuple[int, list[tuple[int, Cell]]]]:
    """The blocks that are left to do, each with its cells and their positions, asked for when the one before is done.

    What is ``done`` already is left out, and so are cells that are ``settled`` when their block begins. It ends with
    the plan, when everything is settled, or when ``time_is_up``; a block that has begun is always completed, and one is
    begun in any case: without it there would be nothing to show.
    """
    begun = False
    for block in range(plan.blocks):
        left = [(position, cell) for position, cell in enumerate(order_of(plan, block)) if (block, cell) not in done]
        if not left:
            continue
        finished = settled()
        left = [(position, cell) for position, cell in left if cell not in finished]
        if not left or (begun and time_is_up()):
            return
        begun = True
        yield block, left


def variant_of(cell: Cell) -> str:
    """The name of the variant's folder, which the A/A cells share with the reference's own."""
    return cell.variant.removesuffix(CONTROL_SUFFIX)
