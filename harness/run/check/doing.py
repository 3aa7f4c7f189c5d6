"""Steps that do something: a scenario carried out once, untimed, with what went wrong kept apart.

It is the same preparing, measuring and verifying as in a run, so that what passes here is what is measured there.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness.errors import HarnessError
from harness.measure.command import Command, Ended, Execution
from harness.records.format import Cell
from harness.records.strategies import refusal
from harness.run.check.causes import likely_cause
from harness.run.check.model import Result, StepFailure, StepVerdict
from harness.scenarios.base import Scenario
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt

_TROUBLE = (HarnessError, OSError, subprocess.SubprocessError)

#: So many of a failed command's last lines are shown.
_LINES = 8


def step_name(cell: Cell) -> str:
    """A cell as the name of a step: ``refresh``, ``nix-build (derived)``."""
    return f"{cell.scenario} ({cell.strategy})" if cell.strategy else cell.scenario


def carry_out(scenario: Scenario, bench: Bench, attempt: Attempt, cell: Cell) -> Result:
    """Carry out a scenario once, and say how that ended."""
    attempt = replace(attempt, strategy=cell.strategy or "")

    def result(verdict: StepVerdict, detail: str, failure: StepFailure | None = None) -> Result:
        name = step_name(cell)
        return Result(variant=bench.variant.name, step=name, verdict=verdict, detail=detail, failure=failure)

    refused = refusal(cell.strategy, cell.provider) if cell.strategy and cell.provider else ""
    if reason := refused or scenario.unsupported(bench):
        return result(StepVerdict.UNSUPPORTED, reason)
    begins = _size(attempt.log_path)
    try:
        attempt = scenario.prepare(bench, attempt)
        commands = list(scenario.measured(bench, attempt))
    except _TROUBLE as error:
        told = _failure(attempt, begins, f"what {cell.scenario} begins with", scenario.facts.before, words(error))
        return result(StepVerdict.FAILED, scenario.facts.title, told)
    executions: list[Execution] = []
    for command in commands:
        executions.append(attempt.executor.run(command))
        if not executions[-1].ok:
            told = _failure(attempt, begins, " ".join(command.argv), "exit status 0", ended(command, executions[-1]))
            return result(StepVerdict.FAILED, scenario.facts.title, told)
    try:
        scenario.verify(bench, attempt, executions)
        scenario.sizes(bench, attempt)
    except _TROUBLE as error:
        ran = "; ".join(" ".join(command.argv) for command in commands)
        told = _failure(attempt, begins, ran, scenario.facts.verified, words(error))
        return result(StepVerdict.FAILED, scenario.facts.title, told)
    return result(StepVerdict.PASSED, scenario.facts.verified)


def ended(command: Command, execution: Execution) -> str:
    """How a command ended, and the last of what it said."""
    head = {
        Ended.EXITED: f"exit status {execution.exit_code}",
        Ended.SIGNALLED: f"ended by signal {execution.signal}",
        Ended.TIMED_OUT: "it did not end within its time limit",
        Ended.NOT_STARTED: f"{command.argv[0]} could not be started: {execution.reason}",
    }[execution.ended]
    said = [line.rstrip() for line in f"{execution.stdout}\n{execution.stderr}".splitlines() if line.strip()]
    return "\n".join([head, *said[-_LINES:]])


def words(error: BaseException) -> str:
    """An error as words."""
    return error.message if isinstance(error, HarnessError) else f"{type(error).__name__}: {error}"


def _failure(attempt: Attempt, begins: int, ran: str, expected: str, came: str) -> StepFailure:
    """A failure with its likely cause, which may stand in the log alone."""
    logged = _since(attempt.log_path, begins)
    return StepFailure(
        ran=ran,
        expected=expected,
        came=came,
        cause=likely_cause(expected, came, logged),
        log=str(attempt.log_path),
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _since(path: Path, begins: int) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        file.seek(begins)
        return file.read().decode(errors="replace")


def shown(result: Result, hidden: Sequence[tuple[str, str]]) -> Result:
    """The same result with paths of this machine called by their names in ``variant.toml``."""
    if result.failure is None:
        return result

    def plain(text: str) -> str:
        for path, name in hidden:
            text = text.replace(path, name)
        return text

    told = result.failure
    failure = replace(told, ran=plain(told.ran), came=plain(told.came), cause=plain(told.cause))
    return replace(result, failure=failure)


def placeholders_of(bench: Bench) -> list[tuple[str, str]]:
    """What the benches' folders are called in ``variant.toml``, longest path first."""
    pairs: dict[str, str] = {}
    for workspace in (bench.warm, bench.settled, bench.cold, *((bench.nix.workspace,) if bench.nix else ())):
        pairs.update({value: f"{{{name}}}" for name, value in workspace.values().items()})
        pairs[str(workspace.home)] = "{home}"
        pairs[str(workspace.folder)] = "{scratch}"
    return sorted(pairs.items(), key=lambda pair: -len(pair[0]))
