"""What is wrong with the members of a shape, in words; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from harness.errors import ShapeError
from harness.monorepo.shapes import graph
from harness.monorepo.shapes.model import Member, Shape

#: More than any repository has that one would want built.
MOST_MEMBERS = 10_000
MOST_MODULES = 1_000_000
MOST_SIGNS = 200

#: How many mistakes one error names: of a damaged file there could be thousands.
_TOLD = 5

_NAME = re.compile(r"[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9]", re.IGNORECASE | re.ASCII)


def is_name(text: str) -> bool:
    """Whether ``text`` may be a project's name, by PEP 508, and short enough for the name of a folder."""
    return len(text) <= MOST_SIGNS and _NAME.fullmatch(text) is not None


def normalised(name: str) -> str:
    """A project's name as PEP 503 writes it."""
    return str(canonicalize_name(name))


def checked(shape: Shape, *, source: str, cyclic: bool = False) -> Shape:
    """The shape, if nothing is wrong with it; ``source`` names it in errors. A ``cyclic`` one may have cycles.

    Raises:
        ShapeError: a name or a requirement is not one, a dependency is unknown, or members need each other.
    """
    problems = list(complaints(shape.members, cyclic=cyclic))
    if problems:
        raise told(problems, source=source)
    return shape


def told(problems: Sequence[str], *, source: str) -> ShapeError:
    """One error that names the first few of the problems."""
    more = f"; and {len(problems) - _TOLD} more" if len(problems) > _TOLD else ""
    return ShapeError(
        f"{source}: {'; '.join(problems[:_TOLD])}{more}", hint="docs/shapes.md says what a shape may have."
    )


def complaints(members: Sequence[Member], *, cyclic: bool = False) -> Iterator[str]:
    """What is wrong, each with the dotted name of its key before it."""
    if not 1 <= len(members) <= MOST_MEMBERS:
        yield f"members: a shape has from 1 to {MOST_MEMBERS:,} members, not {len(members):,}"
        return
    first: dict[str, int] = {}
    for index, member in enumerate(members):
        yield from _of_name(f"members[{index}].name", member.name, first)
        first.setdefault(normalised(member.name), index)
    for index, member in enumerate(members):
        yield from _of_dependencies(f"members[{index}].dependencies", member, first)
        yield from _of_requirements(f"members[{index}].requirements", member, first)
        if not 0 <= member.modules <= MOST_MODULES:
            yield f"members[{index}].modules: {member.modules} is not from 0 to {MOST_MODULES:,}"
    if not cyclic:
        yield from _of_cycles(members, first)


def _of_name(key: str, name: str, first: dict[str, int]) -> Iterator[str]:
    if not is_name(name):
        yield f"{key}: {name!r} cannot be a project's name: at most 200 letters and digits, and . _ - between them"
    elif normalised(name) != name:
        yield f"{key}: {name!r} is not normalised: write {normalised(name)!r}"
    elif name in first:
        yield f"{key}: {name!r} is the name of members[{first[name]}] too"


def _of_dependencies(key: str, member: Member, known: dict[str, int]) -> Iterator[str]:
    for place, need in enumerate(member.needs):
        if need not in known:
            yield f"{key}[{place}]: there is no member {need!r}"
        elif need in member.needs[:place]:
            yield f"{key}[{place}]: {need!r} is named twice"


def _of_requirements(key: str, member: Member, known: dict[str, int]) -> Iterator[str]:
    for place, text in enumerate(member.requirements):
        try:
            if not text.isprintable():
                raise InvalidRequirement("it has signs that cannot be printed")
            requirement = Requirement(text)
        except (InvalidRequirement, RecursionError):
            yield f"{key}[{place}]: {text!r} is not a requirement as PEP 508 writes them"
            continue
        if normalised(requirement.name) in known:
            yield f"{key}[{place}]: {requirement.name!r} is a member: name it in dependencies"


def _of_cycles(members: Sequence[Member], first: dict[str, int]) -> Iterator[str]:
    for cycle in graph.cycles({member.name: member.needs for member in members}):
        yield f"members[{first[normalised(cycle[0])]}].dependencies: a cycle: {graph.as_path(cycle)}"
