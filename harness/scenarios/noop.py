"""``noop``: installing again when nothing changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.measure.command import Command, Execution
from harness.monorepo.variants import Variant
from harness.monorepo.variants.file import Phase
from harness.records.facts import ScenarioFacts
from harness.scenarios.base import InstalledScenario
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt, commands


class Noop(InstalledScenario):
    """Runs the install steps once more, or what installing again takes where that is less."""

    name = "noop"
    order = 5
    phases = ("install",)
    facts = ScenarioFacts(
        title="Nothing to do",
        before="Installed; both applications were seen to run; nothing changed since.",
        measured="The install commands again; where an environment is made once, without making it.",
        verified="Both applications still print their line.",
    )

    def steps(self, variant: Variant) -> tuple[tuple[str, ...], ...]:
        """What is typed to install again."""
        return _again(variant).steps

    def measured(self, bench: Bench, attempt: Attempt) -> Iterable[Command]:
        """What is typed to install again."""
        return commands(bench, attempt, bench.settled, _again(bench.variant))

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:
        """See both applications run."""
        bench.installed = False
        super().verify(bench, attempt, executions)
        bench.installed = True


def _again(variant: Variant) -> Phase:
    return variant.spec.phases.again or variant.spec.phases.install


SCENARIO = Noop()
