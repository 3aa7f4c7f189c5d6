"""A Dask cluster as anybody starts one, what is run on it, and what a run has to have when it is whole."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from harness.plan.cells import takes_part
from harness.plan.shards import units_of
from harness.provision.state_folder import Layout
from harness.records.facts import Outcome
from harness.records.format import RunInfo, RunStatus, Sample
from tests.integration.contestants import Contestants

SCENARIOS = ("lock", "noop", "run", "refresh")
SAID = [word for name in SCENARIOS for word in ("--scenario", name)]


def words(contestants: Contestants, results: Path, run_id: str) -> list[str]:
    """A run of the everyday scenarios."""
    return ["run", *contestants.words, *SAID, "--results", str(results), "--run-id", run_id]


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


def dask(kind: str, *options: str, folder: Path, **env: str) -> subprocess.Popen[str]:
    """A Dask scheduler or worker, as anybody starts one, from a checkout."""
    module = f"distributed.cli.dask_{kind}"
    with (folder / f"{kind}-{time.monotonic_ns()}.log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", module, *options],
            cwd=Layout.here().checkout,
            env={**os.environ, "DASK_TEMPORARY_DIRECTORY": str(folder), **env},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def scheduler(folder: Path, port: int) -> subprocess.Popen[str]:
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
    return dask("scheduler", *options, folder=folder)


def worker(folder: Path, port: int, name: str, *more: str, **env: str) -> subprocess.Popen[str]:
    options = [f"tcp://127.0.0.1:{port}", "--host", "127.0.0.1", "--nthreads", "1", "--resources", "block=1"]
    options += ["--name", name, "--no-nanny", "--no-dashboard", "--memory-limit", "0", *more]
    return dask("worker", *options, folder=folder, **env)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
