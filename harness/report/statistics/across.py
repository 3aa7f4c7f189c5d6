"""One run against another: the same cell in both, and what can be said of the difference.

Blocks of two runs do not belong together in pairs, so the cell's figures in one run are held against those in the
other as two independent samples. What is quoted is the ratio of the two medians, new divided by base. Its 95% interval
is the percentile bootstrap, with the blocks of each run resampled independently (B. Efron and R. Tibshirani, *An
Introduction to the Bootstrap*, 1993, sections 8.3 and 13.3).

A cell is said to be faster or slower if two things agree, as in :mod:`.compare`. The whole interval
lies outside the noise band; and Welch's t-test of the logarithms (B. L. Welch, *The Generalization of "Student's"
Problem when Several Different Population Variances are Involved*, Biometrika 34, 1947), which does not take the two
runs to be equally noisy, rejects "the difference is inside the band" after Holm's correction over all cells (S. Holm,
*A Simple Sequentially Rejective Multiple Test Procedure*, Scandinavian Journal of Statistics 6, 1979). The band is
needed besides the test: two runs of the very same thing differ by more than their own blocks tell, since the blocks of
a run share its luck (T. Kalibera and R. Jones, *Rigorous Benchmarking in Reasonable Time*, ISMM 2013).

Unchanged is said only if the whole interval lies inside the band: that no difference was shown does not show that there
is none (D. J. Schuirmann, *A Comparison of the Two One-Sided Tests Procedure and the Power Approach*, Journal of
Pharmacokinetics and Biopharmaceutics 15, 1987). All else is undecided, and says why.

The figures are seconds, or a variant's ratio to the reference inside each block: the same holds for both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from scipy import stats

from harness.records.spelling import number
from harness.report.statistics.compare import BAND, LEVEL, MINIMUM_BLOCKS, Block, holm
from harness.report.statistics.statistics import Floats, Interval, resampled_medians


class Change(StrEnum):
    """What can be said of a cell in one run against the same in another: a closed set."""

    FASTER = "faster"
    SLOWER = "slower"
    UNCHANGED = "unchanged"
    UNDECIDED = "undecided"

    @property
    def changed(self) -> bool:
        """Whether a difference was shown."""
        return self in (Change.FASTER, Change.SLOWER)


class Doubt(StrEnum):
    """Why a cell is undecided: a closed set. The last four are for whoever knows more of the cell than its figures."""

    FEW_BLOCKS = "few-blocks"
    WIDE = "wide"
    SCATTER = "scatter"
    CHANCE = "chance"
    SHARED = "shared"
    NO_MEASURE = "no-measure"
    OTHER_MEANING = "other-meaning"
    NOISY = "noisy"


@dataclass(frozen=True, kw_only=True)
class Held:
    """A cell in a new run held against the same in a base.

    ``ratio`` is new divided by base (below 1 is faster), ``None`` if one of them has no figure above 0; its interval is
    a point where both have one block. ``base`` and ``new`` are the medians, in the unit of the figures. ``base_blocks``
    and ``new_blocks`` count blocks with a figure. ``p_value`` is before correction, ``None`` where no test was made.
    ``doubt`` is set where the verdict is undecided, and ``reason`` is a plain sentence for every verdict.
    """

    base: float | None
    new: float | None
    ratio: Interval | None
    base_blocks: int
    new_blocks: int
    p_value: float | None
    verdict: Change
    reason: str
    doubt: Doubt | None = None


def hold(
    base: Iterable[float], new: Iterable[float], *, band: float = BAND, minimum_blocks: int = MINIMUM_BLOCKS
) -> Held:
    """Hold figures of one run, one a block, against those of another; the verdict holds if this is the only one made.

    Figures that are not above 0 have no ratio and are left out.
    """
    old, now = _positive(base), _positive(new)
    held = Held(
        base=float(np.median(old)) if len(old) else None,
        new=float(np.median(now)) if len(now) else None,
        ratio=None,
        base_blocks=len(old),
        new_blocks=len(now),
        p_value=None,
        verdict=Change.UNDECIDED,
        doubt=Doubt.FEW_BLOCKS,
        reason="No block has a figure in one of the runs.",
    )
    if not len(old) or not len(now):
        return held
    held = replace(held, ratio=median_ratio(old, now))
    if min(len(old), len(now)) < minimum_blocks:
        return replace(held, reason=_few(len(old), len(now), minimum_blocks))
    return _judge(held, np.log(old), np.log(now), band)


def settle(held: Sequence[Held]) -> list[Held]:
    """The same, with verdicts that hold although so many were made (Holm, 1979)."""
    rejected, tests = holm([item.p_value for item in held])
    return [
        item
        if holds or not item.verdict.changed
        else undecided(
            item, Doubt.CHANCE, f"It looks {item.verdict}, but with {tests} cells tested that may be chance."
        )
        for item, holds in zip(held, rejected, strict=True)
    ]


def undecided(held: Held, doubt: Doubt, reason: str) -> Held:
    """The same figures without a verdict, and why."""
    return replace(held, verdict=Change.UNDECIDED, doubt=doubt, reason=reason)


def ratios(variant: Mapping[Block, float], reference: Mapping[Block, float]) -> dict[Block, float]:
    """A variant's figures divided by the reference's, in the blocks of one run that have both above 0."""
    return {
        block: variant[block] / reference[block]
        for block in sorted(variant)
        if variant[block] > 0 and reference.get(block, 0) > 0
    }


def together(
    base: Sequence[Mapping[Block, float]], new: Sequence[Mapping[Block, float]]
) -> tuple[dict[Block, float], dict[Block, float]]:
    """Cells of both runs, in the same order, as one: how many times its usual time each block took.

    It is the geometric mean over the cells, each divided by the geometric mean of what it takes in the two runs, so
    that a cell which some block lacks does not move that block. What hits all cells alike is seen far more sharply here
    than in any of them.
    """
    found: tuple[dict[Block, list[float]], dict[Block, list[float]]] = ({}, {})
    for pair in zip(base, new, strict=True):
        logs = [{block: float(np.log(value)) for block, value in cell.items() if value > 0} for cell in pair]
        if not all(logs):
            continue
        middle = sum(float(np.mean(list(cell.values()))) for cell in logs) / 2
        for run, cell in zip(found, logs, strict=True):
            for block, value in cell.items():
                run.setdefault(block, []).append(value - middle)
    old, now = ({block: float(np.exp(np.mean(values))) for block, values in run.items()} for run in found)
    return old, now


def median_ratio(base: Floats, new: Floats) -> Interval:
    """The median of ``new`` divided by that of ``base`` with its 95% percentile bootstrap interval; the same each time.

    Each stream of random numbers serves each run once, so that swapping the runs turns the interval exactly round.
    Both have at least one figure, all above 0.
    """
    point = float(np.median(new) / np.median(base))
    old, now = np.sort(base), np.sort(new)
    logs = np.concatenate(
        [np.log(resampled_medians(now, stream) / resampled_medians(old, 1 - stream)) for stream in (0, 1)]
    )
    low, high = np.exp(np.quantile(logs, (0.025, 0.975)))
    # Interpolation may put a bound one rounding step past the ratio of constant data.
    return Interval(median=point, low=min(float(low), point), high=max(float(high), point))


def _judge(held: Held, base: Floats, new: Floats, band: float) -> Held:
    """What the figures say by themselves, given their logarithms."""
    assert held.ratio is not None  # noqa: S101 - only those with a ratio come here
    low, high = held.ratio.low, held.ratio.high
    tested = replace(held, p_value=_p_value(base, new, float(np.log1p(band))), doubt=None)
    if 1 / (1 + band) <= low and high <= 1 + band:
        return replace(
            tested,
            verdict=Change.UNCHANGED,
            reason=f"The whole interval lies inside the noise band of ±{band:.0%}.",
        )
    if 1 / (1 + band) <= high and low <= 1 + band:
        return undecided(
            tested,
            Doubt.WIDE,
            f"The interval reaches over an edge of the noise band of ±{band:.0%}: a change is neither shown nor"
            " ruled out.",
        )
    if tested.p_value is None or tested.p_value > LEVEL:
        return undecided(tested, Doubt.SCATTER, "The blocks disagree too much for a verdict.")
    return replace(
        tested,
        verdict=Change.SLOWER if low > 1 else Change.FASTER,
        reason=f"The whole interval lies outside the noise band of ±{band:.0%}.",
    )


def _p_value(base: Floats, new: Floats, band: float) -> float:
    """Welch's test, two-sided, against the nearest edge of the band."""
    beyond = abs(float(new.mean() - base.mean())) - band
    parts = [float(logs.var(ddof=1)) / len(logs) for logs in (base, new)]
    error = sum(parts) ** 0.5
    # Figures that never vary leave no spread to hold the difference against: it is there, or it is not.
    if error < 1e-12:
        return 0.0 if beyond > 0 else 1.0
    freedom = sum(parts) ** 2 / sum(part**2 / (len(logs) - 1) for part, logs in zip(parts, (base, new), strict=True))
    return min(1.0, 2 * float(stats.t.sf(beyond / error, freedom)))


def _positive(values: Iterable[float]) -> Floats:
    found = np.fromiter(values, dtype=np.float64)
    return found[found > 0]


def _few(base: int, new: int, minimum: int) -> str:
    return f"{number(base, 'block')} in base and {new} in new are too few for a verdict: it takes {minimum} in each."
