"""Environments are looked at after installing: one with another Python than the variant's fails the sample."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import StateError, VerificationError
from harness.measure.command import Command, Ended, Execution
from harness.workspace.environments import interpreters_below
from harness.workspace.prepared import Bench
from harness.workspace.states import reach_installed
from harness.workspace.verify import verify_applications, verify_python
from harness.workspace.warm_up import warm_up
from tests.made_up import Toolbox, execution, made_up_attempt, made_up_bench

EXPECTED = "3.98.1"


def environment(folder: Path) -> Path:
    """A virtual environment; its interpreter."""
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").touch()
    (folder / "lib" / "inner").mkdir(parents=True)
    (folder / "lib" / "inner" / "pyvenv.cfg").touch()
    return folder / "bin" / "python"


def bench_with(tmp_path: Path, answer: Execution, *, version: str = EXPECTED) -> tuple[Bench, Toolbox]:
    """A bench whose workspaces are to have that Python, and an executor whose environments answer so."""
    bench = made_up_bench(tmp_path)
    for name in ("warm", "settled", "cold"):
        workspace = getattr(bench, name)
        surroundings = replace(workspace.surroundings, python_version=version)
        setattr(bench, name, replace(workspace, surroundings=surroundings))

    def answers(command: Command) -> Execution | None:
        match command.argv:
            case ["tool", "install"]:
                environment(command.cwd / ".venv" / "deep" / command.cwd.name)
                return execution()
            case [program, "-I", *_] if program.endswith("/bin/python"):
                return answer
        return None

    return bench, Toolbox(workspaces=[bench.warm, bench.settled, bench.cold], answers=answers)


def test_every_environment_is_found_once_and_nothing_is_looked_for_inside_it(tmp_path: Path) -> None:
    found = [environment(tmp_path / "one"), environment(tmp_path / "many" / "b"), environment(tmp_path / "many" / "a")]

    assert list(interpreters_below([tmp_path / "one", tmp_path / "many", tmp_path / "nothing"])) == [
        found[0], found[2], found[1],
    ]  # fmt: skip


def test_the_right_python_is_asked_and_passes(tmp_path: Path) -> None:
    bench, toolbox = bench_with(tmp_path, execution(stdout=f"{EXPECTED}\n"))

    assert warm_up(bench, made_up_attempt(toolbox, tmp_path), {"lock", "settled"}) == []
    assert any(command.argv[0].endswith(".venv/deep/checkout/bin/python") for command in toolbox.commands)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (execution(stdout="3.11.2\n"), r"checkout/\.venv/deep/checkout has Python 3\.11\.2, expected 3\.98\.1"),
        (execution(exit_code=127), r"checkout/\.venv/deep/checkout has no Python that starts: .*exit status 127"),
        (execution(ended=Ended.NOT_STARTED), "has no Python that starts: .*could not be started: no such file"),
    ],
)
def test_another_python_is_a_failure_and_is_told_while_warming_up(tmp_path: Path, answer: Execution, said: str) -> None:
    bench, toolbox = bench_with(tmp_path, answer)
    attempt = made_up_attempt(toolbox, tmp_path)

    (problem,) = warm_up(bench, attempt, {"lock", "settled"})
    assert problem.startswith("After installing beforehand, The environment ")
    with pytest.raises(VerificationError, match=said):
        verify_applications(bench, attempt, bench.settled)
    with pytest.raises(StateError, match=said):
        reach_installed(bench, attempt)


def test_nobody_is_asked_where_it_is_not_known_what_to_expect(tmp_path: Path) -> None:
    bench, toolbox = bench_with(tmp_path, execution(stdout="3.11.2\n"), version="")
    environment(tmp_path / "made")

    verify_python(bench, made_up_attempt(toolbox, tmp_path), bench.warm, [tmp_path / "made"])
    assert toolbox.commands == []
