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
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from harness.findings.base import UNSUPPORTED, Observation, Subject
from harness.records import Lane
from harness.shapes import Member
from harness.variants import Variant

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


def ESTABLISH(subject: Subject) -> Iterable[Observation]:  # noqa: N802 - the name that makes it a finding
    """Who states that an application needs the library, and which facts have to be kept equal by hand."""
    stated = list(python_statements(subject.variant, subject.shape.members))
    if subject.nix_unavailable:
        nix_evidence = subject.nix_unavailable
    else:
        stated += nix_statements(subject)
        nix_evidence = ""
    application = subject.shape.applications[0]
    edge = needs(application.name, application.needs[0])
    for lane in Lane:
        if lane is Lane.NIX and nix_evidence:
            for finding in ("dependency-statements", "must-agree-by-hand"):
                yield Observation(finding=finding, lane=lane, value=UNSUPPORTED, evidence=nix_evidence)
            continue
        edges = [item for item in stated if item.fact == edge and item.lane is lane]
        yield Observation(
            finding="dependency-statements", lane=lane, value=str(len(edges)), evidence="\n".join(map(str, edges))
        )
        yield _agreement(stated, lane)


def _agreement(stated: Iterable[Statement], lane: Lane) -> Observation:
    """Count the facts stated more than once: within the Python packaging, or between it and Nix."""
    places: defaultdict[str, list[Statement]] = defaultdict(list)
    for statement in stated:
        if lane is Lane.NIX or statement.lane is Lane.LOCAL:
            places[statement.fact].append(statement)
    repeated = {
        fact: found
        for fact, found in places.items()
        if len(found) > 1 and (lane is Lane.LOCAL or any(item.lane is Lane.NIX for item in found))
    }
    evidence = "\n".join(f"{fact}\n" + "\n".join(f"  {item}" for item in found) for fact, found in repeated.items())
    return Observation(finding="must-agree-by-hand", lane=lane, value=str(len(repeated)), evidence=evidence)


def needs(member: str, dependency: str) -> str:
    """The fact that one member needs another."""
    return f"{member} needs {dependency}"


def python_statements(variant: Variant, members: Iterable[Member]) -> Iterator[Statement]:
    """What the members' own pyproject.toml files state: name, version, backend, and the members they need."""
    for member in members:
        place = f"{member.name}/pyproject.toml"
        data = tomllib.loads((variant.folder / place).read_text(encoding="utf-8"))
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
        for dependency in member.needs:
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


def nix_statements(subject: Subject) -> Iterator[Statement]:
    """What each member's package.nix states, as Nix reads it."""
    attributes = {subject.variant.spec.nix.attribute_of(member.name): member.name for member in subject.shape.members}
    for member in subject.shape.members:
        package = subject.nix_packages[member.name]
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
