"""What every scenario is, and what those of the local lane have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar, Protocol, TypeVar

from harness.errors import StateError
from harness.measure.command import Command, Execution
from harness.monorepo.variants import Variant
from harness.monorepo.variants.file import Phase
from harness.records.facts import Lane, ScenarioFacts
from harness.workspace.prepared import Bench
from harness.workspace.states import reach_fresh, reach_installed
from harness.workspace.steps import Attempt, commands
from harness.workspace.tree import Workspace
from harness.workspace.verify import verify_applications

B_in = TypeVar("B_in", contravariant=True)


class Measurable(Protocol[B_in]):
    """One thing that is measured on benches of a kind.

    The runner calls ``prepare``, runs the commands of ``measured`` and times them, then calls ``verify`` and ``sizes``
    with the attempt that ``prepare`` returned; a sample counts only if none of them raised. A scenario keeps nothing
    in itself, so that several samples may be taken at once.
    """

    @property
    def name(self) -> str:
        """What it is called in the results."""
        ...

    def unsupported(self, bench: B_in, /) -> str:
        """Why this contestant, or this machine, cannot do it; empty if it can."""
        ...

    def prepare(self, bench: B_in, attempt: Attempt, /) -> Attempt:
        """Reach the state before and see that it is reached; the attempt, with what the other steps need of this one.

        Raises:
            StateError: it is not.
        """
        ...

    def measured(self, bench: B_in, attempt: Attempt, /) -> Iterable[Command]:
        """The commands to be timed, in order."""
        ...

    def verify(self, bench: B_in, attempt: Attempt, executions: Sequence[Execution], /) -> None:
        """See that the measured steps did what they are for.

        Raises:
            VerificationError: they did not.
        """
        ...

    def sizes(self, bench: B_in, attempt: Attempt, /) -> dict[str, int]:
        """What the result weighs, by names that carry their unit."""
        ...

    def watched(self, bench: B_in, /) -> Sequence[Path]:
        """The folders in which written files are counted."""
        ...


class Scenario(Measurable[Bench], Protocol):
    """One thing that is measured of variants; ``order`` is where it stands in listings."""

    name: str
    lane: Lane
    order: int
    facts: ScenarioFacts

    def steps(self, variant: Variant) -> tuple[tuple[str, ...], ...]:
        """The measured steps with their placeholders left in, for a reader."""
        ...


class LocalScenario:
    """A scenario that runs the toolchain's own commands in one of the bench's workspaces."""

    name: str
    order: int
    facts: ScenarioFacts
    #: The phases whose steps are measured; a variant that lacks the first of them does not support the scenario.
    phases: ClassVar[tuple[str, ...]]
    lane: ClassVar[Lane] = Lane.LOCAL

    def workspace(self, bench: Bench) -> Workspace:
        """Where it happens."""
        return bench.warm

    def unsupported(self, bench: Bench) -> str:
        """Why this variant cannot do it: what its ``variant.toml`` says of the scenario or of its phases."""
        for name in (self.name, *self.phases):
            if reason := bench.variant.spec.unsupported.get(name):
                return reason
        return ""

    def steps(self, variant: Variant) -> tuple[tuple[str, ...], ...]:
        """The steps of the measured phases, as they stand in ``variant.toml``."""
        return tuple(step for name in self.phases if (phase := optional_phase(variant, name)) for step in phase.steps)

    def prepare(self, bench: Bench, attempt: Attempt) -> Attempt:
        """A fresh clone with its lock files; caches stay."""
        reach_fresh(bench.warm, lock=True)
        return attempt

    def measured(self, bench: Bench, attempt: Attempt) -> Iterable[Command]:
        """The steps of the measured phases."""
        for name in self.phases:
            yield from commands(bench, attempt, self.workspace(bench), phase_of(bench.variant, name))

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """See both applications run."""
        verify_applications(bench, attempt, self.workspace(bench))

    def sizes(self, bench: Bench, attempt: Attempt) -> dict[str, int]:  # noqa: ARG002
        """Most scenarios leave nothing that is worth weighing."""
        return {}

    def watched(self, bench: Bench) -> Sequence[Path]:
        """The whole scratch folder: checkout, home, caches, outputs."""
        return [self.workspace(bench).folder]


class InstalledScenario(LocalScenario):
    """A scenario that begins installed, in the workspace that stays so."""

    def workspace(self, bench: Bench) -> Workspace:
        """The one that stays installed."""
        return bench.settled

    def prepare(self, bench: Bench, attempt: Attempt) -> Attempt:
        """Installed."""
        reach_installed(bench, attempt)
        return attempt


def optional_phase(variant: Variant, name: str) -> Phase | None:
    """A phase of the variant by its name, or nothing if the toolchain has no such thing."""
    phase: Phase | None = getattr(variant.spec.phases, name)
    return phase


def phase_of(variant: Variant, name: str) -> Phase:
    """A phase of the variant by its name.

    Raises:
        StateError: the variant has no such phase.
    """
    phase = optional_phase(variant, name)
    if phase is None:
        raise StateError(f"{variant.name} has no phase {name!r}: {variant.spec.unsupported.get(name, '')}")
    return phase
