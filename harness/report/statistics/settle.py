"""Which cells need no further block: those whose comparison is known to a stated precision.

The rule goes by the width of the interval and never by a p-value or a verdict. Whoever looks after each block and stops
once a difference is significant finds one sooner or later where there is none: repeated looks inflate the error of a
test (P. Armitage, C. K. McPherson & B. C. Rowe, *Repeated Significance Tests on Accumulating Data*, Journal of the
Royal Statistical Society A 132, 1969). How wide an interval is says nothing of where it lies, and in the limit an
interval at which one stopped for its width covers as often as one of fixed size (Y. S. Chow & H. Robbins, *On the
Asymptotic Theory of Fixed-Width Sequential Confidence Intervals for the Mean*, Annals of Mathematical Statistics 36,
1965). T. Kalibera & R. Jones (*Rigorous Benchmarking in Reasonable Time*, ISMM 2013) plan repetitions by the width of
the interval of a ratio for the same reason. What holds in the limit is shown by simulation for the few blocks of a run
in this module's tests.

Ratios are multiplied, so the width is taken of their logarithms: twice as slow and twice as fast count alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log, log1p
from typing import NamedTuple

import numpy as np

from harness.records.format import CONTROL_SUFFIX, Cell, Plan
from harness.report.statistics.compare import MINIMUM_BLOCKS, Block, by_block, compare
from harness.report.statistics.frames import ABSENT, Frames
from harness.report.statistics.statistics import Interval, median_interval

#: Half the width of an interval at which it is narrow enough, as a share of the ratio. With samples that vary by 3%,
#: a true difference of a tenth then has its verdict about nine times in ten before correction for many comparisons,
#: and one of a fifth always (simulated in the tests); half of that width would take about four times as many blocks.
PRECISION = 0.05

_COLUMNS = ("variant", "lane", "scenario", "shape", "provider", "strategy")


class _Key(NamedTuple):
    """A cell as a frame names it: absent parts are empty."""

    variant: str
    lane: str
    scenario: str
    shape: str
    provider: str
    strategy: str


@dataclass(frozen=True, kw_only=True)
class _Known:
    """Seconds of what was ok, by block, and in how many blocks each cell ran at all."""

    seconds: Mapping[_Key, Mapping[Block, float]]
    blocks: Mapping[_Key, int]

    def ok(self, cell: Cell) -> Mapping[Block, float]:
        return self.seconds.get(_key(cell), {})

    def fails(self, cell: Cell) -> bool:
        """Whether it had its chances and never once succeeded."""
        return not self.ok(cell) and self.blocks.get(_key(cell), 0) >= MINIMUM_BLOCKS


def settled_cells(frames: Frames, plan: Plan, *, precision: float = PRECISION) -> frozenset[Cell]:
    """The cells of a plan which need no further block.

    A variant is settled when it and the reference share at least six blocks and the interval of its ratio is
    ``precise``; where the reference is not in the plan or always fails, when that holds of its own median. A cell
    that never succeeded in six blocks is settled: nothing more is to be learnt. The reference and its A/A cell are
    needed until every variant of their scenario is settled; where there is none to compare, until the reference's own
    median is.
    """
    known = _known(frames)
    variants: dict[Cell, list[Cell]] = {}
    controls: list[Cell] = []
    for cell in plan.cells:
        if cell.variant.endswith(CONTROL_SUFFIX):
            controls.append(cell)
            continue
        others = variants.setdefault(replace(cell, variant=plan.reference), [])
        if cell.variant != plan.reference:
            others.append(cell)
    planned = frozenset(plan.cells)
    settled: set[Cell] = set()
    for reference, others in variants.items():
        compared = reference in planned and not known.fails(reference)
        done = [cell for cell in others if _is_settled(cell, reference if compared else None, known, precision)]
        settled.update(done)
        if reference in planned and _is_reference_settled(
            reference, others, len(done) == len(others), known, precision
        ):
            settled.add(reference)
    settled.update(cell for cell in controls if known.fails(cell) or replace(cell, variant=plan.reference) in settled)
    return frozenset(settled)


def precise(interval: Interval, precision: float = PRECISION) -> bool:
    """Whether half of an interval's width, on the scale of logarithms, is at most ``precision``."""
    if interval.low <= 0:
        return interval.low == interval.high
    return (log(interval.high) - log(interval.low)) / 2 <= log1p(precision)


def _is_settled(cell: Cell, reference: Cell | None, known: _Known, precision: float) -> bool:
    if known.fails(cell):
        return True
    own = known.ok(cell)
    if reference is not None:
        comparison = compare(own, known.ok(reference))
        interval, blocks = comparison.ratio, comparison.blocks
    else:
        blocks = len(own)
        interval = median_interval(np.array([*own.values()], dtype=np.float64)) if own else None
    return interval is not None and blocks >= MINIMUM_BLOCKS and precise(interval, precision)


def _is_reference_settled(
    reference: Cell, others: Sequence[Cell], others_settled: bool, known: _Known, precision: float
) -> bool:
    if known.fails(reference):
        return True
    if not others_settled:
        return False
    # Where no variant can be held against the reference, what is left to know of it is its own median.
    return any(known.ok(cell) for cell in others) or _is_settled(reference, None, known, precision)


def _known(frames: Frames) -> _Known:
    by_cell = frames.samples.groupby(list(_COLUMNS), observed=True, sort=False)
    return _Known(
        seconds={
            _Key(*map(str, key)): by_block(group["run_id"].tolist(), group["block"].tolist(), group["wall_s"].tolist())
            for key, group in frames.ok.groupby(list(_COLUMNS), observed=True, sort=False)
        },
        blocks={_Key(*map(str, key)): len(group[["run_id", "block"]].drop_duplicates()) for key, group in by_cell},
    )


def _key(cell: Cell) -> _Key:
    return _Key(
        cell.variant, cell.lane.value, cell.scenario, cell.shape, cell.provider or ABSENT, cell.strategy or ABSENT
    )
