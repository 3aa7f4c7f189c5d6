"""Tests of runs that stand apart, by simulation and at the edges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from harness.analysis.compare import Verdict
from harness.analysis.history import MINIMUM_RUNS, Point, find_shifts, points
from harness.analysis.statistics import Interval
from tests.unit.analysis.simulating import simulated


def night(run: int, ratio: float, *, width: float = 0.01, shared: int = 6) -> Point:
    """A run with a ratio and an interval so wide on either side."""
    interval = Interval(median=ratio, low=ratio * (1 - width), high=ratio * (1 + width))
    return Point(run=f"n-{run:02d}", seconds=interval, blocks=shared, ratio=interval, shared=shared)


def nights(ratios: Sequence[float], *, width: float = 0.01) -> list[Point]:
    return [night(number, ratio, width=width) for number, ratio in enumerate(ratios)]


QUIET = (0.500, 0.503, 0.498, 0.501, 0.499, 0.502, 0.500, 0.497)


def test_the_figures_of_a_run_are_of_its_own_blocks() -> None:
    reference = {("a", block): 2.0 for block in range(6)} | {("b", block): 4.0 for block in range(5)}
    variant = {("a", block): 1.0 for block in range(6)} | {("b", block): 1.0 for block in range(4, 7)} | {("c", 0): 7.0}
    first, second, third = points(variant, reference, ["a", "b", "c", "d"])
    assert (first.run, first.seconds.median, first.blocks) == ("a", 1.0, 6)
    assert (first.ratio, first.shared) == (Interval(median=0.5, low=0.5, high=0.5), 6)
    assert (second.ratio, second.shared, second.blocks) == (Interval(median=0.25, low=0.25, high=0.25), 1, 3)
    assert (third.ratio, third.shared) == (None, 0)
    assert [item.judged for item in (first, second, third)] == [True, False, False]


def test_the_reference_has_seconds_and_no_ratio() -> None:
    (point,) = points({("a", 0): 2.0, ("a", 1): 4.0}, None, ["a"])
    assert point.seconds.median == 3.0
    assert point.ratio is None


def test_a_block_in_which_the_reference_took_no_time_has_no_ratio() -> None:
    (point,) = points({("a", 0): 2.0}, {("a", 0): 0.0}, ["a"])
    assert (point.ratio, point.shared) == (None, 0)


@simulated(100, 300)
def test_runs_that_differ_as_runs_do_are_rarely_said_to_stand_apart(runs: int) -> None:
    # Nights differ by 3% and each interval claims 1%: what holds the single run against itself alone would be fooled.
    rng = np.random.default_rng(5)
    wrong = 0
    for _ in range(runs):
        found, looked = find_shifts({key: nights(rng.lognormal(0, 0.03, 20).tolist()) for key in "abcd"})
        assert looked == 4 * (20 - MINIMUM_RUNS)
        wrong += any(found.values())
    assert wrong / runs <= 0.05


@simulated(60, 200)
@pytest.mark.parametrize(("factor", "verdict"), [(1.25, Verdict.SLOWER), (0.8, Verdict.FASTER)])
def test_a_lasting_change_is_found_where_it_begins(factor: float, verdict: Verdict, runs: int) -> None:
    rng = np.random.default_rng(6)
    found = 0
    for _ in range(runs):
        ratios = rng.lognormal(0, 0.01, 20)
        ratios[14:] *= factor
        shifts, _ = find_shifts({key: nights(ratios.tolist()) for key in "abcd"})
        found += [(item.run, item.verdict) for item in shifts["a"]] == [("n-14", verdict)]
    assert found / runs >= 0.95


def test_one_night_alone_is_over_and_is_no_measure_for_later_ones() -> None:
    found, _ = find_shifts({"a": nights((*QUIET, 0.7, *QUIET, 0.7))})
    first, second = found["a"]
    assert (first.run, first.runs, first.over, first.adopted) == ("n-08", 1, True, False)
    assert (first.before, first.earlier) == (float(np.median(QUIET)), 8)
    assert (second.run, second.runs, second.over) == ("n-17", 1, False)
    assert second.earlier == 16


def test_what_stays_becomes_the_measure() -> None:
    stayed = [ratio * 1.4 for ratio in QUIET]
    found, _ = find_shifts({"a": nights((*QUIET, *stayed, *QUIET))})
    up, down = found["a"]
    assert (up.run, up.verdict, up.runs, up.adopted) == ("n-08", Verdict.SLOWER, MINIMUM_RUNS, True)
    assert (down.run, down.verdict) == ("n-16", Verdict.FASTER)
    assert down.before == pytest.approx(float(np.median(stayed)))


def test_a_change_that_still_holds_is_counted_to_the_newest_run() -> None:
    found, _ = find_shifts({"a": nights((*QUIET, 0.7, 0.71, 0.69))})
    (shift,) = found["a"]
    assert (shift.run, shift.runs, shift.over, shift.adopted) == ("n-08", 3, False, False)


def test_from_one_side_to_the_other_is_two_shifts() -> None:
    found, _ = find_shifts({"a": nights((*QUIET, 0.7, 0.3))})
    assert [(item.verdict, item.over) for item in found["a"]] == [(Verdict.SLOWER, True), (Verdict.FASTER, False)]


def test_the_whole_interval_has_to_lie_outside_the_band() -> None:
    narrow, _ = find_shifts({"a": [*nights(QUIET), night(8, 0.6, width=0.10)]})
    wide, _ = find_shifts({"a": [*nights(QUIET), night(8, 0.6, width=0.15)]})
    inside, _ = find_shifts({"a": nights((*[0.5] * 8, 0.512), width=0.0)})
    assert [len(found["a"]) for found in (narrow, wide, inside)] == [1, 0, 0]


def test_equal_runs_have_no_spread_to_hide_behind() -> None:
    found, _ = find_shifts({"a": nights((*[0.5] * 8, 0.53), width=0.0)})
    (shift,) = found["a"]
    assert shift.p_value == 0.0


def test_the_more_is_looked_at_the_more_it_takes() -> None:
    series = nights((*QUIET, 0.53), width=0.0)
    alone, few = find_shifts({"a": series})
    among, many = find_shifts({"a": series, **{number: nights(QUIET * 12) for number in range(40)}})
    assert (few, many) == (3, 3 + 40 * (96 - MINIMUM_RUNS))
    assert (len(alone["a"]), len(among["a"])) == (1, 0)


def test_runs_with_too_few_blocks_are_neither_judged_nor_a_measure() -> None:
    few = [night(number, ratio, shared=5) for number, ratio in enumerate((*QUIET, 0.9))]
    assert find_shifts({"a": few}) == ({"a": ()}, 0)
    mixed = [*nights(QUIET[:6]), night(6, 5.0, shared=5), night(7, 0.7)]
    (shift,) = find_shifts({"a": mixed})[0]["a"]
    assert (shift.run, shift.earlier) == ("n-07", 6)


def test_with_too_few_runs_before_it_nothing_is_said() -> None:
    assert find_shifts({"a": nights((*QUIET[: MINIMUM_RUNS - 1], 5.0))}) == ({"a": ()}, 0)
    assert find_shifts({}) == ({}, 0)


def test_what_means_something_else_is_held_against_nothing_before_it() -> None:
    series = nights((*QUIET, 0.9, *[0.9] * 7))
    assert find_shifts({"a": series}, anew={"a": {"n-08"}}) == ({"a": ()}, 2 + 2)
    # What stood apart before the break is over, whatever came after it.
    broken = nights((*QUIET, 0.7, 0.7, 0.7))
    (shift,) = find_shifts({"a": broken}, anew={"a": {"n-10"}})[0]["a"]
    assert (shift.runs, shift.over) == (2, True)
