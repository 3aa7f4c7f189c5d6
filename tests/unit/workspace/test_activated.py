"""Applications in an activated environment: found beforehand, first on PATH, renewed where it takes that."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import StateError
from harness.measure.command import Command, Execution
from harness.run.sample import run_until_failure
from harness.scenarios import all_scenarios
from harness.workspace.prepared import Bench
from harness.workspace.warm_up import warm_up
from tests.made_up import VARIANT_TOML, Toolbox, execution, made_up_attempt, made_up_bench

PLAIN = VARIANT_TOML + '\n[activated]\nenvironment = "{root}/.venv"\n'
FOUND = VARIANT_TOML + '\n[activated]\nfind = ["tool", "where"]\nrenew = [["tool", "renew"]]\n'


class Activating:
    """A bench with a toolchain whose environment can be found, and all that was run."""

    def __init__(self, tmp_path: Path, text: str, where: str = "") -> None:
        self.bench: Bench = made_up_bench(tmp_path, text)
        self.where = where
        self.toolbox = Toolbox(workspaces=[self.bench.warm, self.bench.settled, self.bench.cold], answers=self._answer)
        self.attempt = made_up_attempt(self.toolbox, tmp_path)
        warm_up(self.bench, self.attempt, {"lock", "settled"})

    def _answer(self, command: Command) -> Execution | None:
        if command.argv == ("tool", "where"):
            return execution(stdout=f"a word first\n{self.where or self.bench.settled.root / '.venv'}\n")
        if command.argv[:2] == ("python", "-m"):
            return execution(stdout=f"{command.argv[2].capitalize()}, {self.bench.settled.name}\n")
        return None

    def measure(self, name: str) -> list[Command]:
        """Prepare, run and verify a scenario."""
        scenario = all_scenarios()[name]
        attempt = scenario.prepare(self.bench, self.attempt)
        commands = list(scenario.measured(self.bench, attempt))
        scenario.verify(self.bench, attempt, run_until_failure(attempt, commands))
        return commands


@pytest.mark.parametrize("text", [PLAIN, FOUND])
def test_an_application_is_started_as_in_an_activated_environment(tmp_path: Path, text: str) -> None:
    activating = Activating(tmp_path, text)

    (command,) = activating.measure("run-direct")

    environment = activating.bench.settled.root / ".venv"
    assert command.argv == ("python", "-m", "hello")
    assert command.env["PATH"].startswith(f"{environment}/bin:{tmp_path}/tools:")
    assert command.env["VIRTUAL_ENV"] == str(environment)


def test_looking_for_the_environment_is_not_measured_and_renewing_it_is(tmp_path: Path) -> None:
    activating = Activating(tmp_path, FOUND)

    argvs = [command.argv for command in activating.measure("refresh-direct")]

    assert argvs == [("tool", "renew"), ("python", "-m", "hello"), ("python", "-m", "goodbye")]
    assert ("tool", "where") in [command.argv for command in activating.toolbox.commands]


def test_an_environment_that_is_not_where_the_tool_says_cannot_be_activated(tmp_path: Path) -> None:
    activating = Activating(tmp_path, FOUND, where="/nowhere/env")

    with pytest.raises(StateError, match=r"no environment of hello to activate, where `tool where` says it is: env"):
        activating.measure("run-direct")


@pytest.mark.parametrize("name", ["run-direct", "refresh-direct"])
def test_readers_see_what_is_typed(tmp_path: Path, name: str) -> None:
    scenario = all_scenarios()[name]

    typed = ("python", "-m", "{module}")
    assert scenario.steps(made_up_bench(tmp_path / "plain", PLAIN).variant)[-1] == typed
    assert scenario.steps(made_up_bench(tmp_path).variant)[-1] == ("tool", "run", "{app}")
