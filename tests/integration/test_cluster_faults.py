"""A Dask cluster that is killed, cut off and lied to: nothing is lost and nothing doubled."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.records.format import RunStatus
from tests.integration.cluster import SCENARIOS, free_port, scheduler, whole, words, worker
from tests.integration.contestants import Contestants, write_contestants
from tests.integration.processes import (
    WITHOUT_REPORTS,
    descendants_of,
    done,
    ended,
    finished,
    started,
    until,
    until_taken,
)
from tests.runs import read_run

pytestmark = pytest.mark.integration


@pytest.fixture
def contestants(tmp_path: Path) -> Iterator[Contestants]:
    """One alone: it is not measured twice, so that a block has as many samples as there are scenarios."""
    with write_contestants(tmp_path / "contestants", "instant") as written:
        yield written


def test_a_worker_that_is_killed_gives_its_block_to_another(contestants: Contestants, tmp_path: Path) -> None:
    contestants.hold("refresh", after=0)
    line = [*words(contestants, tmp_path, "killed"), "--blocks", "1", "--cluster", "local:2"]
    run = started(*line, changed=WITHOUT_REPORTS)
    with ended(run):
        until(lambda: contestants.held("refresh"), run)
        # The other worker did the rest meanwhile.
        until_taken(tmp_path / "killed" / "samples.jsonl", len(SCENARIOS) - 1, run)
        workers = [pid for pid in descendants_of(run.pid) if "tool.sh refresh" in " ".join(below(pid))]
        spawned = [pid for pid in workers if "spawn_main" in descendants_of(run.pid)[pid]]
        assert len(spawned) == 1
        os.kill(spawned[0], signal.SIGKILL)
        contestants.release("refresh")
        status, said = finished(run)

    assert status == 0, said
    whole(*read_run(tmp_path / "killed"))


def below(pid: int) -> list[str]:
    """The command lines of all that a process started."""
    return list(descendants_of(pid).values())


def test_ctrl_c_leaves_a_run_that_can_be_gone_on_with(contestants: Contestants, tmp_path: Path) -> None:
    contestants.hold("refresh", after=0)
    line = [*words(contestants, tmp_path, "cut"), "--blocks", "1", "--cluster", "local:2"]
    run = started(*line, changed=WITHOUT_REPORTS)
    with ended(run):
        until(lambda: contestants.held("refresh"), run)
        until_taken(tmp_path / "cut" / "samples.jsonl", len(SCENARIOS) - 1, run)
        os.kill(run.pid, signal.SIGINT)
        status, said = finished(run)
    assert status == 130, said
    assert "--resume cut" in said
    assert " --cluster local:2" in said
    info, samples = read_run(tmp_path / "cut")
    assert info.status is RunStatus.INTERRUPTED
    assert len(samples) == len(SCENARIOS) - 1

    resumed = ["run", "--resume", "cut", "--variants-dir", str(contestants.folder), "--results", str(tmp_path)]
    status, said = done(*resumed)
    assert status == 2
    assert "Say where the rest is to be done: --cluster" in said

    contestants.release("refresh")
    status, said = done(*resumed, "--cluster", "local:1")
    assert status == 0, said
    whole(*read_run(tmp_path / "cut"))


def test_a_scheduler_that_is_killed_interrupts_the_run_and_another_goes_on_with_it(
    contestants: Contestants, tmp_path: Path
) -> None:
    port = free_port()
    at = ["--cluster", f"tcp://127.0.0.1:{port}"]
    contestants.hold("refresh", after=1)
    first = scheduler(tmp_path, port)
    hand = worker(tmp_path, port, "one", "--death-timeout", "5")
    run = started(*words(contestants, tmp_path, "orphan"), "--blocks", "2", *at, changed=WITHOUT_REPORTS)
    with ended(run, first, hand):
        until(lambda: contestants.held("refresh"), run)
        # One block was done.
        until_taken(tmp_path / "orphan" / "samples.jsonl", len(SCENARIOS), run)
        first.kill()
        status, said = finished(run)
    assert status == 130, said
    assert "scheduler is gone" in said
    assert read_run(tmp_path / "orphan")[0].status is RunStatus.INTERRUPTED

    contestants.release("refresh")
    second = scheduler(tmp_path, port)
    hand = worker(tmp_path, port, "two")
    resumed = ["run", "--resume", "orphan", "--variants-dir", str(contestants.folder), "--results", str(tmp_path)]
    with ended(second, hand):
        status, said = done(*resumed, *at)
    assert status == 0, said
    whole(*read_run(tmp_path / "orphan"))


#: What a worker loads before it does anything, in these tests alone.
RUBBISH = """
from harness.run.cluster import worker

worker.carry_out = lambda order, job: b"rubbish"
"""

OTHER_VERSION = """
from importlib.metadata import version
import harness.run.info

harness.run.info.version = lambda name: "0.0.1" if name == "uv" else version(name)
"""


#: For each worker that cannot be trusted what it loads, and what is said of it.
UNTRUSTED = {
    "rubbish": (RUBBISH, "is not used: it answered"),
    "another-version": (OTHER_VERSION, "is not used: uv is 0.0.1 there and"),
}


def test_workers_that_cannot_be_trusted_are_told_and_not_used(contestants: Contestants, tmp_path: Path) -> None:
    port = free_port()
    started_here = [scheduler(tmp_path, port), worker(tmp_path, port, "good")]
    for name, (text, _) in UNTRUSTED.items():
        preload = tmp_path / f"{name}.py"
        preload.write_text(text, encoding="utf-8")
        started_here.append(worker(tmp_path, port, name, "--preload", str(preload)))
    with ended(*started_here):
        wait_for_workers(port, 1 + len(UNTRUSTED))
        # They share this machine's cores, which does not matter here.
        at = ["--cluster", f"tcp://127.0.0.1:{port},crowded"]
        status, said = done(*words(contestants, tmp_path, "watched"), "--blocks", "1", *at)

    assert status == 0, said
    for _, told in UNTRUSTED.values():
        assert told in " ".join(said.split()), said
    info, samples = read_run(tmp_path / "watched")
    whole(info, samples)
    assert len({item.worker for item in samples}) == 1


def wait_for_workers(port: int, number: int) -> None:
    """Wait until a scheduler has so many."""
    from distributed import Client

    with Client(f"tcp://127.0.0.1:{port}", timeout=60) as client:
        client.wait_for_workers(number, timeout=120)
