"""harness.run.info: what names the code that figures and findings come from."""

from __future__ import annotations

from pathlib import Path

from harness.provision.state_folder import Layout
from harness.run.info import EXPERIMENTS, reached


def test_imports_are_followed_wherever_they_stand(tmp_path: Path) -> None:
    files = {
        "__init__": "",
        "a": "def late():\n    from harness import b\n",
        "b": "import harness.c.d\nimport json\n",
        "c/__init__": "from harness.e import x\n",
        "c/d": "",
        "e": "",
        "f": "import harness.a\n",
    }
    for name, text in files.items():
        path = tmp_path / "harness" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    found = reached(tmp_path, ["harness.a"])

    assert set(found) == {"harness", "harness.a", "harness.b", "harness.c", "harness.c.d", "harness.e"}


def test_findings_come_from_all_that_an_experiment_can_reach() -> None:
    found = {f"{name}." for name in reached(Layout.here().checkout, EXPERIMENTS)}

    for part in ("findings.stale", "nix.rebuilds", "workspace.experiment", "workspace.changes", "measure.command"):
        assert f"harness.{part}." in found
    assert not any(name.startswith(("harness.cli.", "harness.report.", "harness.run.coordinator.")) for name in found)
