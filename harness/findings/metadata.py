"""``requires-dist``, ``bound-survives``, ``sdist-wheel-agree``, ``sdist-builds-alone``: is what is built described?

The subject is the metadata of the first application: what it says of the library, and whether every way to it agrees.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import Specifier, SpecifierSet

from harness.errors import StateError
from harness.findings.archives import difference, fields, metadata, requirements_on, stated_requirements, unpack
from harness.findings.base import Experiment, Observation, bad, good, observed
from harness.findings.edits import dependencies
from harness.findings.products import (
    Built,
    alone,
    application_and_library,
    build,
    checkout_moved_away,
    commands_of,
    pip_wheel,
    products,
    try_build,
)
from harness.findings.statements import requirement_name
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab

#: Every version of the library meets it, so it only has to be passed on.
BOUND = ">=0.1"


def conduct(lab: Lab) -> Iterator[Observation]:
    """Build hello as it is, build it once more from its sdist alone, then with a bound on the library."""
    application, library = application_and_library(lab)
    narrow = alone(lab, application)
    lab.fresh()
    built = build(narrow)
    yield _requires(lab, built, application.name, library.name)
    yield _agree(lab, built, application.name)
    yield _alone(lab, built, application.name)
    lab.fresh()
    yield _bound(lab, narrow, application.name, library.name)


def _requires(lab: Lab, built: Built, application: str, library: str) -> Observation:
    wheel = metadata(built.wheels[application])
    stated = requirements_on(wheel, library)
    if any(item.url for item in stated):
        value = "by-address"
    elif any(item.specifier for item in stated):
        value = "by-name-with-bound"
    else:
        value = "by-name" if stated else "missing"
    return observed("requires-dist", value, [built.typed, *_shown(lab, stated_requirements(built.wheels[application]))])


def _agree(lab: Lab, built: Built, application: str) -> Observation:
    wheel, sdist = built.wheels[application], built.sdists[application]
    differs = difference(fields(metadata(sdist)), fields(metadata(wheel)), lab.show)
    if differs:
        told = [f"- {sdist.name} PKG-INFO", f"+ {wheel.name} METADATA", *differs]
        return observed("sdist-wheel-agree", "no", [built.typed, *told])
    told = [f"PKG-INFO of {sdist.name} and METADATA of {wheel.name}:", *fields(metadata(wheel))]
    return observed("sdist-wheel-agree", "yes", [built.typed, *map(lab.show, told)])


def _alone(lab: Lab, built: Built, application: str) -> Observation:
    sdist = built.sdists[application]
    folder = lab.away("sdist")
    unpack(sdist, folder)
    into = lab.away("from-sdist")
    with checkout_moved_away(lab):
        trial = pip_wheel(lab, folder / sdist.name.removesuffix(".tar.gz"), into)
    if not trial.ok:
        return observed("sdist-builds-alone", "no", [built.typed, trial.evidence])
    wheel = _only_wheel(into)
    differs = difference(fields(metadata(sdist)), fields(metadata(wheel)), lab.show)
    told = (
        [f"- {sdist.name} PKG-INFO", f"+ {wheel.name} METADATA", *differs]
        if differs
        else _shown(lab, stated_requirements(wheel))
    )
    return observed("sdist-builds-alone", "otherwise" if differs else "yes", [built.typed, trial.evidence, *told])


def _only_wheel(folder: Path) -> Path:
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise StateError(f"pip made {len(wheels)} wheels, expected 1.")
    return wheels[0]


def _bound(lab: Lab, narrow: Lab, application: str, library: str) -> Observation:
    edited = _put_bound(lab.workspace.root, application, library)
    trial = try_build(narrow)
    if not trial.ok:
        return observed("bound-survives", "refused", [edited, trial.evidence])
    wheel = products(narrow, trial).wheels[application]
    stated = requirements_on(metadata(wheel), library)
    if not any(Specifier(BOUND) in set(item.specifier) for item in stated):
        value = "no"
    else:
        value = "beside-an-address" if any(item.url for item in stated) else "yes"
    return observed("bound-survives", value, [edited, commands_of(trial), *_shown(lab, stated_requirements(wheel))])


def _shown(lab: Lab, lines: list[str]) -> list[str]:
    return [lab.show(line) for line in lines]


def _put_bound(root: Path, application: str, library: str) -> str:
    """Write the bound into an application's pyproject.toml; what was written, for the evidence."""
    place = f"{application}/pyproject.toml"
    text = (root / place).read_text(encoding="utf-8")
    stated = [item for item in dependencies(text) if requirement_name(item) == requirement_name(library)]
    if len(stated) != 1:
        raise StateError(f"{place} requires {library} {len(stated)} times, expected once.")
    # PEP 508 has room for an address or for a bound, never for both.
    wanted = [stated[0], f"{library}{BOUND}"] if "@" in stated[0] else [_bounded(stated[0])]
    # What JSON writes as a string, TOML reads as the same.
    quoted = next((item for item in (json.dumps(stated[0]), f"'{stated[0]}'") if item in text), "")
    changed = text.replace(quoted, ", ".join(map(json.dumps, wanted)), 1)
    if not set(wanted) <= set(dependencies(changed)):
        raise StateError(f"{place} could not be edited: the requirement {stated[0]!r} is not written as expected.")
    (root / place).write_text(changed, encoding="utf-8")
    return f"{place}: dependencies = {dependencies(changed)}"


