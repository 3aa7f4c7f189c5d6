"""How times grow with the number of members: from the run on scale. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from harness.records.facts import Lane
from harness.records.spelling import digits
from harness.report import words
from harness.report.scale import model as scale
from harness.report.scale.model import Panel, Point, ScaleView
from harness.report.statistics.scale import Fit, Growth
from harness.report.view import figures
from harness.report.view.model import Curve, Figure, Grown, GrowthPanel, Standing
from harness.report.view.parts import Part, Parts

#: The scenarios whose growth is shown, in this order; the rest is in summary.csv.
SHOWN = ("install-warm", "refresh", "noop", "lock", "nix-build", "nix-refresh")


def growth(parts: Parts) -> tuple[GrowthPanel, ...]:
    """A panel for each scenario that was measured at three sizes or more."""
    part = parts.scale
    view = part.facts.scale if part is not None else None
    if part is None or view is None:
        return ()
    return tuple(
        GrowthPanel(
            slug=panel.slug,
            title=panel.title,
            lane=panel.lane,
            curves=tuple(_curve(curve, view, part) for curve in panel.curves),
            told=tuple(_told(panel, view, part)),
        )
        for panel in sorted(
            (panel for panel in view.panels if panel.scenario in SHOWN), key=lambda panel: SHOWN.index(panel.scenario)
        )
    )


def panel_of(part: Part | None, scenario: str, lane: Lane = Lane.LOCAL) -> tuple[Panel, ScaleView] | None:
    """A scenario at several sizes, where a part has it."""
    view = part.facts.scale if part is not None else None
    if view is None:
        return None
    return next(((item, view) for item in view.panels if item.scenario == scenario and item.lane is lane), None)


def figures_at(panel: Panel, view: ScaleView, members: int, part: Part) -> dict[str, Figure]:
    """Every contestant's figure at a number of members."""
    return {
        curve.variant: next(
            (_figure(point, part) for shape, point in curve.points.items() if view.members[shape] == members),
            figures.NONE,
        )
        for curve in panel.curves
    }


def _figure(point: Point, part: Part) -> Figure:
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


def _curve(curve: scale.Curve, view: ScaleView, part: Part) -> Curve:
    return Curve(
        variant=curve.variant,
        points=tuple(
            Grown(members=view.members[shape], figure=_figure(point, part), limit=point.unbearable)
            for shape, point in curve.points.items()
            if point.samples
        ),
        grows=_grows(curve.fit),
    )


def _grows(fit: Fit | None) -> Figure:
    """The power of the number of members that a time goes with, and the word for it where it deserves one."""
    if fit is None:
        return Figure(word=words.NONE, meaning="Fewer than three sizes.", standing=Standing.UNKNOWN)
    exponent = fit.exponent
    clear = "" if exponent.growth is Growth.UNCLEAR else f", {exponent.growth}"
    within = (
        f"95% interval {digits(exponent.low)} to {digits(exponent.high)}. "
        if exponent.low is not None and exponent.high is not None
        else ""
    )
    last = f"Between the last two sizes N^{digits(fit.local.value)}."
    return Figure(word=f"N^{digits(exponent.value)}{clear}", meaning=f"{within}{exponent.reason} {last}")


def _told(panel: Panel, view: ScaleView, part: Part) -> Iterator[str]:
    """Who hit the limit and where first, and who grows least."""
    for curve in panel.curves:
        hit = sorted(view.members[shape] for shape, point in curve.points.items() if point.unbearable)
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
        sizes = sorted(view.members.values())
        least = min(whole, key=lambda name: whole[name])
        most = max(whole, key=lambda name: whole[name])
        yield (
            f"From {sizes[0]} to {sizes[-1]} members {least} takes {digits(whole[least])} times as long, {most}"
            f" {digits(whole[most])} times."
        )
