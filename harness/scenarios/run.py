"""``run`` and ``run-direct``: starting an application the toolchain's own way, and in the activated environment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.measure.command import Command, Execution
from harness.monorepo.variants import Variant
from harness.records.facts import ScenarioFacts
from harness.scenarios.base import InstalledScenario
from harness.workspace.activated import direct_steps, starting_activated, with_activated
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


class RunDirect(InstalledScenario):
    """Starts the first application in the activated environment; where no tool stands before it, as ``run`` does."""

    name = "run-direct"
    order = 6
    phases = ()
    facts = ScenarioFacts(
        title="Run an application in the activated environment",
        before="Installed; both applications were seen to run; the environment found and activated.",
        measured="Starting hello with the environment's own Python, without what the toolchain puts before it.",
        verified="Its standard output, to the letter.",
    )

    def steps(self, variant: Variant) -> tuple[tuple[str, ...], ...]:
        """The environment's Python, with the module."""
        return direct_steps(variant)

    def prepare(self, bench: Bench, attempt: Attempt) -> Attempt:
        """Installed and activated."""
        return with_activated(bench, super().prepare(bench, attempt), bench.settled)

    def measured(self, bench: Bench, attempt: Attempt) -> Iterable[Command]:
        """Starting one application."""
        application = bench.shape.applications[0].name
        return (command for command, _ in starting_activated(bench, attempt, bench.settled, application))

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:
        """Its line."""
        application = bench.shape.applications[0].name
        command = list(self.measured(bench, attempt))[-1]
        verify_line(command.argv, executions[-1], bench.settled.line_of(application))


SCENARIOS = (Run(), RunDirect())
