"""harness.cli.backends: what a person types, and what is said about a slip. Nothing is run here."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness.cli import backends as command
from harness.cli.main import main
from harness.provision.pins.backends import Raised
from tests.unit.report.made_up_backends import made_up_backends


@pytest.fixture(autouse=True)
def nothing_is_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(command, "run_session", lambda *_: pytest.fail("nothing is to be run"))
    monkeypatch.chdir(tmp_path)


def typed(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["backends", *arguments])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--backend", "hatchlin"], "--backend: there is no backend named 'hatchlin'. Did you mean 'hatchling'?"),
        (["--scenario", "backend-whel"], "--scenario: there is no scenario named 'backend-whel'."),
        (["--files", "0"], "--files: '0' is not a number of files. Name numbers from 1 to 100,000"),
        (["--files", "1,"], "--files: '' is not a number of files."),
        (["--files", "1,many"], "--files: 'many' is not a number of files."),
        (["--files", "-3"], "--files: '-3' is not a number of files."),
        (["--files", "100001"], "--files: '100001' is not a number of files."),
        (["--files", "1" * 30], "is not a number of files."),
        (["--files", "²"], "--files: '²' is not a number of files."),
        (["--blocks", "0"], "--blocks"),
        (["--run-id", "../elsewhere"], "--run-id: '../elsewhere' cannot be a run's name."),
        (["--resume", "gone"], "There is no run 'gone' in results."),
        (["--resume", "gone", "--files", "1"], "--files cannot be given with --resume"),
        (["--results", "/dev/null"], "--results: /dev/null cannot be written"),
    ],
)
def test_a_slip_is_answered_with_what_to_do(arguments: list[str], said: str, tmp_path: Path) -> None:
    result = typed(*arguments)
    assert said in " ".join(result.output.split())
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_plan_is_told_and_nothing_done(tmp_path: Path) -> None:
    result = typed("--plan", "--backend", "flit-core", "--scenario", "backend-wheel", "--files", "100,1", "--seed", "1")
    assert result.exit_code == 0
    assert "2 cells (2 local), 6 blocks, seed 1" in result.output
    assert "backend-wheel (files=100)" in result.output
    assert list(tmp_path.iterdir()) == []


def test_what_is_asked_for_is_what_is_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = []
    monkeypatch.setattr(command, "run_session", lambda contestants, *_: seen.append(contestants) or 0)
    assert typed("--backend", "uv-build", "--blocks", "2", "--run-id", "mine", "--report", "there").exit_code == 0
    (contestants,) = seen
    assignment = contestants.assignment
    assert [backend.name for backend in contestants.backends] == ["uv-build"]
    assert (assignment.plan.blocks, assignment.run_id, assignment.report) == (2, "mine", Path("there"))


def test_the_report_of_a_run_of_backends_can_be_written_again(tmp_path: Path) -> None:
    run = made_up_backends(tmp_path / "results", files=(1,), scenarios=("backend-wheel",), blocks=1, mishap=False)
    result = CliRunner().invoke(main, ["report", run.name, "--results", str(run.parent)])
    assert result.exit_code == 0
    assert "shape files=1" in result.output
    assert (run / "report" / "index.html").is_file()


def test_locks_are_made_anew_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(command, "update_front_ends", lambda directory, newest: made.append(newest) or _raised("f"))
    monkeypatch.setattr(command, "update_backend", lambda backend, fronts, newest: made.append(backend) or _raised("b"))
    result = CliRunner().invoke(main, ["update-backends", "--keep-pins"])
    assert result.exit_code == 0
    assert made[0] is None
    assert len(made) == 7
    assert "b: locks are made anew; made-up 1.0 → 1.1" in result.output


def test_of_a_named_backend_alone_the_locks_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(command, "update_front_ends", lambda *_: pytest.fail("front ends were not named"))
    monkeypatch.setattr(command, "update_backend", lambda backend, *_: made.append(backend.name) or _raised("b"))
    assert CliRunner().invoke(main, ["update-backends", "hatchling"]).exit_code == 0
    assert made == ["hatchling"]


def _raised(name: str) -> Raised:
    return Raised(name=name, changes={"made-up": ("1.0", "1.1")})
