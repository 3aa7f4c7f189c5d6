"""``nix-eval``: from files to derivations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from harness.errors import VerificationError
from harness.measure.command import Command, Execution
from harness.records.facts import ScenarioFacts
from harness.scenarios.nix_lane import NixScenario
from harness.workspace.nix import asking, environments, reach_checkout, ready, timed
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt


class NixEval(NixScenario):
    """Evaluates both applications' environments."""

    name = "nix-eval"
    order = 1
    program = "nix-instantiate"
    facts = ScenarioFacts(
        title="Evaluate",
        before="Fresh clone; the provider's Python and backends are in the store; none of these derivations is.",
        measured="nix-instantiate of both applications' environments.",
        verified="A derivation for each is in the store.",
    )

    def prepare(self, bench: Bench, attempt: Attempt) -> Attempt:
        """A fresh clone, and a salt under which nothing was evaluated before."""
        reach_checkout(bench)
        return replace(attempt, salt=attempt.nonce())

    def measured(self, bench: Bench, attempt: Attempt) -> Iterable[Command]:
        """One evaluation."""
        side = ready(bench)
        expression = side.expression(attempt.strategy, attempt.salt)
        return [timed(bench, attempt, side.nix.instantiate_command(expression, environments(bench)))]

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:
        """Derivation paths, and the store has them."""
        derivations = executions[-1].stdout.split()
        wanted = len(environments(bench))
        if len(set(derivations)) != wanted or not all(path.endswith(".drv") for path in derivations):
            raise VerificationError(f"nix-instantiate printed {derivations}, expected {wanted} derivations")
        if missing := asking(bench, attempt).missing(derivations):
            raise VerificationError(f"The store lacks {', '.join(sorted(missing))}")


SCENARIO = NixEval()
