"""Tests of many runs over time: what is followed, what is drawn, and that every sample is kept."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from harness.report.charts.trends import draw_trends
from harness.report.exports.samples import samples_parquet
from harness.report.model import Report, Trends
from harness.report.writer import read_report
from tests.unit.report.made_up_nights import FIRST, made_up_night, made_up_nights
from tests.unit.report.pages import faults, page_of, page_section


def trends_of(report: Report) -> Trends:
    assert report.trends is not None
    return report.trends


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Path]:
    """Four nights; from the third on uv is newer and takes a quarter longer to install."""
    return made_up_nights(tmp_path_factory.mktemp("nights"), 4, slower_from=2)


@pytest.fixture(scope="module")
def report(nights: Sequence[Path]) -> Report:
    return read_report(nights)


def test_each_variant_is_followed_from_run_to_run_in_both_lanes(report: Report) -> None:
    trends = trends_of(report)
    assert (trends.reference, trends.runs) == ("venv", tuple(f"n-0{number}" for number in range(4)))
    assert {(line.scenario, line.variant) for line in trends.lines} == {
        (scenario, variant)
        for scenario in ("install-cold", "run", "nix-build")
        for variant in report.variants
        if variant != "venv"
    }
    (line,) = [line for line in trends.lines if (line.scenario, line.variant) == ("install-cold", "uv")]
    before, after = line.ratios[:2], line.ratios[2:]
    assert all(0.9 < item / before[0] < 1.1 for item in before if item and before[0])
    assert all(1.15 < item / before[0] < 1.35 for item in after if item and before[0])


def test_the_page_has_one_small_picture_and_the_newest_figures_as_a_table(report: Report) -> None:
    chart = draw_trends(trends_of(report))
    assert chart.columns == ("Scenario and variant", *(f"n-0{number}" for number in range(4)))
    assert {len(row) for row in chart.rows} == {5}
    assert "Lower is better" in chart.caption
    assert all(f">{name}<" in chart.svg for name in ("install-cold", "nix-build", "uv"))
    assert len(chart.svg) < 60_000
    page = page_of(report, [chart])
    assert list(faults(page)) == []
    assert 'href="#trends">Over time</a>' in page
    section = page_section(page, "trends")
    assert all(cell in section for row in chart.rows for cell in row)


def test_of_very_many_runs_the_newest_are_drawn(report: Report) -> None:
    trends = trends_of(report)
    longer = Trends(
        reference="venv",
        runs=tuple(map(str, range(70))),
        lines=tuple(
            type(line)(scenario=line.scenario, variant=line.variant, ratios=(0.5,) * 70) for line in trends.lines
        ),
    )
    chart = draw_trends(longer)
    assert "Of 70 runs the newest 60 are drawn." in chart.caption
    assert chart.columns[1:] == tuple(map(str, range(63, 70)))


def test_every_sample_of_every_run_is_in_the_parquet_file(report: Report) -> None:
    table = pd.read_parquet(io.BytesIO(samples_parquet(report)))
    assert table.groupby("run_id", observed=True).size().to_dict() == dict.fromkeys(trends_of(report).runs, 6 * 6 * 3)
    assert report.samples < len(table)


def test_a_run_without_a_variant_has_a_gap_and_one_run_no_trend(tmp_path: Path) -> None:
    runs = [
        made_up_night(
            tmp_path,
            run_id=f"r{day}",
            started_at=FIRST + timedelta(days=day),
            scenarios=("run",),
            variants=("venv", "uv", "pdm") if day != 1 else ("venv", "uv"),
        )
        for day in range(3)
    ]
    gaps = {line.variant: [ratio is None for ratio in line.ratios] for line in trends_of(read_report(runs)).lines}
    assert gaps == {"uv": [False, False, False], "pdm": [False, True, False]}
    alone = read_report(runs[:1])
    assert alone.trends is None
    assert "Over time" not in page_of(alone)


def test_without_the_reference_there_is_nothing_to_follow(tmp_path: Path) -> None:
    runs = [made_up_night(tmp_path, run_id=name, variants=("uv", "pdm"), scenarios=("run",)) for name in ("a", "b")]
    assert read_report(runs).trends is None
