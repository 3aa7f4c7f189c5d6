"""``trends.csv``: every figure over time, for other programs and for whoever cannot see the pictures."""

from __future__ import annotations

import csv
import io

from harness.reporting.exports.summary import cell
from harness.reporting.trends.model import Trends

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
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for panel in trends.panels:
        for series in panel.series:
            for point in series.points:
                seconds, ratio = point.figures.seconds, point.figures.ratio
                table.writerow(
                    cell(value)
                    for value in (
                        point.run.run_id,
                        point.run.began.isoformat(),
                        "yes" if point.run.pooled else "no",
                        panel.section,
                        panel.scenario,
                        series.variant,
                        seconds.median,
                        *((seconds.low, seconds.high) if point.figures.blocks > 1 else ("", "")),
                        point.figures.blocks,
                        trends.reference,
                        ratio.median if ratio else "",
                        *((ratio.low, ratio.high) if ratio and point.figures.shared > 1 else ("", "")),
                        point.figures.shared,
                        "; ".join(point.changes),
                        point.shift.verdict.value if point.shift else "",
                    )
                )
    return out.getvalue()
