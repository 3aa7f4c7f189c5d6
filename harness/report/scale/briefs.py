"""What many members cost, a sentence for each thing that is done often: the least, the most, and who cannot."""

from __future__ import annotations

from collections.abc import Iterator

from harness.report import words
from harness.report.prose import join
from harness.report.scale.model import Kind, Panel, ScaleView, Size
from harness.report.scale.words import ENDED

#: What people do often, or wait for: the scenarios that are told of first.
_OFTEN = ("install-cold", "install-warm", "refresh", "nix-build", "nix-refresh")


def at_most_members(view: ScaleView) -> Iterator[tuple[str, str, str]]:
    """What came out at the largest size that each of these scenarios was tried at: title, anchor, and a clause."""
    for lane in view.lanes:
        for panel in lane.of(Kind.TIME):
            tried = [size for size in view.sizes if size.shape in panel.sizes]
            if panel.scenario in _OFTEN and tried:
                largest = tried[-1]
                where = f" with {largest.members:,} members, {lane.title}"
                yield panel.title, panel.slug, f"{where}: {_at(panel, largest)}."


def _at(panel: Panel, size: Size) -> str:
    """Who takes least and most, and how it ended for others."""
    points = {curve.variant: curve.points[size.shape] for curve in panel.curves if size.shape in curve.points}
    known = {name: point.median for name, point in points.items() if point.median is not None}
    ended: dict[str, list[str]] = {}
    for name, point in points.items():
        if point.unbearable:
            ended.setdefault(ENDED.get(point.status, point.status), []).append(name)
    said = []
    if known:
        order = sorted(known, key=lambda name: known[name])
        told = [f"{words.seconds(known[name])} with {name}" for name in dict.fromkeys((order[0], order[-1]))]
        said.append(("from " if len(told) > 1 else "") + " to ".join(told))
    said += [f"{how} with {join(names)}" for how, names in ended.items()]
    return "; ".join(said)
