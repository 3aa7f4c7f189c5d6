"""``dependency-statements`` and ``must-agree-by-hand``: facts that a variant states in more than one place.

Read with the formats' own parsers: ``tomllib`` for pyproject.toml, ``packaging`` for requirements, and Nix itself
for ``package.nix``.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from harness.findings.base import UNSUPPORTED, Inspection, Observation, Subject
from harness.nix_tree import NixPackage
from harness.records import FindingFacts, Lane
from harness.shapes import Shape
from harness.variant_file import Nix

# What PEP 508 cannot say and pip, pdm and hatch understand: an editable path, with the name behind #egg=.
_EDITABLE = re.compile(r"^(?:-e|--editable)\s+\S+[#&]egg=([A-Za-z0-9._-]+)")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One place that states one fact."""

    fact: str
    lane: Lane
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


def look(subject: Subject) -> Iterable[Observation]:
    """Who states that an application needs the library, and which facts have to be kept equal by hand."""
    stated = list(python_statements(subject.variant.folder, subject.shape))
    if not subject.nix_unavailable:
        stated += nix_statements(subject.variant.spec.nix, subject.shape, subject.nix_packages)
    application = subject.shape.applications[0]
    edge = needs(application.name, application.needs[0])
    for lane in Lane:
        if lane is Lane.NIX and subject.nix_unavailable:
            for finding in _FACTS:
                yield Observation(finding=finding, lane=lane, value=UNSUPPORTED, evidence=subject.nix_unavailable)
            continue
        edges = [item for item in stated if item.fact == edge and item.lane is lane]
        yield Observation(
            finding="dependency-statements",
            lane=lane,
            value=str(len(edges)),
            evidence="\n".join(map(str, edges)) or f"No file states that {edge}.",
        )
        repeated = stated_again(stated, lane)
        yield Observation(
            finding="must-agree-by-hand",
            lane=lane,
            value=str(len(repeated)),
            evidence="\n".join(map(listed, repeated.items())) or "No fact is stated twice.",
        )


def stated_again(stated: Iterable[Statement], lane: Lane) -> dict[str, list[Statement]]:
    """The facts stated more than once: within the Python packaging, or between it and Nix, or within Nix."""
    places: defaultdict[str, list[Statement]] = defaultdict(list)
    for statement in stated:
        if lane is Lane.NIX or statement.lane is Lane.LOCAL:
            places[statement.fact].append(statement)
    return {
        fact: found
        for fact, found in places.items()
        if len(found) > 1 and (lane is Lane.LOCAL or any(item.lane is Lane.NIX for item in found))
    }


def listed(repeated: tuple[str, Iterable[Statement]]) -> str:
    """A fact and the places that state it, a line each."""
    fact, found = repeated
    return f"{fact}\n" + "\n".join(f"  {item}" for item in found)


def needs(member: str, dependency: str) -> str:
    """The fact that one member needs another."""
    return f"{member} needs {dependency}"


def python_statements(folder: Path, shape: Shape, outside: Iterable[str] = ()) -> Iterator[Statement]:
    """What the members' own pyproject.toml files below ``folder`` state: name, version, backend, and what they need.

    What they need are other members, and those packages from ``outside`` that are asked about.
    """
    for member in shape.members:
        place = f"{member.name}/pyproject.toml"
        data = tomllib.loads((folder / place).read_text(encoding="utf-8"))
        project = data.get("project", {})
        for key in ("name", "version"):
            if key in project:
                yield Statement(
                    fact=f"{key} of {member.name}", lane=Lane.LOCAL, place=f"{place} project.{key}", text=project[key]
                )
        for text in data.get("build-system", {}).get("requires", ()):
            backend = canonicalize_name(Requirement(text).name)
            yield Statement(
                fact=f"{member.name} is built with {backend}",
                lane=Lane.LOCAL,
                place=f"{place} build-system.requires",
                text=text,
            )
        for dependency in (*member.needs, *outside):
            for key, text in mentions(data, dependency):
                yield Statement(fact=needs(member.name, dependency), lane=Lane.LOCAL, place=f"{place} {key}", text=text)


def mentions(data: Mapping[str, Any], name: str, key: str = "") -> Iterator[tuple[str, str]]:
    """Every requirement on ``name``, and every key named so, anywhere in a TOML document: dotted key and text."""
    wanted = canonicalize_name(name)
    for own, value in data.items():
        dotted = f"{key}.{own}" if key else own
        if key and canonicalize_name(own) == wanted:
            yield dotted, str(value)
        elif isinstance(value, Mapping):
            yield from mentions(value, name, dotted)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, str) and requirement_name(item) == wanted:
                    yield dotted, item
                elif isinstance(item, Mapping):
                    yield from mentions(item, name, f"{dotted}[]")


def requirement_name(text: str) -> str | None:
    """The normalised name a requirement is about, or nothing if ``text`` is no requirement."""
    if editable := _EDITABLE.match(text):
        return canonicalize_name(editable.group(1))
    # Backends fill in {root:parent:uri} before they read the requirement, so it may hold what a URL may not.
    name, separator, _ = text.partition("@")
    try:
        return canonicalize_name(Requirement(name.strip() if separator else text).name)
    except InvalidRequirement:
        return None


def nix_statements(
    nix: Nix, shape: Shape, packages: Mapping[str, NixPackage], outside: Iterable[str] = ()
) -> Iterator[Statement]:
    """What each member's package.nix states, as Nix reads it; see :func:`python_statements` for ``outside``."""
    attributes = {nix.attribute_of(member.name): member.name for member in shape.members}
    attributes.update({name: name for name in outside})
    for member in shape.members:
        package = packages[member.name]
        place = f"{member.name}/package.nix"
        for key, text in (("name", package.pname), ("version", package.version)):
            attribute = {"name": "pname"}.get(key, key)
            yield Statement(fact=f"{key} of {member.name}", lane=Lane.NIX, place=f"{place} {attribute}", text=text)
        for what, names in (("arguments", package.arguments), ("dependencies", package.dependencies)):
            for name in names:
                if name in attributes:
                    yield Statement(
                        fact=needs(member.name, attributes[name]), lane=Lane.NIX, place=f"{place} {what}", text=name
                    )
        for what, names in (("arguments", package.arguments), ("build-system", package.build_system)):
            for name in names:
                if name in package.build_system:
                    yield Statement(
                        fact=f"{member.name} is built with {canonicalize_name(name)}",
                        lane=Lane.NIX,
                        place=f"{place} {what}",
                        text=name,
                    )


_FACTS = {
    "dependency-statements": FindingFacts(
        title="Places that state one dependency",
        question="How many places state that hello needs shared?",
        experiment="The members' files are read with their formats' own parsers, the Nix files by Nix itself.",
        group="friction",
        lanes=(Lane.LOCAL, Lane.NIX),
    ),
    "must-agree-by-hand": FindingFacts(
        title="Facts to be kept equal by hand",
        question="How many facts are stated in more than one place, with nothing but people to keep them equal?",
        experiment="Names, versions, backends and dependencies are read from the members' files with their formats' "
        "own parsers and from the Nix files by Nix itself; in the Nix lane those count that Nix files state again.",
        group="friction",
        lanes=(Lane.LOCAL, Lane.NIX),
    ),
}

FINDING = Inspection(facts=_FACTS, look=look)
