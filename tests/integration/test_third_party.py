"""A small repository with something from outside, from its files to a run of both lanes, with the real tools."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from harness.monorepo.variants.lock import read_lock
from harness.provision.state_folder import Layout
from harness.records.facts import Outcome
from harness.records.format import RUN_INFO, SAMPLE
from tests.integration.shop import write_shop
from tests.runs import harness

pytestmark = [pytest.mark.integration, pytest.mark.tools]

CHECKOUT = Layout.here().checkout
VARIANTS = ("--variant", "uv", "--variant", "pdm", "--variant", "venv")


def run(repository: Path, results: Path, *words: str) -> subprocess.CompletedProcess[str]:
    own = ["--shape", str(repository), "--blocks", "1", "--results", str(results), "--run-id", "mine"]
    return harness("run", *VARIANTS, *own, *words)


@pytest.mark.verify
def test_members_are_installed_and_built_with_what_they_require_from_outside(tmp_path: Path) -> None:
    # Docker needs something on Windows alone, of which there are wheels for nothing else.
    write_shop(tmp_path / "shop", "docker>=7.1,<8")
    results = tmp_path / "results"
    scenarios = ("--scenario", "install-cold", "--scenario", "nix-build")

    done = run(tmp_path / "shop", results, "--third-party", *scenarios, "--scenario", "lock")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "shop: 4 outside requirements: resolved and fetched before anything is measured" in done.stderr
    assert 'shop: not needed on this machine: pywin32; sys_platform == "win32"' in done.stdout
    info = RUN_INFO.validate_json((results / "mine" / "run.json").read_bytes())
    assert info.shapes["shop"].third_party
    assert info.shapes["shop"].left_out == ()
    lock = results / "mine" / "third-party-shop.txt"
    assert [pin.name for pin in read_lock(lock)] == [
        *("certifi", "charset-normalizer", "docker", "idna"),
        *("pysocks", "requests", "six", "urllib3", "pywin32"),
    ]
    here = [pin for pin in read_lock(lock) if pin.applies()]
    assert [pin.name for pin in read_lock(lock) if pin not in here] == ["pywin32"]
    assert "://" not in lock.read_text(encoding="utf-8")
    samples = [SAMPLE.validate_json(line) for line in (results / "mine" / "samples.jsonl").read_bytes().splitlines()]
    nix = [sample for sample in samples if sample.scenario == "nix-build" and sample.outcome is not Outcome.UNSUPPORTED]
    assert {sample.strategy for sample in nix} == {"handwritten", "derived"}
    installed = [sample for sample in samples if sample.scenario == "install-cold"]
    locked = [sample for sample in samples if sample.scenario == "lock" and sample.variant != "venv"]
    assert all(sample.outcome is Outcome.OK for sample in [*nix, *installed, *locked])
    for sample in installed:
        log = (results / "mine" / sample.log_path).read_text(encoding="utf-8")
        told = re.sub("==|[ _]", "-", log).lower()  # Tools spell names as their projects do, and versions in their way.
        assert all(f"{pin.name}-{pin.version}" in told for pin in here)


def test_what_is_on_no_index_is_listed_and_nothing_is_run(tmp_path: Path) -> None:
    write_shop(tmp_path / "shop", "a-project-that-is-on-no-index-zzqq>=1")

    done = run(tmp_path / "shop", tmp_path / "results", "--third-party", "--scenario", "lock")

    assert done.returncode == 2
    assert "--third-party: 1 of 3 outside requirements of shop cannot be had:" in done.stderr
    assert "a-project-that-is-on-no-index-zzqq>=1 (of core): " in done.stderr
    assert "--leave-out a-project-that-is-on-no-index-zzqq" in done.stderr
    assert not (tmp_path / "results").exists()
