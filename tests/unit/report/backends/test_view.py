"""The view model of a report of backends: what is told apart, and that nothing is said which the figures do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.report.backends.model import BackendReport
from harness.report.backends.view import backend_report
from harness.report.statistics.compare import Verdict
from tests.unit.report.backends.made_up_backends import made_up_backends
from tests.unit.report.made_up_run import FIXTURE
from tests.unit.report.reading import report_of


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> BackendReport:
    return view(tmp_path_factory.mktemp("runs"))


def view(folder: Path, **how: object) -> BackendReport:
    found = backend_report(report_of(made_up_backends(folder, **how)))  # type: ignore[arg-type]
    assert found is not None
    return found


def test_what_a_front_end_adds_is_its_time_less_that_of_the_hook_in_the_same_block(report: BackendReport) -> None:
    cell = report.front_ends[0].cells["front-build"]["flit-core"]
    assert cell.added is not None
    assert cell.added.blocks == 6
    assert cell.added.interval.median == pytest.approx(0.3, abs=0.01)
    assert not cell.past


def test_isolation_is_counted_from_the_same_front_end_without(report: BackendReport) -> None:
    cell = report.front_ends[0].cells["front-uv"]["setuptools"]
    assert cell.isolation is not None
    assert cell.isolation.interval.median == pytest.approx(0.1, abs=0.01)


def test_a_front_end_that_works_in_its_own_process_is_told_apart(report: BackendReport) -> None:
    cells = report.front_ends[0].cells["front-uv"]
    assert [name for name, cell in cells.items() if cell.past] == ["uv-build"]


def test_the_shortcut_is_held_against_the_standard_way_of_the_same_backend_alone(report: BackendReport) -> None:
    assert {item.backend for item in report.shortcuts} == {"uv-build"}
    assert [item.files for item in report.shortcuts] == [1, 100, 10_000]
    assert all(item.saved and item.saved.comparison.verdict is Verdict.FASTER for item in report.shortcuts)


def test_growth_is_by_each_file_more_and_by_the_slope_of_the_largest_two(report: BackendReport) -> None:
    line = next(line for line in report.growth[0].lines if line.backend == "setuptools")
    assert line.per_file_s == pytest.approx(0.0008, rel=0.05)
    assert line.exponent is not None
    assert 0.5 < line.exponent.median < 1


def test_where_the_largest_package_failed_growth_is_left_open(report: BackendReport) -> None:
    hook = next(hook for hook in report.growth if hook.scenario == "backend-sdist")
    line = next(line for line in hook.lines if line.backend == "flit-core")
    assert (line.per_file_s, line.exponent) == (None, None)
    assert sorted(line.rows) == [1, 100]


def test_a_package_of_one_size_has_no_growth(tmp_path: Path) -> None:
    single = view(tmp_path, files=(1,))
    assert [(line.per_file_s, line.exponent) for hook in single.growth for line in hook.lines] == [
        (None, None) for hook in single.growth for _ in hook.lines
    ]


def test_with_few_blocks_nothing_is_decided(tmp_path: Path) -> None:
    few = view(tmp_path, blocks=2)
    verdicts = {
        *(item.saved.comparison.verdict for item in few.shortcuts if item.saved),
        *(item.start.comparison.verdict for item in few.editables if item.start),
    }
    assert verdicts == {Verdict.UNDECIDED}


def test_a_report_of_variants_says_nothing_of_backends() -> None:
    assert backend_report(report_of(FIXTURE)) is None
