"""Plain tables of figures: containers, Nix, build backends alone, what a change costs, and every measure. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from harness.records.facts import Lane
from harness.records.strategies import HANDWRITTEN
from harness.report import friction, words
from harness.report.backends.model import BackendReport
from harness.report.model import ChangeView, Section
from harness.report.view import figures
from harness.report.view.model import Column, Figure, Grid, Measures, Standing, TableRow
from harness.report.view.parts import Asked, Part, Parts, Timed
from harness.report.view.table import build_table
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
    columns = [(_column(item.scenario.name, item.scenario.title, "s", item), _timed_cells(item)) for item in timed]
    return _grid(
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
        return (_grid(parts, "nix-variants", "Through Nix", "Both applications, built by Nix.", [], missing=missing),)
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
    return _named(name, title, "s"), found


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
    return _named(name, title, ""), found


def _by_variant(parts: Parts) -> Grid:
    """Each variant with members written by hand: times, sizes, and what is noticed."""
    columns: list[tuple[Column, Cells]] = []
    for name in _NIX_TIMES:
        timed = [item for item in parts.timed(name, Lane.NIX) if item.section.strategy in (HANDWRITTEN, "")]
        columns += [(_column(name, item.scenario.title, "s", item), _timed_cells(item)) for item in timed]
    for name in (*_NIX_COUNTS, *_NIX_ANSWERS):
        found = [asked for asked in parts.asked(name, Lane.NIX) if asked.question.strategy in (HANDWRITTEN, None)]
        columns += [(_asked_column(asked), _asked_cells(asked)) for asked in found[:1]]
    return _grid(
        parts,
        "nix-variants",
        "Each toolchain through Nix, members written by hand",
        "Built by Nix in its sandbox with this machine's Python; nixpkgs' own build phases come on top.",
        columns,
    )


def changes(parts: Parts) -> tuple[Grid, ...]:
    """What each standard change takes by hand, and whether it works."""
    made = next(((part, part.facts.changes) for part in parts.ordered if part.facts.changes), None)
    if made is None:
        return (_grid(parts, "changes", "What a change costs", "", [], missing="No change was made in these runs."),)
    part, found = made
    columns = [(_change_column(change, part), _change_cells(change, part)) for change in found]
    what = "Lines edited by hand and commands typed, in the toolchain's own files; lines of Nix come on top."
    return (_grid(parts, "changes", "What a change costs", what, columns),)


def _change_column(change: ChangeView, part: Part) -> Column:
    return Column(slug=change.name, title=change.facts.title, what=change.facts.what, unit="", source=part.source.slug)


def _change_cells(change: ChangeView, part: Part) -> Cells:
    found: dict[str, Figure] = {}
    for row in change.rows:
        works = row.local.measures.get("works")
        if works is None:
            continue
        asked = Asked(part=part, question=friction.as_question(change, "works"))
        figure = figures.of_answer(works, asked, row.variant)
        lines, typed = friction.by_hand(row.local), friction.counted(row.local, "commands")
        if lines is None or figure.standing in (Standing.BAD, Standing.UNKNOWN):
            found[row.variant] = figure
            continue
        told = f"{words.count(lines)} lines" if lines != 1 else "1 line"
        told += f", {typed} commands" if typed and typed > 1 else ", 1 command" if typed else ""
        found[row.variant] = Figure(
            value=None, word=told, meaning=figure.meaning, source=part.source.slug, proof=figure.proof
        )
    return found


def backends(parts: Parts, alone: BackendReport | None) -> tuple[Grid, ...]:
    """Build backends without the tools around them: hooks by size of package, front ends, editable installs."""
    part = parts.backends
    if part is None or alone is None:
        missing = "Build backends alone were not measured in these runs."
        return (_grid(parts, "backends", "Build backends alone", "", [], missing=missing),)
    return tuple(filter(None, (_hooks(part, alone), _front_ends(part, alone), _editables(part, alone))))


def _hooks(part: Part, alone: BackendReport) -> Grid:
    columns: list[Column] = []
    cells: dict[str, dict[str, Figure]] = {}
    for hook in alone.growth:
        for files in sorted({count for line in hook.lines for count in line.rows}):
            slug = f"{hook.scenario}-{files}"
            columns.append(_named(slug, f"{hook.title}, {files:,} files", "s", part.source.slug))
            for line in hook.lines:
                if files in line.rows:
                    cells.setdefault(line.backend, {})[slug] = figures.of_row(line.rows[files], part)
    what = "The backend's own hooks (PEP 517, 660), each in a process of its own, by number of files in the package."
    return _backend_grid("backend-hooks", "Hooks", what, columns, cells, alone)


def _front_ends(part: Part, alone: BackendReport) -> Grid | None:
    table = alone.front_ends[0] if alone.front_ends else None
    if table is None:
        return None
    columns = [_named(name, title, "s", part.source.slug) for name, title in table.titles.items()]
    columns += [
        _named(f"{name}-isolated", f"{title}, isolated", "s", part.source.slug)
        for name, title in table.titles.items()
        if any(cell.isolated is not None for cell in table.cells[name].values())
    ]
    cells: dict[str, dict[str, Figure]] = {}
    for name, by_backend in table.cells.items():
        for backend, cell in by_backend.items():
            own = cells.setdefault(backend, {})
            own[name] = figures.of_row(cell.row, part)
            if cell.isolated is not None:
                own[f"{name}-isolated"] = figures.of_row(cell.isolated, part)
    what = f"A wheel of {table.files:,} files built through each front end, with and without an isolated environment."
    return _backend_grid("backend-front-ends", "Front ends", what, columns, cells, alone)


def _editables(part: Part, alone: BackendReport) -> Grid | None:
    layouts = dict.fromkeys(item.layout for item in alone.editables)
    columns: list[Column] = []
    cells: dict[str, dict[str, Figure]] = {}
    source = part.source.slug
    for layout in layouts:
        columns += [_named(f"mode-{layout}", f"How, {layout}", "", source)]
        columns += [_named(f"start-{layout}", f"Start, {layout}", "s", source)]
    for item in alone.editables:
        own = cells.setdefault(item.backend, {})
        if item.mode is not None:
            own[f"mode-{item.layout}"] = Figure(word=item.mode.value, meaning=item.mode.meaning, source=source)
        own[f"start-{item.layout}"] = figures.of_row(item.started, part)
    what = "How an editable install leads to the sources, and what starting the package takes with it."
    return _backend_grid("backend-editables", "Editable installs", what, columns, cells, alone) if columns else None


def _backend_grid(
    slug: str, title: str, what: str, columns: Sequence[Column], cells: Mapping[str, Cells], alone: BackendReport
) -> Grid:
    return Grid(
        slug=slug,
        title=title,
        what=what,
        columns=tuple(columns),
        rows=tuple(
            TableRow(
                variant=name,
                tool=name,
                recommended=True,
                note=", ".join(f"{tool} {version}" for tool, version in alone.base.variants[name].tools.items()),
                cells={column.slug: cells.get(name, {}).get(column.slug, figures.NONE) for column in columns},
            )
            for name in alone.base.variants
        ),
    )


def measures(parts: Parts) -> Measures:
    """Every measure of the main part and every finding, for who asks for all of it."""
    columns = [*_every(parts)]
    grid = _grid(parts, "measures", "Every measure", "", columns)
    return Measures(columns=grid.columns, rows=grid.rows)


def _every(parts: Parts) -> Iterator[tuple[Column, Cells]]:
    part = parts.main
    if part is None:
        return
    for section in (item for item in part.facts.sections if not item.refused):
        for view in section.scenarios:
            timed = Timed(part=part, section=section, scenario=view)
            yield _column(f"{section.slug}-{view.name}", view.title + _where(section), "s", timed), _timed_cells(timed)
        for size in section.sizes:
            title = words.size_name(size.name) + _where(section)
            unit = "bytes" if size.unit == "bytes" else "count"
            column = _named(f"{section.slug}-{size.scenario}-{size.name}", title, unit, part.source.slug)
            cells = {
                name: Figure(value=value, unit=unit, source=part.source.slug) for name, value in size.values.items()
            }
            yield column, figures.best(cells)
    for group in part.facts.questions:
        for question in group.questions:
            asked = Asked(part=part, question=question)
            yield _asked_column(asked), _asked_cells(asked)


def _where(section: Section) -> str:
    return f" (Nix, {section.strategy or 'any'})" if section.lane is Lane.NIX else ""


def _grid(
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
    names = [row.variant for row in build_table(parts).rows]
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
            for name in names
            if any(name in cells for _, cells in kept)
        ),
        missing=missing,
    )


def _named(slug: str, title: str, unit: str, source: str = "") -> Column:
    return Column(slug=slug, title=title, what="", unit=unit, source=source)


def _column(slug: str, title: str, unit: str, timed: Timed) -> Column:
    return Column(slug=slug, title=title, what=timed.scenario.measured, unit=unit, source=timed.part.source.slug)


def _timed_cells(timed: Timed) -> Cells:
    return {row.variant: figures.of_timed(timed, row.variant) for row in timed.scenario.rows}


def _asked_column(asked: Asked) -> Column:
    facts = asked.question.facts
    title = facts.title + (f" ({asked.question.how.lower()})" if asked.question.how else "")
    return Column(slug=asked.question.slug, title=title, what=facts.question, unit="", source=asked.part.source.slug)


def _asked_cells(asked: Asked) -> Cells:
    found = {name: figures.of_answer(answer, asked, name) for name, answer in asked.question.answers.items()}
    return figures.best(found)
