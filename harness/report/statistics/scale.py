"""How a figure grows with the number of members.

A power law, figure = a · N^b, is fitted by least squares on the logarithms, as S. F. Goldsmith, A. S. Aiken and D. S.
Wilkerson do for measured costs (*Measuring Empirical Computational Complexity*, ESEC/FSE 2007). Each size counts alike,
however many blocks it has: what is fitted is the median of each. The 95% interval of the exponent is the percentile
bootstrap, with the blocks of each size resampled by themselves (B. Efron and R. Tibshirani, *An Introduction to the
Bootstrap*, 1993, sections 8.3 and 13.3). With too few blocks for that and four sizes or more, it is that of least
squares, from how far the sizes lie off the line, by Student's t with two degrees of freedom less than there are sizes
(N. R. Draper and H. Smith, *Applied Regression Analysis*, 1998, section 1.4).

The first says how far chance moves the exponent over the sizes that were measured, not that a power law holds; the
second has in it both chance and how far the curve is from a power. A fixed cost hides growth at few members, so that
curves bend upwards (C. McGeoch, P. Sanders, R. Fleischer, P. R. Cohen and D. Precup, *Using Finite Experiments to Study
Asymptotic Performance*, Experimental Algorithmics, LNCS 2547, 2002). So the exponent between the last two sizes alone
stands beside it: where the two differ, the curve bends. Nothing is said of sizes beyond the largest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, sqrt

import numpy as np
from scipy import stats

from harness.report.statistics.compare import MINIMUM_BLOCKS, Block
from harness.report.statistics.statistics import Floats, resampled_medians

#: How far from 0 or from 1 an exponent may lie to be constant or linear. With ten times the members an exponent of 0.1
#: is a factor of 1.26, with a hundred times 1.58.
EXPONENT_BAND = 0.1
#: So many sizes a curve takes: through two, any line fits.
MINIMUM_SIZES = 3
#: So many sizes it takes for them to say how far they lie off the line.
MINIMUM_SIZES_OFF_LINE = 4

#: The figures of a cell at one size, by block.
Figures = Mapping[Block, float]


class Basis(StrEnum):
    """What an exponent's interval rests on: a closed set."""

    BLOCKS = "blocks"
    SIZES = "sizes"
    NONE = "none"


class Growth(StrEnum):
    """How a figure grows with the number of members: a closed set."""

    CONSTANT = "constant"
    SUBLINEAR = "sublinear"
    LINEAR = "linear"
    WORSE = "worse than linear"
    UNCLEAR = "unclear"


