"""Tests of many runs in one report: what is pooled, what is history, what is said, and how much room it takes."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from harness.records import RUN_INFO, RunInfo
from harness.reporting.charts.drawing import ACCENT, INK, MUTED
from harness.reporting.charts.trends import draw_trends
from harness.reporting.model import Report
from harness.reporting.read.together import arrange, difference
from harness.reporting.read.versions import changed_machine, changed_variant, changed_versions
from harness.reporting.terminal import summary
from harness.reporting.trends.model import Trends
from harness.reporting.trends.table import trends_csv
from harness.reporting.writer import read_report, write
from tests.unit.reporting.made_up_nights import FIRST, made_up_night, made_up_nights
from tests.unit.reporting.pages import faults, markdown_of, page_of

HOSTILE = '<script>alert(1)</script>"|`# [a](b)'


def trends_of(report: Report) -> Trends:
    assert report.trends is not None
    return report.trends


def info_of(run: Path) -> RunInfo:
    return RUN_INFO.validate_json((run / "run.json").read_bytes())


def lines(svg: str, colour: str) -> int:
    """How many lines of a colour there are, the axes' left aside."""
    marks = svg.partition("role-mark")[2]
    return sum(path.count("M") for path in re.findall(rf'stroke="{colour}"[^>]* d="([^"]*)"', marks))


def texts(report: Report) -> tuple[str, str]:
    """Page and Markdown, with no other pictures than those of this section."""
    charts = tuple(draw_trends(report))
    return page_of(report, charts), markdown_of(report, charts)


@pytest.fixture(scope="module")
def shifted(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Path]:
    """Twelve nights; from the ninth on uv is newer and takes a quarter longer to install."""
    return made_up_nights(tmp_path_factory.mktemp("nights"), 12, slower_from=8)


@pytest.fixture(scope="module")
def report(shifted: Sequence[Path]) -> Report:
    return read_report(shifted)


def test_a_single_run_has_no_trends(tmp_path: Path) -> None:
    run = made_up_night(tmp_path, run_id="only", variants=("uv", "venv"), scenarios=("run",))
    report = read_report([run])
    assert report.trends is None
    page, markdown = texts(report)
    assert "Over time" not in page + markdown


def test_a_table_over_time_is_written_where_there_are_several_runs(tmp_path: Path) -> None:
    runs = [
        made_up_night(tmp_path, run_id=name, variants=("venv",), scenarios=("run",), blocks=1) for name in ("a", "b")
    ]
    for shown in (runs, runs[:1]):
        report = read_report(shown)
        write(report, tmp_path / "out" / shown[-1].name)
    table = tmp_path / "out" / "b" / "trends.csv"
    assert table.read_text(encoding="utf-8") == trends_csv(trends_of(read_report(runs)))
    assert not (tmp_path / "out" / "a" / "trends.csv").exists()


def test_the_newest_run_is_what_the_report_is_about(shifted: Sequence[Path]) -> None:
    report = read_report([shifted[11], *shifted[:11]])
    assert [run.run_id for run in report.runs] == ["n-08", "n-09", "n-10", "n-11"]
    trends = trends_of(report)
    assert [run.run_id for run in trends.runs] == [f"n-{number:02d}" for number in range(12)]
    assert [run.pooled for run in trends.runs] == [False] * 8 + [True] * 4
    (note,) = report.notes
    assert note == (
        "These figures are of run n-11 and 3 before it that measured the same; shown under Over time alone:"
        " n-00 to n-07 (8 runs) because uv changed since (uv 0.13.9 → 0.14.0)."
    )
    assert report.samples == 4 * 6 * 6 * 3
    assert "0.14.0" in report.variants["uv"].tools.values()


def test_runs_that_measured_the_same_are_pooled_and_stand_apart_over_time(tmp_path: Path) -> None:
    report = read_report(made_up_nights(tmp_path, 3))
    assert len(report.runs) == 3
    assert report.notes == ()
    trends = trends_of(report)
    assert trends.versions == ()
    assert all(len(series.points) == 3 for panel in trends.panels for series in panel.series)


