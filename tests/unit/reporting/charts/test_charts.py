"""Pictures: what is in them, what they say of it, and how little room they take."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness.records import Outcome, Probe
from harness.reporting.charts.distribution import MOST_BLOCKS, draw_distribution
from harness.reporting.charts.drawing import Chart
from harness.reporting.charts.lean import lean, relative
from harness.reporting.charts.overview import MOST_ROWS, chosen, draw_overview
from harness.reporting.charts.sections import draw_charts
from harness.reporting.compact import compact
from harness.reporting.markdown import render_markdown
from harness.reporting.model import Report
from harness.reporting.sampled import MOST_PER_CELL
from harness.reporting.writer import read_report
from tests.unit.reporting.made_up_nix import made_up_nix_run
from tests.unit.reporting.made_up_run import made_up_run

SIX = tuple(Probe(block=block, wall_s=0.2 + block / 100, user_s=0.2) for block in range(-1, 6))


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


def test_markdown_has_the_tables_that_it_has_nowhere_else(report: Report, drawn: tuple[Chart, ...]) -> None:
    text = render_markdown(report, drawn)
    assert text.count("### Samples by block") == 2
    assert text.count("### Where the time goes") == 1
    assert "### Time by scenario" not in text
    assert "[samples-local-canonical.svg](figures/samples-local-canonical.svg)" in text


def test_each_sample_stands_in_its_block_and_a_failed_one_is_named(report: Report) -> None:
    section = report.sections[0]
    chart = draw_distribution(report, section)
    assert chart is not None
    assert chart.columns == ("Scenario and variant", *(f"Block {number}" for number in range(1, 7)))
    rows = {row[0]: row[1:] for row in chart.rows}
    assert rows["build, uv"][1] == "timed-out"
    assert "refresh, hatch" not in rows
    assert "A cross at the lower edge" in chart.caption
    assert "fixed computation" not in chart.caption
    row = next(item for item in section.scenario("build").rows if item.variant == "uv")  # type: ignore[union-attr]
    assert [one.outcome for one in row.samples].count(Outcome.TIMED_OUT) == 1
    assert row.samples[1].seconds is None
    assert row.samples[1].reason == "No end within 120 s."
    assert row.samples[0].log_path == "logs/block-0/uv_local_build.log"


def test_an_outlier_is_marked_and_counted(report: Report) -> None:
    section = report.sections[0]
    scenario = section.scenario("run")
    assert scenario is not None
    row = next(item for item in scenario.rows if item.variant == "uv")
    assert row.summary is not None
    marked = replace(row, summary=replace(row.summary, outliers=(2,)))
    rows = tuple(marked if item is row else replace(item, samples=item.samples) for item in scenario.rows)
    quiet = tuple(
        item if item.summary is None or item is marked else replace(item, summary=replace(item.summary, outliers=()))
        for item in rows
    )
    only = replace(section, scenarios=(replace(scenario, rows=quiet),))
    chart = draw_distribution(report, only)
    assert chart is not None
    assert "large diamond" in chart.caption
    assert " 1 of 30 are outlying" in chart.label
    assert {row[0]: row[3] for row in chart.rows}["run, uv"].endswith(" outlying")


def test_probes_stand_before_and_after_the_blocks(report: Report) -> None:
    probed = replace(report, runs=(replace(report.runs[0], probes=SIX),))
    chart = draw_distribution(probed, report.sections[0])
    assert chart is not None
    assert "fixed computation" in chart.caption
    assert chart.rows[-1][0] == "the machine"
    assert chart.rows[-1][1] == "0.864× before, 0.909× after"
    assert chart.rows[-1][-1] == "1.14× after"


def test_a_single_block_has_no_distribution_and_many_are_cut(tmp_path: Path) -> None:
    alone = read_report([made_up_run(tmp_path, blocks=1, run_id="one", scenarios=("run",))])
    assert draw_distribution(alone, alone.sections[0]) is None
    blocks = MOST_BLOCKS + 3
    long = read_report(
        [made_up_run(tmp_path, variants=("uv", "venv"), blocks=blocks, run_id="long", scenarios=("run",))]
    )
    chart = draw_distribution(long, long.sections[0])
    assert chart is not None
    assert chart.columns[1:] == tuple(f"Block {number}" for number in range(4, blocks + 1))
    assert "The first 3 blocks are not in the picture." in chart.caption


def test_cells_with_too_many_samples_to_read_have_none(tmp_path: Path) -> None:
    blocks = MOST_PER_CELL + 1
    report = read_report([made_up_run(tmp_path, variants=("venv",), blocks=blocks, scenarios=("run",))])
    (row,) = report.sections[0].scenarios[0].rows
    assert row.samples == ()
    assert row.summary is not None
    assert row.summary.count == blocks


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
