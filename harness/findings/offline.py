"""``offline-…``: which work goes on when the index is gone and the caches are warm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.errors import StateError
from harness.findings import complaints
from harness.findings.base import UNSUPPORTED, Experiment, Observation, bad, fair, good, observed
from harness.monorepo.variants.file import Phase
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab, Trial

_PHASES = {
    "lock": "locking anew",
    "install": "installing into a new environment",
    "run": "starting an application",
    "build": "building sdists and wheels",
    "deploy": "deploying an application",
}

_VALUES = {
    "works": good("It works as always."),
    "works-if-told": fair("It works when the toolchain is told to do without the index."),
    "fails": bad("It fails, though all it needs was fetched before."),
}


def _facts() -> dict[str, FindingFacts]:
    found = {
        f"offline-{name}": FindingFacts(
            title=f"Offline: {what}",
            question=f"With the index gone and warm caches, does {what} work?",
            experiment="Everything is done once with an index on loopback, so that caches are warm. Then the "
            "index is ended, and its address stays in the settings; its pages count as old, as those of the public "
            f"index do after ten minutes. Now {what} is tried from the state it always begins with; if it fails, once "
            "more with the variables that the variant has for working offline.",
            group="offline",
            lanes=(Lane.LOCAL,),
            values=_VALUES,
        )
        for name, what in _PHASES.items()
    }
    return {**found, "error-offline": complaints.facts("the index is gone")}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Warm the caches with an index of its own, end it, and try each phase."""
    kept = {path: path.read_bytes() for path in lab.workspace.kept_locks.rglob("*") if path.is_file()}
    try:
        yield from _observe(lab)
    finally:
        # Lock files may name the index: the next experiment has to find those of the lab's own.
        for path, content in kept.items():
            path.write_bytes(content)


def _observe(lab: Lab) -> Iterator[Observation]:
    # The public index lets pages be cached for ten minutes. What is tried here is tried later than that.
    with lab.open_index([], pages_for_s=0) as index:
        own = lab.served_by(index.url)
        # It ends installed: what is installed stays so, as it does for a person who goes on a journey.
        for name in ("lock", "build", "deploy", "install", "run"):
            trial = _try(own, name)
            if trial is not None and not trial.ok:
                raise StateError(f"With the index there, {name} failed: {trial.evidence}")
            if name == "lock":
                own.workspace.keep_locks()
    failed: list[Trial] = []
    for name in ("run", *(name for name in _PHASES if name != "run")):
        trial = _try(own, name)
        if trial is None:
            reason = lab.bench.variant.spec.unsupported[name]
            yield observed(f"offline-{name}", UNSUPPORTED, reason)
            continue
        evidence = trial.evidence or "Nothing is typed for it."
        value = "works" if trial.ok else "fails"
        if not trial.ok:
            failed.append(trial)
            if told := _told(own, name):
                value, evidence = "works-if-told", f"{evidence}\n{told}"
        yield observed(f"offline-{name}", value, evidence)
    if failed:
        address = own.workspace.surroundings.index
        keys = ["{index}", address, address.removeprefix("http://").partition("/")[0]]
        yield complaints.judge("error-offline", failed[0], files=_LOCKED_OR_STATED, keys=keys)
    else:
        nothing = "Everything worked with the index gone: there is no message to judge."
        yield observed("error-offline", complaints.NO_ERROR, nothing)


#: Where a person would look for what could not be had.
_LOCKED_OR_STATED = ("pyproject.toml", "requirements.txt", ".lock", "pylock")


def _told(lab: Lab, name: str) -> str:
    """The evidence that a phase works with the variant's variables for working offline; empty if it does not."""
    variables = lab.bench.variant.spec.offline
    if not variables:
        return ""
    trial = _try(lab, name, variables)
    if trial is None or not trial.ok:
        return ""
    return "\n".join(f"{key}={value}" for key, value in variables.items()) + "\n" + trial.evidence


def _try(lab: Lab, name: str, variables: dict[str, str] | None = None) -> Trial | None:
    """A phase from the state it begins with; nothing if the variant has no such phase."""
    phase: Phase | None = getattr(lab.bench.variant.spec.phases, name)
    if phase is None:
        return None
    if name != "run":
        lab.fresh(lock=False)
        if name != "lock":
            lab.workspace.restore_locks()
    application = lab.shape.applications[0].name if name in ("run", "deploy") else None
    told = replace(phase, environment={**phase.environment, **(variables or {})})
    return lab.do(told, application=application)


FINDING = Experiment(facts=_facts(), conduct=conduct)
