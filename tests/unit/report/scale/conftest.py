"""The run that the section on scale is looked at with, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.report.model import Report
from harness.report.writer import read_report
from tests.unit.report.made_up_scale import made_up_scale_run


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run at every size; nobody changes it."""
    return made_up_scale_run(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="session")
def report(run: Path) -> Report:
    """Its report."""
    return read_report([run])
