"""Variants that have another name now than in earlier runs: pure.

A run from before the names changed says of no variant where its idiom is documented, which is how it is told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from harness.records.format import CONTROL_SUFFIX, Finding, RunInfo

#: What a variant of an earlier run is called now: bare names became those of the recommended idioms.
NAMES: Mapping[str, str] = {"hatch": "hatch-direct", "hatch-workspace": "hatch", "pdm": "pdm-path"}


def renamed_in(run: RunInfo) -> Mapping[str, str]:
    """The variants of a run that have another name now: the run's name of each, and today's."""
    if any(facts.documented is not None for facts in run.variants.values()):
        return {}
    return {name: NAMES[name] for name in run.variants if name in NAMES}


def as_now(name: str, names: Mapping[str, str]) -> str:
    """Today's name of a contestant; its A/A cells follow it."""
    bare = name.removesuffix(CONTROL_SUFFIX)
    return names.get(bare, bare) + name[len(bare) :]


def run_as_now(run: RunInfo) -> RunInfo:
    """A run in which every variant is called as it is now, and is titled with both names if these differ."""
    names = renamed_in(run)
    if not names:
        return run
    plan = run.plan
    return replace(
        run,
        plan=replace(
            plan,
            cells=tuple(replace(cell, variant=as_now(cell.variant, names)) for cell in plan.cells),
            reference=as_now(plan.reference, names),
        ),
        variants={
            names.get(name, name): replace(facts, title=f"{name} (now {names[name]})") if name in names else facts
            for name, facts in run.variants.items()
        },
    )


def finding_as_now(finding: Finding, names: Mapping[str, str]) -> Finding:
    """A finding about the variant that it is about, by today's name."""
    return replace(finding, variant=as_now(finding.variant, names)) if names else finding
