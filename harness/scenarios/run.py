"""``run``: starting an application the toolchain's own way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.measure.command import Command, Execution
from harness.records.facts import ScenarioFacts
from harness.scenarios.base import InstalledScenario
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt, commands
from harness.workspace.verify import verify_line


class Run(InstalledScenario):
    """Starts the first application."""

    name = "run"
    order = 6
    phases = ("run",)
    facts = ScenarioFacts(
        title="Run an application",
        before="Installed; both applications were seen to run.",
        measured="The toolchain's own way to start hello.",
        verified="Its standard output, to the letter.",
    )

    def measured(self, bench: Bench, attempt: Attempt) -> Iterable[Command]:
        """Starting one application."""
        application = bench.shape.applications[0].name
        return commands(bench, attempt, bench.settled, bench.variant.spec.phases.run, application=application)

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """Its line."""
        application = bench.shape.applications[0].name
        argv, _ = list(bench.settled.expand(bench.variant.spec.phases.run, application=application))[-1]
        verify_line(argv, executions[-1], bench.settled.line_of(application))


SCENARIO = Run()
