"""``add-dependency`` and its like: from a standard change, edited in, to the applications showing its effect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.errors import StateError
from harness.measure.command import Command, Execution
from harness.monorepo.changes import STANDARD, StandardChange, VariantChange, load_change
from harness.monorepo.shapes import Shape
from harness.monorepo.variants import Variant
from harness.records.facts import ScenarioFacts
from harness.scenarios.base import InstalledScenario
from harness.workspace.changes import before, deeds, effects, make, needed, reshaped, verify_effect
from harness.workspace.prepared import Bench
from harness.workspace.states import reach_installed
from harness.workspace.steps import Attempt
from harness.workspace.tree import NAME, Workspace

#: Changes stand behind everything else in listings.
FIRST = 100


def cannot(variant: Variant, change: StandardChange) -> str:
    """Why a variant does not make a change, or not the one it builds on; empty if it does."""
    for name in (change.name, *filter(None, (change.base,))):
        found = load_change(variant, name)
        if found is None:
            return f"{variant.name} does not say how it is made: changes.toml has no [{name}]."
        if found.file.unsupported:
            return found.file.unsupported
    return ""


class MakeChange(InstalledScenario):
    """Makes one standard change the toolchain's own way. Editing takes no time here; what is typed does."""

    phases = ()

    def __init__(self, change: StandardChange, order: int) -> None:
        self._change = change
        self.name = change.name
        self.order = order
        self.facts = ScenarioFacts(
            title=change.facts.title,
            before="Installed; both applications were seen to run; what the change brings in is in no cache yet"
            + (f"; {STANDARD[change.base].facts.title.lower()} was done." if change.base else "."),
            measured="The commands that are typed for the change, edits by hand being there already, then "
            + ("the command that runs all tests." if change.tests else "starting every application."),
            verified=change.facts.effect,
        )

    def unsupported(self, bench: Bench) -> str:
        """What the variant says of the change, and of the one it builds on."""
        return bench.variant.spec.unsupported.get(self.name, "") or cannot(bench.variant, self._change)

    def steps(self, variant: Variant) -> tuple[tuple[str, ...], ...]:
        """What is typed, and what shows the effect."""
        if cannot(variant, self._change):
            return ()
        found = needed(variant, self.name)
        shows = found.file.test.steps if found.file.test else variant.spec.phases.run.steps
        return (*found.commands, *shows)

    def prepare(self, bench: Bench, attempt: Attempt) -> Attempt:
        """Installed with the caches as they were, the change before made, and what is edited first edited in."""
        bench.settled.restore_cache()
        # A patch is made for the committed files, and the scenario before may have edited them.
        bench.installed = bench.installed and bench.settled.name == NAME
        reach_installed(bench, attempt)
        bench.installed = False
        change = needed(bench.variant, self.name)
        base, shape = before(bench.variant, change, bench.shape)
        if base is not None:
            make(*self._after(bench, attempt, shape), base)
        for command in self._edits(bench, attempt, change):
            execution = attempt.executor.run(command)
            if not execution.ok:
                raise StateError(f"A patch of {self.name} does not apply: {execution.stderr.strip()[:300]}")
        return attempt

    def measured(self, bench: Bench, attempt: Attempt) -> Iterable[Command]:
        """What is left to do, and then what shows the effect."""
        change = needed(bench.variant, self.name)
        shape = self._shape(bench, change)
        own, attempt, workspace = self._after(bench, attempt, shape)
        yield from list(deeds(own, attempt, workspace, change))[len(list(self._edits(bench, attempt, change))) :]
        yield from (command for command, _ in effects(own, attempt, workspace, change))

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:
        """The effect, as the applications or the tests show it."""
        change = needed(bench.variant, self.name)
        shape = self._shape(bench, change)
        shown = list(effects(*self._after(bench, attempt, shape), change))
        for (command, application), execution in zip(shown, executions[-len(shown) :], strict=True):
            verify_effect(change, shape, command, execution, application)

    def _shape(self, bench: Bench, change: VariantChange) -> Shape:
        return change.change.reshape(before(bench.variant, change, bench.shape)[1])

    def _after(self, bench: Bench, attempt: Attempt, shape: Shape) -> tuple[Bench, Attempt, Workspace]:
        own, workspace = reshaped(bench, bench.settled, shape)
        return own, attempt, workspace

    def _edits(self, bench: Bench, attempt: Attempt, change: VariantChange) -> Iterable[Command]:
        """The edits that come before anything is typed: they cost a person's time, which nobody measures."""
        own, attempt, workspace = self._after(bench, attempt, self._shape(bench, change))
        leading = 0
        for deed in change.deeds:
            if not deed.patch:
                break
            leading += 1
        return list(deeds(own, attempt, workspace, change))[:leading]


SCENARIOS = tuple(MakeChange(change, FIRST + number) for number, change in enumerate(STANDARD.values()))
