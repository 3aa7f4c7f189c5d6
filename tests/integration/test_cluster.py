"""A run on a real Dask cluster with real tools: whole, killed, cut off, lied to; nothing lost and nothing doubled."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from harness.journal import read_info, read_samples
from harness.plan import planned, takes_part
from harness.provision.interpreters import others, own_python
from harness.provision.layout import Layout
from harness.records import CONTROL_SUFFIX, Lane, Outcome, RunInfo, RunStatus, Sample
from harness.units import units_of
from tests.integration.processes import descendants_of, ended, finished, started, until_taken
from tests.integration.shop import write_shop

pytestmark = pytest.mark.integration

CHECKOUT = Layout.here().checkout
#: Short ones: what is tried here is who does them, and what becomes of them.
SCENARIOS = ("lock", "noop", "run", "refresh")
WORDS = [
    "--variant",
    "uv",
    "--variant",
    "uv-hatchling",
    "--lane",
    "local",
    *(w for s in SCENARIOS for w in ("--scenario", s)),
]

#: A version of uv that our variant is not at.
OTHER_UV = "0.13.8"

BOTH_LANES = [word for word in WORDS if word not in ("--lane", "local")]
BOTH_LANES += ["--scenario", "nix-build", "--scenario", "nix-refresh", "--strategy", "handwritten"]
BOTH_LANES += ["--finding", "missing-init", "--blocks", "2", "--seed", "3"]


def read(folder: Path) -> tuple[RunInfo, list[Sample]]:
    return read_info(folder), read_samples(folder)


def whole(info: RunInfo, samples: list[Sample]) -> None:
    """See that a run has everything that its plan asks for, once, and each unit from one worker."""
    plan = info.plan
    asked = Counter(
        (block, cell) for block in range(plan.blocks) for cell in plan.cells if takes_part(plan, cell, block)
    )
    assert Counter((item.block, item.cell) for item in samples) == asked
    assert all(item.outcome in (Outcome.OK, Outcome.UNSUPPORTED) for item in samples), samples
    by_key = {(item.block, item.cell): item for item in samples}
    for unit in units_of(plan):
        places = {(by_key[key].host_id, by_key[key].worker) for key in unit.keys}
        assert len(places) == 1, f"{unit.name} is of {places}"
        assert next(iter(places))[0] in info.machines
    assert info.status is RunStatus.COMPLETE


def dask(kind: str, *words: str, folder: Path, **env: str) -> subprocess.Popen[str]:
    """A Dask scheduler or worker, as anybody starts one, from a checkout."""
    module = f"distributed.cli.dask_{kind}"
    with (folder / f"{kind}-{time.monotonic_ns()}.log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", module, *words],
            cwd=CHECKOUT,
            env={**os.environ, "DASK_TEMPORARY_DIRECTORY": str(folder), **env},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def scheduler(folder: Path, port: int) -> subprocess.Popen[str]:
    words = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
    return dask("scheduler", *words, folder=folder)


def worker(folder: Path, port: int, name: str, *more: str, **env: str) -> subprocess.Popen[str]:
    words = [f"tcp://127.0.0.1:{port}", "--host", "127.0.0.1", "--nthreads", "1", "--resources", "block=1"]
    words += ["--name", name, "--no-dashboard", "--memory-limit", "0", *more]
    return dask("worker", *words, folder=folder, **env)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, str]:
    """The everyday scenarios of both lanes and an experiment, on two workers of this machine."""
    results = tmp_path_factory.mktemp("results")
    process = started("run", *BOTH_LANES, "--cluster", "local:2", "--results", str(results), "--run-id", "dealt")
    status, said = finished(process)
    return results / "dealt", status, said


def test_on_two_workers_it_is_the_run_that_it_is_on_one(local: tuple[Path, int, str], tmp_path: Path) -> None:
    folder, status, said = local
    assert status == 0, said
    info, samples = read(folder)

    whole(info, samples)
    plain = started("run", *BOTH_LANES, "--results", str(tmp_path), "--run-id", "plain")
    status, said = finished(plain)
    assert status == 0, said
    other, alone = read(tmp_path / "plain")
    assert other.plan == info.plan
    assert {(item.block, item.cell) for item in alone} == {(item.block, item.cell) for item in samples}
    for name in ("tools", "scenarios", "findings"):
        assert getattr(other, name) == getattr(info, name)
    found = [(run / "findings.jsonl").read_bytes().count(b"\n") for run in (folder, tmp_path / "plain")]
    assert found[0] == found[1] > 0


def test_both_workers_took_part_and_each_kept_to_its_cores(local: tuple[Path, int, str]) -> None:
    info, samples = read(local[0])

    assert {item.worker for item in samples} == {"0", "1"}
    assert info.cluster.startswith("Dask ")
    assert {probe.worker for probe in info.probes} == {"0", "1"}


def test_the_report_says_where_each_sample_was_taken(local: tuple[Path, int, str]) -> None:
    folder = local[0]
    page = (folder / "report" / "index.html").read_text(encoding="utf-8")

    assert 'id="machines"' in page
    assert "worker 0" in page
    assert "worker 1" in page
    assert next(iter(read(folder)[0].machines)) in page


def test_logs_come_back(local: tuple[Path, int, str]) -> None:
    folder = local[0]
    for sample in read(folder)[1]:
        if sample.outcome is Outcome.OK:
            assert "$ " in (folder / sample.log_path).read_text(encoding="utf-8")


def test_nothing_is_left_behind(local: tuple[Path, int, str]) -> None:
    state = Layout.here().state

    assert not (state / "runs" / "dealt").exists()
    assert not list(state.glob("workers/*/runs/dealt"))


def test_what_is_asked_for_beside_our_variants_reaches_the_workers(tmp_path: Path) -> None:
    own, shop, results = tmp_path / "own", tmp_path / "shop", tmp_path / "results"
    assert finished(started("new", "mine", "--from", "uv", "--variants-dir", str(own)))[0] == 0
    write_shop(shop, "more-itertools>=9.1,<11")
    second = [python for python in others() if python.version != own_python().version][-1:]
    words = ["--variant", "uv", "--variant", "mine", "--variants-dir", str(own), "--pin", f"uv=={OTHER_UV}"]
    words += [word for python in second for word in ("--python", str(python.path))]
    words += ["--shape", str(shop), "--third-party", "--strategy", "handwritten", "--blocks", "1"]
    words += [word for name in ("lock", "install-cold", "nix-build") for word in ("--scenario", name)]
    run = started("run", *words, "--cluster", "local:1", "--results", str(results), "--run-id", "asked")
    status, said = finished(run)

    assert status == 0, said
    info, samples = read(results / "asked")
    whole(info, samples)
    pythons = {name: facts.python for name, facts in info.variants.items()}
    assert pythons.keys() >= {"uv", "mine", f"uv-{OTHER_UV}"}
    assert {python.version for python in second} < set(pythons.values())
    assert info.variants[f"uv-{OTHER_UV}"].tools["uv"] == OTHER_UV
    installed = [item for item in samples if item.scenario == "install-cold"]
    assert {item.variant.removesuffix(CONTROL_SUFFIX) for item in installed} == set(info.variants)
    for item in installed:
        assert "more-itertools" in (results / "asked" / item.log_path).read_text(encoding="utf-8")


def test_a_worker_that_is_killed_gives_its_block_to_another(tmp_path: Path) -> None:
    run = started(
        "run", *WORDS, "--blocks", "3", "--cluster", "local:2", "--results", str(tmp_path), "--run-id", "killed"
    )
    with ended(run):
        until_taken(tmp_path / "killed" / "samples.jsonl", 6, run)
        below = descendants_of(run.pid)
        workers = [pid for pid, line in below.items() if "spawn_main" in line and "resource_tracker" not in line]
        assert workers
        os.kill(workers[0], signal.SIGKILL)
        status, said = finished(run)

    assert status == 0, said
    whole(*read(tmp_path / "killed"))


def test_ctrl_c_leaves_a_run_that_can_be_gone_on_with(tmp_path: Path) -> None:
    words = ["run", *WORDS, "--blocks", "4", "--cluster", "local:2", "--results", str(tmp_path), "--run-id", "cut"]
    run = started(*words)
    with ended(run):
        until_taken(tmp_path / "cut" / "samples.jsonl", 8, run)
        os.kill(run.pid, signal.SIGINT)
        status, said = finished(run)
    assert status == 130, said
    assert "--resume cut --cluster local:2" in said
    assert read(tmp_path / "cut")[0].status is RunStatus.INTERRUPTED

    status, said = finished(started("run", "--resume", "cut", "--results", str(tmp_path)))
    assert status == 2
    assert "Say where the rest is to be done: --cluster" in said

    status, said = finished(started("run", "--resume", "cut", "--cluster", "local:1", "--results", str(tmp_path)))
    assert status == 0, said
    whole(*read(tmp_path / "cut"))


def test_a_scheduler_that_is_killed_interrupts_the_run_and_another_goes_on_with_it(tmp_path: Path) -> None:
    port = free_port()
    words = ["--cluster", f"tcp://127.0.0.1:{port}", "--results", str(tmp_path)]
    first = scheduler(tmp_path, port)
    hand = worker(tmp_path, port, "one", "--death-timeout", "5")
    run = started("run", *WORDS, "--blocks", "4", "--run-id", "orphan", *words)
    with ended(run, first, hand):
        until_taken(tmp_path / "orphan" / "samples.jsonl", 8, run)
        first.kill()
        status, said = finished(run)
    assert status == 130, said
    assert "scheduler is gone" in said
    assert read(tmp_path / "orphan")[0].status is RunStatus.INTERRUPTED

    second = scheduler(tmp_path, port)
    hand = worker(tmp_path, port, "two")
    with ended(second, hand):
        status, said = finished(started("run", "--resume", "orphan", *words))
    assert status == 0, said
    whole(*read(tmp_path / "orphan"))


#: What a worker loads before it does anything, in these tests alone.
RUBBISH = """
from harness.cluster import worker

