"""The kinds of scenarios there are for backends: starting Python, and building something of the project."""

from __future__ import annotations

import tarfile
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from harness.errors import VerificationError
from harness.measure.command import Command, Execution
from harness.monorepo.backends.project import PACKAGE
from harness.records.facts import ScenarioFacts
from harness.workspace.backend import BackendBench
from harness.workspace.steps import Attempt

#: What a scenario's command consists of, by the bench and the shape.
Argv = Callable[[BackendBench, str], Sequence[str | Path]]

#: Up to so many files everything is measured; of larger packages what grows with them.
SMALL = 100


class Sizes(Enum):
    """Of which projects a scenario is measured: one of them, those of a person's size, or all that were asked for."""

    ONE = "one"
    SMALL = "small"
    ALL = "all"


def measured_of(spread: Sizes, files: Sequence[int]) -> Sequence[int]:
    """Of which of these numbers of files, from few to many, a scenario is measured; always of one at least."""
    match spread:
        case Sizes.ONE:
            return files[:1]
        case Sizes.SMALL:
            return [count for count in files if count <= SMALL] or files[:1]
        case Sizes.ALL:
            return files


class BackendScenario(ABC):
    """One thing that is measured of every backend; see :class:`harness.scenarios.base.Measurable` for the methods."""

    name: str
    facts: ScenarioFacts
    spread: Sizes = Sizes.ALL

    @property
    def beside(self) -> bool:
        """Whether it takes an environment with front ends beside the backend."""
        return False

    def unsupported(self, bench: BackendBench) -> str:  # noqa: ARG002
        """Why this backend cannot do it."""
        return ""

    @abstractmethod
    def prepare(self, bench: BackendBench, attempt: Attempt) -> Attempt:
        """Reach the state before."""

    @abstractmethod
    def measured(self, bench: BackendBench, attempt: Attempt) -> Iterable[Command]:
        """The commands to be timed."""

    @abstractmethod
    def verify(self, bench: BackendBench, attempt: Attempt, executions: Sequence[Execution]) -> None:
        """See that they did what they are for."""

    @abstractmethod
    def steps(self, backend: str, module: str) -> tuple[tuple[str, ...], ...]:
        """The measured commands, for a reader."""

    def sizes(self, bench: BackendBench, attempt: Attempt) -> dict[str, int]:  # noqa: ARG002
        """What was built."""
        return {}

    def watched(self, bench: BackendBench) -> Sequence[Path]:
        """Where written files are counted: what is built, not what Python compiles."""
        return [bench.out] if bench.out.is_dir() else []


