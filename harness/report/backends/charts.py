"""The pictures of a report of backends: growth, front ends, editable installs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from harness.records.spelling import number
from harness.report import prose, words
from harness.report.backends.model import BackendReport, Editable, FrontEndTable
from harness.report.backends.tables import signed
from harness.report.backends.view import IN_SRC
from harness.report.charts.drawing import ACCENT, FILLS, INK, MUTED, Chart, data, svg, told_apart
from harness.report.model import Row
from harness.report.statistics.statistics import Interval

_WIDTH = 300
_TIME = "datum.value >= 1 ? format(datum.value, ',') + ' s' : format(datum.value * 1000, ',.3~r') + ' ms'"
_FILES = "format(datum.value, ',')"


def draw_backend_charts(report: BackendReport) -> tuple[Chart, ...]:
    """Every picture there is something to show in."""
    drawn = (_growth(report), *map(_front_ends, report.front_ends[:1]), _editable(report))
    return tuple(chart for chart in drawn if chart is not None)


def _growth(report: BackendReport) -> Chart | None:
    """Time by number of files, both logarithmic, a panel for each hook."""
    rows = _points(report)
    if len(report.files) < 2 or not rows:
        return None
    backends = list(dict.fromkeys(str(row["backend"]) for row in rows))
    titles = [hook.title for hook in report.growth]
    return Chart(
        name="growth",
        slug="growth",
        title="Time by number of files",
        label=f"Median time of {prose.join(titles)} for {prose.join(backends)}, by number of files, both logarithmic;"
        " the tables have the figures.",
        caption="Medians with their 95% intervals; both scales are logarithmic and the same in every panel. Lower is"
        " better. A line that is level costs the same whatever the number of files; one that climbs as much as it goes"
        " right takes time in proportion.",
        svg=svg(_growing(rows, backends, titles, report.files)),
    )


def _growing(
    rows: Sequence[dict[str, Any]], backends: Sequence[str], titles: Sequence[str], files: Sequence[int]
) -> alt.FacetChart:
    """A panel for each hook, with a line for each backend."""
    colours, shapes = told_apart(backends)
    base = alt.Chart().encode(
        x=alt.X(
            "files:Q",
            scale=alt.Scale(type="log", nice=False, domain=[files[0] / 1.3, files[-1] * 1.3]),
            axis=alt.Axis(values=list(files), labelExpr=_FILES, grid=False),
            title="files",
        ),
        color=alt.Color(
            "backend:N",
            scale=colours,
            title=None,
            legend=alt.Legend(orient="top"),
        ),
    )
    low, high = min(row["low"] for row in rows) / 1.4, max(row["high"] for row in rows) * 1.4
    scale = alt.Scale(type="log", nice=False, domain=[low, high])
    lines_at = [step * 10.0**power for power in range(-4, 4) for step in (1, 3)]
    axis = alt.Axis(labelExpr=_TIME, values=[value for value in lines_at if low <= value <= high])
    lines = base.mark_line(strokeWidth=1.6).encode(y=alt.Y("s:Q", scale=scale, axis=axis, title=None))
    bars = base.mark_rule(strokeWidth=1.4).encode(y=alt.Y("low:Q", scale=scale, axis=axis, title=None), y2="high:Q")
    points = base.mark_point(filled=True, size=52, opacity=1).encode(
        y=alt.Y("s:Q", scale=scale, axis=axis, title=None),
        shape=alt.Shape(
            "backend:N",
            scale=shapes,
            title=None,
            legend=alt.Legend(orient="top"),
        ),
    )
    drawn: alt.FacetChart = (
        alt.layer(lines, bars, points)
        .properties(width=_WIDTH, height=210)
        .facet(
            data=data(rows),
            facet=alt.Facet(
                "hook:N",
                sort=titles,
                title=None,
                header=alt.Header(labelFontSize=13, labelFontWeight=600, labelColor=INK, labelAnchor="start"),
            ),
            columns=2,
            spacing=28,
        )
    )
    return drawn


def _points(report: BackendReport) -> list[dict[str, Any]]:
    """Each hook of each backend with each number of files, in seconds."""
    return [
        {
            "hook": hook.title,
            "backend": line.backend,
            "files": files,
            "s": row.summary.median,
            "low": row.summary.interval.low if row.summary.interval else row.summary.median,
            "high": row.summary.interval.high if row.summary.interval else row.summary.median,
        }
        for hook in report.growth
        for line in hook.lines
        for files, row in line.rows.items()
        if row.summary is not None and row.summary.median > 0
    ]


def _front_ends(table: FrontEndTable) -> Chart | None:
    """What is the backend's and what the front end's, one bar for each backend in each front end."""
    rows: list[dict[str, Any]] = []
    for scenario, cells in table.cells.items():
        for backend, cell in cells.items():
            where = {"front": table.titles[scenario], "backend": backend}
            if cell.row.summary is None:
                continue
            whole = cell.row.summary.median
            hook = _seconds(table.hook.get(backend))
            if cell.past or hook is None:
                rows.append({**where, "part": _PAST if cell.past else _WHOLE, "s": whole, "order": 0})
            else:
                rows.append({**where, "part": _HOOK, "s": min(hook, whole), "order": 0})
                rows.append({**where, "part": _REST, "s": max(0.0, whole - hook), "order": 1})
    if not rows:
        return None
    parts = [part for part in (_HOOK, _REST, _PAST, _WHOLE) if any(row["part"] == part for row in rows)]
    fills = {_HOOK: ACCENT, _REST: FILLS[0], _PAST: MUTED, _WHOLE: FILLS[1]}
    chart = (
        alt.Chart()
        .mark_bar(stroke=INK, strokeWidth=0.5, height=13)
        .encode(
            y=alt.Y("backend:N", sort=None, title=None),
            x=alt.X("s:Q", stack="zero", title="seconds", axis=alt.Axis(tickCount=5)),
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=parts, range=[fills[part] for part in parts]),
                title=None,
                legend=alt.Legend(orient="top", symbolType="square", labelLimit=400),
            ),
            order=alt.Order("order:Q"),
        )
        .properties(width=190, height=alt.Step(20))
        .facet(
            data=data(rows),
            column=alt.Column(
                "front:N",
                sort=list(table.titles.values()),
                title=None,
                header=alt.Header(labelFontSize=13, labelFontWeight=600, labelColor=INK, labelAnchor="start"),
            ),
            spacing=22,
        )
    )
    return Chart(
        name="front-ends",
        slug="front-ends",
        title=f"Front end and backend told apart, {number(table.files, 'file')}",
        label=f"Time of {prose.join(list(table.titles.values()))} by backend, divided into that of the wheel hook and"
        " the rest; the table has the figures.",
        caption="Medians of the whole command; dark is what the wheel hook alone takes, the rest is the front end's."
        " One that works in its own process has no hook to tell apart. Shorter is better.",
        svg=svg(chart),
    )


_HOOK, _REST = "the wheel hook", "what the front end adds"
_PAST, _WHOLE = "in its own process, no hook", "not told apart"


def _editable(report: BackendReport) -> Chart | None:
    """What each start of Python costs more, by backend and layout."""
    found = [(item, _each(item.start.interval, item.starts)) for item in report.editables if item.start is not None]
    if not found:
        return None
    rows = [
        {
            "name": _named(item),
            "mode": words.answer(item.mode) if item.mode else words.NONE,
            "ms": interval.median * 1000,
            "low": interval.low * 1000,
            "high": interval.high * 1000,
        }
        for item, interval in found
    ]
    modes = list(dict.fromkeys(str(row["mode"]) for row in rows))
    colours, shapes = told_apart(modes)
    base = alt.Chart(data(rows)).encode(
        y=alt.Y("name:N", sort=None, title=None),
        color=alt.Color(
            "mode:N",
            scale=colours,
            title=None,
            legend=alt.Legend(orient="top"),
        ),
    )
    points = base.mark_point(filled=True, size=60, opacity=1).encode(
        x=alt.X("ms:Q", title="milliseconds more at each start", axis=alt.Axis(tickCount=6)),
        shape=alt.Shape("mode:N", scale=shapes, title=None),
    )
    lines = base.mark_rule(strokeWidth=1.6).encode(x="low:Q", x2="high:Q")
    zero = alt.Chart(data([{"ms": 0}])).mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x="ms:Q")
    return Chart(
        name="editable-start",
        slug="editable",
        title="What an editable install costs at each start of Python",
        label="Milliseconds more at each start of Python than with the wheel installed: "
        + ", ".join(f"{_named(item)} {signed(interval.median)}" for item, interval in found)
        + ".",
        caption="The time of a start that imports nothing, less that with the wheel installed in the same block: median"
        " and 95% interval. Flat: the package lies beside pyproject.toml, not in src. Further left is better; an"
        " interval that reaches 0 shows no cost.",
        svg=svg((zero + lines + points).properties(width=460, height=22 * len(rows))),
    )


def _each(interval: Interval, starts: int) -> Interval:
    """The same for one start."""
    return Interval(median=interval.median / starts, low=interval.low / starts, high=interval.high / starts)


def _named(item: Editable) -> str:
    return item.backend if item.layout == IN_SRC else f"{item.backend}, flat"


def _seconds(row: Row | None) -> float | None:
    return row.summary.median if row and row.summary else None
