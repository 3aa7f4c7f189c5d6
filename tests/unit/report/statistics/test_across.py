"""One run against another: by simulation, at the edges, and turned round."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from harness.report.statistics.across import Change, Doubt, Held, hold, median_ratio, ratios, settle, together
from tests.unit.report.statistics.simulating import simulated

Blocks = dict[tuple[str, int], float]

SECONDS = st.lists(st.floats(0.001, 1000), min_size=1, max_size=12)


def noisy(rng: np.random.Generator, seconds: float, count: int, noise: float = 0.03) -> NDArray[np.float64]:
    return seconds * rng.lognormal(0, noise, count)


def family(rng: np.random.Generator, *, ratio: float = 1.0, cells: int = 40, blocks: int, noise: float) -> list[Held]:
    return settle([hold(noisy(rng, 1, blocks, noise), noisy(rng, ratio, blocks, noise)) for _ in range(cells)])


@simulated(20, 50)
@pytest.mark.parametrize(
    ("blocks", "noise"),
    [
        (6, 0.03),
        (10, 0.15),
        *(pytest.param(*it, marks=pytest.mark.verify) for it in ((6, 0.01), (10, 0.03), (30, 0.15))),
    ],
)
def test_two_runs_of_the_same_rarely_hold_a_single_false_change(blocks: int, noise: float, runs: int) -> None:
    rng = np.random.default_rng(31)
    families = [family(rng, blocks=blocks, noise=noise) for _ in range(runs)]
    assert sum(any(item.verdict.changed for item in held) for held in families) / len(families) <= 0.05
    assert sum(item.verdict.changed for held in families for item in held) / (40 * runs) <= 0.005


@simulated(20, 60)
def test_it_holds_at_the_very_edge_of_the_band(runs: int) -> None:
    rng = np.random.default_rng(32)
    families = [family(rng, ratio=1.03, blocks=8, noise=0.02) for _ in range(runs)]
    assert sum(any(item.verdict.changed for item in held) for held in families) / len(families) <= 0.10


@simulated(20, 50)
def test_it_holds_for_runs_that_are_not_equally_noisy_nor_long(runs: int) -> None:
    rng = np.random.default_rng(33)
    families = [settle([hold(noisy(rng, 1, 6, 0.2), noisy(rng, 1, 25, 0.01)) for _ in range(40)]) for _ in range(runs)]
    assert sum(any(item.verdict.changed for item in held) for held in families) / len(families) <= 0.10


@simulated(10, 50)
@pytest.mark.parametrize(("ratio", "verdict"), [(1.2, Change.SLOWER), (1 / 1.2, Change.FASTER)])
def test_a_difference_of_a_fifth_is_found_among_forty(ratio: float, verdict: Change, runs: int) -> None:
    rng = np.random.default_rng(34)
    found = []
    for _ in range(runs):
        same = [hold(noisy(rng, 1, 10), noisy(rng, 1, 10)) for _ in range(39)]
        found.append(settle([*same, hold(noisy(rng, 1, 10), noisy(rng, ratio, 10))])[-1].verdict)
    assert found.count(verdict) == len(found)


def test_unchanged_is_rarely_said_of_what_changed() -> None:
    rng = np.random.default_rng(35)
    wrong = [hold(noisy(rng, 1, 8, 0.02), noisy(rng, 1.04, 8, 0.02)).verdict for _ in range(600)]
    assert wrong.count(Change.UNCHANGED) / len(wrong) <= 0.10


def test_enough_blocks_show_that_nothing_changed() -> None:
    rng = np.random.default_rng(36)
    held = family(rng, blocks=60, noise=0.02)
    assert [item.verdict for item in held] == [Change.UNCHANGED] * 40


def test_the_interval_covers_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(37)
    inside = [
        found.low <= 1.5 <= found.high
        for found in (median_ratio(noisy(rng, 2, 12, 0.05), noisy(rng, 3, 9, 0.1)) for _ in range(400))
    ]
    assert 0.90 <= sum(inside) / len(inside) <= 0.99


@pytest.mark.parametrize("sizes", [(5, 8), (6, 6), (11, 2), (1, 7)])
def test_the_interval_is_that_of_resampling_itself(sizes: tuple[int, int]) -> None:
    rng = np.random.default_rng(38)
    base, new = (noisy(rng, 1, size, 0.2) for size in sizes)
    found = median_ratio(base, new)
    old, now = (
        np.median(values[rng.integers(0, len(values), (40_000, len(values)))], axis=1) for values in (base, new)
    )
    logs = np.log(now / old)
    for bound, tail in ((found.low, 0.025), (found.high, 0.975)):
        assert (logs <= np.log(bound) + 1e-9).mean() >= tail - 0.01
        assert (logs >= np.log(bound) - 1e-9).mean() >= 1 - tail - 0.01


@given(SECONDS, SECONDS)
def test_turned_round_ratios_are_inverted_and_faster_is_slower(base: list[float], new: list[float]) -> None:
    there, back = hold(base, new), hold(new, base)
    turned = {Change.FASTER: Change.SLOWER, Change.SLOWER: Change.FASTER}
    assert there.ratio is not None
    assert back.ratio is not None
    assert there.ratio.median == pytest.approx(1 / back.ratio.median)
    assert there.ratio.low == pytest.approx(1 / back.ratio.high)
    assert there.ratio.high == pytest.approx(1 / back.ratio.low)
    assert (there.base, there.new, there.base_blocks, there.new_blocks) == (
        back.new,
        back.base,
        back.new_blocks,
        back.base_blocks,
    )
    assert there.p_value == (None if back.p_value is None else pytest.approx(back.p_value))
    # Where an interval ends on an edge of the band to the last digit, rounding decides; there is no telling then.
    edges = [np.log(bound) for ratio in (there.ratio, back.ratio) for bound in (ratio.low, ratio.high)]
    if all(abs(abs(edge) - np.log1p(0.03)) > 1e-9 for edge in edges):
        assert there.verdict is turned.get(back.verdict, back.verdict)
        assert there.doubt is back.doubt


@given(SECONDS, SECONDS, st.floats(0.01, 100))
def test_a_machine_twice_as_fast_in_both_runs_changes_no_ratio(base: list[float], new: list[float], by: float) -> None:
    here, there = hold(base, new), hold([value * by for value in base], [value * by for value in new])
    assert here.ratio is not None
    assert there.ratio is not None
    for name in ("median", "low", "high"):
        assert getattr(there.ratio, name) == pytest.approx(getattr(here.ratio, name))


@given(st.lists(st.tuples(SECONDS, SECONDS), min_size=1, max_size=8))
def test_correction_only_ever_takes_verdicts_back(pairs: list[tuple[list[float], list[float]]]) -> None:
    single = [hold(base, new) for base, new in pairs]
    for before, after in zip(single, settle(single), strict=True):
        assert after == before or (before.verdict.changed and after.doubt is Doubt.CHANCE)
        assert (after.doubt is None) is (after.verdict is not Change.UNDECIDED)
        assert after.reason


@given(SECONDS, SECONDS)
def test_few_blocks_are_never_enough(base: list[float], new: list[float]) -> None:
    held = hold(base, new)
    few = min(len(base), len(new)) < 6
    assert (held.doubt is Doubt.FEW_BLOCKS) is few
    assert (held.p_value is None) is few


def test_what_looks_changed_may_be_chance_among_many() -> None:
    # One p-value between the level for one test and that for forty.
    base = [1.0, 1.01, 1.02, 1.03, 1.04, 1.05]
    held = hold(base, [value * 1.07 for value in base])
    assert held.verdict is Change.SLOWER
    assert held.p_value is not None
    assert 0.05 / 40 < held.p_value < 0.05
    assert settle([held])[0] == held
    (last,) = settle([*(hold(base, base) for _ in range(39)), held])[-1:]
    assert (last.verdict, last.doubt) == (Change.UNDECIDED, Doubt.CHANCE)
    assert last.reason == "It looks slower, but with 40 cells tested that may be chance."


def test_what_cannot_be_judged_says_why() -> None:
    assert hold([1.0] * 6, []).reason == "No block has a figure in one of the runs."
    assert hold([0.0] * 6, [1.0] * 6).ratio is None
    assert hold([1.0], [2.0] * 6).reason.startswith("1 block in base and 6 in new are too few")
    wide = hold([1, 1, 1, 1.2, 1.2, 1.2], [1.1, 1.1, 1.1, 1, 1, 1])
    assert (wide.doubt, "neither shown nor ruled out" in wide.reason) == (Doubt.WIDE, True)
    scattered = hold([1.0] * 6, [1.05, 1.05, 1.05, 1.05, 1.05, 1.6])
    assert (scattered.doubt, scattered.verdict) == (Doubt.SCATTER, Change.UNDECIDED)


def test_figures_that_never_vary_are_there_or_not() -> None:
    assert hold([1.0] * 6, [1.1] * 6).verdict is Change.SLOWER
    assert hold([1.0] * 6, [1.02] * 6).verdict is Change.UNCHANGED


def test_a_hundred_thousand_blocks_have_a_narrow_interval() -> None:
    rng = np.random.default_rng(39)
    found = median_ratio(noisy(rng, 1, 100_000, 0.1), noisy(rng, 1.2, 100_000, 0.1))
    assert 1.197 < found.low < found.median < found.high < 1.203


def test_ratios_are_taken_inside_each_block() -> None:
    variant: Blocks = {("r", 2): 3.0, ("r", 0): 2.0, ("r", 1): 5.0, ("r", 3): 0.0}
    reference: Blocks = {("r", 0): 4.0, ("r", 2): 0.0, ("r", 3): 1.0}
    assert ratios(variant, reference) == {("r", 0): 0.5}


def test_cells_together_show_what_hits_all_alike() -> None:
    rng = np.random.default_rng(40)
    scales = (0.05, 1.0, 7.0, 30.0)

    def cells(run: str, factor: float) -> list[Blocks]:
        return [
            {(run, block): float(value) for block, value in enumerate(noisy(rng, scale * factor, 6))}
            for scale in scales
        ]

    base, new = together(cells("a", 1.0), cells("b", 1.1))
    held = hold(base.values(), new.values())
    assert held.ratio is not None
    assert held.ratio.median == pytest.approx(1.1, abs=0.02)


def test_a_block_that_lacks_a_cell_is_not_moved_by_it() -> None:
    whole: list[Blocks] = [{("a", block): 1.0 for block in range(6)}, {("a", block): 100.0 for block in range(6)}]
    torn: list[Blocks] = [{("b", block): 1.0 for block in range(6)}, {("b", 0): 100.0}]
    base, new = together(whole, torn)
    assert [*base.values(), *new.values()] == pytest.approx([1.0] * 12)
    assert together([{}], [{("b", 0): 1.0}]) == ({}, {})


def test_more_blocks_never_widen_the_interval_of_steady_figures() -> None:
    steady = [0.99, 1.0, 1.01]
    widths = []
    for times in (2, 8, 32):
        found = median_ratio(np.array(steady * times), np.array(steady * times))
        widths.append(found.high - found.low)
    assert all(later <= earlier for earlier, later in pairwise(widths))
