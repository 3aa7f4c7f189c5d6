"""Tests of medians, intervals and outliers."""

from __future__ import annotations

import numpy as np
import pytest

from harness.analysis.statistics import median_interval, outliers, summarise


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
