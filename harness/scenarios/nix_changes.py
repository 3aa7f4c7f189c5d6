"""``nix-add-dependency`` and its like: from a standard change, edited in, to the applications built with it by Nix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from harness.errors import VerificationError
from harness.measure.command import Command, Execution
from harness.monorepo.changes import STANDARD, StandardChange, VariantChange
from harness.monorepo.shapes import Shape
from harness.monorepo.variants import Variant
from harness.provision.nix.tree import write_names
from harness.records.facts import ScenarioFacts
from harness.scenarios.changes import FIRST, cannot
from harness.scenarios.nix_lane import NixScenario
from harness.workspace.changes import apply_nix_patch, before, make, needed, reshaped
from harness.workspace.nix import asking, environments, members, reach_checkout, ready, timed
from harness.workspace.prepared import Bench, NixBench
from harness.workspace.steps import Attempt


class NixMakeChange(NixScenario):
    """Builds after one standard change, its edit of the Nix files included."""

    def __init__(self, change: StandardChange, order: int) -> None:
        self._change = change
        self.name = f"nix-{change.name}"
        self.order = order
        self.facts = ScenarioFacts(
            title=change.facts.title,
            before="Both applications' environments are built; then the change is made, the Nix files included"
            + (f"; {STANDARD[change.base].facts.title.lower()} was done before." if change.base else "."),
            measured="nix-build of every application's environment.",
            verified=change.facts.effect,
        )

    def unsupported(self, bench: Bench) -> str:
        """Why the machine or the variant cannot do it."""
        return super().unsupported(bench) or self._cannot(bench.variant)

    def _cannot(self, variant: Variant) -> str:
        return cannot(variant, self._change) or needed(variant, self._change.name).file.unsupported_nix

    def steps(self, variant: Variant) -> tuple[tuple[str, ...], ...]:
        """The measured command, for the applications there are after the change."""
        if self._cannot(variant):
            return ()
        nix = variant.spec.nix
        names = ["hello", "goodbye", *(("farewell",) if self._change.name == "add-application" else ())]
        return ((self.program, "nix/default.nix", "-A", *map(nix.attribute_of, names)),)

    def prepare(self, bench: Bench, attempt: Attempt) -> Attempt:
        """Built, then changed. The salt is new: nothing of it was built in an earlier block."""
        attempt = replace(attempt, salt=attempt.nonce())
        reach_checkout(bench)
        workspace = ready(bench).workspace
        change = needed(bench.variant, self._change.name)
        base, shape = before(bench.variant, change, bench.shape)
        for item, members_then in ((base, shape), (change, change.change.reshape(shape))):
            if item is change:
                self._build(bench, attempt, shape)
            if item is not None:
                own, there = reshaped(bench, workspace, members_then)
                make(own, attempt, there, item, environments=False)
                apply_nix_patch(own, attempt, there, item, attempt.strategy)
        return attempt

    def _build(self, bench: Bench, attempt: Attempt, shape: Shape) -> None:
        own = self._with(bench, shape)
        expression = ready(own).expression(attempt.strategy, attempt.salt)
        asking(own, attempt).realise(expression, environments(own))

    def measured(self, bench: Bench, attempt: Attempt) -> Iterable[Command]:
        """One build of every application's environment."""
        own = self._with(bench, self._shape(bench))
        side = ready(own)
        argv = side.nix.build_command(side.expression(attempt.strategy, attempt.salt), environments(own))
        return [timed(own, attempt, argv)]

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """The effect: what the applications print from the store, or what the log of each member's tests says."""
        change = needed(bench.variant, self._change.name)
        own = self._with(bench, self._shape(bench))
        verify_nix_effect(own, attempt, change, attempt.salt)

    def _shape(self, bench: Bench) -> Shape:
        change = needed(bench.variant, self._change.name)
        return change.change.reshape(before(bench.variant, change, bench.shape)[1])

    def _with(self, bench: Bench, shape: Shape) -> Bench:
        side = ready(bench)
        names = write_names(bench.variant.spec.nix, shape, side.workspace.folder / "names")
        return replace(bench, shape=shape, nix=replace(side, names=names))


def verify_nix_effect(bench: Bench, attempt: Attempt, change: VariantChange, salt: str = "") -> None:
    """See a change's effect in what Nix built.

    Raises:
        VerificationError: it does not show.
        StateError: an application cannot be started, or a member cannot be built.
    """
    nix = asking(bench, attempt)
    side: NixBench = ready(bench)
    expression = side.expression(attempt.strategy, salt)
    names = [member.name for member in bench.shape.applications]
    outputs = nix.realise(expression, [f"checks.{name}" for name in names])
    for name in names:
        printed = nix.physical(outputs[f"checks.{name}"]).read_text(encoding="utf-8")
        if printed != change.change.line(name):
            raise VerificationError(
                f"{name} printed {printed[:200]!r} from the store, expected {change.change.line(name)!r}"
            )
    if change.change.tests:
        for attribute, derivation in nix.instantiate(expression, members(bench)).items():
            if "1 passed" not in nix.build_log(derivation):
                raise VerificationError(f"The build of {attribute} says nothing of a test that passed")


SCENARIOS = tuple(NixMakeChange(change, FIRST + number) for number, change in enumerate(STANDARD.values()))
