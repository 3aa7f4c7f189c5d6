"""The report's pictures: static SVG, drawn in this process by altair and vl-convert, with no outside font or address.

Each is readable without colour: by shapes, by labels, or by shades that differ in lightness. The colours are those of
the page's light theme; its style sheet replaces them one by one in the dark.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import altair as alt

from harness.records.facts import Lane
from harness.report import prose, words
from harness.report.backends.charts import draw_backend_charts
from harness.report.backends.model import BackendReport
from harness.report.charts.closures import draw_closures
from harness.report.charts.drawing import (
    ACCENT,
    FILLS,
    INK,
    SHADES,
    Chart,
    data,
    log_axis,
    svg,
    told_apart,
)
from harness.report.charts.friction import draw_friction
from harness.report.charts.overview import draw_overview
from harness.report.charts.scale import draw_scale
from harness.report.charts.trends import draw_trends
from harness.report.model import Report, Row, ScenarioView, Section

#: What becomes of an edit, from requirements to a running application.
PHASES = ("lock", "install-cold", "build", "run")

WIDTH = 560


def draw_charts(report: Report, alone: BackendReport | None = None) -> tuple[Chart, ...]:
    """Every picture there are figures for, in the order of the page; ``alone`` is what it says of backends, if any."""
    if alone is not None:
        return draw_backend_charts(alone)
    overview = draw_overview(report)
    drawn = [*([overview] if overview else []), *draw_closures(report)]
    for section in report.sections:
        drawn += [
            chart
            for chart in (
                _intervals(section, tuple(report.variants)),
                _phases(section),
                _refresh(section),
                _sizes(section),
            )
            if chart is not None
        ]
    drawn += draw_scale(report)
    drawn += [draw_trends(report.trends)] if report.trends else []
    friction = draw_friction(report)
    return tuple([*drawn, friction] if friction else drawn)


def _intervals(section: Section, variants: Sequence[str]) -> Chart | None:
    rows = [_point(scenario.name, row) for scenario in section.scenarios for row in scenario.rows if _timed(row)]
    if not rows:
        return None
    measured = [name for name in variants if any(row["variant"] == name for row in rows)]
    measured += [row["variant"] for row in rows if row["variant"] not in measured]
    measured = list(dict.fromkeys(measured))
    domain, shapes = told_apart(measured)
    base = alt.Chart(data(rows)).encode(
        y=alt.Y("scenario:N", sort=None, title=None),
        yOffset=alt.YOffset("variant:N", sort=measured),
        color=alt.Color("variant:N", scale=domain, title=None, legend=alt.Legend(orient="top")),
    )
    low, high = min(row["low"] for row in rows) / 1.3, max(row["high"] for row in rows) * 1.3
    scale_x = alt.Scale(type="log", nice=False, domain=[low, high])
    scale = alt.X("low:Q", scale=scale_x, title="seconds, log scale", axis=log_axis(low, high))
    lines = base.mark_rule(strokeWidth=2).encode(x=scale, x2="high:Q")
    points = base.mark_point(filled=True, size=46, opacity=1).encode(
        x=alt.X("median:Q", scale=scale_x),
        shape=alt.Shape("variant:N", scale=shapes, title=None, legend=alt.Legend(orient="top")),
    )
    scenarios = len({row["scenario"] for row in rows})
    height = scenarios * max(26, 9 * len(measured) + 8)
    return Chart(
        name=f"intervals-{section.slug}",
        slug=section.slug,
        title=f"Time by scenario, {section.title}",
        label=f"{section.title}: median time with its 95% interval of {prose.join(measured)} in {scenarios} scenarios,"
        " log scale.",
        caption="Median with its 95% interval, one shape and colour a variant. Further left is better. The scale is"
        " logarithmic: equal distances are equal factors.",
        svg=svg((lines + points).properties(width=WIDTH + 160, height=height)),
        columns=("Scenario", *measured),
        rows=tuple(
            (item.name, *(_median(item.row(name)) for name in measured))
            for item in section.scenarios
            if any(_timed(row) for row in item.rows)
        ),
    )


def _phases(section: Section) -> Chart | None:
    scenarios = [item for name in PHASES if (item := section.scenario(name)) is not None]
    if section.lane is not Lane.LOCAL or len(scenarios) < 2:
        return None
    rows: list[dict[str, Any]] = []
    missing: list[str] = []
    for variant in section.variants:
        for order, scenario in enumerate(scenarios):
            row = scenario.row(variant)
            if row is None or row.summary is None:
                missing.append(f"{variant} has no {scenario.name}")
            else:
                rows.append({"variant": variant, "phase": scenario.name, "order": order, "s": row.summary.median})
    if not rows:
        return None
    present = [item.name for item in scenarios]
    shades = alt.Scale(domain=present, range=list(SHADES[: len(present)]))
    bars = alt.Chart(data(rows)).mark_bar(stroke=INK, strokeWidth=0.6, height=18)
    chart = bars.encode(
        y=alt.Y("variant:N", sort=None, title=None),
        x=alt.X("s:Q", stack="zero", title="seconds, medians added up"),
        color=alt.Color(
            "phase:N", scale=shades, sort=present, title=None, legend=alt.Legend(orient="top", symbolType="square")
        ),
        order=alt.Order("order:Q"),
    ).properties(width=WIDTH, height=34 * len(section.variants))
    return Chart(
        name=f"phases-{section.slug}",
        slug=section.slug,
        title="Where the time goes",
        label=f"{section.title}: stacked medians of {prose.join(present)} by variant.",
        caption=f"Medians of {prose.join(present)}, in this order, from dark to light. Shorter is better."
        + (f" Not in the picture: {prose.join(missing)}." if missing else ""),
        svg=svg(chart),
        columns=("Variant", *present, "Sum"),
        rows=tuple((variant, *_added(variant, scenarios)) for variant in section.variants),
    )


def _added(variant: str, scenarios: Sequence[ScenarioView]) -> Iterator[str]:
    """A variant's medians, and their sum where there is none missing."""
    summaries = [row.summary if (row := item.row(variant)) else None for item in scenarios]
    found = [summary.median for summary in summaries if summary is not None]
    yield from (words.seconds(summary.median if summary else None) for summary in summaries)
    yield words.seconds(sum(found)) if len(found) == len(summaries) else words.NONE


