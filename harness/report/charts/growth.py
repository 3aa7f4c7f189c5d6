"""How times grow with the number of members: a line for each toolchain, named beside it, a cross at the limit."""

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
#: Where names stand, as a factor of the largest size: right of all lines, so that they lie on none.
_BESIDE = 1.12


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
    beside = sizes[-1] * _BESIDE
    ends = list(_ends(lines, low, high))
    leads = [{**row, "n": n, "y": y} for row in ends for n, y in ((row["n"], row["y"]), (beside, row["place"]))]
    layers = [
        alt.Chart(data(leads)).mark_line(strokeWidth=1, strokeDash=[1, 3]).encode(x=x, y=y, color=colour),
        base.mark_line(strokeWidth=1.8).encode(order="n:Q"),
        base.mark_point(filled=True, size=30, opacity=1),
        alt.Chart(data(crosses)).mark_text(text="✕", fontWeight="bold").encode(x=x, y=y, color=colour),
        alt.Chart(data([{**row, "n": beside, "y": row["place"]} for row in ends]))
        .mark_text(align="left", dx=4, color=INK)
        .encode(x=x, y=y, text="variant:N"),
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


def _ends(lines: list[dict[str, Any]], low: float, high: float) -> Iterator[dict[str, Any]]:
    """The last point of each line, and the ``place`` of its name: at its height, but moved apart from the one below."""
    last: dict[str, dict[str, Any]] = {}
    for row in lines:
        if row["variant"] not in last or row["n"] > last[row["variant"]]["n"]:
            last[row["variant"]] = row
    step = (high / low) ** (14 / _HEIGHT)
    below = 0.0
    for row in sorted(last.values(), key=lambda row: row["y"]):
        below = max(row["y"], below * step)
        yield {"variant": row["variant"], "n": row["n"], "y": row["y"], "place": below}
