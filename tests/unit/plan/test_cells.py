"""harness.plan.cells: which cells, in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.plan.cells import (
    Selection,
    executions,
    make_plan,
    of_shape,
    order_of,
    planned,
    schedule,
    share,
    takes_part,
    unmeasured,
    variant_of,
)
from harness.records.facts import Lane
from harness.records.format import CONTROL_SUFFIX, Cell

SELECTION = Selection(
    strategies={"uv": ["handwritten"], "venv": ["handwritten", "derived"]},
    scenarios={"lock": Lane.LOCAL, "run": Lane.LOCAL, "nix-build": Lane.NIX},
    lanes=frozenset(Lane),
)


def test_every_variant_meets_every_scenario_and_its_own_strategies() -> None:
    cells = make_plan(replace(SELECTION, control=frozenset())).cells

    assert [(cell.variant, cell.scenario, cell.strategy) for cell in cells] == [
        ("uv", "lock", None),
        ("uv", "run", None),
        ("uv", "nix-build", "handwritten"),
        ("venv", "lock", None),
        ("venv", "run", None),
        ("venv", "nix-build", "handwritten"),
        ("venv", "nix-build", "derived"),
    ]
    assert {cell.provider for cell in cells if cell.lane is Lane.NIX} == {"host"}


def test_the_reference_runs_twice_under_two_names_where_noise_is_looked_for() -> None:
    cells = make_plan(replace(SELECTION, control=frozenset({"run", "nix-build"}))).cells
    control = [cell for cell in cells if cell.variant.endswith(CONTROL_SUFFIX)]

    assert {variant_of(cell) for cell in control} == {"venv"}
    assert [cell.scenario for cell in control] == ["run", "nix-build", "nix-build"]


def test_one_lane_leaves_the_others_cells_out() -> None:
    assert {cell.lane for cell in make_plan(replace(SELECTION, lanes=frozenset({Lane.NIX}))).cells} == {Lane.NIX}


@given(seed=st.integers(), block=st.integers(0, 50))
def test_every_block_has_every_cell_once_and_pairs_mirror_each_other(seed: int, block: int) -> None:
    plan = make_plan(replace(SELECTION, seed=seed))
    first, second = order_of(plan, 2 * block), order_of(plan, 2 * block + 1)

    assert set(first) == set(plan.cells)
    assert len(first) == len(plan.cells)
    assert second == first[::-1]
    assert order_of(plan, 2 * block) == first


def test_blocks_differ_in_order() -> None:
    plan = make_plan(SELECTION)

    assert len({order_of(plan, block) for block in range(0, 20, 2)}) > 5


def test_the_digest_names_the_plan() -> None:
    digest = make_plan(SELECTION).digest

    assert make_plan(SELECTION).digest == digest
    for other in (
        replace(SELECTION, blocks=7),
        replace(SELECTION, seed=1),
        replace(SELECTION, reference="uv"),
        replace(SELECTION, lanes=frozenset({Lane.LOCAL})),
    ):
        assert make_plan(other).digest != digest


def test_a_cells_folder_is_found_without_the_control_suffix() -> None:
    assert variant_of(Cell(variant="venv~aa", lane=Lane.LOCAL, scenario="run")) == "venv"
    assert variant_of(Cell(variant="uv", lane=Lane.LOCAL, scenario="run")) == "uv"


TURNING = replace(
    SELECTION,
    scenarios={**SELECTION.scenarios, "add": Lane.LOCAL, "nix-add": Lane.NIX, "rename": Lane.LOCAL},
    turns=(("add", "nix-add"), ("rename", "nix-rename"), ("gone",)),
)


@given(seed=st.integers(), block=st.integers(0, 50))
def test_scenarios_that_take_turns_are_in_every_so_manieth_block_and_no_other_cell_is_moved(
    seed: int, block: int
) -> None:
    plan = make_plan(replace(TURNING, seed=seed))
    everything = make_plan(replace(TURNING, seed=seed, turns=()))
    turning = {"add", "nix-add", "rename"}

    order = order_of(plan, block)
    wanted = {"add", "nix-add"} if block % 2 == 0 else {"rename"}
    assert {cell.scenario for cell in order} & turning == wanted
    assert [cell for cell in order_of(everything, block) if cell in order] == list(order)
    assert {cell for cell in order if cell.scenario not in turning} == {
        cell for cell in plan.cells if cell.scenario not in turning
    }


@given(blocks=st.integers(1, 40))
def test_what_is_planned_is_what_is_scheduled(blocks: int) -> None:
    plan = make_plan(replace(TURNING, blocks=blocks))
    done = [
        cell for _, cells in schedule(plan, done=(), settled=lambda: (), time_is_up=lambda: False) for _, cell in cells
    ]

    assert planned(plan) == len(done)
    assert all(executions(plan, cell) == done.count(cell) for cell in plan.cells)


ONCE = replace(TURNING, only_first=frozenset({"lock", "gone"}), control=frozenset({"lock", "run"}))


@given(blocks=st.integers(1, 8), shards=st.integers(1, 4))
def test_what_is_in_the_first_block_alone_is_done_once_wherever_it_is_counted(blocks: int, shards: int) -> None:
    plan = make_plan(replace(ONCE, blocks=blocks))
    parts = [make_plan(replace(ONCE, blocks=blocks, shard=(number, shards))) for number in range(1, shards + 1)]
    once = [cell for cell in plan.cells if cell.scenario == "lock"]
    left = schedule(plan, done=(), settled=lambda: (), time_is_up=lambda: False)
    found = [(block, cell) for block, cells in left for _, cell in cells if cell.scenario == "lock"]

    assert plan.only_first == ("lock",)
    assert sorted(found, key=str) == sorted(((0, cell) for cell in once), key=str)
    for cell in once:
        assert executions(plan, cell) == sum(executions(part, cell) for part in parts) == 1
        assert [share(plan, cell) * blocks, sum(share(part, cell) * blocks for part in parts)] == pytest.approx([1, 1])
        assert cell not in unmeasured(plan, {(0, cell)})
    others = [cell for cell in plan.cells if cell.scenario in {"run", "nix-build"}]
    assert all(executions(plan, cell) == blocks for cell in others)
    assert planned(plan) == sum(map(planned, parts))


def test_what_is_in_one_block_alone_is_not_measured_twice_in_it() -> None:
    control = {cell.scenario for cell in make_plan(ONCE).cells if cell.variant.endswith(CONTROL_SUFFIX)}

    assert control == {"run"}
    repeated = make_plan(replace(ONCE, only_first=frozenset())).cells
    assert {cell.scenario for cell in repeated if cell.variant.endswith(CONTROL_SUFFIX)} == {"lock", "run"}


def test_a_budget_goes_on_without_what_is_in_the_first_block_alone() -> None:
    plan = make_plan(replace(ONCE, budget_s=60.0))
    blocks = schedule(plan, done=(), settled=lambda: (), time_is_up=lambda: False)
    _, first = next(blocks)
    _, second = next(blocks)

    assert "lock" in {cell.scenario for _, cell in first}
    assert "lock" not in {cell.scenario for _, cell in second}


@pytest.mark.parametrize("done", [0, 1])
def test_a_budget_that_was_up_before_the_first_sample_measures_a_block(done: int) -> None:
    plan = make_plan(replace(TURNING, budget_s=1.0))
    known = [(block, cell) for block in range(done) for cell in plan.cells]

    blocks = schedule(plan, done=known, settled=lambda: (), time_is_up=lambda: True)

    assert [block for block, _ in blocks] == [done]


def test_a_plan_in_which_all_is_in_every_block_keeps_the_digest_it_always_had() -> None:
    digest = "0e4f0c5f122f7f71a4bfa62447c1b456e202c21ca6dd7f765c16c1cdfd7e5afb"

    assert make_plan(SELECTION).digest == digest
    assert make_plan(replace(SELECTION, only_first=frozenset({"gone"}))).digest == digest
    assert make_plan(replace(SELECTION, only_first=frozenset({"lock"}))).digest != digest


def test_turns_hold_only_what_was_asked_for() -> None:
    assert make_plan(TURNING).turns == (("add", "nix-add"), ("rename",))
    assert make_plan(replace(TURNING, lanes=frozenset({Lane.NIX}))).turns == (("nix-add",),)
    assert make_plan(SELECTION).turns == ()


def test_the_digest_goes_by_turns_and_experiments_too() -> None:
    plans = [make_plan(SELECTION), make_plan(replace(SELECTION, experiments=("stale",)))]
    plans += [make_plan(TURNING), make_plan(replace(TURNING, turns=()))]

    assert len({plan.digest for plan in plans}) == 4


SHAPED = replace(
    SELECTION,
    scenarios={"tool-install": Lane.LOCAL, "run": Lane.LOCAL, "add": Lane.LOCAL},
    shapes=("small", "canonical", "large"),
    only_with={"add": {"canonical"}, "tool-install": {"small"}},
    control=frozenset(),
)


def test_of_several_shapes_each_has_what_its_members_can_be_measured_with() -> None:
    plan = make_plan(SHAPED)

    assert plan.shapes == ("small", "canonical", "large")
    assert {shape: {cell.scenario for cell in plan.cells if cell.shape == shape} for shape in plan.shapes} == {
        "small": {"tool-install", "run"},
        "canonical": {"run", "add"},
        "large": {"run"},
    }


def test_each_shape_has_an_order_of_its_own_and_none_of_the_others_cells() -> None:
    plan = make_plan(SHAPED)

    for shape in plan.shapes:
        part = of_shape(plan, shape)
        assert part.digest == plan.digest
        assert {cell.shape for cell in order_of(part, 0)} == {shape}
        assert len(order_of(part, 0)) == len(part.cells)


def test_a_turn_that_has_nothing_is_a_turn_nonetheless() -> None:
    plan = make_plan(replace(SELECTION, turns=((), ("run",)), control=frozenset()))

    assert plan.turns == ((), ("run",))
    assert [sum(cell.scenario == "run" for cell in order_of(plan, block)) for block in range(4)] == [0, 2, 0, 2]


def test_who_is_there_for_every_day_has_no_part_in_what_is_rare() -> None:
    plan = make_plan(replace(SELECTION, everyday=frozenset({"uv"}), rare=frozenset({"run"}), control=frozenset()))

    found = {name: {cell.scenario for cell in plan.cells if cell.variant == name} for name in ("uv", "venv")}
    assert found == {"uv": {"lock", "nix-build"}, "venv": {"lock", "run", "nix-build"}}


def test_only_the_strategies_that_were_asked_for_are_planned() -> None:
    cells = make_plan(replace(SELECTION, only_strategies=frozenset({"derived"}))).cells

    assert {cell.strategy for cell in cells if cell.lane is Lane.NIX} == {"derived"}
    assert {cell.variant for cell in cells if cell.lane is Lane.NIX} == {"venv", "venv~aa"}


def test_a_variant_without_any_strategy_says_so_whichever_was_asked_for() -> None:
    selection = replace(SELECTION, strategies={"bare": []}, only_strategies=frozenset({"derived"}))

    assert [cell.strategy for cell in make_plan(selection).cells if cell.lane is Lane.NIX] == [None]


@given(blocks=st.integers(1, 6), done=st.integers(0, 40))
def test_a_cell_is_unmeasured_until_every_block_it_takes_part_in_has_it(blocks: int, done: int) -> None:
    plan = make_plan(replace(SELECTION, blocks=blocks, turns=(("lock",), ("run",)), shard=(1, 2)))
    asked = [
        (block, cell) for block in range(blocks) for cell in order_of(plan, block) if takes_part(plan, cell, block)
    ]

    left = unmeasured(plan, set(asked[:done]))

    assert set(left) == {cell for _, cell in asked[done:]}
    assert unmeasured(plan, (), late=plan.cells) == ()
