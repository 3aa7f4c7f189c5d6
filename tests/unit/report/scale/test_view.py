"""The section on scale: what its curves are made of, what it says of them, and what it never says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness.report.charts.drawing import Chart
from harness.report.charts.scale import draw_scale
from harness.report.compare.facts import changed_findings
from harness.report.model import Report
from harness.report.read.runs import load_runs
from harness.report.scale import words
from harness.report.scale.model import Kind, Panel, ScaleLane, ScaleView
from harness.report.statistics.scale import Growth
from harness.report.writer import read_report
from tests.runs import lines_of, write_lines
from tests.unit.report.made_up_scale import SIZES, made_up_scale_run, shape_name
from tests.unit.report.pages import (
    faults,
    figures_of,
    markdown_of,
    markdown_section,
    page_of,
    page_section,
    tables_of,
)


@pytest.fixture(scope="module")
def charts(report: Report) -> tuple[Chart, ...]:
    return tuple(draw_scale(report))


@pytest.fixture(scope="module")
def view(report: Report) -> ScaleView:
    assert report.scale is not None
    return report.scale


def panel(lane: ScaleLane, name: str, kind: Kind = Kind.TIME) -> Panel:
    return next(item for item in lane.panels if (item.name, item.kind) == (name, kind))


def told(view: ScaleView, title: str) -> str:
    return " ".join(next(item.sentences for item in view.told if item.title == title))


def rewritten(run: Path, folder: Path, change: object) -> ScaleView:
    """The section of the same run with each line of its samples changed."""
    for name in ("run.json", "findings.jsonl"):
        (folder / name).write_bytes((run / name).read_bytes())
    lines = (run / "samples.jsonl").read_text(encoding="utf-8").splitlines()
    changed = (json.dumps(change(json.loads(line))) + "\n" for line in lines)  # type: ignore[operator]
    (folder / "samples.jsonl").write_text("".join(changed), encoding="utf-8")
    found = read_report([folder]).scale
    assert found is not None
    return found


def test_sizes_are_in_order_and_say_what_they_are_made_of(view: ScaleView) -> None:
    assert view.shown
    assert [size.members for size in view.sizes] == list(SIZES)
    assert [size.label for size in view.sizes] == [str(members) for members in SIZES]
    last = view.sizes[-1]
    assert (last.libraries, last.applications, last.core) == (200, 100, "lib-000")


def test_each_curve_has_the_word_that_its_law_deserves(view: ScaleView) -> None:
    local, nix = view.lanes
    found = {
        (item.name, curve.variant): curve.fit.exponent.growth
        for lane in view.lanes
        for item in lane.of(Kind.TIME)
        for curve in item.curves
        if curve.fit is not None
    }
    assert found["lock", "pdm"] is Growth.WORSE
    assert found["install-cold", "uv"] is Growth.SUBLINEAR
    assert found["refresh", "venv"] is Growth.CONSTANT
    assert found["nix-build", "uv"] is Growth.LINEAR
    assert "lock with pdm" in told(view, "Grows worse than linear")
    assert "nix-refresh with each" in told(view, "Grows linearly")
    assert "refresh with each (0.00)" in told(view, "Does not grow")
    assert "Local lane, linear: lock with venv (0.97 after 0.83)" in told(view, "Between the last two sizes")
    assert (local.title, nix.title) == ("Local lane", "Nix lane (host, written by hand)")


def test_a_size_that_timed_out_is_named_has_no_figure_and_is_not_in_the_fit(view: ScaleView) -> None:
    lock = panel(view.lanes[0], "lock")
    curve = next(item for item in lock.curves if item.variant == "pdm")
    point = curve.points[shape_name(300)]
    assert (point.median, point.interval, point.status, point.failed) == (None, None, "timed-out", 6)
    assert curve.fit is not None
    assert curve.fit.sizes == SIZES[:-1]
    assert words.figure(point, Kind.TIME) == "timed-out"
    assert "Local lane, pdm: lock timed out at 300 members." in told(view, "Could not bear a size")


def test_one_sample_that_timed_out_takes_the_whole_size_out(run: Path, tmp_path: Path) -> None:
    def change(line: dict[str, object]) -> dict[str, object]:
        if (line["variant"], line["scenario"], line["shape"], line["block"]) == ("uv", "lock", shape_name(300), 2):
            return line | {"outcome": "timed-out", "wall_s": None, "sizes": {}, "max_rss_bytes": None}
        return line

    lock = panel(rewritten(run, tmp_path, change).lanes[0], "lock")
    curve = next(item for item in lock.curves if item.variant == "uv")
    assert words.figure(curve.points[shape_name(300)], Kind.TIME) == "timed-out 1 of 6"
    assert curve.fit is not None
    assert curve.fit.sizes == SIZES[:-1]


def test_a_crossing_point_is_told_with_its_ends(view: ScaleView) -> None:
    (found,) = panel(view.lanes[0], "install-cold").crossings
    assert (found.first, found.second, found.low, found.high) == ("venv", "pdm", 3, 10)
    assert 3 < found.members < 10
    assert "install-cold, Local lane: venv is the faster one with 3 members and pdm with 10" in told(
        view, "Crossing points"
    )


def test_where_the_reference_differs_from_itself_nothing_crosses(run: Path, tmp_path: Path) -> None:
    def change(line: dict[str, object]) -> dict[str, object]:
        noisy = (line["variant"], line["scenario"], line["shape"]) == ("venv~aa", "install-cold", "canonical")
        return line | {"wall_s": float(str(line["wall_s"])) * 1.5} if noisy else line

    assert panel(rewritten(run, tmp_path, change).lanes[0], "install-cold").crossings == ()


def test_memory_and_disk_are_fitted_too_and_closures_are_told_of_the_largest(view: ScaleView) -> None:
    local, nix = view.lanes
    assert {curve.fit.exponent.growth for curve in panel(local, "install-cold", Kind.MEMORY).curves if curve.fit} == {
        Growth.SUBLINEAR
    }
    names = [item.name for item in (*local.of(Kind.DISK), *nix.of(Kind.DISK))]
    assert names == ["cache_bytes", "environment_bytes", "largest_runtime_closure_bytes"]
    assert "disk is constant in the cache after a cold install" in told(view, "Memory and disk")


def test_what_is_made_again_stands_against_what_the_edit_reaches(view: ScaleView) -> None:
    local, nix = view.rebuilt
    shape = shape_name(300)
    assert (local.had[shape], local.did["uv"][shape], local.did["pdm"][shape]) == (8, 0, 300)
    assert (nix.had["canonical"], nix.had[shape], nix.did["uv"][shape]) == (5, 12, 400)
    assert "with 300 members 12 had to be built again, and 400 were built" in told(view, "After an edit of the core")


def test_one_more_application_has_a_table_for_each_lane(view: ScaleView) -> None:
    local, nix = view.efforts
    cell = local.cells["venv"][shape_name(100)]
    assert (cell.files, cell.lines, cell.own) == (2, 4, 9)
    assert words.one_more(cell) == "4 lines in 2 files + 9 own"
    assert words.one_more(local.cells["pdm"]["canonical"]) == "nothing + 9 own"
    assert words.one_more(None) == "–"
    assert nix.title == "Nix files, written by hand"


def test_with_few_blocks_exponents_have_no_interval_and_the_section_says_so(tmp_path: Path) -> None:
    found = read_report([made_up_scale_run(tmp_path, blocks=3, sizes=(3, 10, 30))]).scale
    assert found is not None
    fits = [curve.fit for item in found.lanes[0].panels for curve in item.curves if curve.fit is not None]
    assert {item.exponent.low for item in fits} == {None}
    assert "9 of 9 curves, 9 of them for want of 6 blocks or 4 sizes" in told(found, "Unclear")
    assert not any(item.title.startswith("Grows") for item in found.told)
    assert words.exponent_interval(fits[0].exponent) == "–"


def test_the_section_of_page_and_markdown_is_in_order_and_has_the_same_figures(
    report: Report, view: ScaleView, charts: tuple[Chart, ...]
) -> None:
    page = page_of(report, charts)
    section = page_section(page, "scale")
    markdown = markdown_section(markdown_of(report), "Scale: how cost grows with members")
    assert list(faults(page)) == []
    # One of sizes and one of crossing points; for each lane three of curves, one of effort, one of what is made again;
    # and one for each picture.
    assert len(tables_of(section)) == 2 + 2 * 5 + len(charts)
    figures = figures_of(markdown)
    assert len(figures) > 10
    assert not [figure for figure in sorted(figures) if figure not in section]
    for item in view.told:
        assert f"<dt>{item.title}<dd>" in section
        for sentence in item.sentences:
            assert sentence in section
    assert re.search(r"^\| install-cold \| pdm \|( [0-9.]+ m?s \|){4}", markdown, flags=re.MULTILINE)
    assert "| lock |" not in markdown, "that is on the page"


def test_figures_that_are_missing_are_never_zero_nor_a_time(report: Report) -> None:
    section = page_section(page_of(report), "scale")
    assert "nan" not in section.lower()
    assert "None" not in section.replace("None was", "")


def test_what_is_told_is_in_order_and_follows_from_the_figures(view: ScaleView) -> None:
    assert [item.title for item in view.told] == [
        *("Sizes", "Grows worse than linear", "Grows linearly", "Grows less than linearly", "Does not grow"),
        *("Between the last two sizes", "Could not bear a size", "Crossing points", "Memory and disk"),
        *("One more application", "After an edit of the core"),
    ]
    assert told(view, "Sizes") == "Measured with 3, 10, 30, 100 and 300 members."
    assert told(view, "Grows less than linearly") == (
        "Local lane: lock with uv (0.53) and venv (0.83); install-cold with pdm (0.80) and uv (0.14)."
    )
    assert told(view, "One more application").startswith(
        "Local lane: with 300 members, lines outside its own folder are from 0 with pdm to 4 with venv."
    )
    assert "nix-build timed out at 300 members." in told(view, "Could not bear a size")


def test_every_picture_has_a_table_and_marks_what_timed_out(charts: tuple[Chart, ...]) -> None:
    assert [chart.name for chart in charts] == [
        "scale-local-time",
        "scale-local-weight",
        "scale-nix-host-handwritten-time",
        "scale-nix-host-handwritten-weight",
    ]
    for chart in charts:
        assert re.search(r"\bbetter\b", chart.caption)
        assert chart.label.endswith(".")
        assert {len(row) for row in chart.rows} == {len(chart.columns)}
        assert len({row[0] for row in chart.rows}) == len(chart.rows)
        assert len(chart.svg) < 40_000
        assert ET.fromstring(chart.svg).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - drawn here
    times = charts[0]
    assert times.columns == ("Figure and variant", *(f"{members} members" for members in SIZES))
    assert {row[0]: row[-1] for row in times.rows}["lock, pdm"] == "timed-out"
    assert "A cross at the upper edge" in times.caption
    assert "linear looks like" in times.caption


def test_shapes_with_as_many_members_are_told_apart_by_name(tmp_path: Path) -> None:
    run = made_up_scale_run(tmp_path, variants=("uv", "venv"), sizes=(3, 10, 30), blocks=2)
    text = (run / "run.json").read_text(encoding="utf-8")
    info = json.loads(text)
    info["shapes"]["a-chain"] = info["shapes"][shape_name(10)]
    (run / "run.json").write_text(json.dumps(info), encoding="utf-8")
    found = read_report([run]).scale
    assert found is not None
    assert [size.label for size in found.sizes] == ["3", f"10 ({shape_name(10)})", "10 (a-chain)", "30"]


def test_of_many_applications_the_largest_closure_stands_for_all(tmp_path: Path) -> None:
    report = read_report([made_up_scale_run(tmp_path, variants=("uv", "venv"), sizes=(30, 3), blocks=2)])
    nix = next(section for section in report.sections if section.lane.value == "nix")
    assert [row.name for row in nix.sizes] == ["largest_runtime_closure_bytes", "derivations_built"]
    assert nix.sizes[0].values["uv"] == 66_000_000 + 5_000 * 30
    few = next(section for section in report.further if section.lane.value == "nix")
    assert [row.name for row in few.sizes if row.unit] == [
        "goodbye_runtime_closure_bytes",
        "hello_runtime_closure_bytes",
    ]
    titles = [row.title for table in report.nix[0].tables for row in table.rows]
    assert "Largest runtime closure" in titles


def test_findings_of_two_runs_are_compared_shape_by_shape(tmp_path: Path) -> None:
    base, new = (
        made_up_scale_run(tmp_path, variants=("uv", "venv"), sizes=(3, 10, 30), blocks=1, run_id=name)
        for name in ("base", "new")
    )
    lines = lines_of(new, "findings.jsonl")
    for line in lines:
        if (line["finding"], line["variant"], line["lane"]) == ("member-lines", "venv", "local"):
            line["value"] = "9" if line["shape"] == shape_name(30) else line["value"]
    write_lines(new, lines, "findings.jsonl")
    (changed,) = changed_findings(load_runs([base]), load_runs([new])).changed
    assert (changed.before.value, changed.after.value, changed.where) == ("2", "9", f"local, {shape_name(30)}")
