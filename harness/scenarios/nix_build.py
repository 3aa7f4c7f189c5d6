"""``nix-build``: both applications' environments, no member built before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.errors import StateError
from harness.measure.command import Execution
from harness.records.facts import ScenarioFacts
from harness.scenarios.nix_lane import NixScenario
from harness.workspace.nix import asking, environments, missing_outputs, reach_checkout, ready, verify_rebuilt
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt

#: Up to so many applications, each one's closure is weighed.
_MOST_WEIGHED = 8


class NixBuild(NixScenario):
    """Builds every member and both environments."""

    name = "nix-build"
    order = 2
    facts = ScenarioFacts(
        title="Build",
        before="Fresh clone; the provider's Python and backends are in the store; no member is.",
        measured="nix-build of both applications' environments, in the sandbox.",
        verified="Both applications print their line from the store.",
    )

    def prepare(self, bench: Bench, attempt: Attempt) -> Attempt:
        """See that all members and environments are missing, and nothing else is."""
        reach_checkout(bench)
        salt = attempt.nonce()
        outputs, missing = missing_outputs(asking(bench, attempt), bench, attempt, salt)
        if there := sorted(set(outputs.values()) - missing):
            raise StateError(f"Already built: {', '.join(there)}")
        if more := sorted(missing - set(outputs.values())):
            raise StateError(f"The provider's base is not complete: {', '.join(more)}")
        return replace(attempt, salt=salt, before=missing)

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """Everything is there, and runs."""
        verify_rebuilt(bench, attempt, attempt.salt, attempt.before)

    def sizes(self, bench: Bench, attempt: Attempt) -> dict[str, int]:
        """What each environment needs to run, and what it needed to be built; of many, the first and the last alone."""
        nix = asking(bench, attempt)
        wanted = environments(bench)
        # Each takes queries of its own, and nobody reads hundreds of figures.
        wanted = wanted if len(wanted) <= _MOST_WEIGHED else [wanted[0], wanted[-1]]
        derivations = nix.instantiate(ready(bench).expression(attempt.strategy, attempt.salt), wanted)
        found = {"derivations_built": len(attempt.before)}
        for attribute, derivation in derivations.items():
            name = attribute.rpartition(".")[2]
            output = nix.planned([derivation])[derivation]
            found[f"{name}_runtime_closure_bytes"] = sum(item.nar_bytes for item in nix.runtime_closure(output))
            found[f"{name}_build_closure_bytes"] = sum(item.nar_bytes for item in nix.build_closure(derivation))
        return found


SCENARIO = NixBuild()
