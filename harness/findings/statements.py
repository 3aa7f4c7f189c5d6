"""``dependency-statements`` and ``must-agree-by-hand``: facts that a variant states in more than one place.

Read with the formats' own parsers: ``tomllib`` for pyproject.toml, ``packaging`` for requirements, and Nix itself
for ``package.nix``.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from harness.findings.base import UNSUPPORTED, Inspection, Observation, Subject
from harness.monorepo.shapes import Shape
from harness.monorepo.variants.file import NixSpec
from harness.provision.nix.tree import NixPackage
from harness.records.facts import FindingFacts, Lane
from harness.records.strategies import HANDWRITTEN, STRATEGIES

_NEEDS = " needs "
_BUILT_WITH = " is built with "

# What may be a name or a version in a Nix file.
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

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
    variant = subject.variant
    python = list(python_statements(variant.folder, subject.shape))
    yield from _observe(subject.shape, Lane.LOCAL, None, python)
    for strategy in variant.spec.nix.strategies:
        if strategy == HANDWRITTEN and subject.nix_unavailable:
            for name in _FACTS:
                why = subject.nix_unavailable
                yield Observation(finding=name, lane=Lane.NIX, strategy=strategy, value=UNSUPPORTED, evidence=why)
            continue
        nix = strategy_statements(strategy, variant.folder, variant.spec.nix, subject.shape, subject.nix_packages)
        yield from _observe(subject.shape, Lane.NIX, strategy, [*python, *nix])


def _observe(shape: Shape, lane: Lane, strategy: str | None, stated: Sequence[Statement]) -> Iterator[Observation]:
    if shape.edge is None:
        value, evidence = UNSUPPORTED, "No member of this shape needs another."
    else:
        edge = needs(*(member.name for member in shape.edge))
        edges = [item for item in stated if item.fact == edge and item.lane is lane]
        value, evidence = str(len(edges)), "\n".join(map(str, edges)) or f"No file of it states that {edge}."
    yield Observation(finding="dependency-statements", lane=lane, strategy=strategy, value=value, evidence=evidence)
    repeated = stated_again(stated, lane)
    yield Observation(
        finding="must-agree-by-hand",
        lane=lane,
        strategy=strategy,
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
    return f"{member}{_NEEDS}{dependency}"


def python_statements(folder: Path, shape: Shape, outside: Iterable[str] = ()) -> Iterator[Statement]:
    """What the members' own pyproject.toml files below ``folder`` state: name, version, backend, and what they need.

    What they need are other members, and those packages from ``outside`` that are asked about. A member without
    the file states nothing.
    """
    for member in shape.members:
        place = f"{member.name}/pyproject.toml"
        if not (folder / place).is_file():
            continue
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
                fact=f"{member.name}{_BUILT_WITH}{backend}",
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


def strategy_statements(
    strategy: str,
    folder: Path,
    nix: NixSpec,
    shape: Shape,
    packages: Mapping[str, NixPackage],
    outside: Iterable[str] = (),
) -> Iterator[Statement]:
    """What a strategy's Nix files below ``folder`` state of what pyproject.toml states too.

    Where they are written by hand, as Nix reads them (``packages``); else every word of theirs that is the name of a
    member, its version or its backend.
    """
    if strategy == HANDWRITTEN:
        yield from nix_statements(nix, shape, packages, outside)
        return
    words = strategy_words(folder, strategy)
    for statement in python_statements(folder, shape):
        # Who needs whom is no word of its own: a member's name alone says only that there is such a member.
        if _NEEDS in statement.fact:
            continue
        backend = statement.fact.partition(_BUILT_WITH)[2]
        wanted = (backend,) if backend else (statement.text, nix.attribute_of(statement.text))
        for place, word in words:
            if word in wanted:
                yield Statement(fact=statement.fact, lane=Lane.NIX, place=place.as_posix(), text=word)


def strategy_words(folder: Path, strategy: str) -> list[tuple[Path, str]]:
    """Every word of a strategy's Nix files, comments aside, with the file it stands in."""
    files = sorted(path for pattern in STRATEGIES[strategy].files for path in folder.glob(pattern))
    return [(path.relative_to(folder), word) for path in files for word in _WORD.findall(_code(path))]


def _code(nix_file: Path) -> str:
    """A Nix file without its comments that begin with ``#``."""
    lines = nix_file.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.strip().startswith("#"))


def nix_statements(
    nix: NixSpec, shape: Shape, packages: Mapping[str, NixPackage], outside: Iterable[str] = ()
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
                        fact=f"{member.name}{_BUILT_WITH}{canonicalize_name(name)}",
                        lane=Lane.NIX,
                        place=f"{place} {what}",
                        text=name,
                    )


_FACTS = {
    "dependency-statements": FindingFacts(
        title="Places that state one dependency",
        question="How many places state that hello needs shared?",
        experiment="The members' files are read with their formats' own parsers, a package.nix by Nix itself; other "
        "Nix files are searched for the names, versions and backends of members.",
        group="friction",
        lanes=(Lane.LOCAL, Lane.NIX),
        per_strategy=True,
    ),
    "must-agree-by-hand": FindingFacts(
        title="Facts to be kept equal by hand",
        question="How many facts are stated in more than one place, with nothing but people to keep them equal?",
        experiment="Names, versions, backends and dependencies are read from the members' files with their formats' "
        "own parsers, from a package.nix by Nix itself, and other Nix files are searched for them; in the Nix lane "
        "those count that Nix files state again.",
        group="friction",
        lanes=(Lane.LOCAL, Lane.NIX),
        per_strategy=True,
    ),
}

FINDING = Inspection(facts=_FACTS, look=look)
