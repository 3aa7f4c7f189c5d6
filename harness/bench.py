"""What a scenario works with: one variant's workspaces, and one attempt at measuring in them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from harness.errors import MeasureError, StateError, VerificationError
from harness.made_environments import VERSION_WORDS, interpreters_below
from harness.measure.command import Command, Ended, Execution, Executor
from harness.measure.environment import scrubbed
from harness.nix import Expression, Nix
from harness.provision.index import Traffic
from harness.records import Lane
from harness.shapes import Shape
from harness.strategies import HOST, offered
from harness.variants import Variant
from harness.variants.file import Phase
from harness.workspace import Workspace


class Meter(Protocol):
    """Counts what the index on loopback served since it started."""

    def traffic(self) -> Traffic:
        """Requests and bytes so far."""
        ...


@dataclass(frozen=True, kw_only=True)
class NixBench:
    """What the Nix lane's scenarios of one variant work with.

    ``workspace`` is a checkout of their own; ``names`` and ``base`` are the files that ``nix/default.nix`` reads, the
    second only with provider ``host``.
    """

    nix: Nix
    workspace: Workspace
    entry: Path
    names: Path
    base: Path | None = None
    provider: str = HOST

    def expression(self, strategy: str, salt: str = "") -> Expression:
        """The variant's checkout as Nix is asked about it."""
        return Expression(
            entry=self.entry,
            tree=self.workspace.root,
            names=self.names,
            base=self.base,
            provider=self.provider,
            strategy=strategy,
            salt=salt,
        )


@dataclass(kw_only=True)
class Bench:
    """One variant, set up to be measured.

    ``warm`` keeps its caches from sample to sample and is otherwise a fresh clone; ``settled`` stays installed, so
    that what begins installed need not be installed for each sample; ``cold`` is thrown away and made anew for each
    sample that starts with an empty cache. ``installed`` says whether the settled workspace was last left with both
    applications seen to run from it. Where the Nix lane cannot run, ``nix`` is nothing and ``nix_unavailable`` says
    why; ``provider`` is where Nix takes Python and the backends from. ``hopeless`` is why it cannot be installed within
    the time limit, once that was tried, and ``local_unready`` why the local lane cannot be measured at all: Nix may do
    without what the toolchain could not. ``strategies`` are the ways of describing members to Nix that are measured, if
    that is not all that the variant offers.
    """

    variant: Variant
    shape: Shape
    warm: Workspace
    settled: Workspace
    cold: Workspace
    meter: Meter
    host_environment: Mapping[str, str]
    nix: NixBench | None = None
    nix_unavailable: str = ""
    provider: str = HOST
    installed: bool = False
    hopeless: str = ""
    local_unready: Unready | None = None
    strategies: tuple[str, ...] | None = None

    @property
    def built(self) -> tuple[str, ...]:
        """The strategies that are measured and that the provider has."""
        strategies = self.variant.spec.nix.strategies if self.strategies is None else self.strategies
        return offered(strategies, self.provider)

    def unready(self, lane: Lane) -> Unready | None:
        """Why nothing can be measured in a lane, if that is so."""
        return self.local_unready if lane is Lane.LOCAL else None


class Contestant(Protocol):
    """What takes part in a run: a variant, or a build backend on its own."""

    @property
    def name(self) -> str:
        """What it is called in the results."""
        ...

    @property
    def digest(self) -> str:
        """What names exactly this state of its files."""
        ...


class Equipped(Protocol):
    """What a cell is measured with: the contestant, set up, and the index that serves it."""

    @property
    def variant(self) -> Contestant:
        """Whose cells are measured with it."""
        ...

    @property
    def meter(self) -> Meter:
        """Counts what the index serves."""
        ...

    def unready(self, lane: Lane, /) -> Unready | None:
        """Why nothing can be measured in a lane, if that is so."""
        ...


