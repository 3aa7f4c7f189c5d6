"""What an experiment works with: one variant's workspace, its tools, an index of its own, and an eye for evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from harness.errors import StateError, VerificationError
from harness.measure.command import Command, Ended, Execution
from harness.measure.environment import scrubbed
from harness.measure.trees import remove_tree
from harness.monorepo.shapes import Shape
from harness.monorepo.variants.file import Phase
from harness.provision.nix.tree import write_names
from harness.records.strategies import HANDWRITTEN, offered
from harness.workspace.prepared import Bench, NixBench
from harness.workspace.states import reach_fresh
from harness.workspace.steps import Attempt, commands, complete, environment
from harness.workspace.tree import Workspace
from harness.workspace.verify import verify_applications

#: The most lines of one command's output that evidence keeps: the first few and the last ones, where errors stand.
_FIRST_LINES = 4
_LAST_LINES = 12
_WIDTH = 300

_HASHED = re.compile(r"/nix/store/[0-9a-z]{32}-")


class OpenIndex(Protocol):
    """Starts an index on loopback."""

    def __call__(
        self, roots: Sequence[Path], *, pages_for_s: int | None = None, port: int = 0
    ) -> AbstractContextManager[Serving]:
        """Serve ``roots``, and after them the wheelhouse; clients may cache a page so many seconds.

        ``port`` is where to serve; without it any that is free.
        """
        ...


class Serving(Protocol):
    """An index on loopback."""

    @property
    def url(self) -> str:
        """The address of its simple pages."""
        ...

    def asked(self) -> frozenset[str]:
        """The projects whose pages were asked for, by their names in addresses."""
        ...


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Commands that an experiment ran, in order, up to the first that failed.

    ``typed`` is what a person would have typed, where the one command that was run is longer than that; evidence then
    leaves out what it printed about its progress, unless it failed.
    """

    steps: tuple[tuple[Command, Execution], ...]
    shown: Callable[[str], str]
    typed: str = ""

    @property
    def ok(self) -> bool:
        """Whether every command ended with exit status 0."""
        return all(execution.ok for _, execution in self.steps)

    @property
    def last(self) -> Execution:
        """The last command's execution."""
        return self.steps[-1][1]

    @property
    def output(self) -> str:
        """All that was printed, standard output first, as a person on any machine would see it."""
        return self.shown("\n".join(f"{done.stdout}\n{done.stderr}" for _, done in self.steps))

    @property
    def wall_s(self) -> float:
        """The seconds all commands took together."""
        return sum(execution.wall_s for _, execution in self.steps)

    @property
    def evidence(self) -> str:
        """What was typed and what came, shortened, without this machine's paths."""
        return "\n".join(_told(command, execution, self.shown, self.typed) for command, execution in self.steps)


def _told(command: Command, execution: Execution, shown: Callable[[str], str], typed: str) -> str:
    printed = execution.stdout if typed and execution.ok else f"{execution.stdout}\n{execution.stderr}"
    lines = [line.rstrip() for line in printed.splitlines() if line.strip()]
    if len(lines) > _FIRST_LINES + _LAST_LINES + 1:
        left_out = f"… {len(lines) - _FIRST_LINES - _LAST_LINES} lines …"
        lines = [*lines[:_FIRST_LINES], left_out, *lines[-_LAST_LINES:]]
    ending = {
        Ended.EXITED: f"(exit status {execution.exit_code})",
        Ended.SIGNALLED: f"(ended by signal {execution.signal})",
        Ended.TIMED_OUT: "(did not end within its time limit)",
        Ended.NOT_STARTED: f"(could not be started: {execution.reason})",
    }[execution.ended]
    told = [f"$ {typed or ' '.join(command.argv)}", *(line[:_WIDTH] for line in lines)]
    return shown("\n".join(told if execution.ok else [*told, ending]))


def _nameless(text: str) -> str:
    """What Nix said, without hashes and without the place of its private store."""
    return _HASHED.sub("/nix/store/…-", text.replace("{nix}/store/nix/store", "/nix/store"))


