"""Tests of medians, intervals and outliers."""

from __future__ import annotations

import numpy as np
import pytest

from harness.report.statistics.statistics import Interval, median_interval, nested_interval, outliers, summarise
from tests.unit.report.statistics.simulating import simulated


def width(interval: Interval) -> float:
    """How wide an interval is, as a share of its median."""
    return (interval.high - interval.low) / interval.median


def test_constant_figures_have_an_interval_without_width() -> None:
    summary = summarise(np.full(8, 0.3))
    assert summary is not None
    assert summary.interval is not None
    assert (summary.interval.low, summary.median, summary.interval.high) == (0.3, 0.3, 0.3)
    assert summary.spread == 0
    assert summary.outliers == ()


def test_one_figure_has_a_median_and_no_interval() -> None:
    summary = summarise(np.array([2.0]))
    assert summary is not None
    assert (summary.count, summary.median, summary.interval) == (1, 2.0, None)


def test_no_figures_have_no_summary() -> None:
    assert summarise(np.array([])) is None


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_absent_figures_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="not finite"):
        summarise(np.array([1.0, bad]))


def test_outliers_are_reported_and_stay_in_the_median() -> None:
    values = np.array([1.0, 1.01, 0.99, 1.02, 0.98, 9.0])
    summary = summarise(values)
    assert summary is not None
    assert summary.outliers == (5,)
    assert summary.median == float(np.median(values))


def test_an_outlier_among_equal_figures_is_found() -> None:
    assert outliers(np.array([1.0] * 20 + [2.0])) == (20,)


@pytest.mark.parametrize("count", [12, 1000])
def test_the_interval_holds_the_true_median_about_as_often_as_it_says(count: int) -> None:
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(300):
        interval = median_interval(rng.lognormal(0, 0.2, count))
        held += interval.low <= 1 <= interval.high
    assert 0.91 <= held / 300 <= 0.99


def test_the_interval_is_the_same_each_time() -> None:
    values = np.random.default_rng(4).lognormal(0, 0.1, 15)
    assert median_interval(values) == median_interval(values)


def test_figures_of_one_group_have_the_interval_of_figures_without_groups() -> None:
    values = np.array([1.0, 2.0, 4.0, 8.0, 9.0])

    assert nested_interval(values, ["a"] * 5) == median_interval(values)


def test_groups_that_differ_widen_the_interval_and_groups_that_do_not_hardly_do() -> None:
    rng = np.random.default_rng(3)
    alike = rng.lognormal(0, 0.05, 24)
    groups = [name for name in "abcd" for _ in range(6)]
    apart = alike * np.repeat([0.7, 0.9, 1.1, 1.3], 6)

    without = width(median_interval(alike))
    assert width(nested_interval(alike, groups)) < 2.5 * without
    assert width(nested_interval(apart, groups)) > 4 * without


def test_the_interval_of_groups_reaches_from_one_to_the_other_and_never_beyond() -> None:
    values = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
    found = nested_interval(values, ["a", "a", "a", "b", "b", "b"])

    assert (found.low, found.high) == (1.0, 2.0)


@pytest.mark.parametrize("sizes", [(1, 9), (5, 2, 3), (1, 1, 1, 1)])
def test_groups_need_not_be_of_one_size(sizes: tuple[int, ...]) -> None:
    values = np.arange(1.0, sum(sizes) + 1)
    groups = [str(group) for group, size in enumerate(sizes) for _ in range(size)]
    found = nested_interval(values, groups)

    assert values.min() <= found.low <= found.median <= found.high <= values.max()
    assert nested_interval(values, groups) == found


@simulated(100, 300)
def test_the_interval_of_groups_holds_what_it_promises(runs: int) -> None:
    # Eight machines, drawn from many whose own medians differ: the interval has to be about all of them.
    rng = np.random.default_rng(4)
    groups = [str(group) for group in range(8) for _ in range(6)]
    hits = plain = 0
    for _ in range(runs):
        values = np.repeat(rng.lognormal(0, 0.1, 8), 6) * rng.lognormal(0, 0.03, 48)
        nested, blind = nested_interval(values, groups), median_interval(values)
        hits += nested.low <= 1.0 <= nested.high
        plain += blind.low <= 1.0 <= blind.high
    assert hits / runs >= 0.88
    assert plain / runs < 0.75
