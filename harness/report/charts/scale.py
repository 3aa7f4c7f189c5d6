"""The pictures of scale: a panel for each thing that is measured, a line for each variant, both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import altair as alt

from harness.records.spelling import number
from harness.report import prose
from harness.report.charts.drawing import GRID, INK, Chart, data, log_axis, svg, told_apart
from harness.report.model import Report
from harness.report.scale import words as scale_words
from harness.report.scale.model import Curve, Kind, Panel, ScaleLane, ScaleView

#: Of memory, which every scenario has, those scenarios are drawn in which all members are at work.
_MEMORY = ("lock", "install-cold", "build", "nix-eval", "nix-build")
_WIDTH, _HEIGHT, _ACROSS = 190, 140, 3
#: A cross with slanting strokes, which no series has.
_CROSS = "M-1,-1L1,1M-1,1L1,-1"
#: How far a scale reaches beyond what is drawn, as a factor.
_MARGIN = 1.25
#: How high a row of crosses is, and all of them together at most, as shares of a panel.
_ROW, _MOST_ROWS = 0.09, 0.5
#: Lines at these steps of each power of ten, or at the first alone where a scale reaches further than so many times.
_STEPS, _WIDE = (1, 2, 5), 40
_BYTES = (1, 10, 100, 2**10, 10 * 2**10, 100 * 2**10, 2**20, 10 * 2**20, 100 * 2**20, 2**30, 10 * 2**30, 100 * 2**30)


def draw_scale(report: Report) -> Iterator[Chart]:
    """For each lane a picture of times, and one of memory and disk; nothing with fewer than three sizes."""
    view = report.scale
    if view is None or not view.shown:
        return
    for lane in view.lanes:
        heavy = tuple(
            panel for panel in (*lane.of(Kind.MEMORY), *lane.of(Kind.DISK)) if panel.kind is Kind.DISK or _drawn(panel)
        )
        if times := lane.of(Kind.TIME):
            yield _draw(view, lane, times, "time", "Time by number of members")
        if heavy:
            yield _draw(view, lane, heavy, "weight", "Memory and disk by number of members")


def _drawn(panel: Panel) -> bool:
    return panel.name in _MEMORY


def _draw(view: ScaleView, lane: ScaleLane, panels: Sequence[Panel], kind: str, title: str) -> Chart:
    sizes = [size for size in view.sizes if any(size.shape in panel.sizes for panel in panels)]
    variants = [name for name in view.variants if any(c.variant == name for panel in panels for c in panel.curves)]
    failed = any(point.failed for panel in panels for curve in panel.curves for point in curve.points.values())
    bearing = (
        " A cross at the upper edge, in a row for each variant, is a size at which a sample timed out or failed: there"
        " is no figure, and its height says nothing."
        if failed
        else ""
    )
    return Chart(
        name=f"{lane.slug}-{kind}",
        slug=lane.slug,
        title=f"{title}, {lane.title}",
        label=f"{lane.title}: {title.lower()} of {prose.join(variants)}, from {sizes[0].members:,} to"
        f" {sizes[-1].members:,} members, in {number(len(panels), 'panel')}, both axes logarithmic; the table has"
        " the same figures.",
        caption="Medians by number of members, one colour and mark a variant; lower is better. Both axes are"
        f" logarithmic: a power of N is a straight line, and the steeper, the worse it grows. {_guide()}{bearing}",
        svg=svg(_picture(view, panels, variants)),
        columns=("Figure and variant", *(f"{size.label} members" for size in sizes)),
        rows=tuple(
            (
                f"{scale_words.titled(panel, panels)}, {curve.variant}",
                *(scale_words.figure(curve.points.get(size.shape), panel.kind) for size in sizes),
            )
            for panel in panels
            for curve in panel.curves
        ),
    )


def _guide() -> str:
    return "The thin grey line in each panel rises as N does: it is what linear looks like."


def _picture(view: ScaleView, panels: Sequence[Panel], variants: Sequence[str]) -> alt.ConcatChart:
    drawn = [_panel(view, panel, panels, variants) for panel in panels]
    picture: alt.ConcatChart = alt.concat(*drawn, columns=min(_ACROSS, len(drawn)), spacing={"row": 22, "column": 26})
    return picture


def _panel(view: ScaleView, panel: Panel, panels: Sequence[Panel], variants: Sequence[str]) -> alt.LayerChart:
    members = {size.shape: size.members for size in view.sizes}
    known = [
        (curve.variant, members[shape], point.median)
        for curve in panel.curves
        for shape, point in curve.points.items()
        if point.median
    ]
    rows: list[dict[str, Any]] = [{"variant": name, "n": count, "y": median} for name, count, median in known]
    counts = sorted({members[shape] for shape in panel.sizes})
    low = min((median for _, _, median in known), default=1.0) / _MARGIN
    high = max((median for _, _, median in known), default=1.0) * _MARGIN
    # A panel that hardly varies would show noise as mountains.
    middle = math.sqrt(low * high)
    low, high = min(low, middle / 2), max(high, middle * 2)
    # Crosses have the upper edge to themselves: nothing is said of how high they would lie.
    failing = [curve for curve in panel.curves if any(point.failed for point in curve.points.values())]
    row = min(_ROW, _MOST_ROWS / max(1, len(failing)))
    high = low * (high / low) ** (1 / (1 - row * len(failing)))
    x = alt.X(
        "n:Q",
        title=None,
        scale=alt.Scale(type="log", domain=[counts[0] / _MARGIN, counts[-1] * _MARGIN], nice=False),
        axis=alt.Axis(values=counts, format=",d", grid=False, labelOverlap=True, labelFontSize=11),
    )
    scale = alt.Scale(type="log", domain=[low, high], nice=False)
    y = alt.Y("y:Q", title=None, scale=scale, axis=_axis(panel.kind, low, high))
    places = [view.variants.index(name) for name in variants]
    colours, marks = told_apart(variants, places)
    legend = alt.Legend(orient="top")
    base = alt.Chart(data(rows)).encode(
        x=x, y=y, color=alt.Color("variant:N", scale=colours, title=None, legend=legend)
    )
    layers = [
        alt.Chart(data(list(_linear(counts, low, high))))
        .mark_line(color=GRID, strokeWidth=1.4)
        .encode(x=x, y=y, order="n:Q"),
        base.mark_line(strokeWidth=1.6).encode(order="n:Q"),
        base.mark_point(filled=True, size=34, opacity=1).encode(
            shape=alt.Shape("variant:N", scale=marks, title=None, legend=legend)
        ),
    ]
    if failing:
        crosses = list(_crosses(failing, members, high, (low / high) ** row))
        layers += _marked(crosses, x, y, alt.Color("variant:N", scale=colours, title=None, legend=legend), counts)
    title = alt.Title(scale_words.titled(panel, panels), anchor="start", fontSize=12, color=INK, fontWeight=600)
    drawn = alt.layer(*layers).properties(width=_WIDTH, height=_HEIGHT, title=title)
    assert isinstance(drawn, alt.LayerChart)  # noqa: S101 - it has layers and no facets
    return drawn


def _marked(
    crosses: Sequence[dict[str, Any]], x: alt.X, y: alt.Y, colour: alt.Color, counts: Sequence[int]
) -> Iterator[alt.Chart]:
    """The crosses, and who it is beside the first of each row: towards the middle, where there is room."""
    marks = alt.Chart(data(crosses)).mark_point(shape=_CROSS, filled=False, size=60, strokeWidth=2.2, opacity=1)
    yield marks.encode(x=x, y=y, color=colour)
    for right in (False, True):
        named = [item for item in crosses if item["first"] and (item["n"] ** 2 < counts[0] * counts[-1]) is right]
        if named:
            text = alt.Chart(data(named)).mark_text(
                align="left" if right else "right", dx=8 if right else -8, color=INK, fontSize=10
            )
            yield text.encode(x=x, y=y, text="variant:N")


def _linear(counts: Sequence[int], low: float, high: float) -> Iterator[dict[str, float]]:
    """A line of slope 1 through the middle of a panel, as far as it fits."""
    middle = math.sqrt(counts[0] * counts[-1])
    level = math.sqrt(low * high)
    for edge in (max(counts[0], middle * low / level), min(counts[-1], middle * high / level)):
        yield {"n": edge, "y": level * edge / middle}


def _crosses(
    failing: Sequence[Curve], members: Mapping[str, int], high: float, step: float
) -> Iterator[dict[str, Any]]:
    """A row of crosses for each variant, one below the other from the upper edge on."""
    for place, curve in enumerate(failing):
        counts = sorted(members[shape] for shape, point in curve.points.items() if point.failed)
        for count in counts:
            yield {"variant": curve.variant, "n": count, "y": high * step ** (place + 0.5), "first": count == counts[0]}


def _axis(kind: Kind, low: float, high: float) -> alt.Axis:
    if kind is Kind.TIME:
        axis = log_axis(low, high, _STEPS if high / low < _WIDE else _STEPS[:1])
        axis["labelFontSize"] = 11
        return axis
    steps = [step * factor for step in _BYTES for factor in (_STEPS if high / low < _WIDE else _STEPS[:1])]
    return alt.Axis(
        values=[step for step in steps if low <= step <= high],
        labelExpr="datum.value >= 1073741824 ? datum.value / 1073741824 + ' GiB' : datum.value >= 1048576 ?"
        " datum.value / 1048576 + ' MiB' : datum.value >= 1024 ? datum.value / 1024 + ' KiB' : datum.value + ' B'",
        labelOverlap=True,
        labelFontSize=11,
    )
