"""Writes a report's files: with ``load`` and ``tails``, all of reporting that touches the disk."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import ResultsError
from harness.reporting.charts import draw_charts
from harness.reporting.html import render_html
from harness.reporting.load import Loaded, load_runs
from harness.reporting.markdown import render_markdown
from harness.reporting.model import Report
from harness.reporting.tails import read_tail
from harness.reporting.view import MOST_FAILURES, build_report, find_failures


@dataclass(frozen=True, kw_only=True)
class ReportPaths:
    """Where a report's files are."""

    html: Path
    markdown: Path
    summary: Path
    figures: tuple[Path, ...]


def read_report(runs: Sequence[Path]) -> Report:
    """The view model of runs on disk, for the terminal or for :func:`write`.

    Raises:
        ResultsError: a run cannot be read, or the runs cannot be put into one report.
    """
    loaded = load_runs(runs)
    return build_report(loaded.runs, loaded.frames, loaded.findings, tails=_read_tails(loaded), notes=loaded.notes)


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
    charts = draw_charts(report)
    paths = ReportPaths(
        html=out / "index.html",
        markdown=out / "report.md",
        summary=out / "summary.csv",
        figures=tuple(out / "figures" / f"{chart.name}.svg" for chart in charts),
    )
    texts = {path: chart.svg for path, chart in zip(paths.figures, charts, strict=True)}
    texts |= {
        paths.markdown: render_markdown(report),
        paths.summary: summary_csv(report),
        paths.html: render_html(report, charts),
    }
    try:
        (out / "figures").mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            _put(path, text)
    except OSError as error:
        raise ResultsError(
            f"The report cannot be written to {out}: {error.strerror or error}.",
            hint="Name a folder you may write to with --report.",
        ) from error
    return paths


def summary_csv(report: Report) -> str:
    """One line for each cell, figures unrounded, absent ones empty."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(_COLUMNS)
    for section in report.sections:
        for scenario in section.scenarios:
            for row in scenario.rows:
                summary, comparison = row.summary, row.comparison
                interval = summary.interval if summary else None
                ratio = comparison.ratio if comparison else None
                table.writerow(
                    (
                        section.slug,
                        section.lane.value,
                        scenario.name,
                        row.variant,
                        row.status,
                        summary.count if summary else 0,
                        *((summary.median, summary.spread) if summary else ("", "")),
                        *((interval.low, interval.high) if interval else ("", "")),
                        ratio.median if ratio else "",
                        *((ratio.low, ratio.high) if ratio and comparison and comparison.blocks > 1 else ("", "")),
                        comparison.verdict.value if comparison else "reference",
                        len(summary.outliers) if summary else 0,
                        *("" if value is None else value for value in (row.max_rss_bytes, row.requests)),
                        "" if row.bytes_downloaded is None else row.bytes_downloaded,
                        sum(row.outcomes.values()),
                    )
                )
    return out.getvalue()


_COLUMNS = [
    "section",
    "lane",
    "scenario",
    "variant",
    "status",
    "ok_samples",
    "median_s",
    "spread",
    "low_s",
    "high_s",
    "ratio",
    "ratio_low",
    "ratio_high",
    "verdict",
    "outliers",
    "max_rss_bytes",
    "requests",
    "bytes_downloaded",
    "all_samples",
]


def _read_tails(loaded: Loaded) -> dict[tuple[str, str], str]:
    return {
        (item.run_id, item.log_path): read_tail(loaded.folders[item.run_id], item.log_path)
        for item in find_failures(loaded.frames)[:MOST_FAILURES]
        if item.run_id in loaded.folders
    }


def _put(path: Path, text: str) -> None:
    """Put a file in place of the one before, whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
