"""What the report says of the machine: power, cores and load, where a run recorded them and where it did not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.records.format import Probe, RunInfo
from harness.report.view.method import affinity, load, power_mode
from tests.runs import change_info, info_of
from tests.unit.report.made_up_run import made_up_run
from tests.unit.report.reading import view_of

OURS = ("Power mode", "Cores that it may use", "Load")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return made_up_run(tmp_path, blocks=1, scenarios=("build",), mishaps=False)


def test_a_run_from_before_it_was_recorded_is_read_and_says_so(run: Path) -> None:
    info = json.loads((run / "run.json").read_text(encoding="utf-8"))
    for field in ("governor", "turbo", "affinity", "core_count"):
        del info["host"][field]
    info["probes"] = [{"block": -1, "wall_s": 0.2, "user_s": 0.2}]
    (run / "run.json").write_text(json.dumps(info), encoding="utf-8")

    machine = dict(view_of(run).machine)
    assert [machine[name] for name in OURS] == ["not recorded"] * 3


def test_power_cores_and_load_are_said_as_they_were(run: Path) -> None:
    def recorded(info: RunInfo) -> RunInfo:
        host = replace(info.host, governor="performance", turbo=False, affinity=(0, 2), core_count=4)
        probes = [
            Probe(block=block, wall_s=0.2, user_s=0.2, others=others, load=average)
            for block, others, average in ((-1, 0.04, 0.3), (0, 0.0, 1.2), (1, 0.42, 1.9))
        ]
        return replace(info, host=host, probes=tuple(probes))

    change_info(run, recorded)
    machine = dict(view_of(run).machine)
    assert [machine[name] for name in OURS] == [
        "governor performance, turbo off",
        "2 of 4 (0, 2)",
        "cores kept busy by others: 0.0 before the first block, 0.0–0.4 between blocks; load average, in which the run"
        " itself counts: 0.3 before the first block, 1.2–1.9 between blocks",
    ]


def test_what_a_system_does_not_tell_is_not_said_to_be_off(run: Path) -> None:
    host = replace(info_of(run).host, core_count=8)
    assert power_mode(replace(host, governor="unknown")).startswith("not told by this system")
    assert power_mode(replace(host, governor="unknown", turbo=True)) == "governor unknown, turbo on"
    assert power_mode(replace(host, governor="schedutil")) == "governor schedutil, turbo unknown"
    assert affinity(host) == "not told by this system, which has 8 cores"
    assert affinity(replace(host, affinity=tuple(range(8)))) == "8 of 8"
    assert load([Probe(block=0, wall_s=0.2, user_s=0.2)]) == "not recorded"
    averages = "load average, in which the run itself counts: 2.0 between blocks"
    assert load([Probe(block=0, wall_s=0.2, user_s=0.2, load=2.0)]) == averages
