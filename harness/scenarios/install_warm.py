"""``install-warm``: a fresh clone on a machine that installed the same before."""

from __future__ import annotations

from collections.abc import Sequence

from harness.measure.command import Execution
from harness.records.facts import ScenarioFacts
from harness.scenarios.base import LocalScenario
from harness.workspace.prepared import Bench
from harness.workspace.states import reach_fresh
from harness.workspace.steps import Attempt
from harness.workspace.verify import verify_applications


class InstallWarm(LocalScenario):
    """Installs all members from a fresh clone with a warm cache."""

    name = "install-warm"
    order = 4
    phases = ("install",)
    facts = ScenarioFacts(
        title="Install, warm",
        before="Fresh clone with its lock file (where the toolchain has one); warm cache; no environment.",
        measured="The toolchain's install commands, for all members.",
        verified="Both applications print their line, started the toolchain's own way.",
    )

    def prepare(self, bench: Bench, attempt: Attempt) -> Attempt:
        """A fresh clone; the cache stays."""
        reach_fresh(bench.warm, lock=True)
        return attempt

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """See both applications run."""
        verify_applications(bench, attempt, bench.warm)


SCENARIO = InstallWarm()
