"""The report's pictures: static SVG, drawn in this process by altair and vl-convert, with no outside font or address.

Each is readable without colour: by shapes, by labels, or by shades that differ in lightness. The colours are those of
the page's light theme; its style sheet replaces them one by one in the dark.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert

from harness.records import Lane
from harness.reporting import prose, words
from harness.reporting.friction import by_hand
from harness.reporting.model import Report, Row, ScenarioView, Section

INK, MUTED, GRID, ACCENT = "#1b1f24", "#59636e", "#d9dee4", "#2f5fb3"
SERIES = ("#2f5fb3", "#b4521b", "#2b7a53", "#84459a", "#7d6210", "#33758a", "#a83a5b", "#5c5f66")
SHADES = ("#16315f", "#3f6fc0", "#8db0e8", "#cfdef7")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")

#: What becomes of an edit, from requirements to a running application.
PHASES = ("lock", "install-cold", "build", "run")

WIDTH = 560
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A picture. ``label`` is its accessible name, ``caption`` says what better means, ``slug`` its section."""

    name: str
    slug: str
    title: str
    label: str
    caption: str
    svg: str


def draw_charts(report: Report) -> tuple[Chart, ...]:
    """Every picture there are figures for, in the order of the page."""
    drawn = []
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
    friction = _friction(report)
    return tuple([*drawn, friction] if friction else drawn)


def _friction(report: Report) -> Chart | None:
    """Lines by hand for each change, the Nix lane's on top of the local one's."""
    rows = [
        {"change": change.facts.title, "variant": row.variant, "files": _LANES[lane], "lines": lines, "order": order}
        for change in report.changes
        for row in change.rows
        for order, lane in enumerate(_LANES)
        if (lines := by_hand(row, lane)) is not None
    ]
    if not rows:
        return None
    titles = list(dict.fromkeys(str(row["change"]) for row in rows))
    scale = alt.Scale(domain=list(_LANES.values()), range=[SHADES[0], SHADES[2]])
    most = max(sum(int(str(row["lines"])) for row in rows if _same(row, other)) for other in rows)
    panels = []
    for title in titles:
        own = [row for row in rows if row["change"] == title]
        bars = (
            alt.Chart(_data(own))
            .mark_bar(height=11)
            .encode(
                y=alt.Y("variant:N", sort=None, title=None),
                x=alt.X("lines:Q", title=None, scale=alt.Scale(domain=[0, most]), axis=alt.Axis(tickMinStep=1)),
                color=alt.Color("files:N", scale=scale, title=None, legend=alt.Legend(orient="top")),
                order="order:Q",
            )
        )
        panel = bars.properties(
            width=210,
            height=18 * len({row["variant"] for row in own}),
            title=alt.Title(title, anchor="start", fontSize=12, color=INK, fontWeight=600),
        )
        panels.append(panel)
    return Chart(
        name="friction-changes",
        slug="changes",
        title="Lines edited by hand for each change",
        label="Lines added and removed by hand for each change and variant; the tables below have the same figures.",
        caption="Lines added and removed by hand, Python sources and documentation aside: in the toolchain's own files,"
        " and on top in the Nix files. Shorter is better. What a tool writes itself does not count.",
        svg=_svg(alt.concat(*panels, columns=2, spacing=28)),
    )


_LANES = {Lane.LOCAL: "packaging", Lane.NIX: "Nix files"}


def _same(row: dict[str, Any], other: dict[str, Any]) -> bool:
    return (row["change"], row["variant"]) == (other["change"], other["variant"])


def _intervals(section: Section, variants: Sequence[str]) -> Chart | None:
    rows = [_point(scenario.name, row) for scenario in section.scenarios for row in scenario.rows if _timed(row)]
    if not rows:
        return None
    measured = [name for name in variants if any(row["variant"] == name for row in rows)]
    measured += [row["variant"] for row in rows if row["variant"] not in measured]
    measured = list(dict.fromkeys(measured))
    domain = alt.Scale(domain=measured, range=[SERIES[index % len(SERIES)] for index in range(len(measured))])
    shapes = alt.Scale(domain=measured, range=[SHAPES[index % len(SHAPES)] for index in range(len(measured))])
    base = alt.Chart(_data(rows)).encode(
        y=alt.Y("scenario:N", sort=None, title=None),
        yOffset=alt.YOffset("variant:N", sort=measured),
        color=alt.Color("variant:N", scale=domain, title=None, legend=alt.Legend(orient="top")),
    )
    low, high = min(row["low"] for row in rows) / 1.3, max(row["high"] for row in rows) * 1.3
    scale_x = alt.Scale(type="log", nice=False, domain=[low, high])
    scale = alt.X("low:Q", scale=scale_x, title="seconds, log scale", axis=_log_axis(low, high))
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
        label=f"Median time with its 95% interval of {prose.join(measured)} in {scenarios} scenarios, log scale.",
        caption="Median with its 95% interval, one shape and colour a variant. Further left is better. The scale is"
        " logarithmic: equal distances are equal factors.",
        svg=_svg((lines + points).properties(width=WIDTH + 160, height=height)),
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
    bars = alt.Chart(_data(rows)).mark_bar(stroke=INK, strokeWidth=0.6, height=18)
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
        label=f"Stacked medians of {prose.join(present)} by variant.",
        caption=f"Medians of {prose.join(present)}, in this order, from dark to light. Shorter is better."
        + (f" Not in the picture: {prose.join(missing)}." if missing else ""),
        svg=_svg(chart),
    )


