"""Reads two runs to be compared, and writes the new one's report with the comparison in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.report.compare.model import Compared
from harness.report.compare.view import compare_runs
from harness.report.read.runs import load_runs
from harness.report.writer import ReportPaths, read_report, write


def read_compared(base: Path, new: Path, *, across_machines: bool = False) -> Compared:
    """The run in the folder ``new`` held against the one in ``base``; each is read by itself, so ids may be the same.

    Raises:
        ResultsError: a run cannot be read.
        InputError: the two cannot be compared (see :func:`harness.report.compare.view.compare_runs`).
    """
    return compare_runs(load_runs([base]), load_runs([new]), across_machines=across_machines)


def write_compared(compared: Compared, new: Path, out: Path) -> ReportPaths:
    """Write the report of the run in the folder ``new``, with a section that holds it against the base.

    Raises:
        ResultsError: the run cannot be read, or ``out`` cannot be written.
    """
    return write(replace(read_report([new]), compared=compared), out)
