"""``nix-noop``: building again when nothing changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.errors import VerificationError
from harness.measure.command import Execution
from harness.records.facts import ScenarioFacts
from harness.scenarios.nix_lane import NixScenario
from harness.workspace.nix import asking, environments, reach_checkout, ready, verify_lines
from harness.workspace.prepared import Bench
from harness.workspace.steps import STANDING, Attempt


class NixNoop(NixScenario):
    """Asks for what is there already."""

    name = "nix-noop"
    order = 3
    facts = ScenarioFacts(
        title="Nothing to do",
        before="Fresh clone; both environments are in the store.",
        measured="nix-build of both applications' environments.",
        verified="Nothing was added to the store, and both applications print their line from there.",
    )

    def prepare(self, bench: Bench, attempt: Attempt) -> Attempt:
        """Built."""
        reach_checkout(bench)
        nix = asking(bench, attempt)
        nix.realise(ready(bench).expression(attempt.strategy, STANDING), environments(bench))
        return replace(attempt, before=nix.contents())

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """The store is as it was."""
        nix = asking(bench, attempt)
        if more := sorted(nix.contents() - attempt.before):
            raise VerificationError(f"With nothing to do, Nix added {', '.join(more)}")
        verify_lines(nix, bench, attempt, STANDING)


SCENARIO = NixNoop()
