"""``nix-build-jobs-1`` and ``nix-build-jobs-2``: what building members side by side saves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from harness.measure.command import Command
from harness.monorepo.variants import Variant
from harness.scenarios.nix_build import NixBuild
from harness.workspace.nix import environments, ready, timed
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt


class NixBuildJobs(NixBuild):
    """Builds every member and both environments, so many derivations at once."""

    def __init__(self, jobs: int, order: int) -> None:
        self._jobs = str(jobs)
        self.name = f"nix-build-jobs-{jobs}"
        self.order = order
        at_once = "one derivation at a time" if jobs == 1 else f"up to {jobs} derivations at once"
        self.facts = replace(
            NixBuild.facts,
            title=f"Build, {at_once}",
            measured=f"nix-build of both applications' environments, in the sandbox, {at_once}.",
        )

    def steps(self, variant: Variant) -> tuple[tuple[str, ...], ...]:
        """The measured command, with how many builds it may have at once."""
        return tuple((*step, "-j", self._jobs) for step in super().steps(variant))

    def measured(self, bench: Bench, attempt: Attempt) -> Iterable[Command]:
        """One build of both applications' environments."""
        side = ready(bench)
        nix = replace(side.nix, jobs=self._jobs)
        expression = side.expression(attempt.strategy, attempt.salt)
        return [timed(bench, attempt, nix.build_command(expression, environments(bench)))]

    def sizes(self, bench: Bench, attempt: Attempt) -> dict[str, int]:  # noqa: ARG002
        """How many derivations were built; what they weigh is known from ``nix-build``."""
        return {"derivations_built": len(attempt.before)}


SCENARIOS = tuple(NixBuildJobs(jobs, order) for order, jobs in enumerate((1, 2), start=7))
