"""Tests of the made-up run that reading and reporting are measured with."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.made_up import FAILED_IN, write_run
from harness.records.facts import Outcome
from harness.records.format import SAMPLE, Sample
from harness.report.read.runs import load_runs
from tests.unit.report.reading import report_of


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nobody changes."""
    folder = tmp_path_factory.mktemp("runs") / "made-up"
    write_run(folder, samples=1000)
    return folder


def samples(run: Path) -> list[Sample]:
    return [SAMPLE.validate_json(line, strict=True) for line in (run / "samples.jsonl").read_bytes().splitlines()]


def test_each_line_is_a_sample_as_the_journal_writes_it(run: Path) -> None:
    lines = (run / "samples.jsonl").read_bytes().splitlines()
    assert lines == [SAMPLE.dump_json(sample) for sample in samples(run)]


def test_the_last_block_is_whole(run: Path) -> None:
    blocks: dict[int, set[int]] = {}
    for sample in samples(run):
        blocks.setdefault(sample.block, set()).add(sample.position)
    assert len(samples(run)) == 13 * 78
    assert all(positions == set(range(78)) for positions in blocks.values())


def test_some_samples_failed(tmp_path: Path) -> None:
    count = write_run(tmp_path / "made-up", samples=78 * (FAILED_IN + 1))
    failed = [sample for sample in samples(tmp_path / "made-up") if sample.outcome is Outcome.FAILED]
    assert count == 78 * (FAILED_IN + 1)
    assert [sample.block for sample in failed] == [0, FAILED_IN]


def test_it_can_be_read_and_reported(run: Path) -> None:
    assert len(load_runs([run]).frames.samples) == 13 * 78
    assert report_of(run).outcomes == {Outcome.OK: 13 * 78 - 1, Outcome.FAILED: 1}
