"""One set of figures: its median with an interval, its spread, its outliers.

The interval is the percentile bootstrap of the median (Efron & Tibshirani, *An Introduction to the Bootstrap*, 1993,
chapter 13). The bias-corrected form is not used: it has no answer for constant data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

RESAMPLES = 2000
SEED = 20240601

#: From this many figures on, the interval is read off the order statistics (David & Nagaraja, *Order Statistics*,
#: 2003, section 7.1), to which the bootstrap of a median converges; resampling would cost seconds and add nothing.
MANY = 400

#: Iglewicz & Hoaglin, *How to Detect and Handle Outliers* (1993), recommend this limit for the modified z-score.
OUTLIER_LIMIT = 3.5

_NORMAL_MAD = 0.6745
_NORMAL_MEAN_DEVIATION = 1.253314


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A median with its interval, in the unit of what it was taken from."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A set of figures in short.

    ``interval`` is ``None`` for fewer than two figures: one figure has no interval. ``spread`` is the median absolute
    deviation scaled to a standard deviation, as a share of the median. ``outliers`` are the indices of figures far
    from the rest; they are part of all other figures here.
    """

    count: int
    median: float
    interval: Interval | None
    spread: float
    low: float
    high: float
    outliers: tuple[int, ...]


def median_interval(values: Floats, *, confidence: float = 0.95, seed: int = SEED) -> Interval:
    """The median of at least one finite figure with its percentile bootstrap interval; the same each time.

    Raises:
        ValueError: there is no figure, or one is not finite.
    """
    _check(values)
    median = float(np.median(values))
    tail = (1 - confidence) / 2
    if len(values) >= MANY:
        ordered = np.sort(values)
        rank = int(stats.binom.ppf(tail, len(values), 0.5))
        return Interval(median=median, low=float(ordered[rank]), high=float(ordered[-rank - 1]))
    picks = np.random.default_rng(seed).integers(0, len(values), size=(RESAMPLES, len(values)))
    low, high = np.quantile(np.median(values[picks], axis=1), (tail, 1 - tail))
    # Interpolation may put a bound one rounding step past the median of constant data.
    return Interval(median=median, low=min(float(low), median), high=max(float(high), median))


def nested_interval(values: Floats, groups: Sequence[str], *, confidence: float = 0.95) -> Interval:
    """The median of figures that come in groups (blocks of several machines), with an interval that knows of them.

    It is a percentile bootstrap in two stages: groups are drawn with replacement, then, from each that was drawn, as
    many of its figures as it has (A. C. Davison and D. V. Hinkley, *Bootstrap Methods and their Application*, 1997,
    section 3.8). So figures of one machine do not pass for as many machines. Of one group it is that of
    :func:`median_interval`. ``groups`` has the group of each figure. The same each time.

    Raises:
        ValueError: there is no figure, or one is not finite.
    """
    _check(values)
    names = sorted(set(groups))
    if len(names) == 1:
        return median_interval(values, confidence=confidence)
    places = [np.flatnonzero([group == name for group in groups]) for name in names]
    sizes = tuple(len(place) for place in places)
    table = np.full((len(names), max(sizes)), np.inf)
    for row, place in enumerate(places):
        table[row, : len(place)] = values[place]
    drawn, within, counts = _nested_picks(sizes)
    # What is beyond the figures that a group has is infinite, and so comes after all that count.
    resampled = np.sort(table[drawn, within].reshape(RESAMPLES, -1), axis=1)
    rows = np.arange(RESAMPLES)
    medians = (resampled[rows, (counts - 1) // 2] + resampled[rows, counts // 2]) / 2
    tail = (1 - confidence) / 2
    low, high = np.quantile(medians, (tail, 1 - tail))
    median = float(np.median(values))
    return Interval(median=median, low=min(float(low), median), high=max(float(high), median))


@lru_cache(maxsize=256)
def _nested_picks(sizes: tuple[int, ...]) -> tuple[np.ndarray[Any, np.dtype[np.int64]], ...]:
    """Which groups and which of their figures each resample draws, and how many figures that are.

    ``sizes`` are how many figures the groups have. What is drawn of a group comes first, then places beyond its last
    figure, as many as the largest group has more; where there is none such, the last place stands for them.
    """
    random = np.random.default_rng([SEED, *sizes])
    number, most = len(sizes), max(sizes)
    drawn = random.integers(0, number, size=(RESAMPLES, number))
    own = np.array(sizes, dtype=np.int64)[drawn]
    within = (random.random((RESAMPLES, number, most)) * own[:, :, None]).astype(np.int64)
    places = np.broadcast_to(np.arange(most), within.shape)
    within = np.where(places < own[:, :, None], within, most - 1)
    # A group with as many as the largest has no place beyond its last figure, and needs none.
    return np.broadcast_to(drawn[:, :, None], within.shape), within, own.sum(axis=1)


def summarise(values: Floats, groups: Sequence[str] | None = None, *, seed: int = SEED) -> Summary | None:
    """A set of figures in short; ``None`` if it is empty. With ``groups`` the interval knows what each belongs to."""
    if not len(values):
        return None
    _check(values)
    median = float(np.median(values))
    deviation = float(np.median(np.abs(values - median)))
    return Summary(
        count=len(values),
        median=median,
        interval=_interval(values, groups, seed) if len(values) > 1 else None,
        spread=deviation / _NORMAL_MAD / median if median else 0.0,
        low=float(values.min()),
        high=float(values.max()),
        outliers=outliers(values),
    )


def _interval(values: Floats, groups: Sequence[str] | None, seed: int) -> Interval:
    return median_interval(values, seed=seed) if groups is None else nested_interval(values, groups)


def outliers(values: Floats) -> tuple[int, ...]:
    """Indices of figures whose modified z-score is above the recommended limit.

    Where more than half of the figures are equal, the median absolute deviation is 0 and says nothing; then the mean
    absolute deviation takes its place, as the authors advise. Fewer than three figures have no outlier.
    """
    if len(values) < 3:
        return ()
    away = np.abs(values - np.median(values))
    middle = float(np.median(away))
    scale = middle / _NORMAL_MAD if middle else float(away.mean()) * _NORMAL_MEAN_DEVIATION
    if not scale:
        return ()
    return tuple(int(index) for index in np.flatnonzero(away / scale > OUTLIER_LIMIT))


def resampled_medians(ordered: Floats, stream: int) -> Floats:
    """Medians of bootstrap resamples of at least one sorted figure; the same each time, other ones for each stream."""
    lower, upper = _middle_ranks(len(ordered), stream)
    medians: Floats = (ordered[lower] + ordered[upper]) / 2
    return medians


@lru_cache(maxsize=256)
def _middle_ranks(size: int, stream: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]:
    """Which of so many sorted figures are the middle two (the same one twice, if odd) of each bootstrap resample.

    A resample's sorted ranks are those of as many uniform random numbers, whose order statistics are drawn directly
    from their beta distribution (H. A. David and H. N. Nagaraja, *Order Statistics*, 2003, section 2.3), so that many
    blocks take no longer than few.
    """
    random = np.random.default_rng([SEED, stream])
    place = (size + 1) // 2
    first = random.beta(place, size - place + 1, RESAMPLES)
    second = first if size % 2 else first + (1 - first) * random.beta(1, size - place, RESAMPLES)
    return tuple(np.minimum((uniform * size).astype(np.int64), size - 1) for uniform in (first, second))


def _check(values: Floats) -> None:
    if not len(values):
        raise ValueError("No figures were given.")
    if not np.isfinite(values).all():
        raise ValueError("A figure is not finite: absent figures have to be left out.")
