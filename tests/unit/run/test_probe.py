"""Tests of the fixed computation that is timed between blocks."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import MeasureError
from harness.measure.command import Command, Ended, Execution
from harness.records.format import Probe
from harness.run.probe import EXPECTED, busy_others, take_probe
from tests.fakes import FakeExecutor
from tests.made_up import execution


def probe(tmp_path: Path, said: Execution) -> tuple[Command, Probe]:
    """What is run, and what comes of it where it ended like this."""
    executor = FakeExecutor(said)
    taken = take_probe(executor, tmp_path / "home", tmp_path / "logs" / "log", block=-1)
    return executor.commands[0], taken


DONE = execution(stdout=EXPECTED + "\n", wall_s=0.2000001)


def test_the_probe_computes_the_same_each_time_and_leaves_nothing_behind(tmp_path: Path) -> None:
    command, _ = probe(tmp_path, DONE)
    there = sorted(tmp_path.rglob("*"))
    runs = [
        subprocess.run(command.argv, cwd=command.cwd, env=command.env, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert [run.stdout for run in runs] == [EXPECTED + "\n"] * 2
    assert sorted(tmp_path.rglob("*")) == there


def test_nothing_that_is_installed_reaches_the_probe(tmp_path: Path) -> None:
    command, _ = probe(tmp_path, DONE)
    assert command.argv[1:4] == ("-I", "-S", "-B")
    assert command.env["HOME"] == str(tmp_path / "home")


def test_a_probe_keeps_its_times_unrounded(tmp_path: Path) -> None:
    taken = probe(tmp_path, DONE)[1]
    assert replace(taken, others=None, load=None) == Probe(block=-1, wall_s=0.2000001, user_s=0.10000005)


@pytest.mark.parametrize("wrong", [{"exit_code": 1}, {"stdout": "1\n"}, {"ended": Ended.TIMED_OUT}])
def test_a_probe_that_was_cut_short_has_no_time(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(MeasureError, match="did not come to its end"):
        probe(tmp_path, replace(DONE, **wrong))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "others"),
    [(100.0, 100.5, 1.5), (100.0, 100.1, 0.0), (None, 100.0, None), (100.0, None, None)],
)
def test_others_are_busy_with_what_is_not_the_probes(
    before: float | None, after: float | None, others: float | None
) -> None:
    found = busy_others(before, after, own_s=0.2, wall_s=0.2)
    assert found == (None if others is None else pytest.approx(others))
