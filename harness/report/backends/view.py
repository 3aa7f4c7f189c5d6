"""From a run of backends as it was read to its view model: pure, nothing is read or written here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from harness.monorepo.shapes.packages import files_of, is_of_backends
from harness.report.backends.model import (
    BackendReport,
    Editable,
    Extra,
    FrontEnd,
    FrontEndTable,
    Growth,
    HookGrowth,
    Shortcut,
)
from harness.report.model import Answer, Report, Row
from harness.report.statistics.compare import Block, compare, correct
from harness.report.statistics.statistics import Floats, Interval, median_interval
from harness.report.tables import CellKey, Cells

#: What grows with the package, in the order of the page.
HOOKS = ("backend-wheel", "backend-sdist", "backend-editable", "backend-metadata")
#: How far apart numbers of files are to be for a cost of each file.
_FAR = 1000
#: The hook that every front end here calls, and that what it adds is counted from.
WHEEL = "backend-wheel"
#: Front ends that find the backend installed; each has a scenario of the same name with this behind it.
FRONT_ENDS = ("front-build", "front-pip", "front-uv")
ISOLATED = "-isolated"
#: The front end that knows one backend, and the same asked to go the standard way.
INSIDE, STANDARD = "front-uv", "front-uv-standard"
IN_SRC = "in src"
#: Layouts of the package: in words, the finding about it, and the scenarios that start and import it.
LAYOUTS = (
    (IN_SRC, "editable-mode", "editable-start", "editable-import"),
    ("beside pyproject.toml", "editable-mode-flat", "editable-start-flat", "editable-import-flat"),
)


def backend_report(report: Report) -> BackendReport | None:
    """What a report of backends says besides; nothing where it is not one."""
    if not is_of_backends(report.runs[-1].plan):
        return None
    files = tuple(sorted({files_of(section.shape) for section in report.sections}))
    figures = Figures(report, Cells.of(report.frames, report.runs))
    return BackendReport(
        base=report,
        files=files,
        growth=tuple(_growth(figures, files)),
        front_ends=tuple(table for count in files if (table := _front_ends(figures, count)).cells),
        shortcuts=_saved(tuple(_shortcuts(figures, files))),
        editables=_judged(tuple(_editables(figures, files))),
    )


class Figures:
    """A report's rows and seconds, by backend, scenario and number of files."""

    def __init__(self, base: Report, cells: Cells) -> None:
        self.backends = tuple(base.variants)
        self._variants = base.variants
        self._sections = {files_of(section.shape): section for section in base.sections}
        self._seconds = cells.seconds
        self._answers = {
            (variant, question.name): answer
            for group in base.questions
            for question in group.questions
            for variant, answer in question.answers.items()
        }

    def title(self, scenario: str) -> str:
        """A scenario's title, by any section that has it."""
        found = (section.scenario(scenario) for section in self._sections.values())
        return next((item.title for item in found if item is not None), scenario)

    def row(self, backend: str, scenario: str, files: int) -> Row | None:
        """The row of a cell, if it succeeded at least once."""
        section = self._sections.get(files)
        view = section.scenario(scenario) if section else None
        row = view.row(backend) if view else None
        return row if row is not None and row.summary is not None else None

    def seconds(self, backend: str, scenario: str, files: int) -> Mapping[Block, float]:
        """Seconds by block; none where it never succeeded."""
        section = self._sections.get(files)
        if section is None:
            return {}
        key = CellKey(backend, section.lane.value, scenario, section.shape, section.provider, section.strategy)
        return self._seconds.get(key, {})

    def longer(self, backend: str, scenario: str, than: str, files: int) -> Extra | None:
        """How much longer one scenario takes than another, block by block."""
        one, other = self.seconds(backend, scenario, files), self.seconds(backend, than, files)
        shared = sorted(one.keys() & other.keys())
        if not shared:
            return None
        differences = np.array([one[block] - other[block] for block in shared], dtype=np.float64)
        return Extra(interval=median_interval(differences), blocks=len(shared), comparison=compare(one, other))

    def steps(self, backend: str, scenario: str) -> int:
        """Of how many commands a sample consists."""
        return max(1, len(self._variants[backend].commands.get(scenario, ())))

    def answer(self, backend: str, finding: str) -> Answer | None:
        """What was found of a backend."""
        return self._answers.get((backend, finding))


