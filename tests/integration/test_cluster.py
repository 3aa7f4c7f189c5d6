"""A run that is dealt out on a real Dask cluster, or by hand: it is the run that it is on one machine.

The variants are made up: what is tried here is who measures them, and what becomes of that.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyarrow import parquet

from harness.cli.main import main
from harness.plan.cells import planned
from harness.provision.state_folder import Layout
from harness.records.facts import Lane
from harness.records.reading import read_findings
from harness.report.writer import write_report
from harness.run.cluster import engine
from tests.integration.cluster import SCENARIOS, free_port, whole, words
from tests.integration.contestants import write_contestants
from tests.integration.processes import done, finished, started
from tests.runs import read_run

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def dealt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same run twice, an experiment among it: on two workers of this machine, and without a cluster."""
    results = tmp_path_factory.mktemp("results")
    with write_contestants(results / "contestants") as contestants:
        for name, more in (("dealt", ["--cluster", "local:2"]), ("plain", [])):
            line = [*words(contestants, results, name), "--finding", "missing-init", "--blocks", "1", "--seed", "3"]
            status, said = done(*line, *more)
            assert status == 0, said
    return results / "dealt", results / "plain"


def test_on_two_workers_it_is_the_run_that_it_is_on_one(dealt: tuple[Path, Path]) -> None:
    (info, samples), (plain, alone) = map(read_run, dealt)

    whole(info, samples)
    assert plain.plan == info.plan
    assert {(item.block, item.cell) for item in alone} == {(item.block, item.cell) for item in samples}
    for name in ("tools", "scenarios", "findings"):
        assert getattr(plain, name) == getattr(info, name)
    found = [sorted((item.key, item.value) for item in read_findings(run)) for run in dealt]
    assert found[0] == found[1] != []


def test_both_workers_took_part_and_each_probed_its_cores(dealt: tuple[Path, Path]) -> None:
    info, samples = read_run(dealt[0])

    assert {item.worker for item in samples} == {"0", "1"}
    assert info.cluster.startswith("Dask ")
    assert {probe.worker for probe in info.probes} == {"0", "1"}


def test_the_report_says_where_each_sample_was_taken(dealt: tuple[Path, Path], tmp_path: Path) -> None:
    page = write_report([dealt[0]], tmp_path).page.read_text(encoding="utf-8")

    assert "Dealt out by" in page
    assert set(parquet.read_table(tmp_path / "samples.parquet")["worker"].to_pylist()) == {"0", "1"}


def test_nothing_is_left_behind(dealt: tuple[Path, Path]) -> None:
    state = Layout.here().state

    assert not (state / "runs" / "dealt").exists()
    assert not list(state.glob("workers/*/runs/dealt"))


def test_nobody_is_at_that_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_CONNECT_S", 0.2)  # Nobody comes later either.
    address = f"tcp://127.0.0.1:{free_port()}"
    with write_contestants(tmp_path / "contestants", "instant") as contestants:
        told = CliRunner().invoke(main, [*words(contestants, tmp_path, "nowhere"), "--cluster", address])

    assert told.exit_code == 1
    assert f"there is no Dask scheduler at {address}" in " ".join(told.output.split())
    assert not (tmp_path / "nowhere").exists()


def test_shards_made_by_hand_become_the_run_that_they_are_parts_of(tmp_path: Path) -> None:
    with write_contestants(tmp_path / "contestants", "instant") as contestants:
        for part in (1, 2):
            line = words(contestants, tmp_path, f"part-{part}")
            status, said = done(*line, "--blocks", "2", "--seed", "9", "--shard", f"{part}/2")
            assert status == 0, said
    for part in (1, 2):
        info, samples = read_run(tmp_path / f"part-{part}")
        assert 0 < len(samples) == planned(info.plan) < 2 * len(SCENARIOS)

    status, said = finished(started("merge", "part-1", "part-2", "--results", str(tmp_path), "--run-id", "whole"))

    assert status == 0, said
    info, samples = read_run(tmp_path / "whole")
    assert Counter((item.block, item.cell) for item in samples) == Counter(
        (block, cell) for block in range(2) for cell in info.plan.cells
    )
    assert {cell.lane for cell in info.plan.cells} == {Lane.LOCAL}
    assert (tmp_path / "whole" / "report" / "index.html").is_file()


@pytest.mark.parametrize(
    ("loaded", "absent"),
    [
        ("harness.cli.run, harness.run.coordinator, harness.run.cluster.asked", "distributed"),
        ("harness.run.cluster.worker, harness.run.cluster.hands", "pandas"),
    ],
)
def test_a_run_on_one_machine_never_loads_dask_and_what_measures_never_pandas(loaded: str, absent: str) -> None:
    text = f"import sys, {loaded}\nprint({absent!r} in sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", text], cwd=Layout.here().checkout, capture_output=True, text=True, check=True
    )

    assert told.stdout == "False\n"