def test_a_shift_is_told_with_what_changed_in_that_run(report: Report) -> None:
    trends = trends_of(report)
    (sentence,) = trends.shifts
    assert sentence.startswith("uv, install-cold, Local lane: slower against venv in run n-08 of 2026-01-09 02:00")
    assert "It holds in all 4 runs from there on." in sentence
    assert sentence.endswith("In that run changed uv: uv 0.13.9 → 0.14.0.")
    assert trends.current == trends.shifts
    (changed,) = trends.versions
    assert (changed.run_id, changed.changes) == ("n-08", (("uv", "uv 0.13.9 → 0.14.0"),))
    points = [
        (panel.scenario, series.variant, point.run.run_id)
        for panel in trends.panels
        for series in panel.series
        for point in series.points
        if point.changes
    ]
    assert points == [(scenario, "uv", "n-08") for scenario in ("install-cold", "run", "nix-build")]


def test_page_markdown_terminal_and_table_say_the_same(report: Report) -> None:
    trends = trends_of(report)
    page, markdown = texts(report)
    assert list(faults(page)) == []
    assert 'href="#trends">Over time</a>' in page
    assert "## Over time" in markdown
    told = trends.shifts[0].split(" →")[0]
    assert told in page
    assert told in markdown.replace("\\", "")
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(summary(report))
    assert told in " ".join(console.export_text().split())
    panel = next(item for item in trends.panels if item.scenario == "install-cold")
    assert [run.run_id for run in panel.listed] == [f"n-{number:02d}" for number in range(11, 4, -1)]
    ratios = re.findall(r"^\| n-08 \| ([^|]*) \| ([^|]*) \|", markdown, flags=re.MULTILINE)
    assert "▼ slower ◆" in ratios[0][1]
    assert ratios[0][0].split(" ")[0] in page
    rows = list(csv.DictReader(io.StringIO(trends_csv(trends))))
    assert len(rows) == 12 * 5 * 3
    (row,) = [row for row in rows if row["shift"]]
    assert (row["run_id"], row["variant"], row["shift"]) == ("n-08", "uv", "slower")
    assert row["changed"] == "uv 0.13.9 → 0.14.0"
    assert {row["ratio"] for row in rows if row["variant"] == "venv"} == {""}


def test_every_series_is_in_the_picture(report: Report) -> None:
    local, nix = draw_trends(report)
    assert (local.name, nix.name) == ("trends-local-canonical", "trends-nix-canonical-host-handwritten")
    assert local.svg.count(">install-cold<") == local.svg.count(">run<") == 4
    assert [lines(local.svg, colour) for colour in (INK, ACCENT, MUTED)] == [8, 8 * 12, 2]
    (triangle,) = re.findall(r'role-mark"><path fill="#1b1f24"[^>]* d="([^"]*)"', local.svg)
    assert triangle.count("M") == 1
    assert "▼ slower" in local.caption
    assert "▼ slower" not in nix.caption
    assert "Lower is better" in nix.caption
    assert ">Jan 4<" in local.svg


