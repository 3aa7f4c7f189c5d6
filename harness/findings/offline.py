"""``offline-…``: which work goes on when the index is gone and the caches are warm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from harness.errors import StateError
from harness.findings import complaints
from harness.findings.base import UNSUPPORTED, Experiment, Observation, bad, fair, good, observed
from harness.findings.products import commands_of
from harness.measure.trees import set_aside
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
    "works-prepared": fair("It works when what it needs was fetched beforehand, with commands for that alone."),
    "fails": bad("It fails, though all it needs was fetched before; the variant names no way that mends it."),
}


def _facts() -> dict[str, FindingFacts]:
    found = {
        f"offline-{name}": FindingFacts(
            title=f"Offline: {what}",
            question=f"With the index gone and warm caches, does {what} work?",
            experiment="Everything is done once with an index on loopback, so that caches are warm. Then the "
            "index is ended, and its address stays in the settings; its pages count as old, as those of the public "
            f"index do after ten minutes. Now {what} is tried from the state it always begins with; if it fails, once "
            "more with the variables that the toolchain's documentation has for working offline. If it still fails, "
            "the index is back for as long as the documented preparation takes (each of its commands is in the "
            f"evidence), and {what} is tried with these variables a last time.",
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
        # What is prepared stays there.
        with set_aside(lab.workspace.state):
            yield from _observe(lab)
    finally:
        # Lock files may name the index: the next experiment has to find those of the lab's own.
        for path, content in kept.items():
            path.write_bytes(content)


@dataclass(kw_only=True)
class _Tried:
    """A phase as it was tried without an index: as it is, and the evidence that it works once told or prepared."""

    plain: Trial
    told: str = ""
    prepared: str = ""

    @property
    def value(self) -> str:
        if self.plain.ok:
            return "works"
        return "works-if-told" if self.told else "works-prepared" if self.prepared else "fails"

    @property
    def evidence(self) -> list[str]:
        return [self.plain.evidence or "Nothing is typed for it.", *filter(None, (self.told, self.prepared))]


def _observe(lab: Lab) -> Iterator[Observation]:
    own = _warmed(lab)
    tried: dict[str, _Tried] = {}
    for name in _ORDER:
        plain = _try(own, name)
        if plain is not None:
            told = "" if plain.ok or not own.bench.variant.spec.offline else _told(own, name)
            tried[name] = _Tried(plain=plain, told=told)
    _prepare_for(own, {name: item for name, item in tried.items() if item.value == "fails"})
    for name in _ORDER:
        if name in tried:
            yield observed(f"offline-{name}", tried[name].value, tried[name].evidence)
        else:
            yield observed(f"offline-{name}", UNSUPPORTED, lab.bench.variant.spec.unsupported[name])
    if failed := [item.plain for item in tried.values() if not item.plain.ok]:
        address = own.workspace.surroundings.index
        keys = ["{index}", address, address.removeprefix("http://").partition("/")[0]]
        yield complaints.judge("error-offline", failed[0], files=_LOCKED_OR_STATED, keys=keys)
    else:
        nothing = "Everything worked with the index gone: there is no message to judge."
        yield observed("error-offline", complaints.NO_ERROR, nothing)


#: What is installed stays so, as it does for a person who goes on a journey, until something else is tried.
_ORDER = ("run", *(name for name in _PHASES if name != "run"))

#: Where a person would look for what could not be had.
_LOCKED_OR_STATED = ("pyproject.toml", "requirements.txt", ".lock", "pylock")


def _warmed(lab: Lab) -> Lab:
    """The lab with the settings of an index that was there while everything was done once, and is gone.

    Raises:
        StateError: something failed though it was there.
    """
    # The public index lets pages be cached for ten minutes. What is tried here is tried later than that.
    with lab.open_index([], pages_for_s=0) as index:
        own = lab.served_by(index.url)
        for name in ("lock", "build", "deploy", "install", "run"):
            trial = _try(own, name)
            if trial is not None and not trial.ok:
                raise StateError(f"With the index there, {name} failed: {trial.evidence}")
            if name == "lock":
                own.workspace.keep_locks()
    return own


def _told(lab: Lab, name: str) -> str:
    """The evidence that a phase works with the variant's variables for working offline; empty if it does not."""
    variables = lab.bench.variant.spec.offline
    trial = _try(lab, name, variables)
    if trial is None or not trial.ok:
        return ""
    return "\n".join([*(f"{key}={value}" for key, value in variables.items()), trial.evidence])


def _prepare_for(lab: Lab, left: Mapping[str, _Tried]) -> None:
    """Do what the variant has as its preparation, with the index there for it, and try these phases once more.

    Raises:
        StateError: preparing failed though the index was there.
    """
    prepare = lab.bench.variant.spec.phases.prepare
    if not left or prepare is None:
        return
    with lab.index_again([]):
        lab.fresh()
        done = lab.do(prepare)
        if not done.ok:
            raise StateError(f"With the index there, preparing failed: {done.evidence}")
        if "run" in left:
            lab.installed()
    typed = commands_of(done)
    count = len(typed.splitlines())
    ready = f"(the index is back for {count} command{'s' * (count != 1)})\n{typed}\n(the index is gone)"
    for name, item in left.items():
        if told := _told(lab, name):
            item.prepared = f"{ready}\n{told}"


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
