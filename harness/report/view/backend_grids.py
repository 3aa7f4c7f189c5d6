"""Build backends without the tools around them: hooks by size of package, front ends, editable installs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.report.backends.model import BackendReport
from harness.report.view import figures
from harness.report.view.grids import Cells, grid, named
from harness.report.view.model import Column, Figure, Grid, TableRow
from harness.report.view.parts import Part, Parts


def backends(parts: Parts, alone: BackendReport | None) -> tuple[Grid, ...]:
    """Build backends without the tools around them: hooks by size of package, front ends, editable installs."""
    part = parts.backends
    if part is None or alone is None:
        missing = "Build backends alone were not measured in these runs."
        return (grid(parts, "backends", "Build backends alone", "", [], missing=missing),)
    return tuple(filter(None, (_hooks(part, alone), _front_ends(part, alone), _editables(part, alone))))


def _hooks(part: Part, alone: BackendReport) -> Grid:
    columns: list[Column] = []
    cells: dict[str, dict[str, Figure]] = {}
    for hook in alone.growth:
        for files in sorted({count for line in hook.lines for count in line.rows}):
            slug = f"{hook.scenario}-{files}"
            columns.append(named(slug, f"{hook.title}, {files:,} files", "s", part.source.slug))
            for line in hook.lines:
                if files in line.rows:
                    cells.setdefault(line.backend, {})[slug] = figures.of_row(line.rows[files], part)
    what = "The backend's own hooks (PEP 517, 660), each in a process of its own, by number of files in the package."
    return _backend_grid("backend-hooks", "Hooks", what, columns, cells, alone)


def _front_ends(part: Part, alone: BackendReport) -> Grid | None:
    table = alone.front_ends[0] if alone.front_ends else None
    if table is None:
        return None
    columns = [named(name, title, "s", part.source.slug) for name, title in table.titles.items()]
    columns += [
        named(f"{name}-isolated", f"{title}, isolated", "s", part.source.slug)
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
        columns += [named(f"mode-{layout}", f"How, {layout}", "", source)]
        columns += [named(f"start-{layout}", f"Start, {layout}", "s", source)]
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
