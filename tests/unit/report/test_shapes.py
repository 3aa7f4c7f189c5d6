"""Which members a report is about: the primary shape, whose findings count, and what is said of it at the top."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from harness.records.facts import Lane, ShapeFacts
from harness.records.format import Finding
from harness.records.journal import Journal
from harness.report import prose
from harness.report.charts.friction import draw_friction
from harness.report.charts.scale import draw_scale
from harness.report.exports.findings import findings_csv
from harness.report.exports.summary import summary_csv
from harness.report.model import Report
from harness.report.shapes import about, chain, shapes_of
from harness.report.terminal import summary
from harness.report.writer import read_report
from tests.runs import info_of
from tests.unit.report.made_up_run import FIXTURE
from tests.unit.report.made_up_scale import made_up_scale_run, shape_facts, shape_name
from tests.unit.report.pages import markdown_of, page_of, page_section


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run about somebody's own repository, and the canonical members besides."""
    folder = tmp_path_factory.mktemp("runs")
    return made_up_scale_run(folder, sizes=(30, 3), run_id="theirs", source="../our repo")


@pytest.fixture(scope="module")
def report(theirs: Path) -> Report:
    return read_report([theirs])


@pytest.fixture(scope="module")
def page(report: Report) -> str:
    return page_of(report)


@pytest.fixture(scope="module")
def markdown(report: Report) -> str:
    return markdown_of(report)


def test_a_run_that_describes_no_shapes_has_none_and_keeps_every_section(small: Report) -> None:
    assert small.shapes.primary == ""
    assert small.further == ()
    assert small.scale is None
    assert prose.members(small) == ()
    assert prose.lead(small).startswith("The same small monorepo, a library and two applications that import it, ")


def test_sections_are_of_the_primary_shape_and_exports_have_all(report: Report) -> None:
    own = shape_name(30)
    assert report.shapes.primary == own
    assert {section.shape for section in report.sections} == {own}
    assert {section.shape for section in report.further} == {"canonical"}
    assert {own in line or ",canonical," in line for line in summary_csv(report).splitlines()[1:]} == {True}
    assert len(report.nix) == 1
    assert report.blocks == 6
    lines = findings_csv(report).splitlines()
    assert lines[0].split(",")[:6] == ["group", "finding", "title", "lane", "strategy", "shape"]
    assert sum("member-lines" in line for line in lines) == 2 * 2 * 3


def test_page_markdown_and_terminal_name_the_shape_first(
    report: Report, page: str, markdown: str, tmp_path: Path
) -> None:
    text = markdown.split("## In short")[0]
    console = Console(width=80, record=True, file=(tmp_path / "said").open("w", encoding="utf-8"))
    console.print(summary(report))
    said = " ".join(console.export_text().split())
    console.file.close()
    for told in (" ".join(page.split("<nav")[0].split()), text, said):
        assert "(read from ../our repo): 20 libraries and 10 applications, 30 members in all" in told
        assert "the longest chain has 4 dependencies" in told
        assert "shared, it means lib-000: the core" in told
        assert "hello means app-000, the first application, goodbye app-009, the last one" in told
        assert "made with the three canonical members" in told
    assert "The same monorepo, 20 libraries and 10 applications, packaged with 3 toolchains" in text
    assert "Many members, large trees" not in markdown


def test_two_shapes_have_no_section_on_scale_and_one_more_application_stands_with_the_changes(
    report: Report, page: str
) -> None:
    assert report.scale is not None
    assert not report.scale.shown
    assert report.scale.lanes == ()
    assert 'id="scale"' not in page
    assert 'id="scale-friction"' in page_section(page, "changes")
    assert "a section on scale takes three sizes" in page


def _finding(shape: str, value: str, finding: str = "stale-value") -> Finding:
    return Finding(
        run_id="r", variant="uv", lane=Lane.LOCAL, finding=finding, shape=shape, value=value, evidence="It is so."
    )


def test_a_finding_of_another_shape_never_stands_in_place_of_the_primary_ones() -> None:
    info = info_of(FIXTURE)
    cells = tuple(replace(cell, shape="ours") for cell in info.plan.cells)
    run = replace(info, plan=replace(info.plan, cells=cells), shapes={"ours": shape_facts(10)})
    shapes = shapes_of([run])
    own, other, else_ = _finding("ours", "fresh"), _finding("canonical", "stale"), _finding("more", "stale")
    assert about(shapes, [own, other, else_]) == [own]
    assert about(shapes, [other, else_]) == [other], "experiments are made with the canonical members alone"
    assert about(shapes, [own, _finding("canonical", "stale", "other")]) == [
        own,
        _finding("canonical", "stale", "other"),
    ]
    assert about(shapes_of([info]), [own, other]) == [own, other], "no shapes are told apart"


def test_answers_of_a_further_shape_are_exported_and_shown_nowhere(tmp_path: Path) -> None:
    run = made_up_scale_run(tmp_path, sizes=(3, 10, 30), variants=("uv", "venv"), blocks=1)
    info = info_of(run)
    journal = Journal(run, info)
    journal.add_finding(
        Finding(
            run_id=info.run_id,
            variant="uv",
            lane=Lane.LOCAL,
            finding="configuration-lines",
            shape=shape_name(30),
            value="77777",
            evidence="It is so.",
        )
    )
    report = read_report([run])
    friction = draw_friction(report)
    assert friction is not None
    charts = (friction, *draw_scale(report))
    assert "77777" not in page_of(report, charts)
    assert "77777" not in markdown_of(report)
    (line,) = [line for line in findings_csv(report).splitlines() if "77777" in line]
    assert shape_name(30) in line


def test_the_longest_chain_is_counted_in_dependencies() -> None:
    assert chain(shape_facts(3)) == 1
    assert chain(shape_facts(10)) == 4 - 1
    assert chain(ShapeFacts(members=(), core="none")) == 0
