"""harness.records.host: facts about this machine, whatever it is."""

from __future__ import annotations

import platform
from pathlib import Path

from harness.records.host import free_bytes, host_facts


def test_the_facts_are_this_machines_and_stay_the_same(tmp_path: Path) -> None:
    facts = host_facts(tmp_path)

    assert facts == host_facts(tmp_path)
    assert facts.python_version == platform.python_version()
    assert facts.cpu_count >= 1
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
