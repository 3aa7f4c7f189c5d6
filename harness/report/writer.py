"""Writes a report's files: with the room ``read``, all of reporting that touches the disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import ResultsError
from harness.monorepo.shapes.packages import is_of_backends
from harness.report.backends.view import as_of_backends, backend_report
from harness.report.charts.sections import draw_charts
from harness.report.exports.findings import findings_csv
from harness.report.exports.hyperfine import hyperfine_json
from harness.report.exports.samples import samples_parquet
from harness.report.exports.summary import summary_csv
from harness.report.facts import MOST_FAILURES, build_report, find_failures
from harness.report.html import render_html
from harness.report.markdown import render_markdown
from harness.report.model import Report
from harness.report.read.logs import read_logs
from harness.report.read.runs import Loaded, load_runs
from harness.report.read.tails import read_tail


@dataclass(frozen=True, kw_only=True)
class ReportPaths:
    """Where a report's files are."""

    html: Path
    markdown: Path
    summary: Path
    findings: Path
    samples: Path
    hyperfine: Path
    figures: tuple[Path, ...]


def read_report(runs: Sequence[Path]) -> Report:
    """The view model of runs on disk, for the terminal or for :func:`write`.

    Raises:
        ResultsError: a run cannot be read, or the runs cannot be put into one report.
    """
    return view_of(load_runs(runs))


def view_of(loaded: Loaded) -> Report:
    """The view model of runs that were read."""
    report = build_report(loaded, tails=_read_tails(loaded), logs=read_logs(loaded.folders, loaded.frames))
    return as_of_backends(report) if is_of_backends(report.runs[-1].plan) else report


def write_report(runs: Sequence[Path], out: Path) -> ReportPaths:
    """Read runs, which may still be going on, and write their report into the folder ``out``, each file at once.

    Raises:
        ResultsError: a run cannot be read, or ``out`` cannot be written.
    """
    return write(read_report(runs), out)


def write(report: Report, out: Path) -> ReportPaths:
    """Write a report's files into the folder ``out``, which is made if it is not there.

    Raises:
        ResultsError: ``out`` cannot be written.
    """
    alone = backend_report(report)
    charts = draw_charts(report, alone)
    paths = ReportPaths(
        html=out / "index.html",
        markdown=out / "report.md",
        summary=out / "summary.csv",
        findings=out / "findings.csv",
        samples=out / "samples.parquet",
        hyperfine=out / "hyperfine.json",
        figures=tuple(out / "figures" / f"{chart.name}.svg" for chart in charts),
    )
    files: dict[Path, str | bytes] = {path: chart.svg for path, chart in zip(paths.figures, charts, strict=True)}
    files |= {
        paths.markdown: render_markdown(report, [chart.name for chart in charts], alone),
        paths.summary: summary_csv(report),
        paths.findings: findings_csv(report),
        paths.samples: samples_parquet(report),
        paths.hyperfine: hyperfine_json(report),
        paths.html: render_html(report, charts, alone),
    }
    put_all(files, out)
    return paths


def put_all(files: Mapping[Path, str | bytes], out: Path) -> None:
    """Put a report's files into the folder ``out``, which is made if it is not there.

    Raises:
        ResultsError: ``out`` cannot be written.
    """
    try:
        (out / "figures").mkdir(parents=True, exist_ok=True)
        for path, data in files.items():
            _put(path, data)
    except OSError as error:
        raise ResultsError(
            f"The report cannot be written to {out}: {error.strerror or error}.",
            hint="Name a folder you may write to with --report.",
        ) from error


def _read_tails(loaded: Loaded) -> dict[tuple[str, str], str]:
    return {
        (item.run_id, item.log_path): read_tail(loaded.folders[item.run_id], item.log_path)
        for item in find_failures(loaded.frames)[:MOST_FAILURES]
        if item.run_id in loaded.folders
    }


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
