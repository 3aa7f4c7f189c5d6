"""Reads runs and writes their one report: with the room ``read``, all of reporting that touches the disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import RenderableType

from harness.errors import InputError, ResultsError
from harness.report.charts.bars import bars_chart
from harness.report.charts.drawing import Chart
from harness.report.charts.growth import growth_chart
from harness.report.compare.model import Compared
from harness.report.exports.findings import findings_csv
from harness.report.exports.hyperfine import hyperfine_json
from harness.report.exports.samples import samples_parquet
from harness.report.exports.summary import summary_csv
from harness.report.facts import MOST_FAILURES, build_report, find_failures
from harness.report.model import Report
from harness.report.page.html import render_html, render_proofs
from harness.report.page.markdown import render_markdown
from harness.report.page.terminal import summary
from harness.report.read.logs import read_logs
from harness.report.read.runs import Loaded, load_runs, read_info
from harness.report.read.tails import read_tail
from harness.report.view.build import build_view
from harness.report.view.model import View
from harness.report.view.parts import Parts, group_of

PAGE = "index.html"


@dataclass(frozen=True, kw_only=True)
class Written:
    """Where a report's page is, and what a terminal shows of it."""

    page: Path
    summary: RenderableType


def write_report(folders: Sequence[Path], out: Path | None = None, compared: Compared | None = None) -> Written:
    """Read runs, which may still be going on, and write the one report of all of them.

    A run's own report goes into its folder unless ``out`` says otherwise.

    Raises:
        ResultsError: a run cannot be read, or the report cannot be written.
        InputError: there are several runs, and nobody said where their report goes.
    """
    if out is None and len(folders) > 1:
        raise InputError(
            f"A report of {len(folders)} runs belongs to none of their folders.",
            hint="Say where it goes: --report FOLDER.",
        )
    reports = read_reports(folders)
    if compared is not None:
        reports = [replace(reports[0], compared=compared), *reports[1:]]
    parts = Parts(reports)
    view = build_view(parts)
    page = write(view, reports, out or folders[0] / "report")
    return Written(page=page, summary=summary(view, parts))


def view_of_runs(folders: Sequence[Path]) -> tuple[View, list[Report]]:
    """What the report of runs says, and the facts it is made from.

    Raises:
        ResultsError: a run cannot be read.
    """
    reports = read_reports(folders)
    return build_view(Parts(reports)), reports


def read_reports(folders: Sequence[Path]) -> list[Report]:
    """What was measured, for each group of runs that are about the same.

    Raises:
        ResultsError: a run cannot be read, or runs about the same were made on different machines.
    """
    groups: dict[str, list[Path]] = {}
    for folder in folders:
        groups.setdefault(group_of(read_info(folder)), []).append(folder)
    return [_facts(load_runs(same)) for same in groups.values()]


def _facts(loaded: Loaded) -> Report:
    tails = {
        (item.run_id, item.log_path): read_tail(loaded.folders[item.run_id], item.log_path)
        for item in find_failures(loaded.frames)[:MOST_FAILURES]
        if item.run_id in loaded.folders
    }
    return build_report(loaded, tails=tails, logs=read_logs(loaded.folders, loaded.frames))


def write(view: View, reports: Sequence[Report], out: Path) -> Path:
    """Write a report's files into the folder ``out``, which is made if it is not there; where the page is.

    Raises:
        ResultsError: ``out`` cannot be written.
    """
    charts = growth_charts(view)
    drawn = [*([bars_chart(view)] if view.bars else []), *charts.values()]
    files: dict[str, str | bytes] = {f"figures/{chart.name}.svg": chart.svg for chart in drawn}
    files |= {f"proofs/{name}": text for name, text in render_proofs(view).items()}
    files |= {
        "report.md": render_markdown(view),
        "summary.csv": summary_csv(reports),
        "findings.csv": findings_csv(reports),
        "samples.parquet": samples_parquet(reports),
        "hyperfine.json": hyperfine_json(reports),
        PAGE: render_html(view, charts),
    }
    put_all(files, out)
    return out / PAGE


def growth_charts(view: View) -> dict[str, Chart]:
    """The pictures of growth, by the slug of their panel."""
    return {panel.slug: growth_chart(panel) for panel in view.growth}


def put_all(files: Mapping[str, str | bytes], out: Path) -> None:
    """Put a report's files into the folder ``out``; what an earlier report left in its own folders goes.

    Raises:
        ResultsError: ``out`` cannot be written.
    """
    try:
        for name, data in files.items():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            _put(out / name, data)
        for folder in ("figures", "proofs"):
            for path in (out / folder).glob("*") if (out / folder).is_dir() else ():
                if f"{folder}/{path.name}" not in files and path.suffix in (".js", ".svg"):
                    path.unlink()
    except OSError as error:
        raise ResultsError(
            f"The report cannot be written to {out}: {error.strerror or error}.",
            hint="Name a folder you may write to with --report.",
        ) from error


def _put(path: Path, data: str | bytes) -> None:
    """Put a file in place of the one before, whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
