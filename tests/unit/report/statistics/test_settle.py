"""Tests of the rule by which cells need no further block, by simulation and at the edges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from harness.records.facts import Lane, Outcome
from harness.records.format import CONTROL_SUFFIX, Cell, Plan, Sample
from harness.report.statistics.compare import Verdict, judge
from harness.report.statistics.frames import frames
from harness.report.statistics.settle import PRECISION, precise, settled_cells
from harness.report.statistics.statistics import Interval
from tests.made_up import made_up_sample
from tests.unit.report.statistics.simulating import simulated

DECIDED = (Verdict.FASTER, Verdict.SLOWER)
REFERENCE = Cell(variant="venv", lane=Lane.LOCAL, scenario="run")
CONTROL = replace(REFERENCE, variant="venv" + CONTROL_SUFFIX)
UV = replace(REFERENCE, variant="uv")
PDM = replace(REFERENCE, variant="pdm")

#: Narrow and wide in themselves, and in their ratio to a constant.
STEADY = [1.0, 1.01, 0.99, 1.0, 1.01, 0.99]
WILD = [1.0, 2.0, 0.5, 1.0, 2.0, 0.5]
FAILED: list[float | None] = [None] * 6


def plan(cells: Iterable[Cell]) -> Plan:
    return Plan(cells=tuple(cells), blocks=1000, seed=0, reference="venv", digest="", budget_s=600.0)


def samples(cell: Cell, seconds: Iterable[float | None]) -> list[Sample]:
    """A sample a block; one that failed where there are no seconds."""
    return [
        made_up_sample(cell, Outcome.FAILED if value is None else Outcome.OK, block=block, wall_s=value)
        for block, value in enumerate(seconds)
    ]


def settled(found: Mapping[Cell, Iterable[float | None]], *unmeasured: Cell) -> frozenset[Cell]:
    made = frames(sample for cell, seconds in found.items() for sample in samples(cell, seconds))
    return settled_cells(made, plan([*found, *unmeasured]))


def test_nothing_is_settled_before_it_begins() -> None:
    assert settled({}, REFERENCE, CONTROL, UV) == frozenset()


def test_all_is_settled_when_every_ratio_is_known_well_enough() -> None:
    everything = {REFERENCE: [1.0] * 6, CONTROL: WILD, UV: STEADY, PDM: [9.0] * 6}
    assert settled(everything) == frozenset(everything)


def test_five_blocks_are_too_few_however_steady() -> None:
    assert settled({REFERENCE: [1.0] * 6, UV: [2.0] * 5}) == frozenset()


def test_only_blocks_that_have_both_count() -> None:
    assert UV not in settled({REFERENCE: [None, *[1.0] * 5], UV: [1.0] * 6})


def test_the_reference_and_its_control_are_needed_while_any_variant_is_not_settled() -> None:
    assert settled({REFERENCE: [1.0] * 6, CONTROL: [1.0] * 6, UV: STEADY, PDM: WILD}) == {UV}


def test_a_machine_that_slows_for_both_leaves_the_ratio_settled() -> None:
    assert settled({REFERENCE: WILD, UV: [2 * seconds for seconds in WILD]}) == {REFERENCE, UV}


def test_what_always_fails_is_settled_after_six_blocks() -> None:
    assert settled({REFERENCE: [1.0] * 6, UV: FAILED, PDM: WILD}) == {UV}
    assert settled({REFERENCE: [1.0] * 5, UV: FAILED[:5]}) == frozenset()


@pytest.mark.parametrize("steady", [True, False])
def test_where_the_reference_always_fails_the_own_median_counts(steady: bool) -> None:
    found: dict[Cell, Iterable[float | None]] = {
        REFERENCE: FAILED,
        CONTROL: FAILED,
        UV: STEADY if steady else WILD,
    }
    assert settled(found) == {REFERENCE, CONTROL, *([UV] if steady else [])}


def test_where_the_reference_is_not_planned_the_own_median_counts() -> None:
    assert settled({UV: STEADY, PDM: WILD}) == {UV}


@pytest.mark.parametrize("others", [(), (UV,)])
def test_a_reference_with_nothing_to_compare_goes_by_its_own_median(others: tuple[Cell, ...]) -> None:
    failed = dict.fromkeys(others, FAILED)
    assert REFERENCE in settled(failed | {REFERENCE: STEADY})
    assert REFERENCE not in settled(failed | {REFERENCE: WILD})


def test_scenarios_providers_and_strategies_are_settled_apart() -> None:
    nix = Cell(variant="venv", lane=Lane.NIX, scenario="nix-build", provider="host", strategy="handwritten")
    derived = replace(nix, variant="uv", strategy="derived")
    found = {REFERENCE: [1.0] * 6, UV: STEADY, nix: [1.0] * 6, replace(nix, variant="uv"): WILD, derived: STEADY}
    assert settled(found) == {REFERENCE, UV, derived}


def test_a_narrow_interval_is_narrow_on_either_side_of_one() -> None:
    assert precise(Interval(median=1.0, low=1 / 1.049, high=1.049))
    assert precise(Interval(median=20.0, low=20 / 1.049, high=20 * 1.049))
    assert not precise(Interval(median=1.0, low=1 / 1.06, high=1.049))
    assert precise(Interval(median=0.0, low=0.0, high=0.0))
    assert not precise(Interval(median=1.0, low=0.0, high=1.0))


def stops(rng: np.random.Generator, noise: float, factor: float = 1.0, most: int = 30) -> tuple[int, Verdict]:
    """Measure block by block until the rule says stop: after how many, and the verdict then."""
    ratios = factor * rng.lognormal(0, noise, most) / rng.lognormal(0, noise, most)
    for count in range(6, most + 1):
        item = judge(ratios[:count])
        assert item.ratio is not None
        if precise(item.ratio):
            break
    return count, item.verdict


@simulated(60, 200)
def test_with_little_noise_most_comparisons_settle_soon(runs: int) -> None:
    rng = np.random.default_rng(21)
    found = [stops(rng, 0.03, most=10)[0] for _ in range(runs)]
    assert np.quantile(found, 0.9) <= 9


@simulated(100, 200)
def test_with_much_noise_six_blocks_do_not_settle_a_comparison(runs: int) -> None:
    rng = np.random.default_rng(22)
    assert sum(stops(rng, 0.3, most=7)[0] == 6 for _ in range(runs)) / runs <= 0.02


@simulated(40, 120)
@pytest.mark.parametrize("noise", [0.03, 0.06, pytest.param(0.1, marks=pytest.mark.verify)])
def test_stopping_by_width_does_not_inflate_false_verdicts(noise: float, runs: int) -> None:
    rng = np.random.default_rng(23)
    assert sum(stops(rng, noise)[1] in DECIDED for _ in range(runs)) / runs <= 0.05


@simulated(60, 200)
@pytest.mark.parametrize(("factor", "share"), [(1.1, 0.85), (1.2, 0.99)])
def test_where_the_rule_stops_real_differences_are_found(factor: float, share: float, runs: int) -> None:
    rng = np.random.default_rng(24)
    assert PRECISION == 0.05
    assert sum(stops(rng, 0.03, factor)[1] is Verdict.SLOWER for _ in range(runs)) / runs >= share
