"""``noop``: installing again when nothing changed."""

from __future__ import annotations

from collections.abc import Sequence

from harness.measure.command import Execution
from harness.records.facts import ScenarioFacts
from harness.scenarios.base import InstalledScenario
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt


class Noop(InstalledScenario):
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

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:
        """See both applications run."""
        bench.installed = False
        super().verify(bench, attempt, executions)
        bench.installed = True


SCENARIO = Noop()
