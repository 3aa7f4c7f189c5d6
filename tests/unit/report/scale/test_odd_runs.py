"""The section on scale of odd runs: nothing measured, nothing that succeeded, one size, one variant, hostile names."""

from __future__ import annotations

import json
from pathlib import Path

from harness.report.charts.scale import draw_scale
from harness.report.writer import read_report
from tests.runs import change_lines
from tests.unit.report.made_up_scale import made_up_scale_run, shape_name
from tests.unit.report.pages import markdown_of, page_of, page_section

BAIT = '<script>alert(1)</script>"><img src=x> [a](b) | {{7*7}}'


def test_a_run_that_has_just_begun_says_what_will_be_measured(tmp_path: Path) -> None:
    run = made_up_scale_run(tmp_path / "runs", blocks=0, sizes=(3, 10, 30))
    page = page_of(read_report([run]))
    assert "To be measured with 3, 10 and 30 members." in page
    assert "Could not bear a size" not in page


def test_where_nothing_succeeds_there_is_no_figure_and_each_size_says_why(tmp_path: Path) -> None:
    run = made_up_scale_run(tmp_path / "runs", blocks=2, sizes=(3, 10, 30), variants=("uv", "venv"))
    change_lines(run, lambda line: line | {"outcome": "failed", "wall_s": None, "max_rss_bytes": None, "sizes": {}})
    report = read_report([run])
    view = report.scale
    assert view is not None
    points = [
        point
        for lane in view.lanes
        for panel in lane.panels
        for curve in panel.curves
        for point in curve.points.values()
    ]
    assert {(point.median, point.status) for point in points} == {(None, "failed")}
    assert {curve.fit for lane in view.lanes for panel in lane.panels for curve in panel.curves} == {None}
    assert {cell for chart in draw_scale(report) for row in chart.rows for cell in row[1:]} == {"failed"}
    assert "lock, install-cold and refresh failed at 3 members" in page_of(report)


def test_one_size_has_no_section_and_a_small_table_with_the_changes(tmp_path: Path) -> None:
    run = made_up_scale_run(tmp_path / "runs", blocks=1, sizes=(3,))
    report = read_report([run])
    page, text = page_of(report), markdown_of(report)
    assert 'id="scale"' not in page
    assert "## Scale" not in text
    assert "4 lines in 2 files + 9 own" in page_section(page, "changes")
    assert "The members are those of" not in text
    assert "member-lines" not in page.split('id="findings"')[1]


def test_one_variant_alone_has_curves_and_nothing_to_cross(tmp_path: Path) -> None:
    view = read_report([made_up_scale_run(tmp_path, variants=("uv",), sizes=(3, 10, 30))]).scale
    assert view is not None
    assert "Crossing points" not in {item.title for item in view.told}


def test_what_cannot_be_done_with_any_members_is_said_once(tmp_path: Path) -> None:
    run = made_up_scale_run(tmp_path, blocks=1, variants=("uv", "venv"), sizes=(3, 10, 30))
    refused = {"outcome": "unsupported", "wall_s": None, "reason": "No lock."}
    change_lines(run, lambda line: line | (refused if (line["variant"], line["scenario"]) == ("uv", "lock") else {}))
    report = read_report([run])
    assert [item.cell for item in report.unsupported] == ["uv · local · lock"]


def test_names_of_shapes_and_members_stay_text(tmp_path: Path) -> None:
    run = made_up_scale_run(tmp_path / "runs", variants=("uv", "venv"), blocks=1, sizes=(10, 3, 30), source="SOURCE")
    for name in ("run.json", "samples.jsonl", "findings.jsonl"):
        text = (run / name).read_text(encoding="utf-8")
        for told in (shape_name(10), "lib-000", "SOURCE", "app-000"):
            text = text.replace(told, json.dumps(told + BAIT)[1:-1])
        (run / name).write_text(text, encoding="utf-8")
    report = read_report([run])
    charts = tuple(draw_scale(report))
    page = page_of(report, charts)
    assert len(charts) == 4
    assert page.count("<script") == 1
    assert "<img" not in page
    assert BAIT not in markdown_of(report)
