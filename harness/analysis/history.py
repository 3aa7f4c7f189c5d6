"""One cell over many runs: its figures in each, and the runs that stand apart from those before them.

Absolute times of two nights differ because the nights differ. The ratio to the reference inside each block does not
mind, so it is the ratio that is followed. Even so two runs of the very same thing differ by more than their own
intervals say, since blocks of one run share its luck (T. Kalibera and R. Jones, *Rigorous Benchmarking in Reasonable
Time*, ISMM 2013). Whether a run stands apart is therefore judged by how far the runs before it lie from each other:

- its whole 95% interval lies outside the noise band around the median of the runs before it, and
- Student's prediction interval for one more run (G. Hahn and W. Meeker, *Statistical Intervals*, 1991, chapter 4), from
  the logarithms of their ratios, leaves it out, even with the band added to it.

The level is shared by all runs that are looked at (Bonferroni's correction; O. Dunn, *Multiple Comparisons among
Means*, Journal of the American Statistical Association 56, 1961), which holds whatever the dependence between them. A
run that stands apart is no measure for later ones, unless as many as it takes for a measure do so in a row.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from scipy import stats

from harness.analysis.compare import BAND, LEVEL, MINIMUM_BLOCKS, Block, Verdict
from harness.analysis.statistics import Interval, median_interval

K = TypeVar("K", bound=Hashable)

#: So many runs before it a run needs to be held against them: fewer say little of how far runs lie from each other.
MINIMUM_RUNS = 6


@dataclass(frozen=True, kw_only=True)
class Point:
    """One cell in one run: its seconds, and its ratio to the reference in the blocks that have both.

    An interval is a point where there is one block. ``ratio`` is ``None`` for the reference itself and where no block
    has both; ``shared`` counts the blocks that do.
    """

    run: str
    seconds: Interval
    blocks: int
    ratio: Interval | None
    shared: int

    @property
    def judged(self) -> bool:
        """Whether there are enough blocks to judge the run, or others by it."""
        return self.ratio is not None and self.ratio.median > 0 and self.shared >= MINIMUM_BLOCKS


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Runs in a row that stand apart from those before, on one side.

    ``run`` is the first of them, ``now`` its ratio, ``runs`` their number; ``before`` is the median ratio of the
    ``earlier`` runs that they were held against. ``over`` says that a later run no longer stood there, ``adopted``
    that there were enough of them for later runs to be held against these. ``p_value`` is the first one's, before
    correction.
    """

    run: str
    verdict: Verdict
    before: float
    earlier: int
    now: Interval
    p_value: float
    runs: int = 1
    over: bool = False
    adopted: bool = False


def points(
    variant: Mapping[Block, float], reference: Mapping[Block, float] | None, order: Sequence[str]
) -> tuple[Point, ...]:
    """The figures of one cell in each run that has any, in the order of runs that is given.

    ``variant`` and ``reference`` are seconds by block, of samples that are ok; ``reference`` is ``None`` for the
    reference itself.
    """
    own, other = _by_run(variant), _by_run(reference or {})
    found = []
    for run in order:
        blocks = own.get(run)
        if not blocks:
            continue
        base = other.get(run, {})
        ratios = [blocks[block] / base[block] for block in sorted(blocks) if base.get(block, 0) > 0]
        found.append(
            Point(
                run=run,
                seconds=_interval(list(blocks.values())),
                blocks=len(blocks),
                ratio=_interval(ratios) if ratios else None,
                shared=len(ratios),
            )
        )
    return tuple(found)


def find_shifts(
    series: Mapping[K, Sequence[Point]], *, anew: Mapping[K, Collection[str]] | None = None, band: float = BAND
) -> tuple[dict[K, tuple[Shift, ...]], int]:
    """The shifts of each series, oldest first, and how many runs were looked at to find them.

    ``anew`` names runs from which on a series means something else, so that nothing before them is a measure.
    """
    stretches = {key: list(_stretches(points, (anew or {}).get(key, ()))) for key, points in series.items()}
    looked = sum(max(0, len(part) - MINIMUM_RUNS) for parts in stretches.values() for part in parts)
    level = LEVEL / max(1, looked)
    return {
        key: tuple(
            # Where a series begins to mean something else, what stood apart before is over.
            shift if part is parts[-1] or shift.adopted else replace(shift, over=True)
            for part in parts
            for shift in _walk(part, level=level, band=band)
        )
        for key, parts in stretches.items()
    }, looked


def _stretches(points: Sequence[Point], anew: Collection[str]) -> Iterator[list[Point]]:
    """The runs that can be judged, parted where they begin to mean something else."""
    part: list[Point] = []
    for point in points:
        if point.run in anew:
            yield part
            part = []
        if point.judged:
            part.append(point)
    yield part


def _walk(points: Sequence[Point], *, level: float, band: float) -> Iterator[Shift]:
    """Go through runs from old to new, each held against those before it that did not stand apart."""
    before: list[float] = []
    away: list[float] = []
    shift: Shift | None = None
    for point in points:
        assert point.ratio is not None  # noqa: S101 - only judged runs come here, and they have a ratio
        seen = _judge(point, before, level=level, band=band)
        if shift is not None and (seen is None or seen.verdict is not shift.verdict):
            yield replace(shift, runs=len(away), over=True)
            shift, away = None, []
        if seen is None:
            before.append(point.ratio.median)
            continue
        shift = shift or seen
        away.append(point.ratio.median)
        if len(away) == MINIMUM_RUNS:
            yield replace(shift, runs=len(away), adopted=True)
            shift, before, away = None, away, []
    if shift is not None:
        yield replace(shift, runs=len(away))


def _judge(point: Point, before: Sequence[float], *, level: float, band: float) -> Shift | None:
    """The shift that begins with a run, if it stands apart from the ratios of the runs before it."""
    if len(before) < MINIMUM_RUNS or point.ratio is None:
        return None
    middle = float(np.median(before))
    if point.ratio.low > middle * (1 + band):
        verdict = Verdict.SLOWER
    elif point.ratio.high < middle / (1 + band):
        verdict = Verdict.FASTER
    else:
        return None
    p_value = _p_value(point.ratio.median, before, float(np.log1p(band)))
    if p_value > level:
        return None
    return Shift(run=point.run, verdict=verdict, before=middle, earlier=len(before), now=point.ratio, p_value=p_value)


def _p_value(ratio: float, before: Sequence[float], band: float) -> float:
    """Two-sided: how likely one more run like those before it would lie as far away, beyond the band."""
    logs = np.log(np.array(before, dtype=np.float64))
    beyond = abs(float(np.log(ratio) - logs.mean())) - band
    error = float(logs.std(ddof=1)) * (1 + 1 / len(logs)) ** 0.5
    # Runs that agree to the last digit have no spread to hold the difference against: any beyond the band is one.
    if error < 1e-12:
        return 0.0 if beyond > 0 else 1.0
    return min(1.0, 2 * float(stats.t.sf(beyond / error, len(logs) - 1)))


def _by_run(seconds: Mapping[Block, float]) -> dict[str, dict[int, float]]:
    found: dict[str, dict[int, float]] = {}
    for (run, block), value in seconds.items():
        found.setdefault(run, {})[block] = value
    return found


def _interval(values: Sequence[float]) -> Interval:
    return median_interval(np.array(values, dtype=np.float64))
