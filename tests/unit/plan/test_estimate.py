"""Tests of how long a plan is said to take."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harness.errors import ResultsError
from harness.plan.estimate import (
    DEFAULT_MEMBER_BYTES,
    DEFAULT_S,
    STANDSTILL_S,
    EarlierCell,
    estimate,
    from_now_on,
    read_earlier,
)
from harness.records.facts import Lane
from harness.records.format import CONTROL_SUFFIX, Cell, Plan
from tests.places import CHECKOUT

FIXTURE = CHECKOUT / "tests" / "fixtures" / "run-small" / "samples.jsonl"
START = datetime(2026, 1, 1, tzinfo=UTC)


def cell(variant: str, scenario: str = "run", lane: Lane = Lane.LOCAL) -> Cell:
    return Cell(variant=variant, lane=lane, scenario=scenario)


def plan(*cells: Cell) -> Plan:
    return Plan(cells=cells, blocks=6, seed=0, reference="venv", digest="")


def block(number: int, *cells: tuple[Cell, float], run_id: str = "r") -> Sequence[EarlierCell]:
    """A block whose cells start so many seconds after it began, and of which one second each is measured."""
    return [
        EarlierCell(
            cell=item,
            block=number,
            started_at=(START + timedelta(days=number, seconds=seconds)).isoformat(),
            wall_s=1.0,
            run_id=run_id,
        )
        for item, seconds in cells
    ]


def test_a_cell_takes_the_median_from_one_start_to_the_next() -> None:
    a, b = cell("a"), cell("b")
    earlier = [*block(0, (a, 0), (b, 10)), *block(1, (a, 0), (b, 30)), *block(2, (a, 0), (b, 11), (a, 13))]
    found = estimate(plan(a, b), earlier)
    assert (found.seconds_per_block, found.known_cells, found.unknown_cells) == (11 + 2, 2, 0)


def test_as_a_run_goes_on_a_cell_takes_what_it_took_and_one_not_seen_yet_the_mean_of_all() -> None:
    a, b = cell("a"), cell("b")
    two = replace(plan(a, b), blocks=2)

    assert from_now_on(two, {a: [4.0]}).left(two, {(0, a)}) == 4.0 + 2 * 4.0
    assert from_now_on(two, {a: [4.0], b: [1.0]}).left(two, {(0, a), (0, b)}) == 4.0 + 1.0
    assert from_now_on(two, {}).left(two, set()) == 4 * DEFAULT_S


def test_order_of_the_samples_does_not_matter() -> None:
    a, b = cell("a"), cell("b")
    earlier = block(0, (a, 0), (b, 10))
    assert estimate(plan(a, b), earlier) == estimate(plan(a, b), list(reversed(earlier)))


def test_of_the_last_in_a_block_the_measured_part_counts() -> None:
    assert estimate(plan(cell("a")), block(0, (cell("a"), 0))).seconds_per_block == 1.0


def test_blocks_of_two_runs_are_kept_apart() -> None:
    a = cell("a")
    earlier = [*block(0, (a, 0)), *block(0, (a, 500), run_id="other")]
    assert estimate(plan(a), earlier).seconds_per_block == 1.0


def test_time_in_which_a_run_stood_still_is_nobodys() -> None:
    a, b = cell("a"), cell("b")
    found = estimate(plan(a, b), block(0, (a, 0), (b, 5), (a, STANDSTILL_S + 6)))
    assert (found.seconds_per_block, found.known_cells) == (5 + 5, 1)


def test_an_unknown_cell_takes_what_is_usual_in_its_scenario_then_its_lane_then_at_all() -> None:
    build = cell("a", "build")
    earlier = block(0, (cell("a"), 0), (cell("b"), 4), (build, 10), (cell("c"), 40), (cell("a"), 42))
    assert estimate(plan(cell("new")), earlier).seconds_per_block == 4
    assert estimate(plan(cell("new", "build")), earlier).seconds_per_block == 30
    assert estimate(plan(cell("new", "deploy")), earlier).seconds_per_block == 5
    found = estimate(plan(cell("new", "nix-eval", Lane.NIX)), earlier)
    assert (found.seconds_per_block, found.known_cells, found.unknown_cells) == (DEFAULT_S, 0, 1)


def test_without_anything_earlier_the_default_is_taken() -> None:
    assert estimate(plan(cell("a"), cell("b")), []).seconds_per_block == 2 * DEFAULT_S


def test_the_control_takes_as_long_as_the_reference() -> None:
    venv, control = cell("venv"), cell("venv" + CONTROL_SUFFIX)
    found = estimate(plan(venv, control), block(0, (venv, 0), (cell("b"), 7)))
    assert (found.seconds_per_block, found.known_cells) == (14, 2)


def test_samples_are_read_from_a_run_and_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    whole = read_earlier(FIXTURE)
    assert len(whole) == len(FIXTURE.read_bytes().splitlines())
    first = whole[0]
    assert (first.cell, first.block, first.run_id) == (cell("venv", "build"), 0, "run-small")
    assert first.wall_s == pytest.approx(5.856, abs=0.001)
    torn = tmp_path / "samples.jsonl"
    torn.write_bytes(FIXTURE.read_bytes()[:-20])
    assert read_earlier(torn) == whole[:-1]


def test_no_file_is_nothing_earlier_and_a_damaged_one_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "samples.jsonl"
    assert read_earlier(path) == []
    path.write_bytes(FIXTURE.read_bytes().splitlines(keepends=True)[0] + b"{}\n")
    with pytest.raises(ResultsError, match="line 2 is damaged"):
        read_earlier(path)
    with pytest.raises(ResultsError, match="cannot be read"):
        read_earlier(tmp_path)


def shaped(variant: str, shape: str, scenario: str = "run") -> Cell:
    return replace(cell(variant, scenario), shape=shape)


def test_a_cell_of_another_shape_grows_as_its_members_do() -> None:
    a, b = cell("a"), cell("b")
    earlier = block(0, (a, 0), (b, 10))
    members = {"ten": 30, "one": 1}

    found = estimate(plan(shaped("a", "ten")), earlier, members)
    assert (found.seconds_per_block, found.known_cells) == (100.0, 0)
    # What is smaller is not taken to be quicker: much of it has nothing to do with members.
    assert estimate(plan(shaped("a", "one")), earlier, members).seconds_per_block == 10.0


def test_of_several_shapes_the_nearest_counts_and_the_limit_is_the_most() -> None:
    small, middle = shaped("a", "small"), shaped("a", "middle")
    earlier = block(0, (small, 0), (middle, 10), (cell("b"), 30))
    members = {"small": 3, "middle": 30, "large": 60, "huge": 60_000}

    assert estimate(plan(shaped("a", "large")), earlier, members).seconds_per_block == 40.0
    assert estimate(plan(shaped("a", "huge")), earlier, members).seconds_per_block == 600.0


def test_room_is_that_of_the_largest_shape_and_unknown_without_members() -> None:
    weighed = [replace(item, disk_bytes=10**8) for item in block(0, (cell("a", "install-cold"), 0))]
    both = plan(cell("a"), shaped("a", "large"))

    alone = estimate(plan(shaped("a", "large")), weighed, {"large": 103}).disk_bytes
    assert alone == 4 * (10**8 + 100 * DEFAULT_MEMBER_BYTES)
    assert estimate(both, weighed, {"large": 103}).disk_bytes == alone
    assert estimate(both, weighed).disk_bytes == 0


def test_what_nix_builds_stays_for_all_blocks() -> None:
    nix = Cell(variant="a", lane=Lane.NIX, scenario="nix-build", provider="host", strategy="derived")
    without = estimate(plan(cell("a")), [], {}).disk_bytes

    assert estimate(plan(cell("a"), nix), [], {}).disk_bytes > without


def test_what_is_left_is_what_was_not_done_and_did_not_take_too_long() -> None:
    first, second, late = cell("a"), cell("b"), cell("c")
    three = replace(plan(first, second, late), blocks=3)
    found = replace(estimate(three, []), by_cell={first: 2.0, second: 5.0, late: 100.0})

    assert found.left(three, {(0, first), (1, first), (0, second)}, {late}) == 2.0 + 2 * 5.0
    assert found.left(three, {(block, item) for block in range(3) for item in three.cells}) == 0.0


def test_sizes_are_read_from_samples(tmp_path: Path) -> None:
    row = {
        "run_id": "r", "variant": "a", "lane": "local", "scenario": "install-cold", "block": 0,
        "started_at": START.isoformat(), "sizes": {"environment_bytes": 5, "cache_bytes": 7, "other": 1},
    }  # fmt: skip
    path = tmp_path / "samples.jsonl"
    path.write_text("\n".join(json.dumps(item) for item in (row, {**row, "sizes": {}})) + "\n", encoding="utf-8")

    assert [item.disk_bytes for item in read_earlier(path)] == [12, None]


def test_what_is_in_the_first_block_alone_counts_for_one_block() -> None:
    a, b = cell("a", "tool-install"), cell("b")
    once = replace(plan(a, b), only_first=("tool-install",))

    found = estimate(once, block(0, (a, 0), (b, 60)))

    assert found.seconds_per_block * once.blocks == pytest.approx(60 + 6 * 1)
    assert found.left(once, ()) == 60 + 6 * 1
    assert found.left(once, {(0, a)}) == 6 * 1
