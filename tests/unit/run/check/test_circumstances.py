"""harness.run.check.circumstances: the digest covers what carries steps out, wherever that lies, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harness.provision.state_folder import Layout
from harness.run.check.circumstances import circumstances, proving_digest

CHECKOUT = Layout.here().checkout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("harness", "nix"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder, ignore=ignored)
    return tmp_path


def test_it_does_not_depend_on_where_the_checkout_lies(copy: Path) -> None:
    assert proving_digest(copy) == proving_digest(CHECKOUT)


def test_every_scenario_every_experiment_and_what_they_reach_count(copy: Path) -> None:
    before = proving_digest(copy)
    counted = {
        "harness/scenarios/deploy.py": True,
        "harness/findings/stale.py": True,
        "harness/workspace/prepared.py": True,
        "harness/workspace/tree.py": True,
        "harness/nix/rebuilds.py": True,
        "harness/monorepo/changes/third-party.txt": True,
        "nix/default.nix": True,
        "harness/report/view/model.py": False,
        "harness/cli/run.py": False,
    }
    for name, counts in counted.items():
        path = copy / name
        text = path.read_text(encoding="utf-8")
        path.write_text(f"{text}\n# edited\n", encoding="utf-8")
        assert (proving_digest(copy) != before) is counts, name
        path.write_text(text, encoding="utf-8")


def test_a_machine_without_nix_has_no_version_of_it(tmp_path: Path) -> None:
    assert "nix" not in circumstances(CHECKOUT, tmp_path, "").tools
    assert circumstances(CHECKOUT, tmp_path, "2.8.0").tools["nix"] == "2.8.0"
