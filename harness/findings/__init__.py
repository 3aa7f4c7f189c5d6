"""One file a finding: an untimed fact about a variant, established by looking or by an experiment.

A module here that has a ``FINDING`` (an :class:`Inspection` or an :class:`Experiment`) is found by itself; adding one
is adding a file. A module may establish several findings that belong together.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache

from harness.findings.base import (
    FAILED,
    UNSUPPORTED,
    Experiment,
    Inspection,
    Observation,
    Subject,
)
from harness.findings.conduct import Answered, conduct, wanted
from harness.records.facts import FindingFacts, Lane


@cache
def all_kinds() -> Mapping[str, Inspection | Experiment]:
    """What each module establishes, by the module's name with hyphens."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        kind = getattr(importlib.import_module(f"{__name__}.{module.name}"), "FINDING", None)
        if kind is not None:
            found[module.name.replace("_", "-")] = kind
    return found


def inspections() -> dict[str, Inspection]:
    """Those that only look."""
    return {name: kind for name, kind in all_kinds().items() if isinstance(kind, Inspection)}


def experiments() -> dict[str, Experiment]:
    """Those that do something and watch."""
    return {name: kind for name, kind in all_kinds().items() if isinstance(kind, Experiment)}


def all_findings() -> dict[str, FindingFacts]:
    """Every finding by its name, described."""
    return {name: facts for kind in all_kinds().values() for name, facts in kind.facts.items()}


def inspect(subject: Subject) -> Iterator[Observation]:
    """Every finding about one variant that takes no more than a look; those of a Nix strategy say so if it has none."""
    for kind in inspections().values():
        yield from kind.look(subject)
        for name, described in kind.facts.items():
            if Lane.NIX in described.lanes and described.per_strategy and not subject.variant.spec.nix.strategies:
                why = subject.nix_unavailable
                yield Observation(finding=name, lane=Lane.NIX, value=UNSUPPORTED, evidence=why)


__all__ = [
    "FAILED",
    "UNSUPPORTED",
    "Answered",
    "Experiment",
    "Inspection",
    "Observation",
    "Subject",
    "all_findings",
    "conduct",
    "experiments",
    "inspect",
    "inspections",
    "wanted",
]