def test_what_a_variant_was_not_measured_in_leaves_its_panel_empty(tmp_path: Path) -> None:
    runs = [
        made_up_night(tmp_path, run_id=f"r{day}", started_at=FIRST + timedelta(days=day), scenarios=("run", "deploy"))
        for day in range(3)
    ]
    for run in runs:
        lines = (run / "samples.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if '"hatch"' not in line or '"deploy"' not in line]
        (run / "samples.jsonl").write_text("".join(kept), encoding="utf-8")
    (chart,) = draw_trends(read_report(runs))
    assert (chart.svg.count(">run<"), chart.svg.count(">deploy<")) == (4, 3)


def test_two_runs_of_one_minute_have_a_picture(tmp_path: Path) -> None:
    runs = [made_up_night(tmp_path, run_id=name, scenarios=("run",), blocks=1) for name in ("a", "b")]
    report = read_report(runs)
    (chart,) = draw_trends(report)
    assert chart.svg.count(">run<") == 4
    assert "nothing can be said of shifts yet" in trends_of(report).method
    page, _ = texts(report)
    assert "None was found." in page


def test_without_the_reference_there_are_times_and_no_picture(tmp_path: Path) -> None:
    runs = [
        made_up_night(tmp_path, run_id=name, variants=("uv", "pdm"), scenarios=("run",), started_at=FIRST)
        for name in ("a", "b")
    ]
    report = read_report(runs)
    assert list(draw_trends(report)) == []
    _, markdown = texts(report)
    assert re.search(r"^\| b \| [0-9.]+ ms \| [0-9.]+ ms \|", markdown, flags=re.MULTILINE)


def test_text_of_runs_stays_text(tmp_path: Path) -> None:
    runs = [
        made_up_night(
            tmp_path,
            run_id=f"r{day}",
            started_at=FIRST + timedelta(days=day),
            versions={"uv": {"uv": f"{day}{HOSTILE}"}},
        )
        for day in range(2)
    ]
    page, markdown = texts(read_report(runs))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    section = markdown.split("## Over time")[1].split("\n## ")[0]
    assert "<script" not in section


MANY = ("install-cold", "install-warm", "run", "refresh", "build", "deploy", "nix-build", "nix-refresh")


@pytest.mark.parametrize(
    ("nights", "scenarios", "most"),
    [(20, ("install-cold", "run"), 60_000), pytest.param(60, MANY, 150_000, marks=pytest.mark.verify)],
)
def test_many_runs_add_little_to_a_page(tmp_path: Path, nights: int, scenarios: tuple[str, ...], most: int) -> None:
    runs = made_up_nights(tmp_path, nights, slower_from=nights // 2, scenarios=scenarios, noise=0.05)
    many, one = (len(texts(read_report(shown))[0].encode()) for shown in (runs, runs[-1:]))
    assert one < many < one + most


def test_runs_that_are_pooled_agree_with_each_other_too(tmp_path: Path) -> None:
    both, newer = {"pdm": {"pdm": "3.0"}}, FIRST + timedelta(days=1)
    old = info_of(made_up_night(tmp_path, run_id="old"))
    middle = info_of(made_up_night(tmp_path, run_id="middle", started_at=newer, versions=both))
    newest = info_of(
        made_up_night(tmp_path, run_id="new", started_at=newer + timedelta(days=1), variants=("uv", "venv"))
    )
    assert difference(old, newest) == difference(middle, newest) == ""
    arranged = arrange([newest, old, middle])
    assert [run.run_id for run in arranged.pooled] == ["middle", "new"]
    assert [(run.run_id, why) for run, why in arranged.history] == [("old", "pdm changed since (pdm 2.29.3 → 3.0)")]


def test_times_with_and_without_a_zone_are_in_one_order(tmp_path: Path) -> None:
    info = info_of(made_up_night(tmp_path, run_id="a"))
    times = {"first": "2026-01-01T00:30:00+02:00", "second": "2026-01-01T00:00:00", "third": "2026-01-01T00:00:01Z"}
    runs = [replace(info, run_id=name, started_at=time) for name, time in times.items()]
    assert [run.run_id for run in arrange(runs[::-1]).pooled] == ["first", "second", "third"]


def test_versions_that_change_come_and_go() -> None:
    assert changed_versions({"a": "1", "b": "1", "d": "1"}, {"a": "2", "c": "1", "d": "1"}) == (
        "a 1 → 2",
        "c 1 is new",
        "b 1 is gone",
    )


def test_what_changed_besides_versions_is_named(tmp_path: Path) -> None:
    old = info_of(made_up_night(tmp_path, run_id="a"))
    new = replace(
        old,
        harness_version="0.2.0",
        tools={"python": "3.11.7", "nix": "2.9.0"},
        variants={**old.variants, "uv": replace(old.variants["uv"], digest="other")},
    )
    assert changed_machine(old, new) == ("the harness 0.1.0 → 0.2.0", "the harness's nix 2.8.0 → 2.9.0")
    assert changed_variant(old, new, "uv") == ("its files, at the same versions",)
    assert changed_variant(old, new, "pdm") == changed_variant(old, new, "unknown") == ()


def test_a_scenario_that_means_something_else_is_marked_and_begins_anew(tmp_path: Path) -> None:
    runs = made_up_nights(tmp_path, 14, scenarios=("run",))
    for run in runs[8:]:
        info = json.loads((run / "run.json").read_text(encoding="utf-8"))
        info["scenarios"]["run"]["measured"] = "Something else."
        (run / "run.json").write_text(json.dumps(info), encoding="utf-8")
    report = read_report(runs)
    assert len(report.runs) == 6
    (panel,) = trends_of(report).panels
    marked = {(point.run.run_id, point.changes) for series in panel.series for point in series.points if point.changes}
    assert marked == {("n-08", ("what run means",))}
    assert "for the 8 figures that were looked at" in trends_of(report).method
