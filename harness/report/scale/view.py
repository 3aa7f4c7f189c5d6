"""From cells at several sizes to the view model of the section on scale: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.records.facts import Lane, Outcome, ScenarioFacts
from harness.records.format import CONTROL_SUFFIX, RunInfo
from harness.report.anchors import anchored
from harness.report.answers import strategies_of
from harness.report.scale.figures import CellFigures
from harness.report.scale.model import Curve, Kind, Panel, Point, ScaleLane, ScaleView, Size
from harness.report.shapes import Shapes, applications, chain, libraries
from harness.report.statistics.frames import Frames
from harness.report.statistics.scale import MINIMUM_SIZES, Figures, crossings, fit
from harness.report.tables import CellKey, Cells
from harness.report.words import SCENARIOS, size_name

_FINE = frozenset({Outcome.OK, Outcome.UNSUPPORTED})

#: A lane, a provider and a strategy: what figures must share to be held against each other at any size.
_Place = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Grown:
    """Everything the section is made from. ``distrusted`` are cells of the reference that differed from themselves."""

    runs: Sequence[RunInfo]
    shapes: Shapes
    cells: Cells
    frames: Frames
    variants: Sequence[str]
    scenarios: Mapping[str, ScenarioFacts]
    reference: str
    distrusted: Collection[CellKey] = ()


def build_scale(sources: Grown) -> ScaleView | None:
    """What was measured at enough sizes for a curve; nothing where it was not."""
    sizes = _sizes(sources.shapes)
    view = ScaleView(
        sizes=sizes,
        variants=tuple(sources.variants),
        limit_s=max(run.plan.limit_s for run in sources.runs),
        lanes=(),
    )
    if not view.shown:
        return None
    builder = _Builder(sources, CellFigures.of(sources.frames, sources.cells), sizes)
    return replace(view, lanes=tuple(builder.lanes()))


def _sizes(shapes: Shapes) -> tuple[Size, ...]:
    """Every shape as a place on the axis, from few members to many."""
    many = Counter(len(facts.members) for facts in shapes.facts.values())
    found = (
        Size(
            shape=name,
            label=str(len(facts.members)) + (f" ({name})" if many[len(facts.members)] > 1 else ""),
            members=len(facts.members),
            libraries=libraries(facts),
            applications=len(applications(facts)),
            chain=chain(facts),
            core=facts.core,
        )
        for name, facts in shapes.facts.items()
    )
    return tuple(sorted(found, key=lambda size: size.members))


class _Builder:
    """Makes panels of cells, each with a curve for every variant."""

    def __init__(self, sources: Grown, figures: CellFigures, sizes: Sequence[Size]) -> None:
        self._sources = sources
        self._figures = figures
        self._members = {size.shape: size.members for size in sizes}
        self._keys: dict[_Place, dict[str, dict[str, dict[str, CellKey]]]] = {}
        for key in sources.cells.keys:
            if not key.variant.endswith(CONTROL_SUFFIX) and key.shape in self._members:
                scenarios = self._keys.setdefault((key.lane, key.provider, key.strategy), {})
                scenarios.setdefault(key.scenario, {}).setdefault(key.variant, {})[key.shape] = key

    def lanes(self) -> Iterator[ScaleLane]:
        """Every lane of which anything was tried at enough sizes; the local one first."""
        for place in sorted(self._keys, key=lambda place: place[0] != Lane.LOCAL.value):
            panels = tuple(
                panel
                for scenario, keys in self._keys[place].items()
                for panel in self._panels(place, scenario, keys)
                if any(point.median is not None or point.unbearable for curve in panel.curves for point in _of(curve))
            )
            if panels:
                lane, provider, strategy = place
                yield ScaleLane(
                    slug=anchored("scale", *place),
                    title=self._titled(place),
                    lane=Lane(lane),
                    provider=provider,
                    strategy=strategy,
                    panels=panels,
                )

    def _titled(self, place: _Place) -> str:
        lane, provider, strategy = place
        if lane != Lane.NIX.value:
            return "Local lane"
        how = strategies_of(self._sources.runs).get(strategy, strategy or "unnamed").lower()
        return f"Nix lane ({provider or 'unnamed'}, {how})"

    def _panels(self, place: _Place, scenario: str, keys: Mapping[str, Mapping[str, CellKey]]) -> Iterator[Panel]:
        """The time of a scenario, its memory and what it weighs, where it was planned at enough sizes."""
        if len({self._members[shape] for found in keys.values() for shape in found}) < MINIMUM_SIZES:
            return
        facts = self._sources.scenarios.get(scenario)
        title = SCENARIOS.get(scenario) or (facts.title if facts else scenario)
        slug = anchored("scale", *place, scenario)
        times = {name: {shape: self._seconds(key) for shape, key in found.items()} for name, found in keys.items()}
        panel = Panel(
            slug=slug,
            name=scenario,
            title=title,
            scenario=scenario,
            kind=Kind.TIME,
            curves=tuple(self._curve(name, found, times[name]) for name, found in keys.items()),
            crossings=crossings(
                {name: self._borne(keys[name], found) for name, found in times.items()},
                self._members,
                distrusted={
                    shape
                    for found in keys.values()
                    for shape, key in found.items()
                    if key.with_variant(self._sources.reference) in self._sources.distrusted
                },
            ),
        )
        yield panel
        memory = {
            name: {shape: self._figures.memory.get(key, {}) for shape, key in found.items()}
            for name, found in keys.items()
        }
        if any(any(found.values()) for found in memory.values()):
            yield replace(
                panel,
                slug=f"{slug}-memory",
                kind=Kind.MEMORY,
                curves=tuple(self._curve(name, found, memory[name]) for name, found in keys.items()),
                crossings=(),
            )
        for size in self._weighed(keys.values()):
            yield replace(
                panel,
                slug=anchored(slug, size),
                name=size,
                title=size_name(size),
                kind=Kind.DISK,
                curves=tuple(
                    self._curve(name, found, {shape: self._figures.size(key, size) for shape, key in found.items()})
                    for name, found in keys.items()
                ),
                crossings=(),
            )

    def _weighed(self, cells: Iterable[Mapping[str, CellKey]]) -> tuple[str, ...]:
        """What the cells of a scenario weigh, by name."""
        keys = {key for found in cells for key in found.values()}
        names = {name for key, name in self._figures.sizes if key in keys and name.endswith("_bytes")}
        return tuple(sorted(names))

    def _seconds(self, key: CellKey) -> Figures:
        return self._figures.seconds.get(key, {})

    def _curve(self, variant: str, keys: Mapping[str, CellKey], figures: Mapping[str, Figures]) -> Curve:
        points = {
            shape: self._point(keys[shape], figures[shape])
            for shape in sorted(keys, key=lambda shape: self._members[shape])
        }
        borne = self._borne(keys, figures)
        return Curve(
            variant=variant,
            points=points,
            fit=fit([(self._members[shape], found) for shape, found in borne.items()]),
        )

    def _borne(self, keys: Mapping[str, CellKey], figures: Mapping[str, Figures]) -> dict[str, Figures]:
        """The figures of those sizes at which every sample is ok: times that a limit cut off would bend the curve."""
        return {
            shape: found for shape, found in figures.items() if found and not self._point(keys[shape], found).failed
        }

    def _point(self, key: CellKey, figures: Figures) -> Point:
        outcomes = self._sources.cells.outcomes.get(key, {})
        bad = {outcome: number for outcome, number in outcomes.items() if outcome not in _FINE}
        samples = sum(outcomes.values())
        if bad:
            return Point(
                median=None,
                interval=None,
                status=max(bad, key=lambda outcome: bad[outcome]).value,
                failed=sum(bad.values()),
                samples=samples,
                reason=self._sources.cells.reasons.get(key, ""),
            )
        if not figures:
            status = "no figure" if Outcome.OK in outcomes else "unsupported" if outcomes else "not yet measured"
            return Point(median=None, interval=None, status=status, samples=samples)
        summary = self._sources.cells.summaries.get(key) if figures is self._seconds(key) else None
        return Point(
            median=float(np.median([*figures.values()])),
            interval=summary.interval if summary else None,
            samples=samples,
        )


def _of(curve: Curve) -> Iterable[Point]:
    return curve.points.values()
