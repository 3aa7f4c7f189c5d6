"""What ``nix/default.nix`` is told about a monorepo, and what it says of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import StateError
from harness.monorepo.shapes import Shape
from harness.monorepo.variants.file import NixSpec
from harness.nix import Expression, Nix
from harness.provision.nix.base import write_json


@dataclass(frozen=True, kw_only=True)
class NixPackage:
    """What one member's ``package.nix`` states: the arguments it asks for and those it gives to its builder."""

    arguments: tuple[str, ...]
    pname: str
    version: str
    build_system: tuple[str, ...]
    dependencies: tuple[str, ...]


def names_of(nix: NixSpec, shape: Shape) -> dict[str, Any]:
    """Which members and applications there are, what each is called in the package set, and what one works with."""
    attribute = nix.attribute_of
    return {
        "members": {member.name: attribute(member.name) for member in shape.members},
        "applications": {member.name: attribute(member.name) for member in shape.applications},
        "devshell": list(nix.devshell),
    }


def write_names(nix: NixSpec, shape: Shape, folder: Path, name: str = "names") -> Path:
    """The file that tells ``nix/default.nix`` the names of a shape's members; it keeps its name with its content."""
    return write_json(names_of(nix, shape), folder, name)


def read_statements(nix: Nix, expression: Expression) -> Mapping[str, NixPackage] | str:
    """What each member's package.nix states, as Nix reads it, or why it cannot be read."""
    try:
        found = json.loads(nix.evaluate(expression, "statements"))
    except StateError as error:
        return error.message
    return {
        name: NixPackage(
            arguments=tuple(item["arguments"]),
            pname=item["pname"],
            version=item["version"],
            build_system=tuple(item["build_system"]),
            dependencies=tuple(item["dependencies"]),
        )
        for name, item in found.items()
    }
