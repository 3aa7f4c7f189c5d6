"""The picture of many runs: one small panel a scenario and variant, all to the same scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import altair as alt

from harness.analysis.compare import Verdict
from harness.reporting import prose, words
from harness.reporting.charts.drawing import ACCENT, INK, MUTED, Chart, data, svg
from harness.reporting.model import Report
from harness.reporting.trends.model import Panel, Series, TrendPoint, TrendRun

#: How far from a panel's own level the scale reaches at least and at most, as a factor.
_LEAST, _MOST = 1.15, 2.0
#: The lines besides that of the level, by how far the scale reaches at least.
_LINES = ((2.0, 0.5), (1.3, 0.2), (_LEAST, 0.1))
_WIDTH, _NARROWEST, _HEIGHT = 640, 128, 56
_DAY = 86_400_000
#: So many runs are drawn, the newest; more would neither fit their panel nor the page.
_DRAWN = 60
_SIGNS = {Verdict.SLOWER: "triangle-down", Verdict.FASTER: "triangle-up"}


def draw_trends(report: Report) -> Iterator[Chart]:
    """A picture for each section that is shown over time, if any variant has a ratio in at least two runs."""
    if report.trends is None:
        return
    runs = report.trends.runs[-_DRAWN:]
    for title, panels in report.trends.shown.items():
        newest = [(panel, _since(series, runs[0])) for panel in panels for series in panel.series]
        drawn = [(panel, series) for panel, series in newest if _followed(series)]
        if drawn:
            yield _draw(title, drawn, report.trends.reference, older=len(report.trends.runs) - len(runs))


def _draw(title: str, drawn: Sequence[tuple[Panel, Series]], reference: str, *, older: int) -> Chart:
    furthest = max(_furthest(series) for _, series in drawn)
    reach = min(_MOST, max(_LEAST, furthest * 1.05))
    rows = [row for panel, series in drawn for row in _rows(panel, series, reach)]
    scenarios = list(dict.fromkeys(panel.scenario for panel, _ in drawn))
    variants = list(dict.fromkeys(series.variant for _, series in drawn))
    return Chart(
        name=f"trends-{drawn[0][0].section}",
        slug="trends",
        title=f"Over time, {title}",
        label=f"Time of {prose.join(variants)} against {reference} in each run, for {prose.join(scenarios)};"
        " the tables have the newest figures and trends.csv has all.",
        caption=_caption(reference, {row["kind"] for row in rows}, cut=furthest > reach, older=older),
        svg=svg(_panels(rows, scenarios, variants, reach)),
    )


def _caption(reference: str, kinds: set[str], *, cut: bool, older: int) -> str:
    """What there is to see; only what is in the picture is explained."""
    parts = [
        f"The ratio to {reference} in each run, against the median of its panel, which stands above it at the right."
        " Lower is better: less time. Upright strokes are 95% intervals; all panels have the same logarithmic scale."
    ]
    if "change" in kinds:
        parts.append("A dashed line is a run before which the variant's versions or files changed.")
    if kinds & set(_SIGNS):
        parts.append("A triangle is a run that stands apart from those before it: ▼ slower, ▲ faster.")
    if cut:
        parts.append(f"What lies further out than {words.factor(_MOST)} times is drawn at the edge.")
    if older:
        parts.append(f"Of {older + _DRAWN:,} runs the newest {_DRAWN} are drawn; trends.csv has all.")
    parts.append(f"Where all panels of a scenario turn the same way at once, look at {reference} first.")
    return " ".join(parts)


def _panels(
    rows: Sequence[dict[str, Any]], scenarios: Sequence[str], variants: Sequence[str], reach: float
) -> alt.FacetChart:
    base = alt.Chart().encode(x=_time_axis([row["t"] for row in rows]))
    y = _level_axis(reach)

    def line(kind: str, **style: Any) -> alt.Chart:
        drawn = base.transform_filter(f"datum.kind == '{kind}'").mark_line(**style)
        line: alt.Chart = drawn.encode(y=y, order="place:Q")
        return line

    # Above each panel, since a narrow screen shows one at a time.
    name = base.transform_filter("datum.kind == 'level'").encode(y=alt.value(-2))
    layers = alt.layer(
        line("change", color=MUTED, strokeWidth=1, strokeDash=[3, 3]),
        line("interval", color=ACCENT, strokeWidth=1),
        line("median", color=INK, strokeWidth=1.4),
        *(
            base.transform_filter(f"datum.kind == '{verdict}'")
            .mark_point(shape=shape, color=INK, filled=True, size=90, opacity=1)
            .encode(y=y)
            for verdict, shape in _SIGNS.items()
        ),
        name.mark_text(align="left", baseline="bottom", color=INK, fontSize=11).encode(
            x=alt.value(0), text="scenario:N"
        ),
        name.mark_text(align="right", baseline="bottom", color=INK, fontSize=11).encode(
            x=alt.value("width"), text="label:N"
        ),
    ).properties(width=max(_NARROWEST, min(220, _WIDTH // len(variants))), height=_HEIGHT)
    header = alt.Header(title=None, labelFontSize=12, labelColor=INK, labelFontWeight=600)
    drawn: alt.FacetChart = layers.facet(
        data=data(rows),
        row=alt.Row("scenario:N", sort=list(scenarios), header=alt.Header(labels=False), title=None),
        column=alt.Column("variant:N", sort=list(variants), header=header, title=None),
        spacing={"row": 20, "column": 14},
    )
    return drawn


def _time_axis(times: Sequence[int]) -> alt.X:
    span = max(times) - min(times)
    # Runs of one minute would have no width, and points on the edge would be cut in half.
    margin = span * 0.04 or _DAY
    return alt.X(
        "t:T",
        title=None,
        scale=alt.Scale(type="utc", domain=[min(times) - margin, max(times) + margin], nice=False),
        axis=alt.Axis(
            format="%H:%M" if span < 2 * _DAY else "%b %-d" if span < 300 * _DAY else "%b %Y",
            tickCount=3,
            grid=False,
            labelOverlap=True,
            labelFlush=30,
            labelFontSize=11,
        ),
    )


def _level_axis(reach: float) -> alt.Y:
    step = next(step for least, step in _LINES if reach >= least)
    return alt.Y(
        "y:Q",
        title=None,
        scale=alt.Scale(type="log", domain=[1 / reach, reach], nice=False, clamp=True),
        axis=alt.Axis(
            values=[1 - step, 1, 1 + step],
            labelExpr="datum.value == 1 ? 'level' : format(datum.value - 1, '+.0%')",
            domain=False,
            ticks=False,
            labelFontSize=10,
            labelOverlap=False,
        ),
    )


def _rows(panel: Panel, series: Series, reach: float) -> Iterator[dict[str, Any]]:
    """What is drawn of one series: strokes are one line, broken where there is no figure."""
    level = series.level or 1.0
    where = {"scenario": panel.scenario, "variant": series.variant}
    for place, point in enumerate(series.points):
        at = {**where, "t": _milliseconds(point), "place": place}
        if point.changes:
            yield from ({**at, "kind": "change", "y": y} for y in (1 / reach, reach, None))
        ratio = point.figures.ratio
        if ratio is None or ratio.low <= 0:
            continue
        yield {**at, "kind": "median", "y": ratio.median / level}
        if point.shift is not None:
            yield {**at, "kind": point.shift.verdict, "y": ratio.median / level}
        yield from ({**at, "kind": "interval", "y": y} for y in (ratio.low / level, ratio.high / level, None))
    yield {**where, "t": _milliseconds(series.points[-1]), "kind": "level", "label": words.ratio(level)}


def _milliseconds(point: TrendPoint) -> int:
    return round(point.run.began.timestamp() * 1000)


def _since(series: Series, first: TrendRun) -> Series:
    """A series without the runs before one; its level stays that of all."""
    return replace(series, points=tuple(point for point in series.points if point.run.began >= first.began))


def _furthest(series: Series) -> float:
    """How far any interval of a series reaches from its level, as a factor."""
    level = series.level or 1.0
    ratios = [point.figures.ratio for point in series.points if point.figures.ratio is not None]
    return max(max(item.high / level, level / item.low) for item in ratios if item.low > 0)


def _followed(series: Series) -> bool:
    """Whether there is a line to draw."""
    drawn = [point for point in series.points if point.figures.ratio is not None and point.figures.ratio.low > 0]
    return bool(series.level) and len(drawn) > 1
