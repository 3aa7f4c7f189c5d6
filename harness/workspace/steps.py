"""A phase's steps as commands, one after the other, and how they end."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.errors import HarnessError, MeasureError
from harness.measure.command import Command, Ended, Execution, Executor
from harness.measure.environment import scrubbed
from harness.monorepo.variants.file import Phase
from harness.workspace.prepared import Bench
from harness.workspace.tree import Workspace

#: The salt of what Nix builds once and finds again; every other build has a salt of its own.
STANDING = "standing"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt at a sample: how commands are run meanwhile, and where their output goes.

    ``limit_s`` is how long a phase may take, in seconds, and each command of one. ``nonce`` gives a text that no
    attempt had before, so that what is edited in is new to every cache and store.
    ``strategy`` and ``shape`` are the cell's, the first in the Nix lane alone.

    The rest is what preparing made or found out, for the steps after it: the ``salt`` of what Nix builds, what its
    store had ``before`` (or lacked, where that is counted), which records of members were ``installed`` (a member's
    name, where its record lies, its inode and time), the ``line`` that was edited in, and the folder of the environment
    that is ``activated`` for each application.
    """

    executor: Executor
    log_path: Path
    limit_s: float
    nonce: Callable[[], str]
    strategy: str = ""
    shape: str = "canonical"
    salt: str = STANDING
    before: frozenset[str] = frozenset()
    installed: frozenset[tuple[str, str, int, int]] = frozenset()
    line: str = ""
    activated: Mapping[str, Path] = field(default_factory=dict)

    def run(self, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> Execution:
        """Run one command that belongs to preparing or verifying, not to what is measured."""
        return self.executor.run(self.command(argv, cwd, env))

    def command(self, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> Command:
        """A command under this attempt's limit and log."""
        return Command(argv=tuple(argv), cwd=cwd, env=env, timeout_s=self.limit_s, log_path=self.log_path)


def environment(bench: Bench, workspace: Workspace, phase: Phase | None = None) -> dict[str, str]:
    """The whole environment a toolchain's command sees in ``workspace``."""
    return scrubbed(
        home=workspace.home,
        path=(workspace.surroundings.tools, *workspace.surroundings.host_path),
        extra=workspace.variables(phase.environment if phase else {}),
        host=bench.host_environment,
    )


def commands(
    bench: Bench, attempt: Attempt, workspace: Workspace, phase: Phase, *, application: str | None = None
) -> Iterator[Command]:
    """A phase's steps as commands, in order."""
    env = environment(bench, workspace, phase)
    for argv, cwd in workspace.expand(phase, application=application):
        yield attempt.command(argv, cwd, env)


def complete(
    bench: Bench,
    attempt: Attempt,
    workspace: Workspace,
    phase: Phase,
    *,
    error: type[MeasureError],
    purpose: str,
    application: str | None = None,
) -> None:
    """Run a phase outside what is measured.

    Raises:
        MeasureError: of the class ``error``: a step failed; the message says ``purpose`` and the step's end.
    """
    done = carry_out(attempt, commands(bench, attempt, workspace, phase, application=application))
    if done and not done[-1][1].ok:
        command, execution = done[-1]
        timed_out = execution.ended is Ended.TIMED_OUT
        raise error(f"{purpose}: {how_it_ended(command.argv, execution)}", timed_out=timed_out)


def carry_out(attempt: Attempt, wanted: Iterable[Command]) -> list[tuple[Command, Execution]]:
    """Run commands in order, up to and including the first that fails; all together may take ``attempt.limit_s``."""
    done = []
    left = attempt.limit_s
    for command in wanted:
        execution = attempt.executor.run(replace(command, timeout_s=min(command.timeout_s, max(left, _LEAST_S))))
        done.append((command, execution))
        left -= execution.wall_s
        if not execution.ok:
            break
    return done


#: What the last command of a phase still gets when the others have used up the time, in seconds.
_LEAST_S = 1.0


def how_it_ended(argv: Sequence[str], execution: Execution) -> str:
    """One line that says which command ended how, for a person."""
    shown = " ".join(argv)
    shown = shown if len(shown) <= 120 else f"{shown[:117]}…"
    match execution.ended:
        case Ended.EXITED:
            ending = f"ended with exit status {execution.exit_code}"
        case Ended.SIGNALLED:
            ending = f"was ended by signal {execution.signal}"
        case Ended.TIMED_OUT:
            ending = "did not end within its time limit"
        case Ended.NOT_STARTED:
            ending = f"could not be started: {execution.reason}"
    return f"`{shown}` {ending}"


def explain(error: Exception, log_path: Path | None = None) -> str:
    """An error as the reason why something cannot be done: its own words, or its kind if it is not the harness's.

    What a contestant leaves on disk may bring about any error, and none of them ends the run. How one came about that
    nobody thought of is put into the log.
    """
    if isinstance(error, HarnessError):
        return error.message
    if log_path is not None:
        with contextlib.suppress(OSError), log_path.open("a", encoding="utf-8") as log:
            traceback.print_exception(error, file=log)
    return f"{type(error).__name__}: {error}"


def starting(
    bench: Bench, attempt: Attempt, workspace: Workspace, application: str
) -> Iterator[tuple[Command, str | None]]:
    """The steps that start an application, with its name at the last one, which prints its line."""
    steps = list(commands(bench, attempt, workspace, bench.variant.spec.phases.run, application=application))
    for command in steps:
        yield command, application if command is steps[-1] else None
