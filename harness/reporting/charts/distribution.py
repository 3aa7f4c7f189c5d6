"""The picture of single samples, block by block: drift, outliers, and how noisy the machine was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import altair as alt

from harness.records import RunInfo
from harness.reporting import prose, words
from harness.reporting.charts.drawing import ACCENT, GRID, INK, MUTED, Chart, data, svg
from harness.reporting.model import Report, Row, Section
from harness.reporting.sampled import MOST_PER_CELL
from harness.reporting.view import KEY_SCENARIOS

#: So many blocks are drawn, the last ones: more would be neither legible nor small.
MOST_BLOCKS = 24
#: How far from its median the scale of a panel reaches at least and at most, as a factor.
_LEAST, _MOST = 1.25, 2.5
#: The lines besides that of the median, by how far the scale reaches at least.
_LINES = ((2.0, 2.0), (1.5, 1.5), (_LEAST, 1.2))
_WIDTH, _HEIGHT = 620, 40
_PROBE = "the machine"
#: What each kind of mark is drawn as: shape, colour and area.
_SIGNS = (("sample", "circle", ACCENT, 22), ("outlying", "diamond", INK, 75), ("failed", "cross", INK, 45))

Place = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class _Mark:
    """One sample or probe: ``ratio`` to the median, ``None`` where it failed, with what the table says of it.

    ``column`` is the block's in the table; ``shift`` is how far from it a mark stands, in blocks.
    """

    panel: tuple[str, str]
    column: int
    shift: float
    ratio: float | None
    outlying: bool
    said: str


def draw_distribution(report: Report, section: Section) -> Chart | None:
    """The samples of a section's key scenarios; nothing with fewer than two blocks, which have no distribution."""
    scenarios = [item for name in KEY_SCENARIOS if (item := section.scenario(name)) is not None]
    rows = [(item.name, row) for item in scenarios for row in item.rows if row.summary is not None]
    places = sorted({(one.run_id, one.block) for _, row in rows for one in row.samples}, key=_order(report.runs))
    if len(places) < 2:
        return None
    shown = places[-MOST_BLOCKS:]
    marks = [mark for name, row in rows for mark in _marks(name, row, shown)]
    probes = list(_probes(report.runs, shown))
    furthest = max((max(mark.ratio, 1 / mark.ratio) for mark in (*marks, *probes) if mark.ratio), default=1.0)
    reach = min(_MOST, max(_LEAST, furthest * 1.05))
    many = [f"{name} of {row.variant}" for name, row in rows if not row.samples]
    names = tuple(dict.fromkeys(name for name, _ in rows))
    return Chart(
        name=f"samples-{section.slug}",
        slug=section.slug,
        title=f"Samples by block, {section.title}",
        label=f"{section.title}: each sample of {prose.join(names)} against its variant's median, in"
        f" {len(shown)} blocks: {sum(mark.outlying for mark in marks)} of {len(marks)} are outlying.",
        caption=_caption(marks, probes, cut=furthest > reach, left_out=len(places) - len(shown), many=many),
        svg=svg(_picture(marks, probes, len(shown), reach)),
        columns=("Scenario and variant", *_titles(shown)),
        rows=tuple(_table(marks, probes, len(shown))),
    )


def _order(runs: Sequence[RunInfo]) -> Any:
    """Blocks in the order in which they ran."""
    place = {run.run_id: number for number, run in enumerate(runs)}
    return lambda item: (place.get(item[0], len(place)), item)


def _titles(places: Sequence[Place]) -> Iterator[str]:
    several = len({run for run, _ in places}) > 1
    return (f"{run}, block {block + 1}" if several else f"Block {block + 1}" for run, block in places)


def _marks(scenario: str, row: Row, shown: Sequence[Place]) -> Iterator[_Mark]:
    assert row.summary is not None  # noqa: S101 - only rows with figures are drawn
    level = row.summary.median
    number = 0
    for one in row.samples:
        outlying = one.seconds is not None and number in row.summary.outliers
        number += one.seconds is not None
        if (one.run_id, one.block) not in shown:
            continue
        ratio = one.seconds / level if one.seconds and level else None
        yield _Mark(
            panel=(scenario, row.variant),
            column=shown.index((one.run_id, one.block)),
            shift=0.0,
            ratio=ratio,
            outlying=outlying,
            said=one.outcome.value if ratio is None else words.ratio(ratio) + (" outlying" if outlying else ""),
        )


def _probes(runs: Iterable[RunInfo], shown: Sequence[Place]) -> Iterator[_Mark]:
    """The probe after each block against the run's median, and the one before the first."""
    for run in runs:
        level = median([probe.wall_s for probe in run.probes]) if run.probes else 0.0
        for probe in run.probes if level else ():
            place = (run.run_id, max(0, probe.block))
            if place not in shown:
                continue
            before = probe.block < 0
            ratio = probe.wall_s / level
            yield _Mark(
                panel=(_PROBE, ""),
                column=shown.index(place),
                shift=-0.5 if before else 0.5,
                ratio=ratio,
                outlying=False,
                said=f"{words.ratio(ratio)} {'before' if before else 'after'}",
            )


