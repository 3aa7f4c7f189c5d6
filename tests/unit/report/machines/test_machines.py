"""harness.report.machines: which machines took part, and whether they agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.records.format import MergedRun, Probe, RunInfo, Sample
from harness.records.journal import Journal, read_info, read_samples
from harness.report.machines import words
from harness.report.machines.model import Agreement
from harness.report.model import Report
from harness.report.statistics.compare import Verdict
from harness.report.writer import read_report
from tests.unit.report.made_up_run import made_up_run
from tests.unit.report.pages import faults, page_of

Place = Callable[[Sample], str]


def dealt(folder: Path, place: Place, factor: Callable[[Sample], float] = lambda sample: 1.0, **info: object) -> Path:
    """A made-up run whose samples were taken where ``place`` says, by that factor slower."""
    run = made_up_run(folder, variants=("uv", "venv"), scenarios=("lock", "run"), blocks=8, mishaps=False)
    samples = [
        replace(
            sample,
            host_id=place(sample),
            worker=place(sample)[-1],
            wall_s=None if sample.wall_s is None else sample.wall_s * factor(sample),
        )
        for sample in read_samples(run)
    ]
    was = read_info(run)
    hosts = {name: replace(was.host, host_id=name) for name in dict.fromkeys(map(place, samples))}
    probes = tuple(
        Probe(block=block, wall_s=0.2, user_s=0.2, host_id=name, worker=name[-1])
        for block in range(4)
        for name in hosts
    )
    now: RunInfo = replace(was, hosts=hosts, host=next(iter(hosts.values())), probes=probes, **info)  # type: ignore[arg-type]
    (run / "samples.jsonl").write_bytes(b"")
    journal = Journal(run, now)
    journal.write_info(now)
    journal.add_samples(samples)
    return run


def two(sample: Sample) -> str:
    return f"machine-{'ab'[sample.block % 2]}"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return read_report([dealt(tmp_path_factory.mktemp("runs"), two, cluster="Dask 1 to 2 workers")])


def test_a_run_on_one_machine_says_nothing_of_machines(small: Report) -> None:
    assert small.machines is None


def test_every_machine_is_told_with_what_was_measured_on_it(report: Report) -> None:
    assert report.machines is not None
    rows = {row.host_id: row for row in report.machines.rows}

    assert set(rows) == {"machine-a", "machine-b"}
    assert sum(row.samples for row in rows.values()) == report.samples
    assert {row.units for row in rows.values()} == {8}
    assert {row.workers for row in rows.values()} == {("a",), ("b",)}
    assert {row.probe_s for row in rows.values()} == {0.2}


def test_machines_that_agree_are_said_to(report: Report) -> None:
    assert report.machines is not None
    (lock, run) = report.machines.tables

    assert {row.agreement for row in (*lock.rows, *run.rows)} == {Agreement.SAME}
    assert words.verdict(report.machines).startswith("2 of 2 comparisons come out on the same side")
    assert "on none do the machines disagree" in words.verdict(report.machines)


def test_where_machines_disagree_there_is_no_verdict(tmp_path: Path) -> None:
    def factor(sample: Sample) -> float:
        # On the second machine uv locks far more slowly than venv, on the first far faster.
        return 100.0 if sample.variant == "uv" and sample.scenario == "lock" and two(sample)[-1] == "b" else 1.0

    report = read_report([dealt(tmp_path, two, factor)])
    assert report.machines is not None
    ((table, row),) = report.machines.disagreeing
    assert (table.scenario, row.variant) == ("Lock", "uv")
    assert {item.side for item in row.on.values()} == {Verdict.FASTER, Verdict.SLOWER}
    (section,) = report.sections
    scenario = section.scenario("lock")
    assert scenario is not None
    comparison = next(row.comparison for row in scenario.rows if row.variant == "uv")
    assert comparison is not None
    assert comparison.verdict is Verdict.UNDECIDED


def test_one_machine_with_workers_is_told_without_holding_it_against_itself(tmp_path: Path) -> None:
    report = read_report([dealt(tmp_path, lambda sample: "machine-a", cluster="Dask 1 to 1 worker")])

    assert report.machines is not None
    assert len(report.machines.rows) == 1
    assert report.machines.tables == ()
    assert words.verdict(report.machines) == ""


def test_the_page_says_what_each_machine_did(tmp_path: Path) -> None:
    merged = (
        MergedRun(
            run_id="part-1",
            host_id="machine-a",
            started_at="2026-01-01T00:00:00+00:00",
            finished_at=None,
            command_line=("run",),
            planned=16,
            shard=(1, 2),
        ),
    )
    report = read_report([dealt(tmp_path, two, merged=merged)])
    page = page_of(report)

    assert list(faults(page)) == []
    assert 'id="machines"' in page
    assert "part 1 of 2 on machine machine-a" in page
    assert "2 machines" in page


def test_machines_that_are_not_equally_fast_make_no_noise_and_no_difference(tmp_path: Path) -> None:
    report = read_report([dealt(tmp_path, two, lambda sample: 3.0 if two(sample)[-1] == "b" else 1.0)])

    assert not [item for item in report.noise if item.kind.value in ("drift", "probe", "control")]
    assert report.machines is not None
    assert not report.machines.disagreeing
