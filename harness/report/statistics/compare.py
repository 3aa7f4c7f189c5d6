"""One variant against another: the ratio inside each block, and what can be said of it.

Both are measured in every block, so whatever slows the machine slows both, and the ratio stays. Blocks, not samples,
are resampled, since samples of one block share its luck. Blocks of several machines are resampled in two stages,
machines first.

Faster or slower needs two things. The whole 95% interval of the median ratio lies outside the noise band; and
Student's t-test of the logarithms of the ratios rejects "the difference is inside the band", after Holm's correction
over all comparisons of one table (S. Holm, *A Simple Sequentially Rejective Multiple Test Procedure*, Scandinavian
Journal of Statistics 6, 1979). Holm's holds whatever the dependence between the comparisons, and they do depend on
each other, since they share a reference. A large difference needs fewer blocks: from three on, if every ratio lies
beyond 1.5 on the same side.

The same is said only where it was shown: the whole 90% interval of the mean logarithm lies within 5% of a ratio of 1,
which is two one-sided t-tests at 5% each (D. J. Schuirmann, *A Comparison of the Two One-Sided Tests Procedure and the
Power Approach*, Journal of Pharmacokinetics and Biopharmaceutics 15, 1987). All else is undecided, and says how many
blocks would settle it at the spread that was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from scipy import stats

from harness.report.statistics.statistics import Floats, Interval, median_interval, nested_interval

BAND = 0.03
MINIMUM_BLOCKS = 6
LEVEL = 0.05

#: How far from 1 a ratio may lie and still be called the same.
SAME_BAND = 0.05

#: From so many blocks on a difference is shown if every ratio lies beyond this on the same side.
FEW_BLOCKS = 3
LARGE = 1.5

#: More blocks than these are not worth waiting for, so their number is not told.
_MOST_BLOCKS = 200

#: A block of one run: runs on one machine may be read together, and their blocks stay apart.
Block = tuple[str, int]


class Verdict(StrEnum):
    """What can be said of a variant against the reference: a closed set."""

    FASTER = "faster"
    SLOWER = "slower"
    SAME = "same"
    UNDECIDED = "undecided"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A variant against the reference.

    ``ratio`` is time divided by the reference's time (below 1 is faster), ``None`` if no block has both; its interval
    is a point where there is one block. ``blocks`` counts the blocks that have both. ``p_value`` is before
    correction, ``None`` where no test was made. ``reason`` is a plain sentence.
    """

    ratio: Interval | None
    blocks: int
    p_value: float | None
    verdict: Verdict
    reason: str


def compare(
    variant: Mapping[Block, float],
    reference: Mapping[Block, float] | None,
    *,
    hosts: Mapping[Block, str] | None = None,
    band: float = BAND,
    minimum_blocks: int = MINIMUM_BLOCKS,
) -> Comparison:
    """Compare seconds by block with the reference's; the verdict holds if this is the only comparison made.

    ``reference`` is ``None`` if the run has no such cell. Both hold figures of samples that are ``ok``, above 0.
    ``hosts`` is the machine that each block was measured on, where there were several.
    """
    if reference is None:
        return _undecided("The reference was not measured here.")
    if not reference:
        return _undecided("The reference has no successful sample here.")
    if not variant:
        return _undecided("There is no successful sample.")
    own, other = _paired(variant, reference)
    usable = (own > 0) & (other > 0)
    if not usable.any():
        return _undecided("No block has a successful sample of both.")
    places = None
    if hosts:
        shared = sorted(block for block in variant if block in reference)
        places = [hosts[block] for block, counts in zip(shared, usable, strict=True) if counts]
    return judge(own[usable] / other[usable], hosts=places, band=band, minimum_blocks=minimum_blocks)


def _paired(variant: Mapping[Block, float], reference: Mapping[Block, float]) -> tuple[Floats, Floats]:
    """Both figures of each block that has both, in the order of the blocks."""
    blocks = list(variant)
    # Mostly both have the same blocks in order; then a million figures need not be looked up one by one.
    if blocks == list(reference) and blocks == sorted(blocks):
        return np.fromiter(variant.values(), dtype=np.float64), np.fromiter(reference.values(), dtype=np.float64)
    shared = sorted(block for block in blocks if block in reference)
    return (
        np.array([variant[block] for block in shared], dtype=np.float64),
        np.array([reference[block] for block in shared], dtype=np.float64),
    )


