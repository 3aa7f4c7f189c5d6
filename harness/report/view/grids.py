"""Plain tables of figures: containers, Nix, build backends alone, what a change costs, and every measure. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from harness.records.facts import Lane
from harness.records.strategies import HANDWRITTEN
from harness.report import friction, words
from harness.report.model import ChangeView, Section, SizeRow
from harness.report.prose import join
from harness.report.view import figures
from harness.report.view.model import Column, Figure, Grid, Measures, Standing, TableRow
from harness.report.view.parts import Asked, Part, Parts, Timed
from harness.report.view.table import in_order
from harness.report.view.tools import recommended, tool_of

Cells = Mapping[str, Figure]

#: What the section on containers shows: scenarios and the bytes that they record.
_IMAGE = ("image", "image-rebuild")
#: What is asked of Nix, by variant and by strategy.
_NIX_TIMES = ("nix-eval", "nix-build", "nix-refresh")
_NIX_COUNTS = ("configuration-lines", "must-agree-by-hand", "closure-runtime", "closure-devshell")
_NIX_ANSWERS = ("drift-bound", "drift-missing", "drift-version", "drift-name", "same-bytes", "carries-build")


def container(parts: Parts) -> Grid:
    """What an image takes, and a rebuild of it."""
    timed = [found[0] for name in _IMAGE if (found := parts.timed(name))]
    columns = [(column_of(item.scenario.name, item.scenario.title, "s", item), timed_cells(item)) for item in timed]
    return grid(
        parts,
        "container",
        "In a container",
        "The layers of an image as the tool's guide builds them, third-party packages first, then the members.",
        columns,
        missing="" if columns else "Images were not measured in these runs.",
    )


def nix(parts: Parts) -> tuple[Grid, ...]:
    """The strategies side by side, then each variant with members written by hand."""
    strategies = _strategies(parts)
    if not strategies:
        reason = next((part.facts.nix_unavailable for part in parts.all if part.facts.nix_unavailable), "")
        missing = f"Nothing was measured through Nix. {reason}".strip()
        return (grid(parts, "nix-variants", "Through Nix", "Both applications, built by Nix.", [], missing=missing),)
    return (_by_strategy(parts, strategies), _by_variant(parts))


def _strategies(parts: Parts) -> dict[str, str]:
    """The titles of the strategies that any run describes, as far as they were tried."""
    found: dict[str, str] = {}
    for part in parts.ordered:
        tried = {section.strategy for section in part.facts.sections if section.lane is Lane.NIX}
        for run in part.facts.runs:
            found |= {name: facts.title for name, facts in run.strategies.items() if name in tried}
    return found


def _by_strategy(parts: Parts, titles: Mapping[str, str]) -> Grid:
    """One row a strategy: what it takes over all variants it was built with, and what it notices."""
    columns = [
        *(_strategy_times(parts, name) for name in _NIX_TIMES),
        *(_strategy_answers(parts, name) for name in ("configuration-lines", "must-agree-by-hand", "drift-bound")),
    ]
    kept = [(column, cells) for column, cells in columns if cells]
    refused = _refused(parts)
    return Grid(
        slug="nix-strategies",
        title="Four ways to describe the members to Nix",
        what="Each figure is the range over the variants that were built that way. What was not built is not in it.",
        columns=tuple(column for column, _ in kept),
        rows=tuple(
            TableRow(
                variant=title,
                tool="",
                recommended=name == HANDWRITTEN,
                note=refused.get(name, ""),
                cells={column.slug: cells.get(name, _refusal(refused.get(name))) for column, cells in kept},
            )
            for name, title in titles.items()
        ),
        told=tuple(f"{titles[name]}: not measured here. {reason}" for name, reason in refused.items()),
    )


def _refused(parts: Parts) -> dict[str, str]:
    """The strategies that could not be built on this machine, and why."""
    found: dict[str, str] = {}
    for part in parts.ordered:
        for section in part.facts.sections:
            if section.lane is Lane.NIX and section.refused and section.strategy:
                rows = [row for scenario in section.scenarios for row in scenario.rows if row.reason]
                found.setdefault(section.strategy, rows[0].reason if rows else "")
    return found


def _refusal(reason: str | None) -> Figure:
    return figures.NONE if reason is None else Figure(word="not built here", meaning=reason, standing=Standing.UNKNOWN)


def _strategy_times(parts: Parts, name: str) -> tuple[Column, Cells]:
    found: dict[str, Figure] = {}
    places = parts.timed(name, Lane.NIX)
    for timed in places:
        values = sorted(row.summary.median for row in timed.scenario.rows if row.summary is not None)
        if values:
            told = words.between(words.seconds(values[0]), words.seconds(values[-1]))
            found[timed.section.strategy] = Figure(word=told, source=timed.part.source.slug)
    title = places[0].scenario.title if places else name
    return named(name, title, "s"), found


def _strategy_answers(parts: Parts, name: str) -> tuple[Column, Cells]:
    found: dict[str, Figure] = {}
    places = parts.asked(name, Lane.NIX)
    for asked in places:
        own = [figures.of_answer(answer, asked, variant) for variant, answer in asked.question.answers.items()]
        own = [figure for figure in own if figure.standing is not Standing.UNKNOWN]
        counts = sorted(figure.value for figure in own if figure.value is not None)
        if asked.question.strategy is None or not own:
            continue
        if counts:
            word = words.between(words.count(counts[0]), words.count(counts[-1]))
            found[asked.question.strategy] = Figure(word=word, source=asked.part.source.slug)
        else:
            told = dict.fromkeys(figure.word for figure in own)
            found[asked.question.strategy] = Figure(
                word=", ".join(told), meaning=own[0].meaning, standing=own[0].standing, source=own[0].source
            )
    title = places[0].question.facts.title if places else name
    return named(name, title, ""), found


def _by_variant(parts: Parts) -> Grid:
    """Each variant with members written by hand: times, sizes, and what is noticed."""
    columns: list[tuple[Column, Cells]] = []
    for name in _NIX_TIMES:
        timed = [item for item in parts.timed(name, Lane.NIX) if item.section.strategy in (HANDWRITTEN, "")]
        columns += [(column_of(name, item.scenario.title, "s", item), timed_cells(item)) for item in timed]
    for name in (*_NIX_COUNTS, *_NIX_ANSWERS):
        found = [asked for asked in parts.asked(name, Lane.NIX) if asked.question.strategy in (HANDWRITTEN, None)]
        for asked in found[:1]:
            columns.append((replace(asked_column(asked), title=asked.question.facts.title), asked_cells(asked)))
    return grid(
        parts,
        "nix-variants",
        "Each toolchain through Nix, members written by hand",
        "Built by Nix in its sandbox with this machine's Python; nixpkgs' own build phases come on top.",
        columns,
    )


def changes(parts: Parts) -> tuple[Grid, ...]:
    """What each standard change takes: commands, lines that a person types, and lines that are there in the end."""
    made = next(((part, part.facts.changes) for part in parts.ordered if part.facts.changes), None)
    if made is None:
        return (grid(parts, "changes", "What a change costs", "", [], missing="No change was made in these runs."),)
    part, found = made
    return tuple(
        grid(parts, f"changes-{slug}", title, what, columns)
        for slug, title, what in _COSTS
        if (columns := [(_change_column(change, part), _change_cells(change, part, slug)) for change in found])
        and any(figure.value is not None for _, cells in columns for figure in cells.values())
    )


#: What is counted of a change, each a table: its slug, its title, and what it counts.
_COSTS = (
    ("commands", "Commands typed", "The tool's own scaffolder and its `add` are used where it has them."),
    ("lines-typed", "Lines typed", "Added and removed by hand in the packaging, code aside; lines of Nix come on top."),
    ("lines-result", "Lines that result", "New lines of packaging, whoever wrote them; lock files aside."),
)


def _change_column(change: ChangeView, part: Part) -> Column:
    return Column(slug=change.name, title=change.facts.title, what=change.facts.what, unit="", source=part.source.slug)


def _change_cells(change: ChangeView, part: Part, cost: str) -> Cells:
    asked = Asked(part=part, question=friction.as_question(change, "works"))
    found: dict[str, Figure] = {}
    for row in change.rows:
        works = asked.of(row.variant)
        if works is None:
            continue
        figure = figures.of_answer(works, asked, row.variant)
        typed = cost == "lines-typed"
        count = friction.by_hand(row.local) if typed else friction.counted(row.local, cost)
        if figure.standing not in (Standing.BAD, Standing.UNKNOWN) and count is not None:
            figure = Figure(
                value=float(count),
                unit="count",
                meaning=figure.meaning,
                source=part.source.slug,
                proof=figure.proof,
            )
        found[row.variant] = figure
    return figures.best(found)


def measures(parts: Parts) -> Measures:
    """Every measure of the main part and every finding, for who asks for all of it."""
    columns = [*_every(parts)]
    made = grid(parts, "measures", "Every measure", "", columns)
    return Measures(columns=made.columns, rows=made.rows)


def _every(parts: Parts) -> Iterator[tuple[Column, Cells]]:
    part = parts.main
    if part is None:
        return
    for section in (item for item in part.facts.sections if not item.refused):
        for view in section.scenarios:
            timed = Timed(part=part, section=section, scenario=view)
            yield column_of(f"{section.slug}-{view.name}", view.title + _where(section), "s", timed), timed_cells(timed)
        for size in section.sizes:
            title = words.size_name(size.name) + _where(section)
            unit = "bytes" if size.unit == "bytes" else "count"
            column = named(f"{section.slug}-{size.scenario}-{size.name}", title, unit, part.source.slug)
            cells = {
                name: Figure(value=value, unit=unit, meaning=_parts(size, name), source=part.source.slug)
                for name, value in size.values.items()
            }
            yield column, figures.best(cells)
    for asked in part.questions:
        yield asked_column(asked), asked_cells(asked)


def _parts(size: SizeRow, variant: str) -> str:
    """What of a size is certain distributions', as a sentence; empty where none is named."""
    told = [f"{name} {words.size(value)}" for name, value in size.parts.get(variant, {}).items()]
    return f"Of this {join(told)}." if told else ""


