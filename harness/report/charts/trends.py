"""The picture of many runs: one small panel a scenario, one line a variant."""

from __future__ import annotations

from typing import Any

import altair as alt

from harness.report import prose, words
from harness.report.charts.drawing import Chart, data, svg, told_apart
from harness.report.model import Trends

#: So many runs are drawn and stand in the table, the newest; ``samples.parquet`` has all.
_DRAWN, _LISTED = 60, 7


def draw_trends(trends: Trends) -> Chart:
    """Each variant's ratio to the reference in the newest runs, with the very newest as a table."""
    scenarios = tuple(dict.fromkeys(line.scenario for line in trends.lines))
    variants = tuple(dict.fromkeys(line.variant for line in trends.lines))
    runs = trends.runs[-_DRAWN:]
    return Chart(
        name="trends",
        slug="trends",
        title="Ratio in each run",
        label=f"Time of {prose.join(variants)} against {trends.reference} in {len(runs)} runs, for"
        f" {prose.join(scenarios)}; the table has the newest figures.",
        caption=f"The ratio to {trends.reference} in each run, from old to new, on a logarithmic scale. Lower is"
        " better: less time. One line a variant; its mark stands at the newest run."
        + (f" Of {len(trends.runs):,} runs the newest {_DRAWN} are drawn." if len(trends.runs) > _DRAWN else ""),
        svg=svg(_panels(trends, runs, scenarios, variants)),
        columns=("Scenario and variant", *trends.runs[-_LISTED:]),
        rows=tuple(
            (f"{line.scenario}, {line.variant}", *(words.ratio(ratio) for ratio in line.ratios[-_LISTED:]))
            for line in trends.lines
        ),
    )


def _panels(
    trends: Trends, runs: tuple[str, ...], scenarios: tuple[str, ...], variants: tuple[str, ...]
) -> alt.FacetChart:
    rows: list[dict[str, Any]] = [
        {"scenario": line.scenario, "variant": line.variant, "run": place, "ratio": ratio}
        for line in trends.lines
        for place, ratio in enumerate(line.ratios[-_DRAWN:], 1)
    ]
    last = {(row["scenario"], row["variant"]): row for row in rows if row["ratio"] is not None}
    for row in last.values():
        row["last"] = True
    colours, shapes = told_apart(variants)
    legend = alt.Legend(orient="top")
    base = alt.Chart().encode(
        x=alt.X("run:Q", title="run", scale=alt.Scale(domain=[0.5, len(runs) + 0.5], nice=False), axis=_places(runs)),
        y=alt.Y("ratio:Q", title=None, scale=alt.Scale(type="log", nice=False, padding=4)),
        color=alt.Color("variant:N", scale=colours, title=None, legend=legend),
    )
    points = base.transform_filter("datum.last").mark_point(filled=True, size=40, opacity=1)
    layers = alt.layer(
        base.mark_line(strokeWidth=1.5),
        points.encode(shape=alt.Shape("variant:N", scale=shapes, title=None, legend=legend)),
        data=data(rows),
    ).properties(width=280, height=110)
    facets: alt.FacetChart = layers.facet(
        facet=alt.Facet("scenario:N", sort=list(scenarios), title=None), columns=2
    ).resolve_scale(y="independent")
    return facets


def _places(runs: tuple[str, ...]) -> alt.Axis:
    """Runs by their number, so that long names need not stand below each other."""
    step = max(1, len(runs) // 6)
    return alt.Axis(values=list(range(1, len(runs) + 1, step)), format="d", grid=False)
