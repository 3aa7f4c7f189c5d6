"""Which members a monorepo has and which depends on which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.errors import ShapeError
from harness.suggest import did_you_mean


class Kind(StrEnum):
    """What a member is for: to be imported, or to be run."""

    LIBRARY = "library"
    APPLICATION = "application"


@dataclass(frozen=True, kw_only=True)
class Member:
    """One package of the monorepo, and the members it imports.

    ``modules`` is how many Python files it has, tests apart; ``requirements`` are what it needs that is no member, as
    PEP 508 texts.
    """

    name: str
    kind: Kind
    needs: tuple[str, ...] = ()
    modules: int = 1
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The members of a monorepo, libraries before the members that need them."""

    name: str
    members: tuple[Member, ...]

    @property
    def applications(self) -> tuple[Member, ...]:
        """The members that are run."""
        return tuple(member for member in self.members if member.kind is Kind.APPLICATION)

    @property
    def libraries(self) -> tuple[Member, ...]:
        """The members that are imported."""
        return tuple(member for member in self.members if member.kind is Kind.LIBRARY)

    @property
    def graph(self) -> dict[str, tuple[str, ...]]:
        """Each member's name, and the members it needs."""
        return {member.name: member.needs for member in self.members}

    def member(self, name: str) -> Member:
        """The member of that name.

        Raises:
            KeyError: the shape has no such member.
        """
        for member in self.members:
            if member.name == name:
                return member
        raise KeyError(name)


#: The three members every variant is committed with.
CANONICAL = Shape(
    name="canonical",
    members=(
        Member(name="shared", kind=Kind.LIBRARY),
        Member(name="hello", kind=Kind.APPLICATION, needs=("shared",)),
        Member(name="goodbye", kind=Kind.APPLICATION, needs=("shared",)),
    ),
)

_KNOWN = {CANONICAL.name: CANONICAL}


def shape_names() -> Sequence[str]:
    """The names ``--shape`` takes."""
    return tuple(_KNOWN)


def find_shape(name: str) -> Shape:
    """The shape of that name, which has to be one that variants can take on.

    Raises:
        ShapeError: no shape has that name, or variants cannot grow to it yet.
    """
    if "=" in name or name.endswith(".json"):
        raise ShapeError(
            f"--shape: {name!r} cannot be measured yet: variants are committed with the canonical members alone.",
            hint="Leave --shape out, or give canonical.",
        )
    try:
        return _KNOWN[name]
    except KeyError:
        raise ShapeError(f"--shape: there is no shape named {name!r}.", hint=did_you_mean(name, _KNOWN)) from None
