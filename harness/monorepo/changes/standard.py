"""The standard changes: edits that every maintainer of a monorepo makes sooner or later.

A change is described here once; how a person makes it under a toolchain stands in ``variants/<name>/changes.toml``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from harness.monorepo.shapes import Kind, Member, Shape
from harness.records.facts import ChangeFacts


@dataclass(frozen=True, kw_only=True)
class StandardChange:
    """One standard change.

    ``reshape`` maps the members there were to those there are afterwards. ``prints`` are the lines that applications
    print afterwards, where they are not the usual ones. A change with a ``base`` begins where that one ended.
    ``tests`` says that the effect is a command that runs so many tests, one of each member.
    """

    name: str
    facts: ChangeFacts
    reshape: Callable[[Shape], Shape] = field(default=lambda shape: shape)
    prints: dict[str, str] = field(default_factory=dict)
    base: str = ""
    tests: bool = False

    def line(self, application: str) -> str:
        """What an application prints after the change, to the letter."""
        return self.prints.get(application, f"{application.capitalize()}, PolyWolf") + "\n"


def _with(member: Member, *, needed_by: tuple[str, ...] = ()) -> Callable[[Shape], Shape]:
    def reshape(shape: Shape) -> Shape:
        before = [
            replace(item, needs=(*item.needs, member.name)) if item.name in needed_by else item
            for item in shape.members
        ]
        libraries = [item for item in before if item.kind is Kind.LIBRARY]
        applications = [item for item in before if item.kind is Kind.APPLICATION]
        members = (
            [*libraries, member, *applications] if member.kind is Kind.LIBRARY else [*libraries, *applications, member]
        )
        return replace(shape, members=tuple(members))

    return reshape


def _renamed(old: str, new: str) -> Callable[[Shape], Shape]:
    def reshape(shape: Shape) -> Shape:
        return replace(
            shape,
            members=tuple(
                replace(
                    item,
                    name=new if item.name == old else item.name,
                    needs=tuple(new if need == old else need for need in item.needs),
                )
                for item in shape.members
            ),
        )

    return reshape


_CHANGES = (
    StandardChange(
        name="add-dependency",
        facts=ChangeFacts(
            title="Add a dependency",
            what="The library gains a dependency on more-itertools, at least 9.1 and below 10, and uses it.",
            effect="Both applications print what the library now makes with it.",
        ),
        prints={"hello": "Hello, Poly-Wolf", "goodbye": "Goodbye, Poly-Wolf"},
    ),
    StandardChange(
        name="add-application",
        facts=ChangeFacts(
            title="Add an application",
            what="A third application, farewell, that needs the library.",
            effect="All three applications print their line.",
        ),
        reshape=_with(Member(name="farewell", kind=Kind.APPLICATION, needs=("shared",))),
    ),
    StandardChange(
        name="add-library",
        facts=ChangeFacts(
            title="Add a library",
            what="A second library, greetings, that only hello needs.",
            effect="hello prints the greeting that it takes from the new library; goodbye prints its line as before.",
        ),
        reshape=_with(Member(name="greetings", kind=Kind.LIBRARY), needed_by=("hello",)),
        prints={"hello": "Welcome, PolyWolf"},
    ),
    StandardChange(
        name="raise-version",
        facts=ChangeFacts(
            title="Raise a dependency's version",
            what="The dependency that was added goes from 9.1 to at least 10.8 and below 11, for something new in it.",
            effect="Both applications print what only the newer version can make.",
        ),
        base="add-dependency",
        prints={"hello": "Hello, Wolf", "goodbye": "Goodbye, Wolf"},
    ),
    StandardChange(
        name="rename-library",
        facts=ChangeFacts(
            title="Rename the library",
            what="The library shared becomes common: folder, package and everything that names it.",
            effect="Both applications print their line, imported from the new name.",
        ),
        reshape=_renamed("shared", "common"),
    ),
    StandardChange(
        name="share-tooling",
        facts=ChangeFacts(
            title="Share the test tooling",
            what="Each member gets a test, and pytest as a development dependency; one command runs them all.",
            effect="One command runs the three tests, and they pass.",
        ),
        tests=True,
    ),
)

STANDARD: dict[str, StandardChange] = {change.name: change for change in _CHANGES}
