"""What every scenario of the Nix lane has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from harness.measure.command import Command, Execution
from harness.monorepo.variants import Variant
from harness.records.facts import Lane, ScenarioFacts
from harness.workspace.nix import environments, ready, timed
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt


class NixScenario(ABC):
    """A scenario that evaluates and builds a variant's members in a private store, in the strategy of the attempt."""

    name: str
    order: int
    facts: ScenarioFacts
    lane: ClassVar[Lane] = Lane.NIX
    program: ClassVar[str] = "nix-build"

    def unsupported(self, bench: Bench) -> str:
        """Why the variant, or this machine, cannot do it."""
        stated = bench.variant.spec.unsupported
        return stated.get("nix", "") or stated.get(self.name, "") or (bench.nix_unavailable if not bench.nix else "")

    def steps(self, variant: Variant) -> tuple[tuple[str, ...], ...]:
        """The measured command, without the options that keep it in its own store."""
        nix = variant.spec.nix
        applications = [nix.attribute_of(name) for name in ("hello", "goodbye")]
        return ((self.program, "nix/default.nix", "-A", *applications),)

    @abstractmethod
    def prepare(self, bench: Bench, attempt: Attempt) -> Attempt:
        """Reach the state before; the attempt, with what was found out."""

    def measured(self, bench: Bench, attempt: Attempt) -> Iterable[Command]:
        """One build of both applications' environments."""
        side = ready(bench)
        expression = side.expression(attempt.strategy, attempt.salt)
        return [timed(bench, attempt, side.nix.build_command(expression, environments(bench)))]

    @abstractmethod
    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:
        """See that the result is what it has to be."""

    def sizes(self, bench: Bench, attempt: Attempt) -> dict[str, int]:  # noqa: ARG002
        """Most scenarios leave nothing that is worth weighing."""
        return {}

    def watched(self, bench: Bench) -> Sequence[Path]:
        """The store itself is left out: its growth is Nix' own business."""
        return [ready(bench).workspace.folder]
