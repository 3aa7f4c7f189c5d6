"""Which members a monorepo has and which depends on which."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from harness.monorepo.shapes import graph
from harness.records.spelling import number


def module_of(member: str) -> str:
    """The module a member is imported as: its name, with the signs an identifier may have."""
    return member.replace("-", "_")


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

    @property
    def module(self) -> str:
        """The module it is imported as."""
        return module_of(self.name)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The members of a monorepo, each after those that it needs.

    ``source`` is the repository that they were read from, as a person named it; empty if they were not.
    """

    name: str
    members: tuple[Member, ...]
    source: str = ""

    @property
    def is_canonical(self) -> bool:
        """Whether its members are those that variants are committed with."""
        return self.members == CANONICAL.members

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

    @property
    def in_words(self) -> str:
        """How many members there are, and how deep they lie above one another."""
        libraries, applications = len(self.libraries), len(self.applications)
        many = number(libraries, "library", "libraries")
        more = number(applications, "application")
        return f"{many} and {more}; the longest chain of dependencies has {graph.depth(self.graph)}"

    def member(self, name: str) -> Member:
        """The member of that name.

        Raises:
            KeyError: the shape has no such member.
        """
        return self._by_name[name]

    def needs_of(self, name: str) -> tuple[str, ...]:
        """All that a member needs, directly or through others, what is needed first.

        Raises:
            KeyError: the shape has no such member.
        """
        found = self._closures[name]
        return tuple(member.name for member in self.members if member.name in found)

    @property
    def needed(self) -> tuple[str, ...]:
        """Every member that another one needs."""
        found = {need for member in self.members for need in member.needs}
        return tuple(member.name for member in self.members if member.name in found)

    @cached_property
    def core(self) -> Member:
        """The member at the bottom that the most applications stand on; of several, the first.

        It needs no other member, and is the one that is edited where the effect of an edit is looked at. Where no
        application stands on another member, it is an application itself: there an edit shows.
        """
        above = Counter(name for member in self.applications for name in self._closures[member.name])
        bottom = [member for member in self.members if not member.needs]
        return max(bottom, key=lambda member: (above[member.name], member.kind is Kind.APPLICATION))

    @property
    def edge(self) -> tuple[Member, Member] | None:
        """The first application that needs a member, and the first that it needs; of any member if none does.

        It is where one dependency is looked at; nothing if there is none.
        """
        needing = [member for member in (*self.applications, *self.members) if member.needs]
        return (needing[0], self.member(needing[0].needs[0])) if needing else None

    @cached_property
    def _by_name(self) -> dict[str, Member]:
        return {member.name: member for member in self.members}

    @cached_property
    def _closures(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        needs = self.graph
        for name in graph.ordered(needs):
            found[name] = frozenset(needs[name]).union(*(found[need] for need in needs[name]))
        return found


#: The three members every variant is committed with.
CANONICAL = Shape(
    name="canonical",
    members=(
        Member(name="shared", kind=Kind.LIBRARY),
        Member(name="hello", kind=Kind.APPLICATION, needs=("shared",)),
        Member(name="goodbye", kind=Kind.APPLICATION, needs=("shared",)),
    ),
)
