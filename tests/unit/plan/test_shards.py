"""plan.shards and the shards of plan.cells: dealing a plan out so that nothing is lost and every ratio holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from harness.plan.cells import (
    Selection,
    dealt_to,
    digest_of,
    make_plan,
    order_of,
    planned,
    takes_part,
    variant_of,
    whole,
)
from harness.plan.shards import half_done, units_of
from harness.records.facts import Lane
from harness.records.format import Cell, Plan

SELECTION = Selection(
    strategies={"uv": ["handwritten"], "venv": ["handwritten", "derived"]},
    scenarios={
        "lock": Lane.LOCAL,
        "run": Lane.LOCAL,
        "add-library": Lane.LOCAL,
        "nix-build": Lane.NIX,
        "nix-add-library": Lane.NIX,
    },
    lanes=frozenset(Lane),
    shapes=("canonical", "apps=2,libs=2"),
    only_with={"add-library": {"canonical"}, "nix-add-library": {"canonical"}},
    turns=(("add-library", "nix-add-library"), ()),
    only_first=frozenset({"lock"}),
)
PLAN = make_plan(SELECTION)


def executed(plan: Plan) -> list[tuple[int, Cell]]:
    """All that a plan executes."""
    return [(block, cell) for block in range(plan.blocks) for cell in plan.cells if takes_part(plan, cell, block)]


def test_units_hold_what_the_plan_executes_and_nothing_twice() -> None:
    keys = [key for unit in units_of(PLAN) for key in unit.keys]

    assert Counter(keys) == Counter(executed(PLAN))
    assert all(len({cell.scenario for _, cell in unit.cells}) == 1 for unit in units_of(PLAN))


def test_a_unit_has_every_variant_of_its_scenario_with_the_reference() -> None:
    for unit in units_of(PLAN):
        assert {variant_of(cell) for _, cell in unit.cells} == {"uv", "venv"}


def test_what_is_in_the_first_block_alone_is_a_unit_of_that_block() -> None:
    assert {unit.block for unit in units_of(PLAN) if unit.name.endswith("of lock")} == {0}


def test_units_come_shape_by_shape_and_block_by_block() -> None:
    places = [(PLAN.shapes.index(unit.shape), unit.block) for unit in units_of(PLAN)]

    assert places == sorted(places)


def test_cells_of_a_unit_have_their_places_in_the_block() -> None:
    one = make_plan(replace(SELECTION, shapes=("canonical",)))
    placed = [item for unit in units_of(one) if unit.block == 3 for item in unit.cells]

    assert sorted(placed, key=lambda item: item[0]) == list(enumerate(order_of(one, 3)))


def test_what_is_half_done_of_a_scenario_is_named() -> None:
    units = list(units_of(PLAN))
    some = frozenset(list(units[5].keys)[:1])

    assert half_done(PLAN, units[0].keys | some, ()) == some


def test_a_unit_is_whole_without_cells_that_take_too_long() -> None:
    units = list(units_of(PLAN))
    late = units[0].cells[0][1]
    there = {key for unit in units for key in unit.keys if key[1] != late or key[0] == 0}

    assert half_done(PLAN, there, {late}) == frozenset()
    assert half_done(PLAN, there, ()) != frozenset()
    assert late not in {cell for _, cell in units[0].without({late}).cells}


@given(shards=st.integers(1, 12), blocks=st.integers(1, 9), seed=st.integers(0, 99))
def test_shards_share_a_plan_out_without_loss_or_overlap(shards: int, blocks: int, seed: int) -> None:
    selection = replace(SELECTION, blocks=blocks, seed=seed)
    plan = make_plan(selection)
    parts = [make_plan(replace(selection, shard=(number, shards))) for number in range(1, shards + 1)]

    assert Counter(key for part in parts for key in executed(part)) == Counter(executed(plan))
    assert sum(map(planned, parts)) == planned(plan)
    assert {whole(part).digest for part in parts} == {plan.digest}


@given(shards=st.integers(1, 6), block=st.integers(0, 20))
def test_all_variants_of_a_scenario_go_to_the_same_shard(shards: int, block: int) -> None:
    places = {(cell.scenario, cell.shape): set[int]() for cell in PLAN.cells}
    for cell in PLAN.cells:
        places[cell.scenario, cell.shape].add(dealt_to(cell, block, shards))

    assert all(len(found) == 1 for found in places.values())


def test_each_shard_gets_some_blocks_of_each_scenario() -> None:
    for cell in PLAN.cells:
        assert {dealt_to(cell, block, 3) for block in range(6)} == {1, 2, 3}


def test_a_shards_digest_is_its_own_and_a_plan_without_shards_keeps_its_name() -> None:
    part = make_plan(replace(SELECTION, shard=(1, 2)))

    assert part.digest != PLAN.digest
    assert digest_of(PLAN) == PLAN.digest
    assert whole(PLAN) is PLAN
