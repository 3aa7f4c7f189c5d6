"""Backends alone, with the real ones: a short run of all six, another that is cut off and gone on with."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harness.monorepo.backends.catalogue import load_backends
from harness.provision.state_folder import Layout
from tests.integration.processes import WITHOUT_REPORTS, ended, finished, started, until_taken

pytestmark = [pytest.mark.integration, pytest.mark.tools]

ROOT = Path(__file__).resolve().parents[2]
#: Of each kind one: a hook, the front end that knows a backend both ways, an isolated one, a start.
SCENARIOS = ("backend-wheel", "front-uv", "front-uv-standard", "front-uv-isolated", "editable-start")
#: The front ends that are installed beside a backend, which one backend shows as well as six.
BESIDE = ("front-build", "front-pip", "front-build-isolated", "front-pip-isolated")


def words(results: Path, run_id: str, scenarios: tuple[str, ...], *options: str) -> list[str]:
    named = [part for scenario in scenarios for part in ("--scenario", scenario)]
    return ["backends", "--results", str(results), "--run-id", run_id, "--blocks", "1", *options, *named]


def done(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    begin = [sys.executable, "-m", "harness", *arguments]
    return subprocess.run(begin, cwd=ROOT, capture_output=True, text=True, check=False)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = tmp_path_factory.mktemp("results")
    ran = done(words(results, "short", SCENARIOS, "--files", "1,100"))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return results / "short"


@pytest.mark.verify
def test_every_cell_ran_once_and_was_verified(run: Path) -> None:
    samples = lines(run / "samples.jsonl")
    plan = json.loads((run / "run.json").read_text(encoding="utf-8"))["plan"]
    cells = Counter((item["variant"], item["scenario"], item["shape"]) for item in samples)
    assert set(cells.values()) == {1}
    assert len(cells) == len(plan["cells"])
    ours = {backend.name for backend in load_backends(Layout.here().backends)}
    assert {item["variant"] for item in samples} == {*ours, "setuptools~aa"}
    assert {item["outcome"] for item in samples} == {"ok", "unsupported"}
    refused = {(item["variant"], item["scenario"]) for item in samples if item["outcome"] == "unsupported"}
    assert refused == {(name, "front-uv-standard") for name in ours - {"uv-build"}}


@pytest.mark.verify
def test_what_each_backend_does_is_found_out(run: Path) -> None:
    found = {(item["variant"], item["finding"]): item for item in lines(run / "findings.jsonl")}
    assert len(found) == 6 * 4
    inside = {name for name, kind in found if kind == "uv-asks" and found[name, kind]["value"] == "in-process"}
    assert inside == {"uv-build"}
    assert found["setuptools", "editable-mode"]["value"] == "path-file"
    assert found["setuptools", "editable-mode-flat"]["value"] == "import-hook"
    assert all(str(Layout.here().state) not in item["evidence"] for item in found.values())


@pytest.mark.verify
def test_isolated_builds_find_what_they_need_in_warm_caches(run: Path) -> None:
    samples = [item for item in lines(run / "samples.jsonl") if item["scenario"] == "front-uv-isolated"]
    # uv has the work of its own backend inside, and makes no environment for it.
    assert {item["variant"]: item["requests"] for item in samples}["uv-build"] == 0
    assert all(item["bytes_downloaded"] < 100_000 for item in samples)


@pytest.mark.verify
def test_the_run_has_a_report_of_its_own_kind(run: Path) -> None:
    page = (run / "report" / "index.html").read_text(encoding="utf-8")
    assert "build backends alone, in" in page
    assert "100 files" in page


def test_a_run_that_is_cut_off_is_gone_on_with(tmp_path: Path) -> None:
    process = started(
        *words(tmp_path, "cut-backends", BESIDE, "--backend", "flit-core", "--files", "1"), changed=WITHOUT_REPORTS
    )
    samples = tmp_path / "cut-backends" / "samples.jsonl"
    with ended(process):
        until_taken(samples, 1, process)
        process.send_signal(signal.SIGINT)
        status, said = finished(process)
    assert status == 130, said
    assert f"harness run --resume cut-backends --results {tmp_path}" in said
    first = lines(samples)
    assert len(first) < len(BESIDE)

    resumed = ["backends", "--resume", "cut-backends", "--results", str(tmp_path)]
    status, said = finished(started(*resumed, changed=WITHOUT_REPORTS))

    assert status == 0, said
    assert f"resuming: {len(first)} of at most 4" in said
    assert lines(samples)[: len(first)] == first
    assert {item["scenario"]: item["outcome"] for item in lines(samples)} == dict.fromkeys(BESIDE, "ok")
    assert len(lines(tmp_path / "cut-backends" / "findings.jsonl")) == 4
    assert not Layout.here().scratch("cut-backends").exists()


def test_bad_input_runs_nothing(tmp_path: Path) -> None:
    refused = done(words(tmp_path, "wrong", (), "--backend", "hatchlin"))
    assert refused.returncode == 2
    assert "--backend: there is no backend named 'hatchlin'" in refused.stderr
    assert list(tmp_path.iterdir()) == []
