"""A contestant's Nix side: what is asked of Nix, what is built before, and what is seen afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.errors import StateError, VerificationError
from harness.measure.command import Command
from harness.measure.environment import scrubbed
from harness.nix import Nix
from harness.records.strategies import UV2NIX
from harness.workspace.prepared import Bench, NixBench
from harness.workspace.steps import STANDING, Attempt


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
