"""``install-warm``: a fresh clone on a machine that installed the same before."""

from __future__ import annotations

from harness.records.facts import ScenarioFacts
from harness.scenarios.base import LocalScenario


class InstallWarm(LocalScenario):
    """Installs all members from a fresh clone with a warm cache."""

    name = "install-warm"
    order = 4
    phases = ("install",)
    facts = ScenarioFacts(
        title="Install, warm",
        before="Fresh clone with its lock file (where the toolchain has one); warm cache; no environment.",
        measured="The toolchain's install commands, for all members.",
        verified="Both applications print their line, started the toolchain's own way.",
    )


SCENARIO = InstallWarm()
