"""Tests of the fixed computation that is timed between blocks."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import MeasureError
from harness.measure.command import Command, Ended
from harness.records.format import Probe
from harness.run.probe import EXPECTED, busy_others, probe_command, probe_of
from tests.made_up import execution


def command(tmp_path: Path) -> Command:
    return probe_command(Path(sys.executable), {"A": "b"}, tmp_path, tmp_path / "log")


def test_the_probe_computes_the_same_each_time_and_leaves_nothing_behind(tmp_path: Path) -> None:
    probe = command(tmp_path)
    runs = [
        subprocess.run(probe.argv, cwd=probe.cwd, env=probe.env, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert [run.stdout for run in runs] == [EXPECTED + "\n"] * 2
    assert list(tmp_path.iterdir()) == []


def test_nothing_that_is_installed_reaches_the_probe(tmp_path: Path) -> None:
    probe = command(tmp_path)
    assert probe.argv[1:4] == ("-I", "-S", "-B")
    assert (probe.cwd, probe.env, probe.log_path) == (tmp_path, {"A": "b"}, tmp_path / "log")
    assert probe == command(tmp_path)


def test_a_probe_keeps_its_times_unrounded() -> None:
    done = execution(stdout=EXPECTED + "\n", wall_s=0.2000001)
    assert probe_of(done, block=-1) == Probe(block=-1, wall_s=0.2000001, user_s=0.10000005)


@pytest.mark.parametrize("wrong", [{"exit_code": 1}, {"stdout": "1\n"}, {"ended": Ended.TIMED_OUT}])
def test_a_probe_that_was_cut_short_has_no_time(wrong: dict[str, object]) -> None:
    with pytest.raises(MeasureError, match="did not come to its end"):
        probe_of(replace(execution(stdout=EXPECTED + "\n"), **wrong), block=0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "others"),
    [(100.0, 100.5, 1.5), (100.0, 100.1, 0.0), (None, 100.0, None), (100.0, None, None)],
)
def test_others_are_busy_with_what_is_not_the_probes(
    before: float | None, after: float | None, others: float | None
) -> None:
    found = busy_others(before, after, own_s=0.2, wall_s=0.2)
    assert found == (None if others is None else pytest.approx(others))
