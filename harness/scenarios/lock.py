"""``lock``: from requirements to a lock file."""

from __future__ import annotations

from collections.abc import Sequence

from harness.measure.command import Execution
from harness.records.facts import ScenarioFacts
from harness.scenarios.base import LocalScenario
from harness.workspace.prepared import Bench
from harness.workspace.states import reach_fresh
from harness.workspace.steps import Attempt
from harness.workspace.verify import verify_locks


class Lock(LocalScenario):
    """Writes the lock file anew."""

    name = "lock"
    order = 2
    phases = ("lock",)
    facts = ScenarioFacts(
        title="Lock",
        before="Fresh clone without a lock file; warm cache; no environment.",
        measured="The toolchain's lock command, in each project that has a lock file of its own.",
        verified="The lock files are there, and every member is named in one or has one of its own.",
    )

    def prepare(self, bench: Bench, attempt: Attempt) -> Attempt:
        """A fresh clone without its lock files."""
        reach_fresh(bench.warm, lock=False)
        return attempt

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """See that every member is covered."""
        verify_locks(bench, bench.warm)


SCENARIO = Lock()
