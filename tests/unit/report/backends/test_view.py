"""The view model of a report of backends: what is told apart, and that nothing is said which the figures do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from harness.report import terminal
from harness.report.backends import words
from harness.report.backends.charts import draw_backend_charts
from harness.report.backends.model import BackendReport
from harness.report.backends.tables import Table, signed, tables
from harness.report.backends.view import backend_report
from harness.report.statistics.compare import Verdict
from harness.report.writer import read_report
from tests.unit.report.backends.made_up_backends import made_up_backends
from tests.unit.report.made_up_run import FIXTURE


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> BackendReport:
    return view(tmp_path_factory.mktemp("runs"))


def view(folder: Path, **how: object) -> BackendReport:
    found = backend_report(read_report([made_up_backends(folder, **how)]))  # type: ignore[arg-type]
    assert found is not None
    return found


def table(report: BackendReport, slug: str) -> Table:
    return next(item for found in tables(report).values() for item in found if item.slug == slug)


def said(report: BackendReport) -> str:
    return "\n".join(phrase.text for brief in words.briefs(report) for (phrase,) in brief.sentences)


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
    fields = dict(table(report, "front-ends-1").rows)
    assert "in-process" in fields["uv-build"][2].note
    assert "in-process" not in fields["setuptools"][2].note


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
    assert "growth" not in {chart.name for chart in draw_backend_charts(single)}
    assert tables(single)["growth"] == ()
    assert "1,000 files more" not in said(single)


def test_what_an_editable_install_costs_is_told_for_one_start(report: BackendReport) -> None:
    costly = next(item for item in report.editables if item.backend == "setuptools" and item.layout != "in src")
    assert costly.starts == 10
    assert costly.mode is not None
    assert costly.mode.value == "import-hook"
    fields = dict(table(report, "editable-flat").rows)["setuptools"]
    assert fields[2].text.startswith("+10")
    assert fields[2].text.endswith(" ms")
    assert fields[2].word == "slower"
    assert "shown to be slower: setuptools beside pyproject.toml" in said(report)


def test_with_few_blocks_nothing_is_decided(tmp_path: Path) -> None:
    few = view(tmp_path, blocks=2)
    verdicts = {
        *(item.saved.comparison.verdict for item in few.shortcuts if item.saved),
        *(item.start.comparison.verdict for item in few.editables if item.start),
    }
    assert verdicts == {Verdict.UNDECIDED}
    assert "shown to be slower: " not in said(few)


def test_the_answers_come_first_and_name_figures_of_the_run(report: BackendReport) -> None:
    slugs = [brief.slug for brief in words.briefs(report)]
    assert slugs == ["brief-speed", "brief-growth", "brief-front-ends", "brief-shortcut", "brief-editable"]
    assert "From fast to slow: uv-build; then flit-core; then setuptools." in said(report)


def test_of_what_was_not_measured_nothing_is_said(tmp_path: Path) -> None:
    only = view(tmp_path, scenarios=("backend-wheel",), files=(1,), mishap=False)
    # How editable wheels lead to the sources is found out in any run; what they cost is not.
    assert [brief.slug for brief in words.briefs(only)] == ["brief-speed", "brief-editable"]
    assert "at each start" not in said(only)
    assert [slug for slug, found in tables(only).items() if found] == ["speed", "editable"]


def test_sections_are_packages_and_the_reference_takes_part_once(report: BackendReport) -> None:
    titles = [section.title for section in report.base.sections]
    assert titles == ["A package of 1 file", "A package of 100 files", "A package of 10,000 files"]
    assert all(section.variants == ("flit-core", "setuptools", "uv-build") for section in report.base.sections)
    assert (report.base.situations, report.base.overview.questions) == ((), ())


def test_a_report_of_variants_says_nothing_of_backends() -> None:
    assert backend_report(read_report([FIXTURE])) is None


def test_a_command_that_is_repeated_is_named_once(report: BackendReport) -> None:
    item = report.base.sections[0].scenario("editable-start")
    assert item is not None
    assert all(len(steps) == 1 for steps in item.commands.values())


def test_the_summary_fits_80_columns(report: BackendReport) -> None:
    console = Console(width=80)
    with console.capture() as captured:
        console.print(terminal.summary(report.base))
    lines = captured.get().splitlines()
    assert max(map(len, lines)) <= 80
    assert any("setuptools" in line and "uv-build" in line for line in lines)
    assert "Which backend is quick?" in lines
    assert "…" not in "".join(lines)


@pytest.mark.parametrize(("value", "text"), [(0.0123, "+12.3 ms"), (-0.5, "\N{MINUS SIGN}500 ms"), (0.0, "+0 ms")])
def test_differences_have_a_sign(value: float, text: str) -> None:
    assert signed(value) == text