def _refresh(section: Section) -> Chart | None:
    scenario = section.scenario("nix-refresh" if section.lane is Lane.NIX else "refresh")
    rows = _bars(scenario) if scenario else []
    if scenario is None or not rows:
        return None
    absent = [f"{row.variant} ({words.verdict(row)})" for row in scenario.rows if row.summary is None]
    base = alt.Chart(_data(rows)).encode(y=alt.Y("variant:N", sort=None, title=None))
    bars = base.mark_bar(color=ACCENT, height=16).encode(
        x=alt.X("median:Q", title="seconds", axis=alt.Axis(tickCount=6))
    )
    lines = base.mark_rule(color=INK, strokeWidth=1.5).encode(x="low:Q", x2="high:Q")
    labels = base.mark_text(align="left", dx=6, color=INK).encode(x="high:Q", text="label:N")
    return Chart(
        name=f"edit-to-visible-{section.slug}",
        slug=section.slug,
        title=f"From an edit to its effect, {section.title}",
        label="Time from an edit of shared until both applications show it: "
        + ", ".join(f"{row['variant']} {row['label']}" for row in rows)
        + ".",
        caption="After an edit of the shared library: the time until both applications show it. Shorter is better;"
        " the thin line is the 95% interval." + (f" Without a figure: {prose.join(absent)}." if absent else ""),
        svg=_svg((bars + lines + labels).properties(width=WIDTH - 60, height=30 * len(rows))),
    )


def _sizes(section: Section) -> Chart | None:
    panels = []
    for size in section.sizes:
        if size.unit != "bytes" or not any(size.values.values()):
            continue
        rows = [
            {"variant": variant, "mib": size.values[variant] / 2**20, "label": words.size(size.values[variant])}
            for variant in section.variants
            if variant in size.values
        ]
        base = alt.Chart(_data(rows)).encode(
            y=alt.Y("variant:N", sort=None, title=None),
            x=alt.X("mib:Q", axis=None, scale=alt.Scale(domainMin=0, nice=False)),
        )
        bars = base.mark_bar(color=ACCENT, height=11)
        labels = base.mark_text(align="left", dx=5, color=INK).encode(text="label:N")
        title = alt.Title(words.size_name(size.name), anchor="start", fontSize=12, color=INK, fontWeight=600)
        panels.append((bars + labels).properties(width=150, height=18 * len(rows), title=title))
    if not panels:
        return None
    return Chart(
        name=f"sizes-{section.slug}",
        slug=section.slug,
        title=f"Sizes, {section.title}",
        label="Median sizes by variant; the table of sizes has the same figures.",
        caption="Medians; each panel has a scale of its own. Shorter is better.",
        svg=_svg(alt.concat(*panels, columns=2, spacing=28)),
    )


def _data(rows: Sequence[dict[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=list(rows))


def _bars(scenario: ScenarioView) -> list[dict[str, Any]]:
    return [
        {**_point(scenario.name, row), "label": words.seconds(row.summary.median)}
        for row in scenario.rows
        if row.summary is not None
    ]


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


def _log_axis(low: float, high: float) -> alt.Axis:
    """An axis with a line at 1, 2 and 5 of each power of ten that is in sight, each with its unit."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = [step * 10.0**power for power in powers for step in (1, 2, 5)]
    return alt.Axis(
        values=[step for step in steps if low <= step <= high],
        labelExpr="datum.value >= 1 ? format(datum.value, ',') + ' s' : format(datum.value * 1000, ',.3~r') + ' ms'",
        labelOverlap=True,
    )


def _svg(chart: alt.TopLevelMixin) -> str:
    configured = (
        chart.configure(font=_FONT, background="transparent", padding={"left": 20, "right": 48, "top": 4, "bottom": 4})
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK,
            titleColor=MUTED,
            gridColor=GRID,
            domainColor=MUTED,
            tickColor=MUTED,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelLimit=240,
        )
        .configure_legend(labelColor=INK, labelFontSize=12, symbolSize=70)
        .configure_text(fontSize=12)
    )
    svg: str = vl_convert.vegalite_to_svg(configured.to_dict())
    return re.sub(r"<\?xml.*?\?>\s*", "", svg)
