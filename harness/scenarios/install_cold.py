"""``install-cold``: what a new colleague or a CI job without a cache waits for."""

from __future__ import annotations

from harness.measure.sizes import tree_size
from harness.records.facts import ScenarioFacts
from harness.scenarios.base import LocalScenario
from harness.workspace.distributions import parts
from harness.workspace.prepared import Bench
from harness.workspace.states import reach_cold
from harness.workspace.steps import Attempt
from harness.workspace.tree import Workspace


class InstallCold(LocalScenario):
    """Installs all members from a fresh clone with an empty cache."""

    name = "install-cold"
    order = 3
    phases = ("install",)
    facts = ScenarioFacts(
        title="Install, cold",
        before="Fresh clone with its lock file (where the toolchain has one); every cache empty; no environment.",
        measured="The toolchain's install commands, for all members.",
        verified="Both applications print their line, started the toolchain's own way.",
    )

    def workspace(self, bench: Bench) -> Workspace:
        """The one that is made anew for each sample."""
        return bench.cold

    def prepare(self, bench: Bench, attempt: Attempt) -> Attempt:
        """A fresh clone and an empty cache."""
        reach_cold(bench)
        return attempt

    def sizes(self, bench: Bench, attempt: Attempt) -> dict[str, int]:  # noqa: ARG002
        """The environments, what of them is not the members', and the cache that filling them left."""
        folders = bench.cold.environments
        whole = sum(tree_size(path).apparent_bytes for path in folders)
        members = [member.name for member in bench.shape.members]
        return {
            "environment_bytes": whole,
            **parts("environment_bytes", whole, folders, never=members),
            "cache_bytes": tree_size(bench.cold.cache).apparent_bytes,
        }


SCENARIO = InstallCold()