def _bounded(text: str) -> str:
    requirement = Requirement(text)
    requirement.specifier &= SpecifierSet(BOUND)
    return str(requirement)


_FACTS = {
    "requires-dist": FindingFacts(
        title="What hello's wheel requires",
        question="Does the metadata of hello say rightly that it needs shared?",
        experiment="hello is built as committed, and the Requires-Dist lines of its wheel are read.",
        group="metadata",
        lanes=(Lane.LOCAL,),
        values={
            "by-name": good("It requires shared by its name, in any version."),
            "by-name-with-bound": good("It requires shared by its name, in certain versions."),
            "by-address": bad("It requires shared from one address, where nobody else has it."),
            "missing": bad("It does not say that it needs shared."),
        },
    ),
    "bound-survives": FindingFacts(
        title="A version bound on the library",
        question="Does a version bound that hello puts on shared reach the metadata?",
        experiment=f"shared{BOUND} is written into hello's pyproject.toml: on the requirement that is there, or, where "
        "that is an address and so has no place for a bound, as a second one beside it. hello is built, and the "
        "Requires-Dist lines of its wheel are read.",
        group="metadata",
        lanes=(Lane.LOCAL,),
        values={
            "yes": good("The wheel requires shared with that bound."),
            "beside-an-address": bad("The bound has to be a second requirement, and the address stays beside it."),
            "no": bad("The bound is lost on the way."),
            "refused": bad("hello cannot be built with such a bound."),
        },
    ),
    "sdist-wheel-agree": FindingFacts(
        title="sdist and wheel agree",
        question="Do the sdist and the wheel of hello carry the same metadata?",
        experiment="hello is built, and PKG-INFO of its sdist is compared with METADATA of its wheel, field by field, "
        "whatever their order.",
        group="metadata",
        lanes=(Lane.LOCAL,),
        values={
            "yes": good("Both say the same."),
            "no": bad("They differ in a field."),
        },
    ),
    "sdist-builds-alone": FindingFacts(
        title="sdist builds alone",
        question="Can a wheel be made from hello's sdist, away from the repository?",
        experiment="hello's sdist is unpacked in another folder and the checkout moved away. pip, which knows nothing "
        "of the toolchain but the backend that the sdist names, makes a wheel there; its metadata is compared with "
        "the sdist's.",
        group="metadata",
        lanes=(Lane.LOCAL,),
        values={
            "yes": good("A wheel is made that says what the sdist says."),
            "otherwise": bad("A wheel is made, but it does not say what the sdist says."),
            "no": bad("No wheel can be made."),
        },
    ),
}

FINDING = Experiment(facts=_FACTS, conduct=conduct)
