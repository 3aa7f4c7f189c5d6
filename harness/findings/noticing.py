"""At which point Nix notices something: while it evaluates, while it builds, or only when an application starts."""

from __future__ import annotations

from harness.lab import Lab, Trial
from harness.records import Tone, ValueFacts

NOTICED = {
    "noticed-at-evaluation": ValueFacts(meaning="Nix refuses before it builds anything.", tone=Tone.GOOD),
    "noticed-at-build": ValueFacts(meaning="Nix refuses while it builds a member.", tone=Tone.GOOD),
    "noticed-at-start": ValueFacts(meaning="All is built, and an application fails when it is started.", tone=Tone.BAD),
    "unnoticed": ValueFacts(meaning="All is built, and the applications run.", tone=Tone.BAD),
}

# What Nix says on its standard error when a derivation begins to be built, and when one failed.
_BEGAN = ("building '/nix/store", "builder for '")


def noticed(lab: Lab) -> tuple[str, Trial]:
    """Build and start every application of the checkout as it is; where it was noticed, and what was said."""
    started = lab.nix_build(*(f"checks.{member.name}" for member in lab.shape.applications))
    if started.ok:
        return "unnoticed", started
    members = lab.nix_build(*(f"members.{member.name}" for member in lab.shape.members))
    if members.ok:
        return "noticed-at-start", started
    return ("noticed-at-build" if began(members) else "noticed-at-evaluation"), members


def began(trial: Trial) -> bool:
    """Whether Nix had begun to build anything."""
    return any(words in trial.output for words in _BEGAN)
