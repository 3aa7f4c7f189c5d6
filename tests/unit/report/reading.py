"""What tests of the report share: runs as facts, as the view, as the page, and one held against another."""

from __future__ import annotations

from pathlib import Path

from harness.report.compare.model import Compared
from harness.report.compare.view import compare_runs
from harness.report.model import Report
from harness.report.page.html import render_html
from harness.report.read.runs import load_runs
from harness.report.view.model import View
from harness.report.writer import growth_charts, read_reports, view_of_runs


def report_of(*runs: Path) -> Report:
    """What runs that go together measured."""
    (report,) = read_reports(runs)
    return report


def view_of(*runs: Path) -> View:
    """What the report of runs says."""
    return view_of_runs(runs)[0]


def page_of(view: View) -> str:
    """The page, its pictures in it."""
    return render_html(view, growth_charts(view))


def read_compared(base: Path, new: Path, *, across_machines: bool = False) -> Compared:
    """One run held against another."""
    return compare_runs(load_runs([base]), load_runs([new]), across_machines=across_machines)
