"""Tests of what a report says of probes and of a budget of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from harness.records.format import Probe, RunStatus
from harness.report import prose
from harness.report.statistics.noise import NoiseKind
from harness.report.terminal import summary
from harness.report.writer import read_report
from tests.runs import change_info
from tests.unit.report.made_up_run import made_up_run
from tests.unit.report.pages import page_of

NOISY = "The machine was too noisy: the same computation, timed between blocks"


def run_with(tmp_path: Path, wall: Sequence[float] = (), budget_s: float | None = None) -> Path:
    """A made-up run with probes of so many seconds."""
    folder = made_up_run(tmp_path, variants=("uv", "venv"), scenarios=("run",), mishaps=False, noise=0.01)
    probes = tuple(Probe(block=block, wall_s=seconds, user_s=0.2) for block, seconds in enumerate(wall, -1))
    change_info(folder, lambda info: replace(info, probes=probes, plan=replace(info.plan, budget_s=budget_s)))
    return folder


def test_a_noisy_machine_is_named_on_page_and_terminal(tmp_path: Path) -> None:
    report = read_report([run_with(tmp_path, [0.2, 0.3, 0.2, 0.3, 0.2, 0.3, 0.2])])
    assert NOISY in page_of(report)
    with (tmp_path / "terminal").open("w", encoding="utf-8") as file:
        Console(width=1000, file=file).print(summary(report))
    assert NOISY in (tmp_path / "terminal").read_text(encoding="utf-8")


def test_steady_probes_are_explained_and_none_are_not_mentioned(tmp_path: Path) -> None:
    steady = page_of(read_report([run_with(tmp_path / "steady", [0.2] * 7)]))
    without = page_of(read_report([run_with(tmp_path / "without")]))
    assert NOISY not in steady
    assert "the same computation is timed" in steady
    assert "computation" not in without


def test_when_a_run_with_a_budget_stops_is_explained(tmp_path: Path) -> None:
    run = run_with(tmp_path, budget_s=600.0)
    text = " ".join(prose.method(read_report([run])))
    assert "until every comparison was settled or the time was up" in text


def test_a_budget_has_no_number_of_samples_to_come(tmp_path: Path) -> None:
    run = run_with(tmp_path, budget_s=600.0)
    change_info(run, lambda info: replace(info, status=RunStatus.RUNNING))
    text = " ".join(prose.banners(read_report([run])))
    assert "18 samples of a run with a budget of time are in" in text


def test_many_cells_that_spread_are_counted_on_the_terminal_and_named_in_the_report(tmp_path: Path) -> None:
    scenarios = ("run", "noop", "refresh", "lock")
    run = made_up_run(tmp_path, variants=("uv", "venv"), scenarios=scenarios, mishaps=False, noise=0.4)
    report = read_report([run])
    spread = [item.sentence for item in report.noise if item.kind is NoiseKind.SPREAD]
    with (tmp_path / "terminal").open("w", encoding="utf-8") as file:
        Console(width=1000, file=file).print(summary(report))
    told = (tmp_path / "terminal").read_text(encoding="utf-8")

    assert len(spread) > 3
    assert f"In {len(spread)} cells the samples spread by more than 10% of their median" in told
    assert not [sentence for sentence in spread if sentence in told]