def judge(
    ratios: Floats,
    *,
    hosts: Sequence[str] | None = None,
    band: float = BAND,
    minimum_blocks: int = MINIMUM_BLOCKS,
) -> Comparison:
    """What at least one ratio, one per block, says by itself; ``hosts`` has the machine of each, if not all are of one.

    Machines that lie on different sides of the band leave no verdict: it would be of neither.
    """
    places = None if hosts is None or len(set(hosts)) < 2 else hosts
    ratio = median_interval(ratios) if places is None else nested_interval(ratios, places)
    if len(ratios) < minimum_blocks:
        return _of_few(ratios, ratio, minimum_blocks)
    logs, freedom = _within(np.log(ratios), places)
    comparison = Comparison(
        ratio=ratio,
        blocks=len(ratios),
        p_value=_p_value(logs, freedom, float(np.log1p(band))),
        verdict=Verdict.UNDECIDED,
        reason="",
    )
    if places is not None and (told := _disagreement(ratios, places, band)):
        return replace(comparison, reason=told)
    verdict = _clear(ratio, band)
    if verdict is not None and comparison.p_value is not None and comparison.p_value <= LEVEL:
        reason = f"The whole interval lies outside the noise band of ±{band:.0%}."
        return replace(comparison, verdict=verdict, reason=reason)
    if _is_same(logs, freedom):
        reason = f"The whole 90% interval lies within {SAME_BAND:.0%} of 1."
        return replace(comparison, verdict=Verdict.SAME, reason=reason)
    return replace(comparison, reason=f"No difference is shown, nor is it ruled out.{_settled_by(logs, freedom, band)}")


def _of_few(ratios: Floats, ratio: Interval, minimum_blocks: int) -> Comparison:
    """What few blocks show: a large difference that each of them has, or nothing."""
    few = Comparison(ratio=ratio, blocks=len(ratios), p_value=None, verdict=Verdict.UNDECIDED, reason="")
    if len(ratios) >= FEW_BLOCKS:
        for verdict, beyond in ((Verdict.FASTER, ratios < 1 / LARGE), (Verdict.SLOWER, ratios > LARGE)):
            if beyond.all():
                return replace(
                    few, verdict=verdict, reason=f"Each of {len(ratios)} blocks differs by more than {LARGE} times."
                )
    blocks = "1 block is" if len(ratios) == 1 else f"{len(ratios)} blocks are"
    return replace(few, reason=f"{blocks} too few for a verdict: it takes {minimum_blocks}.")


def _is_same(logs: Floats, freedom: int) -> bool:
    """Two one-sided tests: whether the mean lies within the band of sameness on both sides."""
    error = _deviation(logs, freedom) / len(logs) ** 0.5
    reach = abs(float(logs.mean())) + float(stats.t.ppf(1 - LEVEL, freedom)) * error
    return bool(reach <= np.log1p(SAME_BAND))


def _settled_by(logs: Floats, freedom: int, band: float) -> str:
    """How many blocks would settle it at the spread and the mean that were seen, as a sentence; empty for very many."""
    deviation, mean = _deviation(logs, freedom), abs(float(logs.mean()))
    room = max(float(np.log1p(SAME_BAND)) - mean, mean - float(np.log1p(band)))
    blocks = next((n for n in range(len(logs) + 1, _MOST_BLOCKS) if 2 * deviation / n**0.5 <= room), None)
    return f" About {blocks} blocks would settle it." if blocks else ""


