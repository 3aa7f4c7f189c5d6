"""From cells at several sizes to how times grow: pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from harness.records.facts import Lane, Outcome, ScenarioFacts
from harness.records.format import CONTROL_SUFFIX
from harness.report.anchors import anchored
from harness.report.scale.model import Curve, Panel, Point, ScaleView
from harness.report.shapes import Shapes
from harness.report.statistics.scale import MINIMUM_SIZES, Figures, fit
from harness.report.tables import CellKey, Cells
from harness.report.words import SCENARIOS

_FINE = frozenset({Outcome.OK, Outcome.UNSUPPORTED})

#: The cells of one scenario in one place, by variant and shape.
_Keys = dict[str, dict[str, CellKey]]


def build_scale(shapes: Shapes, cells: Cells, scenarios: Mapping[str, ScenarioFacts]) -> ScaleView | None:
    """What was measured at enough sizes for a curve; nothing where it was not."""
    members = {name: len(facts.members) for name, facts in shapes.facts.items()}
    if len(set(members.values())) < MINIMUM_SIZES:
        return None
    found: dict[tuple[str, str, str, str], _Keys] = {}
    for key in cells.keys:
        if not key.variant.endswith(CONTROL_SUFFIX) and key.shape in members:
            place = (key.lane, key.provider, key.strategy, key.scenario)
            found.setdefault(place, {}).setdefault(key.variant, {})[key.shape] = key
    places = sorted(found, key=lambda place: place[0] != Lane.LOCAL.value)
    panels = (panel for place in places for panel in _panels(place, found[place], members, cells, scenarios))
    return ScaleView(members=members, panels=tuple(panels))


def _panels(
    place: tuple[str, str, str, str],
    keys: _Keys,
    members: Mapping[str, int],
    cells: Cells,
    scenarios: Mapping[str, ScenarioFacts],
) -> Iterator[Panel]:
    """The panel of a scenario; none where it was not planned at enough sizes, or nothing came of it."""
    if len({members[shape] for own in keys.values() for shape in own}) < MINIMUM_SIZES:
        return
    lane, *_, scenario = place
    facts = scenarios.get(scenario)
    curves = tuple(_curve(name, own, members, cells) for name, own in keys.items())
    if any(point.median is not None or point.unbearable for curve in curves for point in curve.points.values()):
        yield Panel(
            slug=anchored("scale", *place),
            title=SCENARIOS.get(scenario) or (facts.title if facts else scenario),
            scenario=scenario,
            lane=Lane(lane),
            curves=curves,
        )


def _curve(variant: str, keys: Mapping[str, CellKey], members: Mapping[str, int], cells: Cells) -> Curve:
    shapes = sorted(keys, key=lambda shape: members[shape])
    seconds = {shape: cells.seconds.get(keys[shape], {}) for shape in shapes}
    points = {shape: _point(keys[shape], seconds[shape], cells) for shape in shapes}
    # Times that a limit cut off would bend the curve, so only sizes at which every sample is ok count.
    borne = [(members[shape], seconds[shape]) for shape in shapes if seconds[shape] and not points[shape].failed]
    return Curve(variant=variant, points=points, fit=fit(borne))


def _point(key: CellKey, seconds: Figures, cells: Cells) -> Point:
    outcomes = cells.outcomes.get(key, {})
    bad = {outcome: number for outcome, number in outcomes.items() if outcome not in _FINE}
    samples = sum(outcomes.values())
    if bad:
        return Point(
            median=None,
            interval=None,
            status=max(bad, key=lambda outcome: bad[outcome]).value,
            failed=sum(bad.values()),
            samples=samples,
            reason=cells.reasons.get(key, ""),
        )
    if not seconds:
        status = "no figure" if Outcome.OK in outcomes else "unsupported" if outcomes else "not yet measured"
        return Point(median=None, interval=None, status=status, samples=samples)
    summary = cells.summaries.get(key)
    return Point(
        median=float(np.median([*seconds.values()])), interval=summary.interval if summary else None, samples=samples
    )