def _growth(figures: Figures, files: Sequence[int]) -> Iterator[HookGrowth]:
    for scenario in HOOKS:
        lines = []
        for backend in figures.backends:
            rows = {count: row for count in files if (row := figures.row(backend, scenario, count)) is not None}
            if rows:
                seconds = {count: figures.seconds(backend, scenario, count) for count in rows}
                lines.append(
                    Growth(
                        backend=backend,
                        rows=rows,
                        per_file_s=_per_file(seconds, files),
                        exponent=_exponent(seconds, files),
                    )
                )
        if lines:
            yield HookGrowth(scenario=scenario, title=figures.title(scenario), lines=tuple(lines))


def _per_file(seconds: Mapping[int, Mapping[Block, float]], files: Sequence[int]) -> float | None:
    """Seconds for each file more, from the fewest to the most: the median over blocks that have both.

    Nothing where they are so near each other that noise, divided by their distance, would look like a cost.
    """
    few, many = files[0], files[-1]
    if many - few < _FAR:
        return None
    shared = sorted(seconds.get(few, {}).keys() & seconds.get(many, {}).keys())
    differences = [seconds[many][block] - seconds[few][block] for block in shared]
    return float(np.median(differences)) / (many - few) if differences else None


def _exponent(seconds: Mapping[int, Mapping[Block, float]], files: Sequence[int]) -> Interval | None:
    """The slope of the logarithms between the two largest packages."""
    few, many = (files[0], *files)[-2:]
    shared = sorted(seconds.get(few, {}).keys() & seconds.get(many, {}).keys())
    if not shared or few == many:
        return None
    ratios: Floats = np.array([seconds[many][block] / seconds[few][block] for block in shared], dtype=np.float64)
    return median_interval(np.log(ratios) / np.log(many / few))


def _front_ends(figures: Figures, files: int) -> FrontEndTable:
    cells: dict[str, dict[str, FrontEnd]] = {}
    for scenario in FRONT_ENDS:
        for backend in figures.backends:
            row = figures.row(backend, scenario, files)
            isolated = figures.row(backend, scenario + ISOLATED, files)
            if row is None:
                continue
            asked = figures.answer(backend, "uv-asks")
            cells.setdefault(scenario, {})[backend] = FrontEnd(
                row=row,
                added=figures.longer(backend, scenario, WHEEL, files),
                isolated=isolated,
                isolation=figures.longer(backend, scenario + ISOLATED, scenario, files),
                past=scenario == INSIDE and asked is not None and asked.value == "in-process",
            )
    return FrontEndTable(
        files=files,
        titles={scenario: figures.title(scenario) for scenario in cells},
        hook={name: row for name in figures.backends if (row := figures.row(name, WHEEL, files)) is not None},
        cells=cells,
    )


def _shortcuts(figures: Figures, files: Sequence[int]) -> Iterator[Shortcut]:
    for backend in figures.backends:
        for count in files:
            inside, standard = figures.row(backend, INSIDE, count), figures.row(backend, STANDARD, count)
            if inside is not None and standard is not None:
                yield Shortcut(
                    backend=backend,
                    files=count,
                    inside=inside,
                    standard=standard,
                    saved=figures.longer(backend, INSIDE, STANDARD, count),
                )


def _saved(shortcuts: Sequence[Shortcut]) -> tuple[Shortcut, ...]:
    """The same with verdicts that hold although so many comparisons were made."""
    fixed = _corrected([item.saved for item in shortcuts])
    return tuple(replace(item, saved=saved) for item, saved in zip(shortcuts, fixed, strict=True))


def _judged(editables: Sequence[Editable]) -> tuple[Editable, ...]:
    """The same with verdicts that hold although so many comparisons were made."""
    starts = _corrected([item.start for item in editables])
    loads = _corrected([item.load for item in editables])
    return tuple(
        replace(item, start=start, load=load) for item, start, load in zip(editables, starts, loads, strict=True)
    )


def _corrected(extras: Sequence[Extra | None]) -> list[Extra | None]:
    found = iter(correct([item.comparison for item in extras if item is not None]))
    return [None if item is None else replace(item, comparison=next(found)) for item in extras]


def _editables(figures: Figures, files: Sequence[int]) -> Iterator[Editable]:
    for layout, mode, started, imported in LAYOUTS:
        for backend in figures.backends:
            # Where an editable install and the wheel's are both there to be held against each other.
            count = next(
                (item for item in files if figures.longer(backend, started, "installed-start", item) is not None),
                files[0],
            )
            found = Editable(
                backend=backend,
                layout=layout,
                files=count,
                starts=figures.steps(backend, started),
                mode=figures.answer(backend, mode),
                started=figures.row(backend, started, count),
                start=figures.longer(backend, started, "installed-start", count),
                imported=figures.row(backend, imported, count),
                load=figures.longer(backend, imported, "installed-import", count),
            )
            if found.mode is not None or found.started is not None:
                yield found
