"""``nix-refresh``: from an edit of the shared library to both applications built anew."""

from __future__ import annotations

from collections.abc import Sequence

from harness.bench import Attempt, Bench
from harness.errors import StateError
from harness.measure.command import Execution
from harness.records import ScenarioFacts
from harness.scenarios.nix_lane import (
    STANDING,
    NixScenario,
    asking,
    environments,
    missing_outputs,
    reach_checkout,
    ready,
    verify_rebuilt,
)


class NixRefresh(NixScenario):
    """Builds after ``shared`` was edited."""

    name = "nix-refresh"
    order = 4
    facts = ScenarioFacts(
        title="Edit to visible",
        before="Built; then NAME in shared was edited to a value it never had before.",
        measured="nix-build of both applications' environments.",
        verified="Both print the new value from the store; only members and their environments were rebuilt.",
    )

    def prepare(self, bench: Bench, attempt: Attempt) -> None:
        """Built, then edited."""
        reach_checkout(bench)
        nix = asking(bench, attempt)
        side = ready(bench)
        nix.realise(side.expression(attempt.strategy, STANDING), environments(bench))
        side.workspace.edit_name(f"Wolf-{attempt.nonce()}")
        outputs, self._before = missing_outputs(nix, bench, attempt, STANDING)
        if outputs["members.shared"] not in self._before:
            raise StateError("After the edit, shared is not built anew: the edit is not part of its source")

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """The new value, and no more work than members and environments."""
        verify_rebuilt(bench, attempt, STANDING, self._before)


SCENARIO = NixRefresh()
