"""What every scenario of the Nix lane has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from harness.bench import Attempt, Bench, NixBench
from harness.errors import StateError, VerificationError
from harness.measure.command import Command, Execution
from harness.measure.environment import scrubbed
from harness.nix import Nix
from harness.records import Lane, ScenarioFacts
from harness.strategies import UV2NIX
from harness.variants import Variant

#: The salt of what is built once and found again; every other build has a salt of its own.
STANDING = "standing"


class NixScenario(ABC):
    """A scenario that evaluates and builds a variant's members in a private store, in the strategy of the attempt."""

    name: str
    order: int
    facts: ScenarioFacts
    lane: ClassVar[Lane] = Lane.NIX
    program: ClassVar[str] = "nix-build"

    def __init__(self) -> None:
        # What `prepare` found out and `verify` holds the result against.
        self._salt = STANDING
        self._before: frozenset[str] = frozenset()

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
    def prepare(self, bench: Bench, attempt: Attempt) -> None:
        """Reach the state before."""

    def measured(self, bench: Bench, attempt: Attempt) -> Iterable[Command]:
        """One build of both applications' environments."""
        side = ready(bench)
        expression = side.expression(attempt.strategy, self._salt)
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


def ready(bench: Bench) -> NixBench:
    """The bench's Nix side.

    Raises:
        StateError: there is none.
    """
    if bench.nix is None:
        raise StateError(bench.nix_unavailable)
    return bench.nix


def asking(bench: Bench, attempt: Attempt) -> Nix:
    """The bench's Nix, with its untimed questions run and logged under this attempt."""
    side = ready(bench)
    env = _scrubbed(bench)
    return replace(side.nix, run=lambda argv, extra: attempt.run(argv, side.workspace.root, {**env, **extra}))


def timed(bench: Bench, attempt: Attempt, argv: Sequence[str]) -> Command:
    """A command to be timed, in the scrubbed environment that Nix gets."""
    side = ready(bench)
    return attempt.command(argv, side.workspace.root, side.nix.environment(_scrubbed(bench)))


def _scrubbed(bench: Bench) -> dict[str, str]:
    workspace = ready(bench).workspace
    return scrubbed(home=workspace.home, path=workspace.surroundings.host_path, extra={}, host=bench.host_environment)


def environments(bench: Bench) -> list[str]:
    """The attributes of both applications' environments."""
    return [f"environments.{member.name}" for member in bench.shape.applications]


def members(bench: Bench) -> list[str]:
    """The attributes of all members."""
    return [f"members.{member.name}" for member in bench.shape.members]


def reach_checkout(bench: Bench) -> None:
    """A fresh clone, with its lock files where a strategy reads them."""
    workspace = ready(bench).workspace
    workspace.renew(lock=False)
    if UV2NIX in bench.built:
        workspace.restore_locks(bench.warm.kept_locks)


def build_standing(bench: Bench, attempt: Attempt) -> None:
    """Have both environments in the store, in each strategy that is measured, for what begins built.

    Raises:
        StateError: they cannot be built.
    """
    reach_checkout(bench)
    for strategy in bench.built:
        expression = ready(bench).expression(strategy, STANDING)
        asking(bench, attempt).realise(expression, environments(bench))


def missing_outputs(nix: Nix, bench: Bench, attempt: Attempt, salt: str) -> tuple[dict[str, str], frozenset[str]]:
    """The outputs of members and environments by attribute, and all outputs they need that are not built yet."""
    expression = ready(bench).expression(attempt.strategy, salt)
    derivations = nix.instantiate(expression, [*members(bench), *environments(bench)])
    planned = nix.planned(derivations.values())
    outputs = {attribute: planned[derivation] for attribute, derivation in derivations.items()}
    return outputs, nix.missing(planned.values())


def verify_lines(nix: Nix, bench: Bench, attempt: Attempt, salt: str) -> None:
    """See both applications print their line when started from their environment, in the sandbox.

    Raises:
        VerificationError: one prints something else.
        StateError: one cannot be started.
    """
    side = ready(bench)
    names = [member.name for member in bench.shape.applications]
    outputs = nix.realise(side.expression(attempt.strategy, salt), [f"checks.{name}" for name in names])
    for name in names:
        printed = nix.physical(outputs[f"checks.{name}"]).read_text(encoding="utf-8")
        expected = side.workspace.line_of(name)
        if printed != expected:
            raise VerificationError(f"{name} printed {printed[:200]!r} from the store, expected {expected!r}")


def verify_rebuilt(bench: Bench, attempt: Attempt, salt: str, missing_before: frozenset[str]) -> None:
    """See that all is there, that only members and environments had to be built, and that both applications run.

    Raises:
        VerificationError: one of these is not so.
        StateError: an application cannot be started.
    """
    nix = asking(bench, attempt)
    outputs, missing = missing_outputs(nix, bench, attempt, salt)
    if missing:
        raise VerificationError(f"Nix left out {', '.join(sorted(missing))}")
    verify_only_rebuilt(missing_before, outputs)
    verify_lines(nix, bench, attempt, salt)


def verify_only_rebuilt(missing: frozenset[str], outputs: dict[str, str]) -> None:
    """See that what had been missing are members and their environments, and nothing else.

    Raises:
        VerificationError: something else had to be built too.
    """
    if more := sorted(missing - set(outputs.values())):
        raise VerificationError(f"More than members and environments had to be built: {', '.join(more)}")
