"""What a toolchain builds, and what comes of it where the checkout is not: used by the findings about shipping."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import canonicalize_name

from harness.errors import InapplicableError, StateError
from harness.findings.edits import add_requirement, write_module
from harness.monorepo.shapes import Member, Shape, module_of
from harness.monorepo.variants.file import DeployPhase, Phase
from harness.monorepo.variants.placeholders import placeholders
from harness.workspace.experiment import Lab, Trial
from harness.workspace.tree import expected_line
from harness.workspace.verify import distributions

_MOST_LINES = 8


@dataclass(frozen=True, kw_only=True)
class Built:
    """What the build phase made: wheels and sdists by the names of their members, and how."""

    trial: Trial
    wheels: Mapping[str, Path]
    sdists: Mapping[str, Path]

    @property
    def typed(self) -> str:
        """The commands that were given, a line each, without what they printed."""
        return commands_of(self.trial)

    @property
    def archives(self) -> list[Path]:
        """Every wheel and every sdist, in the order of their names."""
        return sorted([*self.wheels.values(), *self.sdists.values()])


def commands_of(trial: Trial) -> str:
    """The commands of a trial, a line each, repetitions left out."""
    return trial.shown("\n".join(dict.fromkeys(f"$ {' '.join(command.argv)}" for command, _ in trial.steps)))


def typed_with(phase: Phase, trial: Trial) -> str:
    """What a person typed for a phase, in a line: the variables that it sets to plain values, and its commands."""
    variables = [f"{name}={value}" for name, value in phase.environment.items() if not placeholders(value)]
    typed = trial.shown(" && ".join(dict.fromkeys(" ".join(command.argv) for command, _ in trial.steps)))
    return " ".join([*variables, typed])


def shortened(lines: Sequence[str]) -> list[str]:
    """The first lines, and how many there are besides."""
    left = len(lines) - _MOST_LINES
    return [*lines[:_MOST_LINES], f"… {left} lines more"] if left > 0 else list(lines)


def phase_of(lab: Lab, name: str) -> Phase:
    """A phase that an experiment cannot do without.

    Raises:
        InapplicableError: the variant has none, for the reason that it states.
    """
    phase: Phase | None = getattr(lab.bench.variant.spec.phases, name)
    if phase is None:
        raise InapplicableError(lab.bench.variant.spec.unsupported[name])
    return phase


def lock_with(lab: Lab, requirement: str, module: str) -> list[str]:
    """Let the library require something more and be this module, and lock in a fresh clone; what was done.

    Raises:
        StateError: locking fails.
    """
    root = lab.fresh(lock=False).root
    add_requirement(root, "shared", requirement)
    write_module(root, "shared", module)
    locked = lab.phase("lock")
    if locked is None:
        return [f"(nothing can be locked: {lab.bench.variant.spec.unsupported['lock']})"]
    if not locked.ok:
        raise StateError(f"Locking failed: {locked.evidence}")
    return [commands_of(locked)]


def start_deployed(lab: Lab, application: str) -> Trial:
    """Start an application that was deployed.

    Raises:
        InapplicableError: the variant deploys nothing.
        StateError: it does not say how a deployed application is started.
    """
    phase = phase_of(lab, "deploy")
    if not isinstance(phase, DeployPhase):
        raise StateError("The deploy phase does not say how a deployed application is started.")
    values = lab.workspace.values(app=application, module=module_of(application))
    return lab.plain(*(part.format_map(values) for part in phase.run), cwd=lab.workspace.folder)


def application_and_library(lab: Lab) -> tuple[Member, Member]:
    """The first application, and the library it needs."""
    application = lab.shape.applications[0]
    return application, lab.shape.member(application.needs[0])


def alone(lab: Lab, member: Member) -> Lab:
    """The same lab for work on one member, where the toolchain can be asked about one."""
    return lab.shaped(Shape(name=lab.shape.name, members=(member,)))


def try_build(lab: Lab, **variables: str) -> Trial:
    """Do the build phase with further variables, whatever comes of it; what was built before is gone."""
    lab.workspace.remove_outputs()
    phase = phase_of(lab, "build")
    return lab.do(replace(phase, environment={**phase.environment, **variables}))


def build(lab: Lab, **variables: str) -> Built:
    """Do the build phase, and find a wheel and an sdist of every member of the lab.

    Raises:
        StateError: it fails, or one is missing.
    """
    trial = try_build(lab, **variables)
    if not trial.ok:
        raise StateError(f"Building failed: {trial.evidence}")
    return products(lab, trial)


def products(lab: Lab, trial: Trial) -> Built:
    """What a build that went well left behind.

    Raises:
        StateError: there is no wheel or no sdist of a member.
        VerificationError: one has a name that none may have, or there are two of a member.
    """
    wheels, sdists = distributions(lab.workspace.dist)
    names = {member.name: canonicalize_name(member.name) for member in lab.shape.members}
    for what, found in (("wheel", wheels), ("sdist", sdists)):
        if missing := [name for name, normal in names.items() if normal not in found]:
            raise StateError(f"The build phase made no {what} of {', '.join(missing)}.")
    return Built(
        trial=trial,
        wheels={name: wheels[normal] for name, normal in names.items()},
        sdists={name: sdists[normal] for name, normal in names.items()},
    )


@contextmanager
def checkout_moved_away(lab: Lab) -> Iterator[None]:
    """Have the checkout out of reach meanwhile, as on another machine."""
    root = lab.workspace.root
    elsewhere = root.with_name("moved-away") / root.name
    elsewhere.parent.mkdir(exist_ok=True)
    root.rename(elsewhere)
    try:
        yield
    finally:
        elsewhere.rename(root)


def pip_install(lab: Lab, python: Path, *arguments: str | Path) -> Trial:
    """Install into an environment with the harness's own pip, which knows nothing of the toolchain.

    The index is the one that the lab's toolchain is told of.
    """
    pip = (sys.executable, "-m", "pip", "--python", python)
    return lab.plain(*pip, "install", *arguments, cwd=python.parent.parent, extra=_pip_settings(lab))


def pip_wheel(lab: Lab, project: Path, into: Path) -> Trial:
    """Build a wheel of an unpacked project under the variant's Python, with the harness's pip."""
    pip = (sys.executable, "-m", "pip", "--python", lab.workspace.surroundings.python)
    return lab.plain(*pip, "wheel", "--no-deps", "--wheel-dir", into, project, cwd=into, extra=_pip_settings(lab))


def _pip_settings(lab: Lab) -> dict[str, str]:
    return {
        "PIP_INDEX_URL": lab.workspace.surroundings.index,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_QUIET": "1",
    }


def start(lab: Lab, python: Path, application: str) -> Trial:
    """Start an application from an environment, away from the checkout."""
    return lab.plain(python, "-m", module_of(application), cwd=python.parent.parent)


def prints_its_line(trial: Trial, application: str) -> bool:
    """Whether an application that was started printed what it has to, and nothing else."""
    return trial.ok and trial.last.stdout == expected_line(application)
