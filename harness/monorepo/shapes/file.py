"""A shape as a JSON file: written in one way only, so that what is read and written again is the same to the byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from packaging.requirements import InvalidRequirement, Requirement
from pydantic import ConfigDict, Field, StrictInt, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from harness.errors import ShapeError
from harness.monorepo.shapes import graph
from harness.monorepo.shapes.checks import MOST_MEMBERS, MOST_MODULES, checked, is_name, normalised, told
from harness.monorepo.shapes.model import Kind, Member, Shape
from harness.monorepo.toml_file import Words, explained

#: No shape of ten thousand members comes near it.
MOST_BYTES = 32 * 2**20

_STRICT = ConfigDict(extra="forbid")
_HINT = "docs/shapes.md says what a shape may have."
_WORDS = Words(sequence="a list", mapping="an object with keys")

Text = Annotated[str, Field(max_length=4000)]


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class MemberFile:
    """One of ``members``, to the letter."""

    name: Text
    kind: Kind
    dependencies: tuple[Text, ...] = ()
    modules: Annotated[StrictInt, Field(ge=0, le=MOST_MODULES)] = 1
    requirements: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class ShapeFile:
    """A shape's file, to the letter."""

    schema_version: Literal[1]
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
    # That there is a member is checked later: pydantic would say so too of members that are only damaged.
    members: Annotated[tuple[MemberFile, ...], Field(max_length=MOST_MEMBERS, json_schema_extra={"minItems": 1})]


_SHAPE_FILE: TypeAdapter[ShapeFile] = TypeAdapter(ShapeFile)

#: What each key is for, in a line: what editors show, and what ``docs/shapes.md`` says.
KEYS = {
    "schema_version": "The version of this file's format.",
    "name": "What the shape is called: for a repository, its folder's name.",
    "members": "The packages there are, each after those it depends on.",
}
MEMBER_KEYS = {
    "name": "The project's name, normalised (PEP 503).",
    "kind": "library: to be imported; application: to be run.",
    "dependencies": "The names of the members it depends on; there are no cycles.",
    "modules": "How many Python files it has, tests apart.",
    "requirements": "What it needs that is no member, as PEP 508 texts.",
}


def shape_json_schema() -> dict[str, Any]:
    """The JSON Schema of a shape's file, with a line on each key."""
    schema = _SHAPE_FILE.json_schema()
    for properties, lines in (
        (schema["properties"], KEYS),
        (schema["$defs"]["MemberFile"]["properties"], MEMBER_KEYS),
    ):
        for name, line in lines.items():
            properties[name]["description"] = line
    return schema


def written(shape: Shape, *, cyclic: bool = False) -> str:
    """The text of the shape's file; a ``cyclic`` one is written to be mended, for it cannot be loaded.

    Raises:
        ShapeError: the shape is not one, for instance because members need each other.
    """
    seen = checked(shape, source=f"shape {shape.name!r}", cyclic=cyclic)
    return json.dumps(_as_data(seen), indent=2, ensure_ascii=False) + "\n"


def load_shape(path: Path) -> Shape:
    """The shape in a file.

    Raises:
        ShapeError: it cannot be read, or it holds no shape.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ShapeError(f"--shape: {path}: the file is larger than {MOST_BYTES >> 20} MiB.", hint=_HINT)
        text = content.decode("utf-8")
    except (OSError, ValueError) as error:
        raise ShapeError(f"--shape: {path}: cannot be read: {error}", hint="Name a file of JSON text.") from error
    return read_shape(text, source=f"--shape: {path}")


def read_shape(text: str, *, source: str) -> Shape:
    """The shape that the text of a file holds, each member after those it needs; ``source`` names it in errors.

    Raises:
        ShapeError: it is not JSON, a key is missing, unknown or of the wrong kind, or the members are no shape.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ShapeError(f"{source}: not valid JSON: {error}", hint="Mend the line it names.") from error
    try:
        file = _SHAPE_FILE.validate_python(data)
    except ValidationError as error:
        raise told(explained(error, _WORDS), source=source) from error
    members = tuple(_member(item) for item in file.members)
    shape = checked(Shape(name=file.name, members=members), source=source)
    order = graph.ordered(shape.graph)
    by_name = {member.name: member for member in members}
    return Shape(name=file.name, members=tuple(by_name[name] for name in order))


def _member(item: MemberFile) -> Member:
    return Member(
        name=_normal(item.name),
        kind=item.kind,
        needs=tuple(map(_normal, item.dependencies)),
        modules=item.modules,
        requirements=tuple(map(_normal_requirement, item.requirements)),
    )


def _normal(name: str) -> str:
    """The name normalised; one that is none is left as it is, to be complained of as it was written."""
    return normalised(name) if is_name(name) else name


def _normal_requirement(text: str) -> str:
    try:
        requirement = Requirement(text)
    except (InvalidRequirement, RecursionError):
        return text
    requirement.name = normalised(requirement.name)
    return str(requirement)


def _as_data(shape: Shape) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "name": shape.name,
        "members": [
            {
                "name": member.name,
                "kind": member.kind.value,
                "dependencies": list(member.needs),
                "modules": member.modules,
                "requirements": list(map(_normal_requirement, member.requirements)),
            }
            for member in shape.members
        ],
    }