@dataclass(kw_only=True)
class Starting(BackendScenario):
    """Starts Python in an environment, to import something or nothing.

    ``hook`` builds what is installed there beforehand; without one it is the environment of the backend itself. One
    start is over in so few milliseconds that a sample of what an install costs is ``times`` of them, one after another.
    """

    name: str
    facts: ScenarioFacts
    code: str
    hook: str = ""
    flat: bool = False
    times: int = 1
    spread: Sizes = Sizes.ALL

    def prepare(self, bench: BackendBench, attempt: Attempt) -> Attempt:
        """What is to be started has been started before, so that its modules are compiled."""
        for command in self.measured(bench, attempt):
            attempt.executor.run(command)
        return attempt

    def measured(self, bench: BackendBench, attempt: Attempt) -> Iterable[Command]:
        """Starts of the interpreter."""
        python = bench.installed(attempt, self.hook, flat=self.flat) if self.hook else bench.python
        code = self.code.format(module=bench.variant.spec.module.partition(":")[0])
        for _ in range(self.times):
            yield bench.command(attempt, (python, "-c", code), bench.folder)

    def verify(self, bench: BackendBench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """It said nothing."""
        for execution in executions:
            if said := execution.stdout + execution.stderr:
                raise VerificationError(f"Python said: {said[:200]}")

    def steps(self, backend: str, module: str) -> tuple[tuple[str, ...], ...]:  # noqa: ARG002
        """The interpreter and the code."""
        return (("python", "-c", self.code.format(module=module.partition(":")[0])),) * self.times


@dataclass(kw_only=True)
class Building(BackendScenario):
    """Builds something of the project: a hook called on its own, or a front end that calls it.

    ``product`` is what has to be there afterwards. A front end is installed ``with_backend``, or told of
    its environment.
    """

    name: str
    facts: ScenarioFacts
    product: str
    hook: str = ""
    argv: Argv | None = None
    shown: tuple[str, ...] = ()
    only: str = ""
    with_backend: bool = False
    spread: Sizes = Sizes.ALL

    @property
    def beside(self) -> bool:
        """Whether the front end is installed with the backend."""
        return self.with_backend

    def unsupported(self, bench: BackendBench) -> str:
        """Why this backend cannot do it: it lacks an optional hook, or is asked in no other way."""
        if self.hook and self.hook not in bench.hooks:
            return f"{bench.variant.spec.title} has no hook {self.hook}, which PEP 517 and PEP 660 leave to it."
        if self.only and bench.variant.spec.module != self.only:
            return f"Through PEP 517 is how uv build asks {bench.variant.spec.title} without being told."
        return ""

    def prepare(self, bench: BackendBench, attempt: Attempt) -> Attempt:
        """Sources and nothing else."""
        bench.fresh(bench.project(attempt.shape))
        return attempt

    def measured(self, bench: BackendBench, attempt: Attempt) -> Iterable[Command]:
        """The hook or the front end."""
        project = bench.project(attempt.shape)
        if self.argv is None:
            yield bench.hook(attempt, project, self.hook)
        else:
            python = bench.beside if self.with_backend else bench.python
            yield bench.command(attempt, self.argv(bench, attempt.shape), project.folder, python=python)

    def verify(self, bench: BackendBench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """What was built has every module of the package, or says whose it is."""
        if self.argv is None:
            built = bench.out / str(bench.answer())
        else:
            found = sorted(path for path in bench.out.iterdir() if path.suffix == ".whl")
            if len(found) != 1:
                raise VerificationError(f"Expected one wheel, found {len(found)}")
            built = found[0]
        files = bench.project(attempt.shape).files
        match self.product:
            case "wheel":
                with zipfile.ZipFile(built) as archive:
                    _count(files, archive.namelist(), built)
            case "sdist":
                with tarfile.open(built) as packed:
                    _count(files, packed.getnames(), built)
            case "editable":
                with zipfile.ZipFile(built) as archive:
                    _named(archive.read(f"{PACKAGE}-0.1.0.dist-info/METADATA").decode(), built)
            case _:
                _named((built / "METADATA").read_text(encoding="utf-8"), built)

    def steps(self, backend: str, module: str) -> tuple[tuple[str, ...], ...]:  # noqa: ARG002
        """What a person would type, or what a front end runs."""
        return (self.shown or ("python", "hook.py", module, self.hook, "{out}"),)

    def sizes(self, bench: BackendBench, attempt: Attempt) -> dict[str, int]:  # noqa: ARG002
        """What a wheel or an sdist weighs, where a hook alone built it."""
        if self.argv is not None or self.product not in ("wheel", "sdist"):
            return {}
        return {f"{self.product}_bytes": sum(path.stat().st_size for path in bench.out.iterdir() if path.is_file())}


def _count(files: int, names: Iterable[str], built: Path) -> None:
    found = sum(name.endswith(".py") and f"{PACKAGE}/" in name for name in names)
    if found != files:
        raise VerificationError(f"{built.name} has {found} of the package's {files} modules")


def _named(metadata: str, built: Path) -> None:
    if f"\nName: {PACKAGE}\n" not in f"\n{metadata}":
        raise VerificationError(f"{built.name}: its metadata does not name {PACKAGE}")