def correct(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """The same comparisons, with verdicts that hold although so many were made (Holm, 1979)."""
    rejected, tests = holm([item.p_value for item in comparisons])
    return [
        item
        if holds or item.verdict not in (Verdict.FASTER, Verdict.SLOWER)
        else replace(
            item,
            verdict=Verdict.UNDECIDED,
            reason=f"It looks {item.verdict}, but with {tests} comparisons made that may be chance.",
        )
        for item, holds in zip(comparisons, rejected, strict=True)
    ]


def holm(p_values: Sequence[float | None]) -> tuple[list[bool], int]:
    """Which of some tests reject although so many were made, by Holm's procedure (1979), and how many were made.

    ``None`` is where no test was made, which is not corrected. Tests that show nothing count as well: leaving them out
    because of what they show would void Holm's proof.
    """
    made = sorted((p_value, index) for index, p_value in enumerate(p_values) if p_value is not None)
    found = [True] * len(p_values)
    # Each is held against the level shared by those that are left; the first that fails ends all that come after.
    rejected = True
    for place, (p_value, index) in enumerate(made):
        rejected = rejected and p_value <= LEVEL / (len(made) - place)
        found[index] = rejected
    return found, len(made)


def withhold(comparison: Comparison) -> Comparison:
    """The same figures without a verdict, for a scenario in which the reference differed from itself."""
    if comparison.verdict is Verdict.UNDECIDED:
        return comparison
    reason = "No verdict: the reference, measured twice in each block, differed from itself here."
    return replace(comparison, verdict=Verdict.UNDECIDED, reason=reason)


def of_another_kind(comparison: Comparison, kind: str, other: str) -> Comparison:
    """The same figures without a verdict: what was done is not the same work. Says both kinds, in words."""
    return replace(
        comparison, verdict=Verdict.UNDECIDED, reason=f"Not the same work: {kind}, and the reference's {other}."
    )


def tie_groups(
    times: Mapping[str, Mapping[Block, float]],
    *,
    reference: str = "",
    verdicts: Mapping[str, Verdict] | None = None,
    hosts: Mapping[Block, str] | None = None,
) -> tuple[tuple[str, ...], ...]:
    """Variants from fast to slow in groups: one that cannot be told from any of a group belongs to it.

    ``verdicts`` are those already given against ``reference``, so that groups never contradict them. Empty if some
    pair has too few blocks in common for any difference. Variants without a figure are left out. ``hosts`` is as for
    :func:`compare`.
    """
    medians = {name: float(np.median(list(blocks.values()))) for name, blocks in times.items() if blocks}
    order = sorted(medians, key=lambda name: (medians[name], name))
    pairs = [(first, second) for place, first in enumerate(order) for second in order[place + 1 :]]
    found = [compare(times[second], times[first], hosts=hosts) for first, second in pairs]
    if any(item.blocks < FEW_BLOCKS for item in found):
        return ()
    apart = {
        pair
        for pair, item in zip(pairs, correct(found), strict=True)
        if item.verdict is Verdict.SLOWER and reference not in pair
    }
    for name, verdict in (verdicts or {}).items():
        if verdict in (Verdict.FASTER, Verdict.SLOWER):
            apart |= {(name, reference), (reference, name)}
    groups: list[list[str]] = []
    for name in order:
        if groups and not any((member, name) in apart for member in groups[-1]):
            groups[-1].append(name)
        else:
            groups.append([name])
    return tuple(tuple(group) for group in groups)


def by_block(runs: Iterable[str], blocks: Iterable[int], seconds: Iterable[float]) -> dict[Block, float]:
    """Seconds by block; the median where a block holds more than one sample."""
    keys = list(zip(runs, map(int, blocks), strict=True))
    values = list(map(float, seconds))
    single = dict(zip(keys, values, strict=True))
    if len(single) == len(keys):
        return single
    found: dict[Block, list[float]] = {}
    for key, value in zip(keys, values, strict=True):
        found.setdefault(key, []).append(value)
    return {key: float(np.median(same)) for key, same in found.items()}


def _clear(ratio: Interval, band: float) -> Verdict | None:
    if ratio.high < 1 / (1 + band):
        return Verdict.FASTER
    if ratio.low > 1 + band:
        return Verdict.SLOWER
    return None


def side(ratio: float, band: float = BAND) -> Verdict:
    """On which side of the noise band a ratio lies, without saying that it could not lie elsewhere."""
    return Verdict.FASTER if ratio < 1 / (1 + band) else Verdict.SLOWER if ratio > 1 + band else Verdict.SAME


def by_host(ratios: Floats, hosts: Sequence[str]) -> dict[str, Floats]:
    """The ratios of each machine, in the order of the machines' ids."""
    return {host: ratios[[other == host for other in hosts]] for host in sorted(set(hosts))}


def _disagreement(ratios: Floats, hosts: Sequence[str], band: float) -> str:
    """In words, that machines lie on different sides of the band; empty if none lies on the other side."""
    sides: dict[Verdict, list[str]] = {}
    for host, own in by_host(ratios, hosts).items():
        sides.setdefault(side(float(np.median(own)), band), []).append(host)
    if not {Verdict.FASTER, Verdict.SLOWER} <= sides.keys():
        return ""
    faster, slower = (", ".join(sides[verdict]) for verdict in (Verdict.FASTER, Verdict.SLOWER))
    return f"The machines disagree: it is faster on {faster} and slower on {slower}."


def _within(logs: Floats, hosts: Sequence[str] | None) -> tuple[Floats, int]:
    """Logarithms about the mean of all, without what one machine's differ from another's by, and the freedom left.

    Each machine's own mean takes one degree of freedom. How machines differ is in the interval, where they are
    resampled; the test is whether the blocks that there are show a difference on these machines. Where machines have a
    block or so each, their differences are all there is to tell chance by, and stay.
    """
    if hosts is None or len(logs) < 2 * len(set(hosts)):
        return logs, len(logs) - 1
    own = {host: float(np.mean(part)) for host, part in by_host(logs, hosts).items()}
    within: Floats = logs - np.array([own[host] for host in hosts]) + float(logs.mean())
    return within, len(logs) - len(own)


def _deviation(logs: Floats, freedom: int) -> float:
    """The standard deviation with so many degrees of freedom left."""
    return float(logs.std(ddof=len(logs) - freedom))


def _p_value(logs: Floats, freedom: int, band: float) -> float:
    """Two-sided, against the nearest edge of the band."""
    beyond = abs(float(logs.mean())) - band
    error = _deviation(logs, freedom) / len(logs) ** 0.5
    # Equal ratios have no spread to hold the difference against: it is there in each block, or in none.
    if error < 1e-12:
        return 0.0 if beyond > 0 else 1.0
    return min(1.0, 2 * float(stats.t.sf(beyond / error, freedom)))


def _undecided(reason: str) -> Comparison:
    return Comparison(ratio=None, blocks=0, p_value=None, verdict=Verdict.UNDECIDED, reason=reason)
