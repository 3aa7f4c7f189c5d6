"""What the report's pictures share: colours, fonts, and the way to SVG, in this process and with no outside address."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert

from harness.report.charts.lean import lean

INK, MUTED, GRID, ACCENT = "#1b1f24", "#59636e", "#d9dee4", "#2f5fb3"
SERIES = ("#2f5fb3", "#b4521b", "#2b7a53", "#84459a", "#7d6210", "#33758a", "#a83a5b", "#5c5f66")
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A picture: ``name`` is fit to be a file's, ``label`` is what it says to those who cannot see it."""

    name: str
    title: str
    label: str
    svg: str


def data(rows: Sequence[dict[str, Any]]) -> alt.InlineData:
    """Rows as altair takes them, without a file."""
    return alt.InlineData(values=list(rows))


def log_axis(low: float, high: float, factors: Sequence[int] = (1, 2, 5)) -> alt.Axis:
    """An axis of seconds with a line at 1, 2 and 5 of each power of ten that is in sight, each with its unit."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = [step * 10.0**power for power in powers for step in factors]
    return alt.Axis(
        values=[step for step in steps if low <= step <= high],
        labelExpr="datum.value >= 1 ? format(datum.value, ',') + ' s' : format(datum.value * 1000, ',.3~r') + ' ms'",
        labelOverlap=True,
    )


def svg(chart: alt.TopLevelMixin) -> str:
    """A picture as SVG in the report's style."""
    configured = (
        chart.configure(font=FONT, background="transparent", padding={"left": 20, "right": 48, "top": 4, "bottom": 4})
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
        .configure_legend(labelColor=INK, labelFontSize=12, symbolSize=70, columnPadding=20)
        .configure_text(fontSize=12)
    )
    return lean(vl_convert.vegalite_to_svg(configured.to_dict()), font=FONT)
