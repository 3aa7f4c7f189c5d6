"""``noop``: installing again when nothing changed."""

from __future__ import annotations

from collections.abc import Sequence

from harness.bench import Attempt, Bench, reach_installed, verify_applications
from harness.measure.command import Execution
from harness.records import ScenarioFacts
from harness.scenarios.base import LocalScenario


class Noop(LocalScenario):
    """Runs the install steps once more."""

    name = "noop"
    order = 5
    phases = ("install",)
    facts = ScenarioFacts(
        title="Nothing to do",
        before="Installed; both applications were seen to run; nothing changed since.",
        measured="The install commands again.",
        verified="Both applications still print their line.",
    )

    def prepare(self, bench: Bench, attempt: Attempt) -> None:
        """Installed."""
        reach_installed(bench, attempt)

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """See both applications run."""
        bench.installed = False
        verify_applications(bench, attempt, bench.warm)
        bench.installed = True


SCENARIO = Noop()
