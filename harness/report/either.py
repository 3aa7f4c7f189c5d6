"""The report of runs as the command line asks for it: read, written, and told at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import RenderableType

from harness.errors import ResultsError
from harness.monorepo.shapes.packages import is_of_backends
from harness.report.read.runs import Loaded, load_runs
from harness.report.terminal import summary
from harness.report.writer import view_of, write


@dataclass(frozen=True, kw_only=True)
class Written:
    """Where a report's page is, and what a terminal shows of it."""

    page: Path
    summary: RenderableType


def write_either(folders: Sequence[Path], report: Path | None) -> Written:
    """Read runs of variants, or of backends alone, and write their report; into the newest's folder unless told.

    Raises:
        ResultsError: a run cannot be read, the runs are of several kinds, or the report cannot be written.
    """
    loaded = load_runs(folders)
    _see_of_one_kind(loaded)
    newest = loaded.runs[-1].run_id
    out = report or next((folder for folder in folders if folder.name == newest), folders[-1]) / "report"
    view = view_of(loaded)
    return Written(page=write(view, out).html, summary=summary(view))


def _see_of_one_kind(loaded: Loaded) -> None:
    kinds = {is_of_backends(run.plan): run.run_id for run in (*loaded.history, *loaded.runs)}
    if len(kinds) > 1:
        raise ResultsError(
            f"The run {kinds[True]} is of backends alone, {kinds[False]} is not: that is two reports.",
            hint="Name runs of one kind.",
        )
