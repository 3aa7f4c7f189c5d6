"""The tables of a report of backends: figures rounded once, for page and Markdown alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.monorepo.shapes.packages import files_of
from harness.records.spelling import number
from harness.report import words
from harness.report.backends.model import BackendReport, Editable, Extra, FrontEnd, FrontEndTable, HookGrowth
from harness.report.backends.view import IN_SRC
from harness.report.model import Row

#: The columns of the table that holds backends against each other, by scenario.
SPEED = {
    "backend-import": "Import",
    "backend-metadata": "Metadata",
    "backend-wheel": "Wheel",
    "backend-sdist": "Sdist",
    "backend-editable": "Editable wheel",
}


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a table. ``word`` is a verdict, empty where there is none; ``note`` is set small behind it."""

    text: str
    word: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: the first column names the row. ``explain`` says what the figures are and what better means."""

    slug: str
    title: str
    explain: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Field, ...]], ...]


def speed(report: BackendReport) -> Iterator[Table]:
    """Backends against the reference, for the smallest and the largest package."""
    for files in dict.fromkeys((report.files[0], report.files[-1])):
        section = next(item for item in report.base.sections if files_of(item.shape) == files)
        views = [(title, view) for name, title in SPEED.items() if (view := section.scenario(name)) is not None]
        rows = tuple((name, tuple(_judged(view.row(name)) for _, view in views)) for name in report.base.variants)
        if views:
            yield Table(
                slug=f"speed-{files}",
                title=f"Hooks with {number(files, 'file')}",
                explain="One process each: Python starts, imports the backend and calls the hook, as a front end has it"
                f" done. Medians, and the ratio to {report.base.reference} in the same block; less is better."
                + (
                    " Importing alone is shown first: it is part of every other figure."
                    if files == report.files[0]
                    else ""
                ),
                columns=("Backend", *(title for title, _ in views)),
                rows=rows,
            )


def _judged(row: Row | None) -> Field:
    if row is None or row.summary is None:
        return Field(text=row.status if row else words.NONE)
    ratio = row.comparison.ratio if row.comparison else None
    return Field(
        text=words.seconds(row.summary.median),
        word=words.verdict(row),
        note=words.ratio(ratio.median) if ratio and not row.is_reference else "",
    )


def growth(hook: HookGrowth, files: tuple[int, ...]) -> Table:
    """One hook by number of files."""
    return Table(
        slug=f"growth-{hook.scenario}",
        title=f"{hook.title}, by number of files",
        explain="Medians. Each 1,000 files more: the difference between the most and the fewest files, for as many."
        " Growth: the exponent between the two largest packages; at 1 the time grows as the number of files does, at 0"
        " not at all.",
        columns=("Backend", *(number(count, "file") for count in files), "Each 1,000 files more", "Growth"),
        rows=tuple(
            (
                line.backend,
                (
                    *(Field(text=_median(line.rows.get(count))) for count in files),
                    Field(text=signed(line.per_file_s * 1000) if line.per_file_s is not None else words.NONE),
                    Field(text=_exponent(line.exponent.median) if line.exponent else words.NONE),
                ),
            )
            for line in hook.lines
        ),
    )


def _exponent(value: float) -> str:
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def front_ends(table: FrontEndTable) -> Iterator[Table]:
    """Front ends against the wheel hook, and isolated against not isolated, for one number of files."""
    backends = tuple(dict.fromkeys(name for cells in table.cells.values() for name in cells))
    yield Table(
        slug=f"front-ends-{table.files}",
        title=f"Front ends with {number(table.files, 'file')}",
        explain="The wheel hook alone; then the whole command that calls it, and below it how much longer that takes."
        f" {_IN_PROCESS}",
        columns=("Backend", "Wheel hook alone", *table.titles.values()),
        rows=tuple(
            (
                backend,
                (
                    Field(text=_median(table.hook.get(backend))),
                    *(_added(cells.get(backend)) for cells in table.cells.values()),
                ),
            )
            for backend in backends
        ),
    )
    isolated = [name for name, cells in table.cells.items() if any(cell.isolated for cell in cells.values())]
    if isolated:
        yield Table(
            slug=f"isolated-{table.files}",
            title=f"Isolated, with {number(table.files, 'file')}",
            explain="The same commands without an option, as most people type them: each makes an environment for the"
            " backend first, from warm caches. Below the whole is how much longer that takes than the same command not"
            f" isolated. {_IN_PROCESS}",
            columns=("Backend", *(table.titles[name].removesuffix(", not isolated") for name in isolated)),
            rows=tuple(
                (backend, tuple(_isolated(table.cells[name].get(backend)) for name in isolated)) for backend in backends
            ),
        )


_IN_PROCESS = (
    "in-process marks a front end that does the backend's work itself, past PEP 517: that figure is of no hook."
)


def _added(cell: FrontEnd | None) -> Field:
    if cell is None:
        return Field(text=words.NONE)
    note = signed(cell.added.interval.median) if cell.added else ""
    return Field(text=_median(cell.row), note=f"{note}, in-process" if cell.past else note)


def _isolated(cell: FrontEnd | None) -> Field:
    if cell is None or cell.isolated is None:
        return Field(text=words.NONE)
    note = signed(cell.isolation.interval.median) if cell.isolation else ""
    return Field(text=_median(cell.isolated), note=f"{note}, in-process" if cell.past else note)


def shortcuts(report: BackendReport) -> Table | None:
    """The front end's own way against the standard way; nothing where it was not measured."""
    if not report.shortcuts:
        return None
    return Table(
        slug="uv-shortcut",
        title="uv build in its own process, and through PEP 517",
        explain="The same command with the same backend. In its own process it never starts Python nor calls a hook;"
        " with --force-pep517 it does, as other front ends and other backends do. Only the second may be held against"
        " another backend. The difference is that of the same block.",
        columns=("Backend", "Files", "In its own process", "Through PEP 517", "Difference", "Ratio", "Verdict"),
        rows=tuple(
            (
                item.backend,
                (
                    Field(text=f"{item.files:,}"),
                    Field(text=_median(item.inside)),
                    Field(text=_median(item.standard)),
                    *_difference(item.saved),
                ),
            )
            for item in report.shortcuts
        ),
    )