def _where(section: Section) -> str:
    return f" (Nix, {section.strategy or 'any'})" if section.lane is Lane.NIX else ""


def grid(
    parts: Parts,
    slug: str,
    title: str,
    what: str,
    columns: Iterable[tuple[Column, Cells]],
    missing: str = "",
) -> Grid:
    """Variants by columns, in the order of the table; variants without any cell are left out."""
    kept = list(columns)
    first = set(recommended(parts.variants).values())
    return Grid(
        slug=slug,
        title=title,
        what=what,
        columns=tuple(column for column, _ in kept),
        rows=tuple(
            TableRow(
                variant=name,
                tool=tool_of(parts.variants[name]),
                recommended=name in first,
                note="",
                cells={column.slug: cells.get(name, figures.NONE) for column, cells in kept},
            )
            for name in in_order(parts)
            if any(name in cells for _, cells in kept)
        ),
        missing=missing,
    )


def named(slug: str, title: str, unit: str, source: str = "") -> Column:
    """A column that needs no explanation beside its title."""
    return Column(slug=slug, title=title, what="", unit=unit, source=source)


def column_of(slug: str, title: str, unit: str, timed: Timed) -> Column:
    """A column of times."""
    return Column(slug=slug, title=title, what=timed.scenario.measured, unit=unit, source=timed.part.source.slug)


def timed_cells(timed: Timed) -> Cells:
    """Everybody's figure in a scenario."""
    return {row.variant: figures.of_timed(timed, row.variant) for row in timed.scenario.rows}


def asked_column(asked: Asked) -> Column:
    """A column of answers."""
    facts = asked.question.facts
    title = facts.title + (f" ({asked.question.how.lower()})" if asked.question.how else "")
    return Column(slug=asked.question.slug, title=title, what=facts.question, unit="", source=asked.part.source.slug)


def asked_cells(asked: Asked) -> Cells:
    """Everybody's answer; of counts the least is marked."""
    found = {name: figures.of_answer(answer, asked, name) for name, answer in asked.question.answers.items()}
    return figures.best(found)
