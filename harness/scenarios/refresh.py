"""``refresh``: from an edit of the shared library to seeing it in the applications."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.bench import Attempt, Bench, commands, verify_line
from harness.measure.command import Command, Execution
from harness.records import ScenarioFacts
from harness.scenarios.base import InstalledScenario, phase_of


class Refresh(InstalledScenario):
    """Makes an edit of ``shared`` visible in both applications."""

    name = "refresh"
    order = 7
    phases = ("refresh", "run")
    facts = ScenarioFacts(
        title="Edit to visible",
        before="Installed; then NAME in shared was edited to a value it never had before.",
        measured="The refresh commands (none, where an edit shows by itself), then starting both applications.",
        verified="Both applications print the new value.",
    )

    def prepare(self, bench: Bench, attempt: Attempt) -> None:
        """Installed, then edited."""
        super().prepare(bench, attempt)
        bench.settled.edit_name(f"Wolf-{attempt.nonce()}")
        bench.installed = False

    def measured(self, bench: Bench, attempt: Attempt) -> Iterable[Command]:
        """What refreshes, then each application."""
        yield from commands(bench, attempt, bench.settled, phase_of(bench.variant, "refresh"))
        yield from (command for _, command in self._runs(bench, attempt))

    def _runs(self, bench: Bench, attempt: Attempt) -> Iterable[tuple[str, Command]]:
        for member in bench.shape.applications:
            for command in commands(
                bench, attempt, bench.settled, bench.variant.spec.phases.run, application=member.name
            ):
                yield member.name, command

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:
        """The new value, from both."""
        runs = list(self._runs(bench, attempt))
        for (application, command), execution in zip(runs, executions[-len(runs) :], strict=True):
            verify_line(command.argv, execution, bench.settled.line_of(application))
        bench.installed = True


SCENARIO = Refresh()
