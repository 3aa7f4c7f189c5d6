"""Pictures: what is in them, what they say of it, and how little room they take."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness.report.charts.drawing import Chart
from harness.report.charts.lean import lean, relative
from harness.report.charts.overview import MOST_ROWS, chosen, draw_overview
from harness.report.charts.sections import draw_charts
from harness.report.compact import compact
from harness.report.model import Report
from harness.report.writer import read_report
from tests.unit.report.made_up_nix import made_up_nix_run
from tests.unit.report.made_up_run import made_up_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_up_run(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def report(run: Path) -> Report:
    return read_report([run])


@pytest.fixture(scope="module")
def drawn(report: Report) -> tuple[Chart, ...]:
    return draw_charts(report)


@pytest.fixture(scope="module")
def charts(drawn: tuple[Chart, ...], tmp_path_factory: pytest.TempPathFactory) -> tuple[Chart, ...]:
    nix = made_up_nix_run(tmp_path_factory.mktemp("runs"), variants=("venv", "uv", "hatch"))
    return (*drawn, *draw_charts(read_report([nix])))


def named(charts: tuple[Chart, ...], name: str) -> Chart:
    return next(chart for chart in charts if chart.name == name)


def test_every_picture_says_what_is_better_and_has_a_table_and_a_name(charts: tuple[Chart, ...]) -> None:
    assert len({chart.name for chart in charts}) > 10
    for chart in charts:
        assert re.search(r"\bbetter\b", chart.caption), chart.name
        assert chart.label.endswith("."), chart.name
        assert chart.rows, chart.name
        assert {len(row) for row in chart.rows} == {len(chart.columns)}, chart.name
        assert len({row[0] for row in chart.rows}) == len(chart.rows) or chart.columns[-1] == "Where", chart.name


def test_every_picture_is_a_file_of_its_own_and_small(charts: tuple[Chart, ...]) -> None:
    for chart in charts:
        root = ET.fromstring(chart.svg)  # noqa: S314 - drawn here
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "system-ui" in root.attrib["font-family"]
        assert len(chart.svg) < 40_000
        assert not re.search(r"\d\.\d{2}", re.sub(r"<text.*?</text>", "", chart.svg)), chart.name


def test_figures_of_a_table_are_those_of_the_scenarios(charts: tuple[Chart, ...], report: Report) -> None:
    phases = named(charts, "phases-local-canonical")
    assert phases.columns == ("Variant", "lock", "install-cold", "build", "run", "Sum")
    by_name = {row[0]: row for row in phases.rows}
    assert by_name["venv"][1] == by_name["venv"][-1] == "–"
    assert by_name["uv"][-1].endswith(" s")
    refresh = named(charts, "edit-to-visible-local-canonical")
    assert ("hatch", "failed", "–") in refresh.rows
    intervals = named(charts, "intervals-local-canonical")
    lock = next(row for row in intervals.rows if row[0] == "lock")
    assert dict(zip(intervals.columns, lock, strict=True))["venv"] == "unsupported"
    friction = named(charts, "friction-changes")
    assert len(friction.rows) == len({row[0] for row in friction.rows})
    assert report.changes[0].facts.title in friction.rows[0][0]


def test_the_overview_shows_few_rows_in_which_variants_are_told_apart(report: Report) -> None:
    chart = draw_overview(report)
    assert chart is not None
    assert chart.columns == ("Row", *report.overview.variants)
    assert len(chart.rows) == sum(len(chosen(topic)) for topic in report.overview.questions)
    for topic in report.overview.questions:
        assert len(chosen(topic)) <= MOST_ROWS
        assert all(item.varies for item in chosen(topic))
    assert [item.name for item in chosen(report.overview.questions[0], most=1)] == ["build"]
    assert 'fill="#ffffff"' in chart.svg
    assert chart.slug not in {section.slug for section in report.sections}


def test_the_overview_keeps_text_from_runs_as_text(report: Report) -> None:
    hostile = replace(report, host=replace(report.host, cpu_model="<script>&"))
    chart = draw_overview(hostile)
    assert chart is not None
    assert "&lt;script&gt;&amp;" in chart.svg


def test_a_path_is_shortened_without_being_changed() -> None:
    assert relative("M0,8.69h5v10h-5Z", 1, 0) == "M1,8.7h5v10h-5z"
    assert relative("M0,0L10.04,0L10.04,5.06L3,2.1") == "M0,0h10v5.1l-7-3"
    assert relative("M3.8,0A3.8,3.8,0,1,1,-3.8,0A3.8,3.8,0,1,1,3.8,0", 10, 10) == (
        "M13.8,10a3.8,3.8,0,1,1,-7.6,0a3.8,3.8,0,1,1,7.6,0"
    )
    assert relative("M1,1h0ZM5,5h1.5e1") == "M1,1h0zM5,5h15"


@pytest.mark.parametrize(
    "odd",
    [
        '<g clip-path="url(#a)"/>',
        '<g transform="rotate(45)"/>',
        '<image href="a"/>',
        '<text fill="#000"><tspan>a</tspan></text>',
        '<path fill="#000" transform="translate(1,2) rotate(3)" d="M0,0h1"/>',
        '<path fill="#000" d="M0,0Q1,2,3,4"/>',
    ],
)
def test_what_is_not_known_is_refused_and_not_left_out(odd: str) -> None:
    with pytest.raises(ValueError, match="not known"):
        lean(f'<svg width="1" height="1" viewBox="0 0 1 1">{odd}</svg>', font="sans-serif")


def test_marks_that_look_alike_become_one_path_and_layers_keep_their_order() -> None:
    mark = '<path fill="#000" transform="translate({},0)" d="M0,0h1v1h-1Z"/>'
    panel = (
        '<g class="mark-rect role-mark concat_{0}_layer_0_marks">{1}</g>'
        '<g class="mark-text role-mark concat_{0}_layer_1_marks"><text fill="#111" font-size="12px">a &lt; b</text></g>'
    )
    body = "".join(panel.format(place, mark.format(place * 10)) for place in range(2))
    drawn = lean(f'<svg width="1" height="1" viewBox="0 0 1 1"><g fill="none">{body}</g></svg>', font="x")
    assert drawn.count("<path") == 1
    assert 'd="M0,0h1v1h-1zM10,0h1v1h-1z"' in drawn
    assert drawn.count("a &lt; b") == 2
    assert drawn.index("mark-rect role-mark") < drawn.index("mark-text role-mark")


def test_a_page_is_compacted_outside_of_what_is_kept_to_the_letter() -> None:
    page = """<table>
      <tr> <th>a</th> <td>b <b>c</b> d</td> </tr>
      <tr><td>e</td></tr>
    </table>
    <ul><li>f</li> <li>g</li></ul> <p>h</p> <p>i</p> j <p>k</p> <a>l</a> <a>m</a>
    <pre>  <td>n</td>  \n  </pre>"""
    assert compact(page) == (
        "<table>\n<tr><th>a<td>b <b>c</b> d\n<tr><td>e\n</table>\n"
        "<ul><li>f<li>g</ul><p>h<p>i</p>j<p>k</p><a>l</a> <a>m</a>\n"
        "<pre>  <td>n</td>  \n  </pre>"
    )
