"""harness.records.host: facts about this machine, whatever it is."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import pytest

from harness.records.host import busy_s, free_bytes, governor, host_facts, load_average, turbo


def test_the_facts_are_this_machines_and_stay_the_same(tmp_path: Path) -> None:
    facts = host_facts(tmp_path)

    assert facts == host_facts(tmp_path)
    assert facts.python_version == platform.python_version()
    assert 1 <= facts.cpu_count <= facts.core_count
    assert len(facts.affinity) in (0, facts.cpu_count)
    assert facts.governor
    assert facts.memory_bytes > 1e6
    assert facts.cpu_model
    assert facts.filesystem


def test_the_host_id_names_no_machine(tmp_path: Path) -> None:
    facts = host_facts(tmp_path)

    assert len(facts.host_id) == 12
    assert int(facts.host_id, 16) >= 0
    assert not platform.node() or platform.node() not in facts.host_id


def test_free_space_is_asked_of_the_nearest_folder_there_is(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "there") > 0


def test_power_management_is_read_where_the_system_tells_it_and_not_made_up_elsewhere(tmp_path: Path) -> None:
    for core, name in enumerate(("powersave", "powersave", "performance")):
        policy = tmp_path / f"cpu{core}" / "cpufreq"
        policy.mkdir(parents=True)
        (policy / "scaling_governor").write_text(name + "\n")
    (tmp_path / "cpu0" / "cpufreq" / "energy_performance_preference").write_text("balance_power\n")

    assert governor((0, 1, 2), tmp_path) == "powersave (balance_power), powersave, performance"
    assert governor((2,), tmp_path) == "performance"
    assert governor((0,), tmp_path / "none") == "unknown"


@pytest.mark.parametrize(
    ("file", "text", "on"),
    [("intel_pstate/no_turbo", "0\n", True), ("intel_pstate/no_turbo", "1\n", False), ("cpufreq/boost", "1\n", True)],
)
def test_turbo_is_read_as_each_driver_spells_it(tmp_path: Path, file: str, text: str, on: bool) -> None:
    assert turbo(tmp_path) is None
    path = tmp_path / file
    path.parent.mkdir()
    path.write_text(text)
    assert turbo(tmp_path) is on


def test_work_is_what_all_cores_did_but_idle_and_wait(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu  100 20 30 5000 600 0 7 43 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n")

    assert busy_s(stat) == pytest.approx(200 / os.sysconf("SC_CLK_TCK"))
    assert busy_s(tmp_path / "none") is None


def test_the_load_is_the_systems_own() -> None:
    found = load_average()
    assert found is None or found >= 0
