"""What several modules look at, made once: the facts of the small fixed run, and the view of it."""

from __future__ import annotations

import pytest

from harness.report.model import Report
from harness.report.view.build import build_view
from harness.report.view.model import View
from harness.report.view.parts import Parts
from harness.report.writer import read_reports
from tests.unit.report.made_up_run import FIXTURE


@pytest.fixture(scope="session")
def small() -> Report:
    """What was measured by the run that stands in the repository."""
    return read_reports([FIXTURE])[0]


@pytest.fixture(scope="session")
def small_view(small: Report) -> View:
    """What its report says."""
    return build_view(Parts([small]))
