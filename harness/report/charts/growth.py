"""How times grow with the number of members: a line for each toolchain, named at its end, a cross at the limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import altair as alt

from harness.report.anchors import anchored
from harness.report.charts.drawing import INK, SERIES, Chart, data, log_axis, svg
from harness.report.view.model import GrowthPanel

_WIDTH, _HEIGHT = 380, 190
#: Room above and below the figures, as a factor.
_MARGIN = 1.25


def growth_chart(panel: GrowthPanel) -> Chart:
    """A panel as a picture; both axes are logarithmic, so that a straight line is a power of the size."""
    rows = list(_rows(panel))
    lines, crosses = ([row for row in rows if row["limit"] is limit] for limit in (False, True))
    values = [row["y"] for row in lines] or [1.0]
    low, high = min(values) / _MARGIN, max(values) * _MARGIN
    sizes = sorted({row["n"] for row in (*lines, *crosses)}) or [1]
    for row in crosses:
        row["y"] = high
    names = list(dict.fromkeys(curve.variant for curve in panel.curves))
    x = alt.X(
        "n:Q",
        title="members",
        scale=alt.Scale(type="log", domain=[sizes[0] / 1.15, sizes[-1] * 2.6], nice=False),
        axis=alt.Axis(values=sizes, format=",d", grid=False),
    )
    y = alt.Y(
        "y:Q", title=None, scale=alt.Scale(type="log", domain=[low, high], nice=False), axis=log_axis(low, high, (1,))
    )
    colour = alt.Color(
        "variant:N",
        scale=alt.Scale(domain=names, range=[SERIES[i % len(SERIES)] for i in range(len(names))]),
        legend=None,
    )
    base = alt.Chart(data(lines)).encode(x=x, y=y, color=colour)
    ends = list(_ends(names, lines, low, high))
    layers = [
        base.mark_line(strokeWidth=1.8).encode(order="n:Q"),
        base.mark_point(filled=True, size=30, opacity=1),
        alt.Chart(data(crosses)).mark_text(text="✕", fontWeight="bold").encode(x=x, y=y, color=colour),
        alt.Chart(data(ends)).mark_text(align="left", dx=7, color=INK).encode(x=x, y=y, text="variant:N"),
    ]
    drawn = alt.layer(*[layer for layer in layers if layer.data.values]).properties(width=_WIDTH, height=_HEIGHT)
    return Chart(
        name=anchored("growth", panel.slug),
        title=panel.title,
        label=f"{panel.title} by number of members. {' '.join(panel.told)}",
        svg=svg(drawn),
    )


def _rows(panel: GrowthPanel) -> Iterator[dict[str, Any]]:
    for curve in panel.curves:
        for point in curve.points:
            if point.figure.value is not None or point.limit:
                yield {
                    "variant": curve.variant,
                    "n": point.members,
                    "y": point.figure.value,
                    "limit": point.limit,
                }


def _ends(names: list[str], lines: list[dict[str, Any]], low: float, high: float) -> Iterator[dict[str, Any]]:
    """The name of each line at its last point, moved apart where lines end beside each other."""
    last = {
        name: max((row for row in lines if row["variant"] == name), key=lambda row: row["n"])
        for name in names
        if any(row["variant"] == name for row in lines)
    }
    step = (high / low) ** (14 / _HEIGHT)
    below: dict[int, float] = {}
    for name, row in sorted(last.items(), key=lambda item: item[1]["y"]):
        place = max(row["y"], below.get(row["n"], 0.0) * step)
        below[row["n"]] = place
        yield {"variant": name, "n": row["n"], "y": place}