worker.carry_out = lambda order, job: b"rubbish"
"""

OTHER_VERSION = """
from importlib.metadata import version
import harness.facts

harness.facts.version = lambda name: "0.0.1" if name == "uv" else version(name)
"""


#: For each worker that cannot be trusted what it loads, and what is said of it.
UNTRUSTED = {
    "rubbish": (RUBBISH, "is not used: it answered"),
    "another-version": (OTHER_VERSION, "is not used: uv is 0.0.1 there and"),
}


def test_workers_that_cannot_be_trusted_are_told_and_not_used(tmp_path: Path) -> None:
    port = free_port()
    started_here = [scheduler(tmp_path, port), worker(tmp_path, port, "good")]
    for name, (text, _) in UNTRUSTED.items():
        preload = tmp_path / f"{name}.py"
        preload.write_text(text, encoding="utf-8")
        started_here.append(worker(tmp_path, port, name, "--preload", str(preload)))
    with ended(*started_here):
        wait_for_workers(port, 1 + len(UNTRUSTED))
        words = ["--blocks", "2", "--run-id", "watched", "--results", str(tmp_path)]
        # They share this machine's cores, which does not matter here.
        run = started("run", *WORDS, *words, "--cluster", f"tcp://127.0.0.1:{port},crowded")
        status, said = finished(run)

    assert status == 0, said
    for _, told in UNTRUSTED.values():
        assert told in " ".join(said.split()), said
    whole(*read(tmp_path / "watched"))
    assert len({item.worker for item in read(tmp_path / "watched")[1]}) == 1


def wait_for_workers(port: int, number: int) -> None:
    """Wait until a scheduler has so many."""
    from distributed import Client

    with Client(f"tcp://127.0.0.1:{port}", timeout=30) as client:
        client.wait_for_workers(number, timeout=60)


def test_nobody_is_at_that_address(tmp_path: Path) -> None:
    port = free_port()
    words = ["--cluster", f"tcp://127.0.0.1:{port}", "--results", str(tmp_path), "--run-id", "nowhere"]
    status, said = finished(started("run", *WORDS, *words))

    assert status == 1
    assert f"there is no Dask scheduler at tcp://127.0.0.1:{port}" in " ".join(said.split())
    assert not (tmp_path / "nowhere").exists()


def test_shards_made_by_hand_become_the_run_that_they_are_parts_of(tmp_path: Path) -> None:
    for part in (1, 2):
        words = ["--blocks", "2", "--seed", "9", "--shard", f"{part}/2", "--run-id", f"part-{part}"]
        status, said = finished(started("run", *WORDS, *words, "--results", str(tmp_path)))
        assert status == 0, said
        info, samples = read(tmp_path / f"part-{part}")
        assert len(samples) == planned(info.plan) < 20

    status, said = finished(started("merge", "part-1", "part-2", "--results", str(tmp_path), "--run-id", "whole"))

    assert status == 0, said
    info, samples = read(tmp_path / "whole")
    assert Counter((item.block, item.cell) for item in samples) == Counter(
        (block, cell) for block in range(2) for cell in info.plan.cells
    )
    assert {cell.lane for cell in info.plan.cells} == {Lane.LOCAL}
    assert (tmp_path / "whole" / "report" / "index.html").is_file()


def test_a_run_on_one_machine_never_loads_dask() -> None:
    text = "import sys, harness.cli, harness.session, harness.cluster.asked\nprint('distributed' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", text], cwd=CHECKOUT, capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def test_the_process_that_measures_never_loads_pandas() -> None:
    text = "import sys, harness.cluster.worker, harness.cluster.session\nprint('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", text], cwd=CHECKOUT, capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
