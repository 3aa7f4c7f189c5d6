"""Tests of verdicts, by simulation and at the edges."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.report.statistics.compare import Verdict, by_block, compare, correct, judge, tie_groups, withhold
from tests.unit.report.statistics.simulating import simulated

DECIDED = (Verdict.FASTER, Verdict.SLOWER)


def blocks(values: NDArray[np.float64] | list[float]) -> dict[tuple[str, int], float]:
    return {("run", number): float(value) for number, value in enumerate(values)}


def noisy(rng: np.random.Generator, seconds: float, count: int, noise: float = 0.03) -> NDArray[np.float64]:
    return seconds * rng.lognormal(0, noise, count)


@simulated(150, 600)
@pytest.mark.parametrize("noise", [0.03, 0.15])
def test_the_same_against_itself_is_rarely_called_different(noise: float, runs: int) -> None:
    rng = np.random.default_rng(11)
    wrong = sum(judge(noisy(rng, 1, 10, noise) / noisy(rng, 1, 10, noise)).verdict in DECIDED for _ in range(runs))
    assert wrong / runs <= 0.05


@simulated(50, 150)
def test_many_comparisons_of_equals_rarely_hold_a_single_false_verdict(runs: int) -> None:
    rng = np.random.default_rng(12)
    wrong = 0
    for _ in range(runs):
        reference = blocks(noisy(rng, 1, 8, 0.15))
        made = [compare(blocks(noisy(rng, 1, 8, 0.15)), reference) for _ in range(6)]
        wrong += any(item.verdict in DECIDED for item in correct(made))
    assert wrong / runs <= 0.05


@pytest.mark.parametrize(("factor", "verdict"), [(1.1, Verdict.SLOWER), (1 / 1.1, Verdict.FASTER)])
def test_a_tenth_more_or_less_is_found_with_ten_blocks(factor: float, verdict: Verdict) -> None:
    rng = np.random.default_rng(13)
    runs = 400
    found = sum(judge(noisy(rng, factor, 10) / noisy(rng, 1, 10)).verdict is verdict for _ in range(runs))
    assert found / runs >= 0.95


@pytest.mark.parametrize("factor", [1.0, 1.1, 3.0])
def test_a_machine_that_slows_by_half_midway_changes_no_verdict(factor: float) -> None:
    rng = np.random.default_rng(14)
    slowed = np.where(np.arange(12) < 6, 1.0, 1.5)
    for _ in range(15):
        variant, reference = noisy(rng, factor, 12), noisy(rng, 1, 12)
        quiet = compare(blocks(variant), blocks(reference))
        slow = compare(blocks(variant * slowed), blocks(reference * slowed))
        assert slow.verdict is quiet.verdict


def test_below_six_blocks_nothing_is_decided() -> None:
    item = compare(blocks([1.0] * 5), blocks([1.2] * 5))
    assert item.verdict is Verdict.UNDECIDED
    assert item.reason == "5 blocks are too few for a verdict: it takes 6."
    assert item.ratio is not None
    assert item.ratio.median == pytest.approx(1 / 1.2)


def test_one_block_gives_a_ratio_and_no_verdict() -> None:
    item = compare(blocks([2.0]), blocks([1.0]))
    assert item.ratio is not None
    assert (item.ratio.low, item.ratio.high, item.verdict) == (2.0, 2.0, Verdict.UNDECIDED)


@pytest.mark.parametrize(
    ("factor", "verdict"), [(1.0, Verdict.SAME), (1.02, Verdict.SAME), (1.5, Verdict.SLOWER), (0.5, Verdict.FASTER)]
)
def test_constant_figures_have_a_verdict(factor: float, verdict: Verdict) -> None:
    assert compare(blocks([factor] * 6), blocks([1.0] * 6)).verdict is verdict


@pytest.mark.parametrize(
    ("variant", "reference", "reason"),
    [
        ([1.0] * 6, None, "The reference was not measured here."),
        ([1.0] * 6, [], "The reference has no successful sample here."),
        ([], [1.0] * 6, "There is no successful sample."),
    ],
)
def test_what_cannot_be_compared_says_why(variant: list[float], reference: list[float] | None, reason: str) -> None:
    item = compare(blocks(variant), None if reference is None else blocks(reference))
    assert (item.ratio, item.verdict, item.reason) == (None, Verdict.UNDECIDED, reason)


def test_blocks_that_lack_one_side_are_left_out() -> None:
    item = compare({("a", 0): 1.0, ("a", 1): 4.0}, {("a", 1): 2.0, ("b", 0): 9.0})
    assert item.blocks == 1
    assert item.ratio is not None
    assert item.ratio.median == 2.0
    apart = compare({("a", 0): 1.0}, {("b", 0): 1.0})
    assert apart.reason == "No block has a successful sample of both."


def test_what_neither_differs_nor_is_the_same_is_undecided_and_says_how_many_blocks_would_settle_it() -> None:
    item = judge(np.array([0.95, 1.02, 1.1, 1.04, 0.97, 1.06]))
    assert item.verdict is Verdict.UNDECIDED
    assert re.search(r"nor is it ruled out\. About \d+ blocks would settle it\.", item.reason)


@simulated(100, 600)
@pytest.mark.parametrize("noise", [0.03, 0.1])
@pytest.mark.parametrize("count", [6, 10, 20])
def test_a_true_difference_of_a_tenth_is_rarely_called_the_same(count: int, noise: float, runs: int) -> None:
    rng = np.random.default_rng(21)
    wrong = sum(
        judge(noisy(rng, 1.1, count, noise) / noisy(rng, 1, count, noise)).verdict is Verdict.SAME for _ in range(runs)
    )
    assert wrong / runs <= 0.05


@pytest.mark.parametrize(("count", "least"), [(6, 0.4), (10, 0.8), (20, 0.98)])
def test_the_same_against_itself_is_shown_to_be_the_same_the_more_blocks_there_are(count: int, least: float) -> None:
    rng = np.random.default_rng(22)
    runs = 200
    found = sum(
        judge(noisy(rng, 1, count, 0.02) / noisy(rng, 1, count, 0.02)).verdict is Verdict.SAME for _ in range(runs)
    )
    assert found / runs >= least


@simulated(300, 1000)
@pytest.mark.parametrize("noise", [0.03, 0.1])
def test_three_blocks_show_a_large_difference_and_on_equals_next_to_never(noise: float, runs: int) -> None:
    rng = np.random.default_rng(23)
    wrong = sum(judge(noisy(rng, 1, 3, noise) / noisy(rng, 1, 3, noise)).verdict in DECIDED for _ in range(runs))
    assert wrong / runs <= 0.01
    assert judge(np.array([2.0, 1.6, 9.0])).verdict is Verdict.SLOWER
    assert judge(np.array([0.5, 0.6, 0.01])).verdict is Verdict.FASTER
    assert judge(np.array([2.0, 1.4, 9.0])).verdict is Verdict.UNDECIDED
    assert judge(np.array([2.0, 9.0])).verdict is Verdict.UNDECIDED


def test_correction_takes_back_a_verdict_that_may_be_chance() -> None:
    weak = judge(np.array([1.05, 1.2, 1.06, 1.3, 1.08, 1.15]))
    assert weak.verdict is Verdict.SLOWER
    strong = judge(np.array([3.0, 3.01, 3.02, 2.99, 3.0, 3.01]))
    corrected = correct([weak, strong, *[weak] * 10])
    assert corrected[1].verdict is Verdict.SLOWER
    assert corrected[0].verdict is Verdict.UNDECIDED
    assert "12 comparisons" in corrected[0].reason


def test_correction_counts_comparisons_that_show_nothing_but_not_those_never_tested() -> None:
    weak = judge(np.array([1.05, 1.2, 1.06, 1.3, 1.08, 1.15]))
    nothing = judge(np.array([0.9, 1.1, 1.0, 1.02, 0.98, 1.0]))
    too_few = judge(np.array([1.0]))
    assert weak.p_value is not None
    assert nothing.p_value == 1.0
    assert too_few.p_value is None
    assert correct([weak, *[too_few] * 30])[0].verdict is Verdict.SLOWER
    assert correct([weak, *[nothing] * 30])[0].verdict is Verdict.UNDECIDED


@simulated(50, 150)
def test_the_whole_table_holds_at_the_edge_of_the_band_with_a_shared_noisy_reference(runs: int) -> None:
    rng = np.random.default_rng(16)
    wrong = 0
    for _ in range(runs):
        reference = blocks(noisy(rng, 1, 8, 0.1))
        made = [compare(blocks(noisy(rng, factor, 8, 0.1)), reference) for factor in (1.03, 1 / 1.03) * 2]
        wrong += any(item.verdict in DECIDED for item in correct(made))
    assert wrong / runs <= 0.05


def test_a_withheld_verdict_keeps_its_figures_and_says_why() -> None:
    item = compare(blocks([2.0] * 6), blocks([1.0] * 6))
    assert item.verdict is Verdict.SLOWER
    withheld = withhold(item)
    assert (withheld.verdict, withheld.ratio) == (Verdict.UNDECIDED, item.ratio)
    assert "differed from itself" in withheld.reason
    unknown = compare(blocks([2.0] * 6), None)
    assert withhold(unknown) == unknown


def test_variants_that_cannot_be_told_apart_share_a_group() -> None:
    rng = np.random.default_rng(15)
    times = {name: blocks(noisy(rng, seconds, 10, 0.01)) for name, seconds in (("a", 1), ("b", 1), ("c", 2))}
    assert {frozenset(group) for group in tie_groups(times)} == {frozenset("ab"), frozenset("c")}
    assert tie_groups({"a": blocks([1.0]), "b": blocks([2.0])}) == ()
    assert tie_groups({"a": {}}) == ()


def test_groups_never_contradict_a_verdict_against_the_reference() -> None:
    times = {"a": blocks([1.0] * 6), "ref": blocks([1.0] * 6)}
    assert tie_groups(times, reference="ref") == (("a", "ref"),)
    assert len(tie_groups(times, reference="ref", verdicts={"a": Verdict.SLOWER})) == 2


def test_several_samples_of_a_block_count_as_their_median() -> None:
    assert by_block(["r", "r", "r"], [0, 0, 1], [1.0, 3.0, 5.0]) == {("r", 0): 2.0, ("r", 1): 5.0}


def on(values: NDArray[np.float64] | list[float], hosts: str) -> dict[tuple[str, int], str]:
    return {("run", number): hosts[number % len(hosts)] for number in range(len(values))}


def test_machines_that_are_not_equally_fast_give_the_verdict_that_one_gives() -> None:
    rng = np.random.default_rng(21)
    speed = np.tile([1.0, 3.0], 6)
    reference, variant = noisy(rng, 1, 12) * speed, noisy(rng, 1.3, 12) * speed
    found = compare(blocks(variant), blocks(reference), hosts=on(speed, "ab"))

    assert found.verdict is Verdict.SLOWER
    assert found.ratio is not None
    assert 1.2 < found.ratio.low < found.ratio.high < 1.4


def test_machines_on_different_sides_leave_no_verdict_and_are_named() -> None:
    ratios = np.tile([0.5, 2.2], 6)
    found = judge(ratios, hosts=list("ab" * 6))

    assert found.verdict is Verdict.UNDECIDED
    assert found.reason == "The machines disagree: it is faster on a and slower on b."
    mostly = judge(np.array([0.5] * 11 + [2.0]), hosts=["a"] * 11 + ["b"])
    assert mostly.verdict not in DECIDED


@simulated(100, 200)
def test_a_difference_between_machines_is_not_taken_for_one_between_variants(runs: int) -> None:
    rng = np.random.default_rng(22)
    wrong = 0
    for _ in range(runs):
        # On each of four machines the ratio is off by something of its own, in no direction.
        ratios = np.repeat(rng.lognormal(0, 0.1, 4), 6) * rng.lognormal(0, 0.02, 24)
        wrong += judge(ratios, hosts=[host for host in "abcd" for _ in range(6)]).verdict in DECIDED
    assert wrong / runs <= 0.12


def test_machines_with_one_block_each_are_judged_by_how_they_differ() -> None:
    rng = np.random.default_rng(23)

    assert judge(noisy(rng, 2.0, 8), hosts=list("abcdefgh")).verdict is Verdict.SLOWER
    assert judge(noisy(rng, 1.0, 8), hosts=list("abcdefgh")).verdict not in DECIDED


def test_one_machine_is_judged_as_if_none_were_named() -> None:
    ratios = noisy(np.random.default_rng(24), 1.2, 9)

    assert judge(ratios, hosts=["a"] * 9) == judge(ratios)
