"""``trends.csv``: every figure over time, for other programs and for whoever cannot see the pictures."""

from __future__ import annotations

from harness.reporting.exports.summary import as_csv
from harness.reporting.trends.model import Panel, TrendPoint, Trends

COLUMNS = (
    "run_id",
    "began",
    "pooled",
    "section",
    "scenario",
    "variant",
    "median_s",
    "low_s",
    "high_s",
    "blocks",
    "reference",
    "ratio",
    "ratio_low",
    "ratio_high",
    "shared_blocks",
    "changed",
    "shift",
)


def trends_csv(trends: Trends) -> str:
    """One line for each variant, scenario and run: figures unrounded, absent ones empty; one block has no interval."""
    return as_csv(
        COLUMNS,
        (
            _line(trends, panel, series.variant, point)
            for panel in trends.panels
            for series in panel.series
            for point in series.points
        ),
    )


def _line(trends: Trends, panel: Panel, variant: str, point: TrendPoint) -> tuple[object, ...]:
    seconds, ratio = point.figures.seconds, point.figures.ratio
    return (
        point.run.run_id,
        point.run.began.isoformat(),
        "yes" if point.run.pooled else "no",
        panel.section,
        panel.scenario,
        variant,
        seconds.median,
        *((seconds.low, seconds.high) if point.figures.blocks > 1 else (None, None)),
        point.figures.blocks,
        trends.reference,
        ratio.median if ratio else None,
        *((ratio.low, ratio.high) if ratio and point.figures.shared > 1 else (None, None)),
        point.figures.shared,
        "; ".join(point.changes),
        point.shift.verdict.value if point.shift else None,
    )