def editables(report: BackendReport) -> Iterator[Table]:
    """What editable installs cost, a table for each layout of the package."""
    for layout in dict.fromkeys(item.layout for item in report.editables):
        own = [item for item in report.editables if item.layout == layout]
        yield Table(
            slug=f"editable-{'src' if layout == IN_SRC else 'flat'}",
            title=f"Editable installs of a package {layout}",
            explain="Each start of Python pays what the .pth file makes it do, whether the package is imported or not."
            " Held against an environment with the wheel installed, in the same block"
            f" ({number(own[0].files, 'file')}); start and import each include starting Python. Figures are of one"
            f" start: a sample is {number(own[0].starts, 'start')} in a row, divided by that.",
            columns=("Backend", "Mode", "Start", "Against installed", "Start and import", "Against installed"),
            rows=tuple((item.backend, tuple(_editable(item))) for item in own),
        )


def _editable(item: Editable) -> Iterator[Field]:
    yield Field(text=words.answer(item.mode) if item.mode else words.NONE)
    for row, extra in ((item.started, item.start), (item.imported, item.load)):
        yield Field(text=words.seconds(row.summary.median / item.starts) if row and row.summary else words.NONE)
        yield (
            Field(text=signed(extra.interval.median / item.starts), word=extra.comparison.verdict.value)
            if extra
            else Field(text=words.NONE)
        )


def _difference(extra: Extra | None) -> tuple[Field, ...]:
    if extra is None:
        return (Field(text=words.NONE),) * 3
    ratio = extra.comparison.ratio
    return (
        Field(text=signed(extra.interval.median)),
        Field(text=words.ratio(ratio.median if ratio else None)),
        Field(text="", word=extra.comparison.verdict.value),
    )


def _median(row: Row | None) -> str:
    return words.seconds(row.summary.median) if row and row.summary else words.NONE


def signed(seconds: float) -> str:
    """A difference of seconds with its sign."""
    sign = "+" if seconds >= 0 else "\N{MINUS SIGN}"
    return f"{sign}{words.seconds(abs(seconds))}"


#: The parts of the page, by slug; what is in them comes from the tables and pictures of that slug.
HEADINGS = {
    "speed": "Which backend is quick",
    "growth": "As the number of files grows",
    "front-ends": "Front ends and backends told apart",
    "shortcut": "uv's own process and the standard way",
    "editable": "Editable installs",
}


def parts_of(report: BackendReport) -> list[tuple[str, str, tuple[Table, ...]]]:
    """The parts of the page that there is anything to say in: slug, heading, tables."""
    found = tables(report)
    return [(slug, heading, found[slug]) for slug, heading in HEADINGS.items() if found[slug]]


def tables(report: BackendReport) -> dict[str, tuple[Table, ...]]:
    """Every table by the section of the page it belongs to."""
    shortcut = shortcuts(report)
    return {
        "speed": tuple(speed(report)),
        "growth": tuple(growth(hook, report.files) for hook in report.growth) if len(report.files) > 1 else (),
        "front-ends": tuple(table for item in report.front_ends for table in front_ends(item)),
        "shortcut": (shortcut,) if shortcut else (),
        "editable": tuple(editables(report)),
    }
