"""The table of the second screen: eight or nine columns that tell toolchains apart, a row for each variant. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from harness.records.facts import Lane
from harness.report.view import figures
from harness.report.view.growth import figures_at, panel_of
from harness.report.view.model import Bar, Column, Figure, Standing, Table, TableRow
from harness.report.view.parts import Asked, Parts
from harness.report.view.rules import MANY_MEMBERS
from harness.report.view.tools import recommended, tool_of

Cells = Mapping[str, Figure]


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """A column before it is known whether any run in view has it."""

    slug: str
    title: str
    what: str
    unit: str
    cells: Callable[[Parts], Cells]


def build_table(parts: Parts) -> Table:
    """Rows by tool, the recommended idiom of each first; a column that no run has says so."""
    first = recommended(parts.variants)
    columns, found = [], {}
    for wanted in _COLUMNS:
        cells = wanted.cells(parts)
        source = next((figure.source for figure in cells.values() if figure.source), "")
        missing = "" if source else figures.NOT_MEASURED
        columns.append(
            Column(
                slug=wanted.slug,
                title=wanted.title,
                what=wanted.what,
                unit=wanted.unit,
                source=source,
                missing=missing,
            )
        )
        found[wanted.slug] = cells
    return Table(
        columns=tuple(columns),
        rows=tuple(
            TableRow(
                variant=name,
                tool=tool_of(parts.variants[name]),
                recommended=name in first.values(),
                note=parts.variants[name].summary,
                cells={slug: cells.get(name, figures.NONE) for slug, cells in found.items()},
            )
            for name in in_order(parts)
        ),
        reference=parts.main.source.reference if parts.main else "",
    )


def bars(parts: Parts) -> tuple[str, tuple[Bar, ...]]:
    """Warm installs, sorted: one bar a tool in its recommended idiom."""
    timed = parts.timed("install-warm")
    names = recommended(parts.variants).values()
    known = {name: figures.of_timed(timed[0], name) for name in names} if timed else {}
    found = [Bar(name=name, figure=figure) for name, figure in known.items() if figure.value is not None]
    title = timed[0].scenario.title if timed else "Warm install"
    return title, tuple(sorted(found, key=lambda bar: bar.figure.value or 0.0))


def in_order(parts: Parts) -> tuple[str, ...]:
    """Tools by the warm install of their recommended idiom, its further idioms behind it by theirs."""
    first = recommended(parts.variants)
    known = _scenario("install-warm")(parts).items()
    speed = {name: figure.value for name, figure in known if figure.value is not None}

    def place(name: str) -> tuple[float, str, bool, float, str]:
        tool, last = tool_of(parts.variants[name]), float("inf")
        return speed.get(first[tool], last), tool, name != first[tool], speed.get(name, last), name

    return tuple(sorted(parts.variants, key=place))


def _scenario(*names: str) -> Callable[[Parts], Cells]:
    def cells(parts: Parts) -> Cells:
        for name in names:
            if timed := parts.timed(name):
                return {row.variant: figures.of_timed(timed[0], row.variant) for row in timed[0].scenario.rows}
        return {}

    return cells


def _finding(name: str, lane: Lane = Lane.LOCAL) -> Callable[[Parts], Cells]:
    def cells(parts: Parts) -> Cells:
        asked = parts.asked(name, lane)
        return figures.best(_answers(asked[0])) if asked else {}

    return cells


def _answers(asked: Asked) -> dict[str, Figure]:
    return {name: figures.of_answer(answer, asked, name) for name, answer in asked.question.answers.items()}


def _many(parts: Parts) -> Cells:
    found = panel_of(parts.scale, "install-warm")
    return figures_at(*found, MANY_MEMBERS, parts.scale) if found is not None and parts.scale is not None else {}


def _offline(parts: Parts) -> Cells:
    """How a tool installs without an index; a failure of the plain command alone is not held against it."""
    found = dict(_finding("offline-install")(parts))
    tried = any("works-prepared" in asked.question.facts.values for asked in parts.asked("offline-install"))
    untried = Figure(
        word="plain command fails",
        meaning="Its documented way to work without an index was not tried in these runs.",
        standing=Standing.UNKNOWN,
    )
    return {
        name: replace(untried, source=figure.source, proof=figure.proof)
        if figure.word == "fails" and not tried
        else figure
        for name, figure in found.items()
    }


def _nix(parts: Parts) -> Cells:
    """The rebuild through Nix; of several strategies the fastest that worked."""
    timed = parts.timed("nix-refresh", Lane.NIX)
    cells: dict[str, Figure] = {}
    for item in timed:
        for row in item.scenario.rows:
            figure = figures.of_timed(item, row.variant)
            known = cells.get(row.variant)
            if known is None or known.value is None or (figure.value is not None and figure.value < known.value):
                cells[row.variant] = figure
    for name, facts in parts.variants.items():
        if timed and "nix" in facts.unsupported and name not in cells:
            cells[name] = Figure(
                word="not possible", meaning=facts.unsupported["nix"], standing=Standing.UNKNOWN, source=""
            )
    return cells


_COLUMNS = (
    _Wanted(
        slug="install-warm",
        title="Warm install",
        what="All members installed with a filled cache.",
        unit="s",
        cells=_scenario("install-warm"),
    ),
    _Wanted(
        slug="install-cold",
        title="Cold install, network",
        what="The same with empty caches over a network of 20 ms and 100 Mbit/s.",
        unit="s",
        cells=_scenario("install-cold-broadband"),
    ),
    _Wanted(
        slug="many",
        title=f"{MANY_MEMBERS} members",
        what=f"Warm install of {MANY_MEMBERS} members.",
        unit="s",
        cells=_many,
    ),
    _Wanted(
        slug="image-rebuild",
        title="Container rebuild",
        what="A container image after one application was edited.",
        unit="s",
        cells=_scenario("image-rebuild"),
    ),
    _Wanted(
        slug="ships-edit",
        title="Ships an edit",
        what="Whether a deployment with warm caches has the library's edited code, its version not raised.",
        unit="",
        cells=_finding("stale-shipment"),
    ),
    _Wanted(
        slug="offline",
        title="Offline",
        what="Installing into a new environment with warm caches and no index.",
        unit="",
        cells=_offline,
    ),
    _Wanted(
        slug="in-sync",
        title="Values to keep in sync",
        what="Values stated in several files that must be kept equal by hand.",
        unit="count",
        cells=_finding("must-agree-by-hand"),
    ),
    _Wanted(
        slug="lock-covers",
        title="Lock covers",
        what="Whether the lock file holds for all platforms and Pythons.",
        unit="",
        cells=_finding("lock-covers"),
    ),
    _Wanted(
        slug="nix",
        title="Through Nix",
        what="Both applications rebuilt through Nix after an edit of the library.",
        unit="s",
        cells=_nix,
    ),
)
