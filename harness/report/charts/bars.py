"""Warm installs, one bar a tool in its recommended idiom: the picture that README shows."""

from __future__ import annotations

import altair as alt

from harness.report.charts.drawing import ACCENT, INK, Chart, data, svg
from harness.report.view.figures import spelled
from harness.report.view.model import View


def bars_chart(view: View) -> Chart:
    """The bars of the first screen as a picture, the shortest first, each with its figure."""
    rows = [{"name": bar.name, "y": bar.figure.value, "told": spelled(bar.figure)} for bar in view.bars]
    y = alt.Y("name:N", sort=[bar.name for bar in view.bars], title=None, axis=alt.Axis(domain=False, ticks=False))
    x = alt.X("y:Q", axis=None)
    base = alt.Chart(data(rows)).encode(x=x, y=y)
    drawn = alt.layer(
        base.mark_bar(color=ACCENT, height=14), base.mark_text(align="left", dx=6, color=INK).encode(text="told:N")
    ).properties(width=520, height=26 * max(1, len(rows)))
    told = ", ".join(f"{row['name']} {row['told']}" for row in rows)
    return Chart(
        name="bars",
        title=view.bars_title,
        label=f"{view.bars_title}: {told}",
        svg=svg(drawn),
    )
