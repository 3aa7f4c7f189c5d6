"""A variant under a second Python, for real: installed, run and built through Nix with that one and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.provision.interpreters import Interpreter, others, own_python
from harness.provision.state_folder import Layout
from harness.records.facts import Lane, Outcome
from harness.records.format import CONTROL_SUFFIX
from tests.runs import harness, read_run

pytestmark = [pytest.mark.integration, pytest.mark.tools, pytest.mark.verify]

CHECKOUT = Layout.here().checkout
SCENARIOS = ("tool-install", "install-cold", "run", "deploy", "nix-build")


@pytest.fixture(scope="module")
def second() -> Interpreter:
    """The newest Python beside the harness's own."""
    found = [python for python in others() if python.version != own_python().version]
    if not found:
        pytest.skip("this machine has no second Python of 3.11 or newer, on PATH or of pyenv")
    return found[-1]


@pytest.fixture(scope="module")
def run(second: Interpreter, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A block of uv under both."""
    results = tmp_path_factory.mktemp("results")
    chosen = [word for name in SCENARIOS for word in ("--scenario", name)]
    words = ["--variant", "uv", "--python", str(second.path), "--blocks", "1", "--run-id", "two", *chosen]
    done = harness("run", "--results", str(results), *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return results / "two"


def test_both_are_measured_and_told_apart(run: Path, second: Interpreter) -> None:
    info, samples = read_run(run)
    name = f"uv-python-{second.version}"

    assert {variant: facts.python for variant, facts in info.variants.items()} == {
        "uv": own_python().version,
        name: second.version,
    }
    for lane in (Lane.LOCAL, Lane.NIX) if not info.nix_unavailable else (Lane.LOCAL,):
        measured = [item for item in samples if item.lane is lane and not item.variant.endswith(CONTROL_SUFFIX)]
        ok = {(item.variant, item.scenario) for item in measured if item.outcome is Outcome.OK}
        wanted = [scenario for scenario in SCENARIOS if scenario.startswith("nix-") == (lane is Lane.NIX)]
        assert ok == {(variant, scenario) for variant in ("uv", name) for scenario in wanted}
    assert f"Python {second.version}" in (run / "report" / "index.html").read_text(encoding="utf-8")


def test_the_environment_that_was_installed_has_that_python(run: Path, second: Interpreter) -> None:
    for variant, version in (("uv", own_python().version), (f"uv-python-{second.version}", second.version)):
        for scenario in ("install-cold", "deploy"):
            log = (run / "logs" / "block-0" / f"{variant}_local_{scenario}.log").read_text(encoding="utf-8")
            assert "import sys; print(sys.version.split()[0])'\n" in log
            assert f"[stdout]\n{version}\n" in log


def test_nix_built_with_that_python(run: Path, second: Interpreter) -> None:
    info, samples = read_run(run)
    if info.nix_unavailable:
        pytest.skip(f"no Nix lane on this machine: {info.nix_unavailable}")
    for variant, version in (("uv", own_python().version), (f"uv-python-{second.version}", second.version)):
        logs = [
            (run / item.log_path).read_text(encoding="utf-8")
            for item in samples
            if (item.variant, item.lane, item.outcome) == (variant, Lane.NIX, Outcome.OK)
        ]
        assert logs
        assert all(f"-python3-{version}" in log for log in logs), logs


def test_one_that_is_not_there_is_refused_and_nothing_is_run(tmp_path: Path) -> None:
    done = harness(tmp_path / "results", "--variant", "uv", "--python", "3.99")

    assert done.returncode == 2
    assert "--python: there is no Python 3.99" in done.stderr
    assert not (tmp_path / "results").exists()
