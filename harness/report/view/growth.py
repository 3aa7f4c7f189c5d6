"""How times grow with the number of members: from the run on scale. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from harness.records.spelling import digits
from harness.report.scale.model import Kind, Panel, ScaleView
from harness.report.view import figures
from harness.report.view.model import Curve, Figure, Grown, GrowthPanel, Standing
from harness.report.view.parts import Part, Parts

#: The scenarios whose growth is shown, in this order; the rest is in summary.csv.
SHOWN = ("install-warm", "refresh", "noop", "lock", "nix-build", "nix-refresh")


def growth(parts: Parts) -> tuple[GrowthPanel, ...]:
    """A panel for each scenario that was measured at three sizes or more."""
    part = parts.scale
    view = part.facts.scale if part is not None else None
    if part is None or view is None or not view.shown:
        return ()
    panels = [(lane, panel) for lane in view.lanes for panel in lane.of(Kind.TIME) if panel.scenario in SHOWN]
    return tuple(
        GrowthPanel(
            slug=panel.slug,
            title=panel.title,
            lane=lane.lane,
            curves=tuple(_curves(panel, view, part)),
            told=tuple(_told(panel, view, part)),
        )
        for lane, panel in sorted(panels, key=lambda pair: SHOWN.index(pair[1].scenario))
    )


def figure_at(panel: Panel, variant: str, members: int, part: Part) -> Figure:
    """A contestant's figure at a number of members."""
    view = part.facts.scale
    assert view is not None  # noqa: S101 - there is a panel, so there is a section
    curve = next((curve for curve in panel.curves if curve.variant == variant), None)
    for shape, point in curve.points.items() if curve is not None else ():
        if view.size(shape).members != members:
            continue
        if point.median is not None:
            interval = point.interval
            return Figure(
                value=point.median,
                unit="s",
                low=interval.low if interval else None,
                high=interval.high if interval else None,
                rounds=point.samples,
                source=part.source.slug,
            )
        word = figures.ended(point.status, part.source.limit_s)
        standing = Standing.FAILED if point.unbearable else Standing.UNKNOWN
        return Figure(word=word, meaning=point.reason, standing=standing, source=part.source.slug)
    return figures.NONE


def _curves(panel: Panel, view: ScaleView, part: Part) -> Iterator[Curve]:
    for curve in panel.curves:
        yield Curve(
            variant=curve.variant,
            points=tuple(
                Grown(
                    members=view.size(shape).members,
                    figure=figure_at(panel, curve.variant, view.size(shape).members, part),
                    limit=point.unbearable,
                )
                for shape, point in curve.points.items()
                if point.samples
            ),
            exponent=curve.fit.exponent.value if curve.fit is not None else None,
        )


def _told(panel: Panel, view: ScaleView, part: Part) -> Iterator[str]:
    """Who hit the limit and where first, and who grows least."""
    for curve in panel.curves:
        hit = sorted(view.size(shape).members for shape, point in curve.points.items() if point.unbearable)
        if hit:
            status = next(point.status for point in curve.points.values() if point.unbearable)
            word = figures.ended(status, part.source.limit_s)
            yield f"{curve.variant} {word} at {hit[0]} members."
    whole = {
        curve.variant: points[-1].median / points[0].median
        for curve in panel.curves
        if len(points := [point for point in curve.points.values() if point.samples]) > 1
        and points[0].median
        and points[-1].median
    }
    if len(whole) > 1:
        sizes = sorted(size.members for size in view.sizes)
        least = min(whole, key=lambda name: whole[name])
        most = max(whole, key=lambda name: whole[name])
        yield (
            f"From {sizes[0]} to {sizes[-1]} members {least} takes {digits(whole[least])} times as long, {most}"
            f" {digits(whole[most])} times."
        )
