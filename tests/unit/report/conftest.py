"""What several modules look at, made once: the report of the small fixed run, and its files."""

from __future__ import annotations

import pytest

from harness.report.model import Report
from harness.report.writer import ReportPaths, read_report, write
from tests.unit.report.made_up_run import FIXTURE


@pytest.fixture(scope="session")
def small() -> Report:
    """The report of the run that stands in the repository."""
    return read_report([FIXTURE])


@pytest.fixture(scope="session")
def small_paths(small: Report, tmp_path_factory: pytest.TempPathFactory) -> ReportPaths:
    """The files of that report, every picture among them; nobody changes them."""
    return write(small, tmp_path_factory.mktemp("small"))
