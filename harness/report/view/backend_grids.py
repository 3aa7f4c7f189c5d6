"""Build backends without the tools around them: hooks by size of package, front ends, editable installs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from harness.monorepo.shapes.packages import files_of
from harness.records.spelling import number
from harness.report.model import Section
from harness.report.view import figures
from harness.report.view.grids import Cells, asked_cells, asked_column, column_of, grid, timed_cells
from harness.report.view.model import Column, Grid, TableRow
from harness.report.view.parts import Part, Parts, Timed

#: The hooks in the order of the page.
HOOKS = ("backend-wheel", "backend-sdist", "backend-editable", "backend-metadata")
#: What scenarios of front ends, and of what is started or imported once it is installed, are called by.
FRONT_ENDS = "front-"
STARTED = ("installed-", "editable-")
#: Findings about how an editable install leads to the sources.
MODES = ("editable-mode", "editable-mode-flat")

Columns = Iterable[tuple[Column, Cells]]


def backends(parts: Parts) -> tuple[Grid, ...]:
    """A grid each for hooks, front ends and editable installs, as far as they were measured."""
    part = parts.backends
    if part is None:
        missing = "Build backends alone were not measured in these runs."
        return (grid(parts, "backends", "Build backends alone", "", [], missing=missing),)
    sections = sorted(part.facts.sections, key=lambda section: files_of(section.shape))
    files = number(files_of(sections[0].shape), "file") if sections else ""
    grids = (
        _grid(
            part,
            "backend-hooks",
            "Hooks",
            "The backend's own hooks (PEP 517, 660), each in a process of its own, by number of files in the package.",
            _hooks(part, sections),
        ),
        _grid(
            part,
            "backend-front-ends",
            "Front ends",
            f"A wheel of {files} built through each front end, with and without an isolated environment.",
            _front_ends(part, sections[:1]),
        ),
        _grid(
            part,
            "backend-editables",
            "Editable installs",
            "How an editable install leads to the sources, and what starting Python takes with it: several starts a"
            " sample, as a column's tooltip says.",
            (*_modes(part), *_of_section(part, sections[:1], STARTED)),
        ),
    )
    return tuple(item for item in grids if item.columns)


def _hooks(part: Part, sections: Iterable[Section]) -> Columns:
    for name in HOOKS:
        for section in sections:
            for column, cells in _of_section(part, [section], (name,)):
                files = files_of(section.shape)
                title = f"{column.title}, {number(files, 'file')}"
                yield replace(column, slug=f"{name}-{files}", title=title), cells


def _front_ends(part: Part, sections: Iterable[Section]) -> Columns:
    """All front ends; where uv does a backend's work in its own process, the figure says so."""
    inside = {
        name: answer.meaning
        for group in part.facts.questions
        for question in group.questions
        for name, answer in question.answers.items()
        if question.name == "uv-asks" and answer.value == "in-process"
    }
    for column, cells in _of_section(part, sections, (FRONT_ENDS,)):
        marked = {
            name: replace(figure, meaning=inside[name]) if column.slug == "front-uv" and name in inside else figure
            for name, figure in cells.items()
        }
        yield column, marked


def _of_section(part: Part, sections: Iterable[Section], names: tuple[str, ...]) -> Iterator[tuple[Column, Cells]]:
    """The scenarios whose names begin so, in the order they were planned in."""
    for section in sections:
        for view in section.scenarios:
            if view.name.startswith(names):
                timed = Timed(part=part, section=section, scenario=view)
                # Without proofs: the bundles are of variants.
                cells = {name: replace(figure, proof="") for name, figure in timed_cells(timed).items()}
                yield column_of(view.name, view.title, "s", timed), cells


def _modes(part: Part) -> Columns:
    for name in MODES:
        for asked in part.asked(name):
            yield asked_column(asked), {key: replace(item, proof="") for key, item in asked_cells(asked).items()}


def _grid(part: Part, slug: str, title: str, what: str, columns: Columns) -> Grid:
    kept = [*columns]
    return Grid(
        slug=slug,
        title=title,
        what=what,
        columns=tuple(column for column, _ in kept),
        rows=tuple(
            TableRow(
                variant=name,
                tool=name,
                recommended=True,
                note=", ".join(f"{tool} {version}" for tool, version in facts.tools.items()),
                cells={column.slug: cells.get(name, figures.NONE) for column, cells in kept},
            )
            for name, facts in part.facts.variants.items()
        ),
    )
