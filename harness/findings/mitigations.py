"""``mitigation-…``: what a tool offers against a stranger's package of the name of one of ours, tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from harness.errors import StateError
from harness.findings.base import UNSUPPORTED, Experiment, Observation, bad, fair, good, observed
from harness.findings.edits import add_requirement
from harness.findings.made_wheels import caches_set_aside, make_wheel
from harness.findings.noticing import see_that_it_is_about
from harness.findings.products import commands_of
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab, Trial

_PACKAGE, _OURS, _STRANGERS = "acme-base", "1.0", "99.0"
_SITUATION = f"(an index of our own has {_PACKAGE} {_OURS}; the public one has a stranger's {_PACKAGE} {_STRANGERS})"
_ASK = f"import importlib.metadata; print(importlib.metadata.version('{_PACKAGE}'))"

_VALUES = {
    "ours": good("The tool has a way to say so, and ours is taken."),
    "strangers": bad("The tool has a way to say so, and the stranger's package is taken all the same."),
    "refused": good("The tool has a way to say so, and refuses where the stranger's package is in the way."),
    "not-offered": fair("The tool has no way to say so."),
}


def _facts(what: str, said: str) -> FindingFacts:
    return FindingFacts(
        title=f"Against a stranger's package: {what}",
        question=f"If the public index has a stranger's package of the name of one of ours, is ours taken when {said}?",
        experiment=f"An index of our own has {_PACKAGE} {_OURS}, which hello requires; the public one has a stranger's "
        f"{_PACKAGE} {_STRANGERS}. In a fresh clone with empty caches the tool is told that {said}; all is locked and "
        "installed, and hello's environment is asked for the version.",
        group="safety",
        lanes=(Lane.LOCAL,),
        values=_VALUES,
    )


_FACTS = {
    "mitigation-explicit-index": _facts("an index named for it", "that package comes from our own index alone"),
    "mitigation-source-priority": _facts("our own index first", "our own index goes before the public one"),
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Tell the toolchain in each of the ways it knows which index is meant, and see whose package it takes."""
    ours, strangers = lab.away("own-index"), lab.away("public-index")
    make_wheel(ours, _PACKAGE, _OURS, {"acme_base/__init__.py": ""})
    make_wheel(strangers, _PACKAGE, _STRANGERS, {"acme_base/__init__.py": ""})
    ways: dict[str, Mapping[str, str]] = {str(way): told for way, told in lab.bench.variant.spec.mitigations.items()}
    with lab.open_index([ours]) as own, lab.open_index([strangers]) as public:
        for finding in _FACTS:
            told = ways.get(finding.removeprefix("mitigation-"))
            if told is None:
                reason = lab.bench.variant.spec.unsupported.get(finding)
                yield observed(finding, UNSUPPORTED, reason) if reason else observed(finding, "not-offered", _SITUATION)
                continue
            with caches_set_aside(lab):
                served = lab.served_by(public.url)
                hidden = {**served.hidden, own.url: "{own}", own.url.rstrip("/"): "{own}"}
                yield _tried(replace(served, hidden=hidden), finding, told, own.url)


def _tried(lab: Lab, finding: str, told: Mapping[str, str], own: str) -> Observation:
    root = lab.fresh(lock=False).root
    application = lab.shape.applications[0].name
    add_requirement(root, application, f"{_PACKAGE}>=1")
    typed = [_SITUATION, *_say(lab, told, own)]
    for name in ("lock", "install"):
        trial = lab.phase(name)
        if trial is not None and not trial.ok:
            see_that_it_is_about(trial, _PACKAGE)
            return observed(finding, "refused", [*typed, trial.evidence])
        if trial is not None:
            typed.append(commands_of(trial))
    asked = lab.python(application, _ASK)
    return observed(finding, _whose(asked), [*typed, asked.evidence])


def _say(lab: Lab, told: Mapping[str, str], own: str) -> Iterator[str]:
    """Add to each file what it is to have besides; what was added, for the evidence."""
    for place, text in told.items():
        (path,) = lab.workspace.paths([place])
        added = text.replace("{own}", own).replace("{index}", lab.workspace.surroundings.index)
        _append(path, added)
        yield f"(added to {lab.show(str(path)).removeprefix('{root}/')}:)\n{text.strip()}"


def _append(path: Path, text: str) -> None:
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    path.write_text(f"{before.rstrip()}\n\n{text.strip()}\n".lstrip(), encoding="utf-8")


def _whose(asked: Trial) -> str:
    """Raises StateError where what is installed is neither version."""
    found = {_OURS: "ours", _STRANGERS: "strangers"}.get(asked.last.stdout.strip()) if asked.ok else None
    if found is None:
        raise StateError(f"No version of {_PACKAGE} is installed: {asked.evidence}")
    return found


FINDING = Experiment(facts=_FACTS, conduct=conduct)
