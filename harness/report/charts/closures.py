"""Closures as a picture: what every variant has, and below it, to its own scale, what each adds, path by path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import altair as alt

from harness.report import prose, words
from harness.report.charts.drawing import FILLS, INK, Chart, data, svg
from harness.report.model import Report
from harness.report.nix.model import ClosureView, PathSize

#: So many paths of a bar are drawn by themselves; what is smaller is drawn as one.
MOST = 5

_WIDTH = 620
_EVERYWHERE = "in every variant"
#: About how wide a character is, in pixels: a name stands in its part of the bar only if it fits.
_CHARACTER = 6.6


def draw_closures(report: Report) -> Iterator[Chart]:
    """A picture for each kind of closure; strategies that differ from the first have lists alone."""
    for story in report.nix:
        titles = set[str]()
        for closure in story.closures:
            if closure.title not in titles and any(closure.added.values()):
                titles.add(closure.title)
                yield _draw(story.slug, closure)


def _draw(slug: str, closure: ClosureView) -> Chart:
    panels = []
    if closure.shared:
        panels.append(_panel([(_EVERYWHERE, closure.shared)], "In every variant"))
    added = [(variant, paths) for variant, paths in closure.added.items()]
    panels.append(_panel(added, "On top of it, by variant" if closure.shared else "By variant"))
    sums = ", ".join(f"{name} {words.size(closure.added_bytes(name))}" for name in closure.added)
    titles = tuple(title.lower() for title in closure.strategies)
    strategies = f" The same with these strategies: {prose.join(titles)}." if len(titles) > 1 else ""
    return Chart(
        name=closure.slug,
        slug=slug,
        title=closure.title,
        label=f"{words.size(closure.shared_bytes)} in every variant, and on top: {sums}."
        " The lists below have every path.",
        caption="The two scales differ. Each part of a bar is a path, the largest first; names stand where there is"
        f" room, and the smallest are drawn as one. Shorter is better.{strategies}",
        svg=svg(alt.vconcat(*panels, spacing=18)),
        columns=("Path", "Size", "Where"),
        rows=tuple(
            (path.name, words.size(path.size), where)
            for where, paths in (
                (_EVERYWHERE, closure.shared),
                *((f"added by {name}" if closure.shared else name, own) for name, own in added),
            )
            for path in folded(paths)
        ),
    )


def _panel(bars: Sequence[tuple[str, Sequence[PathSize]]], title: str) -> alt.LayerChart:
    names = [name for name, _ in bars]
    longest = max(1, *(sum(path.size for path in paths) for _, paths in bars))
    parts = [part for name, paths in bars for part in _parts(name, paths, longest)]
    ends = [{"bar": name, "end": total, "label": words.size(total)} for name, total in _totals(bars)]
    scale = alt.Scale(domain=[0, longest], nice=False)
    y = alt.Y("bar:N", sort=names, title=None, axis=alt.Axis(minExtent=92))
    x = alt.X("low:Q", scale=scale, axis=None)
    drawn = (
        alt.Chart(data(parts))
        .mark_bar(height=20, stroke=INK, strokeWidth=0.6)
        .encode(y=y, x=x, x2="high:Q", color=alt.Color("fill:N", scale=None, legend=None))
    )
    inside = (
        alt.Chart(data([part for part in parts if part["label"]]))
        .mark_text(color=INK, fontSize=11)
        .encode(y=y, x=alt.X("middle:Q", scale=scale, axis=None), text="label:N")
    )
    beside = (
        alt.Chart(data(ends))
        .mark_text(align="left", dx=6, color=INK)
        .encode(y=y, x=alt.X("end:Q", scale=scale, axis=None), text="label:N")
    )
    heading = alt.Title(title, anchor="start", fontSize=12, color=INK, fontWeight=600)
    panel: alt.LayerChart = (drawn + inside + beside).properties(width=_WIDTH, height=28 * len(bars), title=heading)
    return panel


def _totals(bars: Sequence[tuple[str, Sequence[PathSize]]]) -> Iterator[tuple[str, int]]:
    return ((name, sum(path.size for path in paths)) for name, paths in bars)


def _parts(name: str, paths: Sequence[PathSize], longest: int) -> Iterator[dict[str, Any]]:
    """The parts of a bar, from its beginning to its end, each named where its name fits."""
    low = 0
    for place, path in enumerate(folded(paths)):
        high = low + path.size
        room = path.size / longest * _WIDTH
        label = path.name if len(path.name) * _CHARACTER + 8 <= room else ""
        yield {
            "bar": name,
            "low": low,
            "high": high,
            "middle": (low + high) / 2,
            "label": label,
            "fill": FILLS[place % len(FILLS)],
        }
        low = high


def folded(paths: Sequence[PathSize], most: int = MOST) -> tuple[PathSize, ...]:
    """The largest paths, and one that stands for all others; one alone is not worth folding."""
    if len(paths) <= most + 1:
        return tuple(paths)
    rest = paths[most:]
    return (*paths[:most], PathSize(name=f"{len(rest)} smaller paths", size=sum(path.size for path in rest)))