@dataclass(frozen=True, kw_only=True)
class Unready:
    """A contestant that could not be set up, or not in time: none of its cells can be measured, for this ``reason``."""

    variant: Contestant
    reason: str
    timed_out: bool = False


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt at a sample: how commands are run meanwhile, and where their output goes.

    ``limit_s`` is how long a phase may take, in seconds, and each command of one. ``nonce`` gives a text that no
    attempt had before, so that what is edited in is new to every cache and store.
    ``strategy`` and ``shape`` are the cell's, the first in the Nix lane alone.
    """

    executor: Executor
    log_path: Path
    limit_s: float
    nonce: Callable[[], str]
    strategy: str = ""
    shape: str = "canonical"

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


def verify_applications(bench: Bench, attempt: Attempt, workspace: Workspace) -> None:
    """See both applications print their line, started the toolchain's own way, in environments with the right Python.

    Raises:
        VerificationError: one does not start, or prints anything else, or an environment has another Python.
    """
    verify_python(bench, attempt, workspace, workspace.environments)
    for member in bench.shape.applications:
        done = carry_out(attempt, (command for command, _ in starting(bench, attempt, workspace, member.name)))
        command, execution = done[-1]
        verify_line(command.argv, execution, workspace.line_of(member.name))


def starting(
    bench: Bench, attempt: Attempt, workspace: Workspace, application: str
) -> Iterator[tuple[Command, str | None]]:
    """The steps that start an application, with its name at the last one, which prints its line."""
    steps = list(commands(bench, attempt, workspace, bench.variant.spec.phases.run, application=application))
    for command in steps:
        yield command, application if command is steps[-1] else None


def verify_python(bench: Bench, attempt: Attempt, workspace: Workspace, folders: Sequence[Path]) -> None:
    """See that every environment below ``folders`` has the Python that the variant is measured with.

    A toolchain that found another one by itself would be measured with that, under the name of this one.

    Raises:
        VerificationError: one has another, or none that starts.
    """
    expected = workspace.surroundings.python_version
    for python in interpreters_below(folders) if expected else ():
        execution = attempt.run([str(python), *VERSION_WORDS], workspace.folder, environment(bench, workspace))
        if (found := execution.stdout.strip()) != expected:
            where = os.path.relpath(python.parent.parent, workspace.folder)
            raise VerificationError(
                f"The environment {where} has Python {found}, expected {expected}"
                if execution.ok
                else f"The environment {where} has no Python that starts: {how_it_ended(['python'], execution)}"
            )


def verify_line(argv: Sequence[str], execution: Execution, expected: str) -> None:
    """See that a command printed one line and nothing else on its standard output.

    Raises:
        VerificationError: it failed, or printed something else.
    """
    if not execution.ok:
        raise VerificationError(how_it_ended(argv, execution))
    if execution.stdout != expected:
        raise VerificationError(f"`{' '.join(argv)}` printed {execution.stdout[:200]!r}, expected {expected!r}")


def reach_fresh(workspace: Workspace, *, lock: bool) -> None:
    """Bring a workspace to: fresh clone, caches as they are, no environment, no outputs.

    Raises:
        StateError: something of an environment or an output is still there.
    """
    workspace.remove_environments()
    workspace.remove_outputs()
    workspace.renew(lock=lock)
    assert_absent(workspace.environments, "an environment")
    assert_absent([workspace.dist, workspace.deployment], "an output")
    if not lock:
        assert_absent(workspace.lock_files, "a lock file")


def reach_installed(bench: Bench, attempt: Attempt) -> None:
    """Bring the settled workspace to: lock file, warm cache, installed, both applications seen to run.

    Raises:
        StateError: it cannot be installed.
    """
    workspace = bench.settled
    if bench.installed and all(path.exists() for path in workspace.environments):
        return
    bench.installed = False
    if bench.hopeless:
        raise StateError(bench.hopeless, timed_out=True)
    reach_fresh(workspace, lock=False)
    workspace.restore_locks(bench.warm.kept_locks)
    install = bench.variant.spec.phases.install
    try:
        complete(bench, attempt, workspace, install, error=StateError, purpose="Installing beforehand failed")
    except StateError as error:
        # What took too long once is not tried again and again.
        bench.hopeless = error.message if error.timed_out else ""
        raise
    try:
        verify_applications(bench, attempt, workspace)
    except VerificationError as error:
        raise StateError(f"After installing beforehand, {error.message}") from error
    bench.installed = True


def reach_cold(bench: Bench) -> None:
    """Bring the cold workspace to: fresh clone with its lock file, no environment, every cache empty.

    Raises:
        StateError: the cache is not empty.
    """
    workspace = bench.cold
    if workspace.folder.exists():
        workspace.discard()
    workspace.renew(lock=False)
    workspace.restore_locks(bench.warm.kept_locks)
    if left := sorted(path.name for path in workspace.cache.iterdir()):
        raise StateError(f"The cache is not empty: {', '.join(left)}")


def assert_absent(paths: Sequence[Path], what: str) -> None:
    """See that none of ``paths`` is there.

    Raises:
        StateError: one is.
    """
    for path in paths:
        if path.exists():
            raise StateError(f"There is {what} that should not be there yet: {path.name}")
