"""What a finding looks at, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from harness.records import Lane
from harness.shapes import Shape
from harness.variants import Variant

#: The value of a finding that could not be established; its evidence is the reason.
UNSUPPORTED = "unsupported"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is examined: a variant as committed, and the package set its Nix files describe.

    ``nix_packages`` maps each member to what its ``package.nix`` states, as Nix itself reads it; ``nix_unavailable``
    is the reason why there is none.
    """

    variant: Variant
    shape: Shape
    nix_packages: dict[str, NixPackage]
    nix_unavailable: str = ""


@dataclass(frozen=True, kw_only=True)
class NixPackage:
    """What one member's ``package.nix`` states: the arguments it asks for and those it gives to its builder."""

    arguments: tuple[str, ...]
    pname: str
    version: str
    build_system: tuple[str, ...]
    dependencies: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One answer: the finding's name, its value, and the lines that prove it."""

    finding: str
    lane: Lane
    value: str
    evidence: str


Establish = Callable[[Subject], Iterable[Observation]]