def _refresh(section: Section) -> Chart | None:
    scenario = section.scenario("nix-refresh" if section.lane is Lane.NIX else "refresh")
    rows = _bars(scenario) if scenario else []
    if scenario is None or not rows:
        return None
    absent = [f"{row.variant} ({words.verdict(row)})" for row in scenario.rows if row.summary is None]
    base = alt.Chart(data(rows)).encode(y=alt.Y("variant:N", sort=None, title=None))
    bars = base.mark_bar(color=FILLS[0], stroke=ACCENT, strokeWidth=1, height=16).encode(
        x=alt.X("median:Q", title="seconds", axis=alt.Axis(tickCount=6))
    )
    lines = base.mark_rule(color=INK, strokeWidth=1.5).encode(x="low:Q", x2="high:Q")
    labels = base.mark_text(align="left", dx=6, color=INK).encode(x="high:Q", text="label:N")
    return Chart(
        name=f"edit-to-visible-{section.slug}",
        slug=section.slug,
        title=f"From an edit to its effect, {section.title}",
        label=f"{section.title}: time from an edit of shared until both applications show it: "
        + ", ".join(f"{row['variant']} {row['label']}" for row in rows)
        + ".",
        caption="After an edit of the shared library: the time until both applications show it. Shorter is better;"
        " the thin line is the 95% interval." + (f" Without a figure: {prose.join(absent)}." if absent else ""),
        svg=svg((bars + lines + labels).properties(width=WIDTH - 60, height=30 * len(rows))),
        columns=("Variant", "Median", "95% interval"),
        rows=tuple(
            (row.variant, words.seconds(row.summary.median), words.seconds_interval(row.summary.interval))
            if row.summary
            else (row.variant, words.verdict(row), words.NONE)
            for row in scenario.rows
        ),
    )


def _sizes(section: Section) -> Chart | None:
    panels = []
    drawn = [size for size in section.sizes if size.unit == "bytes" and any(size.values.values())]
    for size in drawn:
        rows = [
            {"variant": variant, "mib": size.values[variant] / 2**20, "label": words.size(size.values[variant])}
            for variant in section.variants
            if variant in size.values
        ]
        base = alt.Chart(data(rows)).encode(
            y=alt.Y("variant:N", sort=None, title=None),
            x=alt.X("mib:Q", axis=None, scale=alt.Scale(domainMin=0, nice=False)),
        )
        bars = base.mark_bar(color=ACCENT, height=11)
        labels = base.mark_text(align="left", dx=5, color=INK).encode(text="label:N")
        title = alt.Title(words.size_name(size.name), anchor="start", fontSize=12, color=INK, fontWeight=600)
        panels.append((bars + labels).properties(width=210, height=18 * len(rows), title=title))
    if not panels:
        return None
    return Chart(
        name=f"sizes-{section.slug}",
        slug=section.slug,
        title=f"Sizes, {section.title}",
        label=f"{section.title}: median sizes by variant; the table of sizes has the same figures.",
        caption="Medians; each panel has a scale of its own. Shorter is better.",
        svg=svg(alt.concat(*panels, columns=2, spacing={"row": 24, "column": 80})),
        columns=("Size", *section.variants),
        rows=tuple(
            (words.size_name(size.name), *(words.size(size.values.get(name)) for name in section.variants))
            for size in drawn
        ),
    )


def _bars(scenario: ScenarioView) -> list[dict[str, Any]]:
    return [
        {**_point(scenario.name, row), "label": words.seconds(row.summary.median)}
        for row in scenario.rows
        if row.summary is not None
    ]


def _median(row: Row | None) -> str:
    """A median with its interval, or how it went without one."""
    if row is None or row.summary is None:
        return row.status if row else words.NONE
    interval = f" ({words.seconds_interval(row.summary.interval)})" if row.summary.interval else ""
    return words.seconds(row.summary.median) + interval


def _timed(row: Row) -> bool:
    return row.summary is not None and row.summary.median > 0


def _point(scenario: str, row: Row) -> dict[str, Any]:
    assert row.summary is not None  # noqa: S101 - only rows with figures are drawn
    interval = row.summary.interval
    median = row.summary.median
    return {
        "scenario": scenario,
        "variant": row.variant,
        "median": median,
        "low": interval.low if interval else median,
        "high": interval.high if interval else median,
    }