@dataclass(frozen=True, kw_only=True)
class Lab:
    """One experiment's surroundings.

    ``bench`` has a warm cache and lock files kept from set-up. ``open_index`` starts an index on loopback that serves
    the wheelhouse and, before it, folders of the experiment's own (``<project>/<file>`` below each); ``wheelhouse``
    is the folder of all pinned wheels, laid out likewise. ``hidden`` maps paths of this machine to what is shown in
    their place.
    """

    bench: Bench
    attempt: Attempt
    wheelhouse: Path
    open_index: OpenIndex
    hidden: Mapping[str, str]

    @property
    def workspace(self) -> Workspace:
        """The checkout that experiments work in, with its home, caches and state beside it."""
        return self.bench.warm

    @property
    def shape(self) -> Shape:
        """The members of the variant as committed."""
        return self.bench.shape

    def served_by(self, url: str) -> Lab:
        """The same lab, with another index in the toolchain's settings."""
        warm = self.workspace
        surroundings = replace(warm.surroundings, index=url)
        bench = replace(self.bench, warm=replace(warm, surroundings=surroundings), installed=False)
        return replace(self, bench=bench, hidden={**self.hidden, url: "{index}", url.rstrip("/"): "{index}"})

    def index_again(self, roots: Sequence[Path]) -> AbstractContextManager[Serving]:
        """An index of ``roots`` at the address of the one before, so that what lock files say of it still holds.

        Its pages count as old at once.
        """
        port = urlsplit(self.workspace.surroundings.index).port or 0
        return self.open_index(roots, pages_for_s=0, port=port)

    def shaped(self, shape: Shape) -> Lab:
        """The same lab for a monorepo that has other members by now."""
        bench = replace(self.bench, shape=shape, warm=replace(self.workspace, shape=shape))
        return replace(self, bench=bench)

    # States

    def fresh(self, *, lock: bool = True) -> Workspace:
        """A fresh clone with warm caches and no environment; with the lock files unless they are not wanted.

        Raises:
            StateError: it cannot be reached.
        """
        reach_fresh(self.workspace, lock=lock)
        return self.workspace

    def installed(self) -> Workspace:
        """A fresh clone, installed; both applications were seen to print their line.

        Raises:
            StateError: it cannot be reached.
        """
        workspace = self.fresh()
        install = self.bench.variant.spec.phases.install
        complete(self.bench, self.attempt, workspace, install, error=StateError, purpose="Installing failed")
        try:
            verify_applications(self.bench, self.attempt, workspace)
        except VerificationError as error:
            raise StateError(f"After installing, {error.message}") from error
        return workspace

    def away(self, name: str) -> Path:
        """An empty folder outside the checkout."""
        folder = self.workspace.folder / "away" / name
        remove_tree(folder)
        folder.mkdir(parents=True)
        return folder

    # Acts

    def phase(self, name: str, *, application: str | None = None) -> Trial | None:
        """Do one of the toolchain's phases (``lock``, ``install`` …); nothing where the variant has no such phase."""
        phase: Phase | None = getattr(self.bench.variant.spec.phases, name)
        return self.do(phase, application=application) if phase is not None else None

    def do(self, phase: Phase, *, application: str | None = None) -> Trial:
        """Run steps as a phase describes them, up to the first that fails."""
        return self._run(commands(self.bench, self.attempt, self.workspace, phase, application=application))

    def application(self, name: str) -> Trial:
        """Start an application the toolchain's own way."""
        return self.do(self.bench.variant.spec.phases.run, application=name)

    def python(self, application: str, code: str) -> Trial:
        """Run Python code where the toolchain runs an application: its run phase, with ``-c`` in the place of ``-m``.

        Raises:
            StateError: the run phase does not end in ``-m {module}``.
        """
        run = self.bench.variant.spec.phases.run
        if run.steps[-1][-2:] != ("-m", "{module}"):
            raise StateError("The run phase does not end in -m {module}, so no other code can be run in its place.")
        escaped = code.replace("{", "{{").replace("}", "}}")
        steps = (*run.steps[:-1], (*run.steps[-1][:-2], "-c", escaped))
        return self.do(replace(run, steps=steps), application=application)

    def type(self, *argv: str | Path, cwd: Path | None = None, extra: Mapping[str, str] | None = None) -> Trial:
        """Run one command in the toolchain's environment, with ``extra`` variables, by default in the checkout."""
        env = {**environment(self.bench, self.workspace), **(extra or {})}
        return self._run([self.attempt.command([str(part) for part in argv], cwd or self.workspace.root, env)])

    def command(self, command: Command) -> Trial:
        """Run a command that was made elsewhere."""
        return self._run([command])

    def plain(self, *argv: str | Path, cwd: Path, extra: Mapping[str, str] | None = None) -> Trial:
        """Run one command without anything of the toolchain in its environment, as on a machine that has none."""
        return self._run([self.attempt.command([str(part) for part in argv], cwd, self._bare(extra or {}))])

    def clean_environment(self, name: str) -> Path:
        """A new virtual environment outside the checkout, without pip; its interpreter.

        Raises:
            StateError: it cannot be made.
        """
        folder = self.away(name)
        made = self.plain(self.workspace.surroundings.python, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
        if not made.ok:
            raise StateError(f"No environment could be made: {made.evidence}")
        return folder / "bin" / "python"

    def _bare(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """An environment without anything of the toolchain."""
        workspace = self.workspace
        path = workspace.surroundings.host_path
        return scrubbed(home=workspace.home, path=path, extra=extra or {}, host=self.bench.host_environment)

    def _run(self, wanted: Iterable[Command]) -> Trial:
        steps = []
        for command in wanted:
            execution = self.attempt.executor.run(command)
            steps.append((command, execution))
            if not execution.ok:
                break
        return Trial(steps=tuple(steps), shown=self.show)

    def show(self, text: str) -> str:
        """``text`` with this machine's paths and addresses replaced by the names that ``variant.toml`` has for them."""
        for path, name in sorted(self._hidden(), key=lambda item: -len(item[0])):
            text = text.replace(path, name)
        return text

    def _hidden(self) -> Iterator[tuple[str, str]]:
        workspace = self.workspace
        yield from self.hidden.items()
        yield from ((value, f"{{{name}}}") for name, value in workspace.values().items())
        yield str(workspace.home), "{home}"
        yield str(workspace.folder), "{scratch}"

    # Nix

    @property
    def strategies(self) -> tuple[str, ...]:
        """The ways of describing members to Nix that the variant offers and the provider can build."""
        return offered(self.bench.variant.spec.nix.strategies, self.bench.provider)

    @property
    def nix_unavailable(self) -> str:
        """Why the Nix lane cannot run here, or has nothing to build; empty if it can."""
        if reason := self.bench.variant.spec.unsupported.get("nix"):
            return reason
        if self.bench.nix is None:
            return self.bench.nix_unavailable or "The Nix lane was not asked for."
        return "" if self.strategies else f"Provider {self.bench.provider} cannot build it in any way it offers."

    def nix(self) -> NixBench:
        """The Nix side, asked about the workspace's checkout as it is now.

        Raises:
            StateError: the Nix lane cannot run here.
        """
        side = self.bench.nix
        if side is None:
            raise StateError(self.nix_unavailable)
        names = write_names(self.bench.variant.spec.nix, self.shape, self.workspace.folder / "nix-names")
        # Its questions are asked by this experiment's own executor: another experiment may be under way.
        nix = replace(
            side.nix, run=lambda argv, extra: self.attempt.run(argv, self.workspace.folder, {**self._bare(), **extra})
        )
        return replace(side, nix=nix, workspace=self.workspace, names=names)

    def nix_build(self, *attributes: str, strategy: str = HANDWRITTEN, salt: str = "") -> Trial:
        """Build attributes of ``nix/default.nix`` in the private store; what Nix says is the trial's output.

        Raises:
            StateError: the Nix lane cannot run here.
        """
        side = self.nix()
        wanted = " ".join(f"-A {attribute}" for attribute in attributes)
        if strategy != HANDWRITTEN:
            wanted += f" --argstr strategy {strategy}"
        return self.nix_run(
            side.nix.build_command(side.expression(strategy, salt), attributes),
            typed=f"nix-build nix/default.nix {wanted}",
        )

    def nix_run(self, argv: Sequence[str], *, typed: str) -> Trial:
        """Run one of Nix' commands; ``typed`` is what a person would have typed in its place.

        Raises:
            StateError: the Nix lane cannot run here.
        """
        env = self.nix().nix.environment(self._bare())
        trial = self._run([self.attempt.command(argv, self.workspace.folder, env)])
        return replace(trial, typed=typed, shown=lambda text: _nameless(self.show(text)))
