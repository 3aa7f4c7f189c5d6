"""What changed from one run to the next: versions of tools, files of variants, the machine, what a scenario means."""

from __future__ import annotations

from collections.abc import Mapping

from harness.records.facts import FindingFacts, ScenarioFacts, VariantFacts
from harness.records.format import RunInfo


def changed_versions(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Each version that changed, came or went: ``uv 0.9.5 → 0.9.7``."""
    return tuple(
        f"{name} {before[name]} → {after[name]}"
        if name in before and name in after
        else f"{name} {after[name]} is new"
        if name in after
        else f"{name} {before[name]} is gone"
        for name in dict.fromkeys((*after, *before))
        if before.get(name) != after.get(name)
    )


def changed_variant(before: RunInfo, after: RunInfo, variant: str) -> tuple[str, ...]:
    """What changed of a variant from one run to another; nothing where a run does not describe it."""
    old, new = before.variants.get(variant), after.variants.get(variant)
    if old is None or new is None or (old.digest == new.digest and _same_python(old, new)):
        return ()
    return changed_versions(*known_versions(old, new)) or ("its files, at the same versions",)


def known_versions(old: VariantFacts, new: VariantFacts) -> tuple[dict[str, str], dict[str, str]]:
    """The versions of a variant's tools in two runs, and of its Python if both recorded it."""
    if old.python and new.python:
        return old.versions, new.versions
    return dict(old.tools), dict(new.tools)


def _same_python(old: VariantFacts, new: VariantFacts) -> bool:
    """Whether both were measured with the same Python, as far as that was recorded."""
    return not (old.python and new.python) or old.python == new.python


def changed_machine(before: RunInfo, after: RunInfo) -> tuple[str, ...]:
    """What changed of the machine and the harness; what only one of the runs had use for is left out."""
    old, new = machine_of(before), machine_of(after)
    shared = [name for name in new if name in old]
    return changed_versions({name: old[name] for name in shared}, {name: new[name] for name in shared})


def machine_of(run: RunInfo) -> dict[str, str]:
    """What besides the variants bears on all figures of a run, by name."""
    host = run.host
    return {
        "the harness": run.harness_version,
        **{f"the harness's {name}": version for name, version in run.tools.items()},
        "the system": host.system,
        "its release": host.release,
        "the processor": f"{host.cpu_model}, {host.cpu_count} cores",
        "the file system": host.filesystem,
        "the host's Python": f"{host.python_implementation} {host.python_version}",
        "the C library": host.libc,
    }


def changed_meaning(before: RunInfo, after: RunInfo) -> tuple[str, ...]:
    """The scenarios and findings that mean something else in one run than in another, by name."""
    return tuple(name for name in after.scenarios if changed_scenario(before, after, name)) + tuple(
        name
        for name in after.findings
        if name in before.findings and _finding(before.findings[name]) != _finding(after.findings[name])
    )


def changed_scenario(before: RunInfo, after: RunInfo, name: str) -> bool:
    """Whether a scenario means something else in one run than in another; not where one of them lacks it."""
    old, new = before.scenarios.get(name), after.scenarios.get(name)
    return old is not None and new is not None and _scenario(old) != _scenario(new)


def _scenario(facts: ScenarioFacts) -> tuple[str, ...]:
    return facts.before, facts.measured, facts.verified


def _finding(facts: FindingFacts) -> tuple[object, ...]:
    return facts.experiment, frozenset(facts.values), facts.unit, facts.per_strategy