@dataclass(frozen=True, kw_only=True)
class Exponent:
    """The power of the number of members that a figure goes with.

    ``low`` and ``high`` are its 95% interval, which rests on ``basis``, ``None`` with too few blocks and sizes.
    ``reason`` is a plain sentence.
    """

    value: float
    low: float | None
    high: float | None
    growth: Growth
    reason: str
    basis: Basis = Basis.NONE


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A figure as a · N^b: ``factor`` is a, in the figure's unit, ``exponent`` is b over all ``sizes``.

    ``local`` is the exponent between the last two sizes alone. ``blocks`` are those of the size that has the fewest.
    """

    factor: float
    exponent: Exponent
    local: Exponent
    sizes: tuple[int, ...]
    blocks: int

    def at(self, members: float) -> float:
        """What the fitted curve says of so many members."""
        return float(self.factor * members**self.exponent.value)

    @property
    def bends(self) -> bool:
        """Whether the last two sizes are shown to grow in another way than all of them together."""
        known = (self.exponent.growth, self.local.growth)
        return Growth.UNCLEAR not in known and known[0] is not known[1]


def fit(points: Sequence[tuple[int, Figures]], *, minimum_blocks: int = MINIMUM_BLOCKS) -> Fit | None:
    """The power law through figures at so many members each, by block; ``None`` with fewer than three sizes.

    Figures that are not above 0 have no logarithm and are left out. Where several shapes have as many members, the mean
    of their logarithms stands for that size.
    """
    known = [(members, found) for members, figures in points if len(found := _positive(figures))]
    known.sort(key=lambda item: (item[0], tuple(item[1])))
    sizes = tuple(dict.fromkeys(members for members, _ in known))
    if len(sizes) < MINIMUM_SIZES:
        return None
    blocks = min(len(found) for _, found in known)
    places = [sizes.index(members) for members, _ in known]
    levels = _by_size(places, [np.log(np.median(found, keepdims=True)) for _, found in known])
    drawn = None
    if blocks >= minimum_blocks:
        drawn = _by_size(places, [np.log(resampled_medians(found, at)) for at, (_, found) in enumerate(known)])
    x = np.log(np.array(sizes, dtype=np.float64))
    last = slice(len(sizes) - 2, None)
    few = "" if drawn is not None else _few(blocks, minimum_blocks)
    exponent = _exponent(x, levels, drawn, few)
    return Fit(
        factor=exp(float(levels.mean()) - exponent.value * float(x.mean())),
        exponent=exponent,
        local=_exponent(x[last], levels[last], None if drawn is None else drawn[last], few),
        sizes=sizes,
        blocks=blocks,
    )


def _exponent(x: Floats, levels: Floats, drawn: Floats | None, few: str) -> Exponent:
    value = float(_slopes(x, levels)[0])
    if drawn is None and len(x) < MINIMUM_SIZES_OFF_LINE:
        return Exponent(value=value, low=None, high=None, growth=Growth.UNCLEAR, reason=few)
    if drawn is None:
        reach = _off_line(x, levels[:, 0], value)
        growth, reason = _grown(value - reach, value + reach)
        return Exponent(
            value=value, low=value - reach, high=value + reach, growth=growth, reason=reason, basis=Basis.SIZES
        )
    low, high = np.quantile(_slopes(x, drawn), (0.025, 0.975))
    # Interpolation may put a bound one rounding step past the exponent of constant data.
    low, high = min(float(low), value), max(float(high), value)
    growth, reason = _grown(low, high)
    return Exponent(value=value, low=low, high=high, growth=growth, reason=reason, basis=Basis.BLOCKS)


def _off_line(x: Floats, levels: Floats, slope: float) -> float:
    """Half the width of the slope's 95% interval, by how far the levels lie off the line."""
    centred = x - x.mean()
    off = levels - levels.mean() - slope * centred
    freedom = len(x) - 2
    error = sqrt(float(off @ off) / freedom / float(centred @ centred))
    return float(stats.t.ppf(0.975, freedom)) * error


def _grown(low: float, high: float) -> tuple[Growth, str]:
    """What the whole of an interval says."""
    band = EXPONENT_BAND
    if -band <= low and high <= band:
        return Growth.CONSTANT, f"The whole interval lies within {band} of 0."
    if 1 - band <= low and high <= 1 + band:
        return Growth.LINEAR, f"The whole interval lies within {band} of 1."
    if band < low and high < 1 - band:
        return Growth.SUBLINEAR, f"The whole interval lies between {band} and {1 - band}."
    if low > 1 + band:
        return Growth.WORSE, f"The whole interval lies above {1 + band}."
    if high < -band:
        return Growth.UNCLEAR, "It falls as members are added."
    return Growth.UNCLEAR, "The interval reaches over an edge of a band."


def _slopes(x: Floats, y: Floats) -> Floats:
    """The slope of each column of ``y`` over ``x`` by least squares."""
    centred = x - x.mean()
    slopes: Floats = centred @ y / float(centred @ centred)
    return slopes


def _by_size(places: Sequence[int], rows: Sequence[Floats]) -> Floats:
    """One row a size: the mean of those that belong to it."""
    found: dict[int, list[Floats]] = {}
    for place, row in zip(places, rows, strict=True):
        found.setdefault(place, []).append(row)
    return np.array([np.mean(same, axis=0) for _, same in sorted(found.items())], dtype=np.float64)


def _positive(figures: Figures) -> Floats:
    found = np.sort(np.fromiter(figures.values(), dtype=np.float64))
    return found[found > 0]


def _few(blocks: int, minimum: int) -> str:
    told = "1 block is" if blocks == 1 else f"{blocks} blocks are"
    return f"{told} too few for an interval: it takes {minimum} at each size, or {MINIMUM_SIZES_OFF_LINE} sizes."
