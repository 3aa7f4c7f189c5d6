"""Writes the files of a report of backends."""

from __future__ import annotations

from pathlib import Path

from harness.reporting.backends.charts import draw_backend_charts
from harness.reporting.backends.model import BackendReport
from harness.reporting.backends.pages import render_page, render_text
from harness.reporting.backends.view import build_backend_report
from harness.reporting.exports.findings import findings_csv
from harness.reporting.exports.hyperfine import hyperfine_json
from harness.reporting.exports.samples import samples_parquet
from harness.reporting.exports.summary import summary_csv
from harness.reporting.read.runs import Loaded
from harness.reporting.tables import Cells
from harness.reporting.writer import put_all, view_of


def backend_view(loaded: Loaded) -> BackendReport:
    """The view model of runs of backends, as they were read."""
    return build_backend_report(view_of(loaded), Cells.of(loaded.frames, loaded.runs))


def write_backends(report: BackendReport, out: Path) -> Path:
    """Write a report's files into the folder ``out``, which is made if it is not there; where its page is.

    Raises:
        ResultsError: ``out`` cannot be written.
    """
    charts = draw_backend_charts(report)
    page = out / "index.html"
    files: dict[Path, str | bytes] = {out / "figures" / f"{chart.name}.svg": chart.svg for chart in charts}
    files |= {
        out / "report.md": render_text(report, charts),
        out / "summary.csv": summary_csv(report.base),
        out / "findings.csv": findings_csv(report.base),
        out / "samples.parquet": samples_parquet(report.base),
        out / "hyperfine.json": hyperfine_json(report.base),
        page: render_page(report, charts),
    }
    put_all(files, out)
    return page