def _caption(marks: Sequence[_Mark], probes: Sequence[_Mark], *, cut: bool, left_out: int, many: Sequence[str]) -> str:
    """What there is to see; only what is in the picture is explained."""
    parts = [
        "Each dot is a sample against the median of its variant and scenario, in the order of the blocks. Closer to the"
        " line is better: less noise; above it is slower. All panels have the same logarithmic scale. What rises or"
        " falls in all panels at once is the machine."
    ]
    if any(mark.outlying for mark in marks):
        parts.append(
            "A large diamond is an outlying sample, far from the rest of its own; none is left out of any figure."
        )
    if any(mark.ratio is None for mark in marks):
        parts.append("A cross at the lower edge is a sample without a time.")
    if probes:
        parts.append(
            "The last panel is a fixed computation timed between the blocks, which no toolchain has a part in."
        )
    if cut:
        parts.append(f"What lies further out than {words.factor(_MOST)} times is drawn at the edge.")
    if left_out:
        parts.append(f"The first {left_out} blocks are not in the picture.")
    if many:
        parts.append(f"Not in the picture, with more than {MOST_PER_CELL} samples each: {prose.join(many)}.")
    return " ".join(parts)


def _picture(marks: Sequence[_Mark], probes: Sequence[_Mark], blocks: int, reach: float) -> alt.VConcatChart:
    scenarios = list(dict.fromkeys(mark.panel[0] for mark in marks))
    variants = list(dict.fromkeys(mark.panel[1] for mark in marks))
    width = max(84, min(220, _WIDTH // len(variants)))
    title: dict[str, Any] = {"title": None, "labelFontSize": 12, "labelColor": INK, "labelFontWeight": 600}
    across = alt.Column("variant:N", sort=variants, header=alt.Header(**title))
    down = alt.Row(
        "scenario:N", sort=scenarios, header=alt.Header(**title, labelAngle=0, labelAlign="left", labelPadding=26)
    )
    gaps = {"row": 10, "column": 12}

    def panels(values: Sequence[_Mark], wide: int, **facets: Any) -> alt.FacetChart:
        layers = alt.layer(*_layers(blocks, reach)).properties(width=wide, height=_HEIGHT)
        found: alt.FacetChart = layers.facet(data=data(list(_values(values, reach))), row=down, spacing=gaps, **facets)
        return found

    drawn = [panels(marks, width, column=across)]
    if probes:
        whole = (width + gaps["column"]) * len(variants) - gaps["column"]
        drawn.append(panels(probes, whole))
    return alt.vconcat(*drawn, spacing=14)


def _layers(blocks: int, reach: float) -> Iterator[alt.Chart]:
    line = next(line for least, line in _LINES if reach >= least)
    quiet: dict[str, Any] = {"labelFontSize": 10, "labelColor": MUTED, "domain": False, "ticks": False}
    x = alt.X(
        "place:Q",
        title=None,
        scale=alt.Scale(domain=[-0.8, blocks - 0.2], nice=False),
        axis=alt.Axis(values=list(range(blocks)), labelExpr="datum.value + 1", grid=False, **quiet),
    )
    y = alt.Y(
        "ratio:Q",
        title=None,
        scale=alt.Scale(type="log", domain=[1 / reach, reach], nice=False, clamp=True),
        axis=alt.Axis(
            values=[1 / line, 1, line],
            labelExpr="datum.value == 1 ? 'median' : format(datum.value, '.2~f') + '×'",
            gridColor=GRID,
            **quiet,
        ),
    )
    base = alt.Chart().encode(x=x, y=y)
    yield base.transform_filter("datum.kind != 'failed'").mark_line(color=ACCENT, strokeWidth=0.7)
    for kind, shape, color, size in _SIGNS:
        yield base.transform_filter(f"datum.kind == '{kind}'").mark_point(
            shape=shape, color=color, size=size, filled=True, opacity=1
        )


def _values(marks: Iterable[_Mark], reach: float) -> Iterator[dict[str, Any]]:
    for mark in marks:
        yield {
            "scenario": mark.panel[0],
            "variant": mark.panel[1],
            "place": mark.column + mark.shift,
            "ratio": 1 / reach if mark.ratio is None else mark.ratio,
            "kind": "failed" if mark.ratio is None else "outlying" if mark.outlying else "sample",
        }


def _table(marks: Sequence[_Mark], probes: Sequence[_Mark], blocks: int) -> Iterator[tuple[str, ...]]:
    for panel in dict.fromkeys(mark.panel for mark in (*marks, *probes)):
        own = [mark for mark in (*marks, *probes) if mark.panel == panel]
        said = (", ".join(mark.said for mark in own if mark.column == column) or words.NONE for column in range(blocks))
        yield (", ".join(filter(None, panel)), *said)
