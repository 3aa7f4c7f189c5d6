"""Tests of growth: what a power law gives back, when its interval says a word."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.statistics.compare import MINIMUM_BLOCKS, Block
from harness.report.statistics.scale import Basis, Figures, Fit, Growth, fit

SIZES = (3, 10, 30, 100, 300)


def blocks(values: Sequence[float]) -> dict[Block, float]:
    return {("run", place): float(value) for place, value in enumerate(values)}


def law(power: float, *, factor: float = 0.2, fixed: float = 0.0) -> dict[int, float]:
    return {members: fixed + factor * members**power for members in SIZES}


def points(
    seconds: Mapping[int, float], *, count: int = MINIMUM_BLOCKS, noise: float = 0.0, seed: int = 1
) -> list[tuple[int, dict[Block, float]]]:
    rng = np.random.default_rng(seed)
    return [(members, blocks(value * rng.lognormal(0, noise, count))) for members, value in seconds.items()]


def fitted(found: Fit | None) -> Fit:
    assert found is not None
    return found


@given(
    power=st.floats(-0.5, 3),
    factor=st.floats(1e-3, 1e3),
    sizes=st.lists(st.integers(1, 2000), min_size=3, max_size=6, unique=True),
)
def test_an_exact_power_law_gives_back_its_exponent(power: float, factor: float, sizes: list[int]) -> None:
    found = fitted(fit(points({members: factor * members**power for members in sizes})))
    exponent = found.exponent
    assert exponent.value == pytest.approx(power, abs=1e-6)
    assert (exponent.low, exponent.high) == (pytest.approx(power, abs=1e-6), pytest.approx(power, abs=1e-6))
    assert found.local.value == pytest.approx(power, abs=1e-6)
    assert found.at(7) == pytest.approx(factor * 7**power)
    assert found.sizes == tuple(sorted(sizes))


@given(data=st.data(), seed=st.integers(0, 1000))
def test_neither_the_order_of_blocks_nor_that_of_sizes_matters(data: st.DataObject, seed: int) -> None:
    given_points = points(law(0.8, fixed=1.0), count=7, noise=0.2, seed=seed)
    shuffled = [
        (members, blocks(data.draw(st.permutations(list(figures.values())))))
        for members, figures in data.draw(st.permutations(given_points))
    ]
    assert fit(shuffled) == fit(given_points)


@pytest.mark.parametrize(
    ("power", "growth"),
    [
        (0.0, Growth.CONSTANT),
        (0.05, Growth.CONSTANT),
        (0.5, Growth.SUBLINEAR),
        (0.95, Growth.LINEAR),
        (1.0, Growth.LINEAR),
        (1.4, Growth.WORSE),
        (0.1, Growth.UNCLEAR),
        (0.9, Growth.UNCLEAR),
        (1.1, Growth.UNCLEAR),
        (-0.5, Growth.UNCLEAR),
    ],
)
def test_a_word_is_said_only_where_the_whole_interval_clears_the_band(power: float, growth: Growth) -> None:
    found = fitted(fit(points(law(power), noise=0.02)))
    assert found.exponent.growth is growth
    assert found.exponent.reason.endswith(".")


def test_too_few_blocks_give_an_exponent_without_an_interval_and_say_so() -> None:
    figures = points(law(1.0))[:3]
    figures[2] = (figures[2][0], blocks([*figures[2][1].values()][: MINIMUM_BLOCKS - 1]))
    found = fitted(fit(figures))
    assert found.exponent.value == pytest.approx(1.0)
    assert (found.exponent.low, found.exponent.high) == (None, None)
    assert found.exponent.growth is Growth.UNCLEAR
    assert found.exponent.reason == "5 blocks are too few for an interval: it takes 6 at each size, or 4 sizes."
    assert found.blocks == 5


def one_block(seconds: dict[int, float]) -> list[tuple[int, Figures]]:
    return [(members, blocks([value])) for members, value in seconds.items()]


def test_with_few_blocks_the_sizes_say_how_far_they_lie_off_the_line() -> None:
    # By hand: logarithms to the base of ten are 0, 1, 2, 3 and 0, 1.1, 1.9, 3.
    found = fitted(fit(one_block({1: 1.0, 10: 10**1.1, 100: 10**1.9, 1000: 1000.0})))

    assert found.exponent.basis is Basis.SIZES
    assert found.exponent.value == pytest.approx(0.98)
    # The squares of what is left over add up to 0.018; two degrees of freedom; squares of the sizes' distances: 5.
    half = 4.302653 * math.sqrt(0.018 / 2 / 5)
    assert (found.exponent.low, found.exponent.high) == (
        pytest.approx(0.98 - half, abs=1e-5),
        pytest.approx(0.98 + half, abs=1e-5),
    )
    assert found.exponent.growth is Growth.UNCLEAR
    assert found.local.basis is Basis.NONE


def test_what_lies_on_a_line_needs_no_more_blocks_to_be_linear() -> None:
    found = fitted(fit(one_block({members: 0.5 * members for members in (3, 10, 30, 100, 300)})))

    assert found.exponent.growth is Growth.LINEAR
    assert (found.exponent.low, found.exponent.high) == (pytest.approx(1.0), pytest.approx(1.0))


def test_two_sizes_have_no_curve_nor_have_figures_that_are_not_above_0() -> None:
    assert fit(points({3: 1.0, 10: 2.0})) is None
    assert fit(points({3: 0.0, 10: 2.0, 30: 3.0})) is None
    assert fit([]) is None


def test_every_size_counts_alike_however_many_blocks_it_has() -> None:
    few = points(law(1.0, fixed=2.0))
    many = [(members, blocks([*figures.values()] * (9 if members == 300 else 1))) for members, figures in few]
    assert fitted(fit(many)).exponent.value == pytest.approx(fitted(fit(few)).exponent.value)


def test_shapes_with_as_many_members_count_as_one_size() -> None:
    seconds = law(1.0)
    twice = [*points(seconds), *points({30: 4 * seconds[30]}), *points({30: seconds[30] / 4})]
    assert fitted(fit(twice)).exponent.value == pytest.approx(1.0)
    assert fitted(fit(twice)).sizes == SIZES


def test_a_fixed_cost_hides_growth_and_the_last_two_sizes_show_it() -> None:
    found = fitted(fit(points(law(1.0, factor=0.1, fixed=1.0), noise=0.01)))
    assert found.exponent.growth is Growth.SUBLINEAR
    assert found.local.value > found.exponent.value + 0.2
    assert found.local.growth is Growth.LINEAR
    assert found.bends
    assert not fitted(fit(points(law(1.0)))).bends


def test_the_interval_holds_the_true_exponent_about_as_often_as_it_says() -> None:
    held = 0
    for seed in range(200):
        exponent = fitted(fit(points(law(0.7), count=10, noise=0.15, seed=seed))).exponent
        assert exponent.low is not None
        assert exponent.high is not None
        assert exponent.low <= exponent.value <= exponent.high
        held += exponent.low <= 0.7 <= exponent.high
    assert 0.88 <= held / 200 <= 0.99


MEMBERS = {f"s{members}": members for members in SIZES}


def times(seconds: Mapping[int, float], *, seed: int = 1) -> dict[str, dict[Block, float]]:
    return {f"s{members}": figures for members, figures in points(seconds, count=8, noise=0.005, seed=seed)}
