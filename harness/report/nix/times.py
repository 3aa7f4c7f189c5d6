"""Times and cores that tell Nix strategies apart: pure, from cells to figures by strategy and variant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from harness.records.strategies import HANDWRITTEN
from harness.report.anchors import anchored
from harness.report.nix.model import Measure, NixFigure, NixRow
from harness.report.nix.rows import Sources
from harness.report.statistics.compare import Comparison, compare, correct, withhold
from harness.report.tables import CellKey, Cells

#: What another strategy's times are held against.
AGAINST = "the same variant written by hand, in the same block"


def timed(sources: Sources, scenario: str) -> NixRow | None:
    """A scenario's medians; other strategies against the same variant written by hand, block by block."""
    figures = {name: tuple(_medians(sources, name, scenario)) for name in sources.sections}
    if not any(item.known for found in figures.values() for item in found):
        return None
    for name in figures:
        if name != HANDWRITTEN and HANDWRITTEN in sources.sections:
            trusted = sources.trusted(name, scenario) and sources.trusted(HANDWRITTEN, scenario)
            pairs = [
                (sources.key(name, scenario, item.variant), sources.key(HANDWRITTEN, scenario, item.variant))
                for item in figures[name]
            ]
            made = _compared(sources.cells, pairs, trusted=trusted)
            figures[name] = tuple(
                replace(item, comparison=found if item.known else None)
                for item, found in zip(figures[name], made, strict=True)
            )
    view = next(item for section in sources.sections.values() if (item := section.scenario(scenario)) is not None)
    return NixRow(
        name=scenario,
        title=view.title,
        explain=view.measured,
        measure=Measure.SECONDS,
        figures={name: found for name, found in figures.items() if found},
        against=AGAINST if any(item.comparison for found in figures.values() for item in found) else "",
    )


def _medians(sources: Sources, strategy: str, scenario: str) -> Iterator[NixFigure]:
    section = sources.sections[strategy]
    view = section.scenario(scenario)
    for row in view.rows if view is not None else ():
        yield NixFigure(
            variant=row.variant,
            value=row.summary.median if row.summary else None,
            missing="" if row.summary else row.status,
            anchor="" if section.refused else anchored(section.slug, scenario),
        )


def cores(sources: Sources, scenario: str) -> NixRow | None:
    """How many cores a scenario kept busy."""
    figures = {}
    for name, section in sources.sections.items():
        view = section.scenario(scenario)
        found = tuple(
            NixFigure(variant=row.variant, value=row.cores, anchor=anchored(section.slug, scenario))
            for row in (view.rows if view is not None else ())
            if row.cores is not None
        )
        figures.update({name: found} if found else {})
    if not figures:
        return None
    return NixRow(
        name="cores",
        title="Cores kept busy by a build",
        explain="The processor's time, that of the builders included, divided by the clock's.",
        measure=Measure.FACTOR,
        figures=figures,
    )


def _compared(cells: Cells, pairs: Sequence[tuple[CellKey, CellKey]], *, trusted: bool) -> list[Comparison]:
    """Each first cell against its second, with verdicts that hold although so many are given."""
    made = correct([compare(cells.seconds.get(own, {}), cells.seconds.get(base, {})) for own, base in pairs])
    return made if trusted else [withhold(item) for item in made]
