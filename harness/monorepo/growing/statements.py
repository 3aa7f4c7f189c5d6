"""A prototype's text as lines that are said once, and lines that are repeated for members; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from harness.monorepo.shapes import module_of

#: The prototypes: what a member is grown from that needs no other, and what one that does.
PLAIN, NEEDING = "shared", "hello"

#: The application of which every statement is one of ``hello``'s, said again.
REPEATED = "goodbye"

_PROTOTYPE = re.compile(rf"(?<![A-Za-z0-9_])(?:{PLAIN}|{NEEDING}|{REPEATED})(?![A-Za-z0-9_])")
_COMMENT = re.compile(r"\s*(#|--|//)")
_TABLE = re.compile(r"\s*\[+\s*(?P<name>[^\[\]]+?)\s*\]+\s*(#.*)?$")
_ASSIGNED = re.compile(r"\s*(?P<key>[\w.\"'-]+(\s*\.\s*[\w.\"'-]+)*)\s*=(?!=)(?P<value>.*)")
_OPENED = re.compile(r"\s*(?P<key>[\w.-]+)\s*=\s*\[\s*$")
_CLOSED = re.compile(r"\s*\]")

#: A line with one item of a list, or one argument, and nothing else.
_ITEM = re.compile(r"(?P<before>\s*)(?P<item>\"[^\"]*\"|[\w-]+)(?P<behind>,?)(?:\s*#.*)?\s*")

#: Lists of what is imported rather than installed.
_OF_MODULES = frozenset({"pythonImportsCheck"})


class Repeat(StrEnum):
    """For which members a line is repeated."""

    ONCE = "once"
    #: For each member that the file's own member needs directly, or for all that it needs.
    NEEDS = "needs"
    ALL_NEEDS = "all-needs"
    #: For each member; for each that others need; for each application; for each library.
    MEMBERS = "members"
    NEEDED = "needed"
    APPLICATIONS = "applications"
    LIBRARIES = "libraries"


class Way(StrEnum):
    """How a requirement from outside is stated where a member would be: as text, as a name, as an argument."""

    TEXT = "text"
    NAME = "name"
    ARGUMENT = "argument"


@dataclass(frozen=True, kw_only=True)
class Outside:
    """A place in a list of dependencies for what is no member: what stands before and behind it, and in which way."""

    before: str
    behind: str
    way: Way

    def said(self, requirements: Mapping[str, str], stated: Collection[str]) -> Iterator[str]:
        """A line for each of ``requirements``, which have their Nix attributes as values, each attribute once.

        An argument that is ``stated`` already is not asked for again.
        """
        if self.way is Way.TEXT:
            yield from (f"{self.before}{toml_text(text)}{self.behind}" for text in requirements)
            return
        for attribute in dict.fromkeys(requirements.values()):
            line = f"{self.before}{attribute}{self.behind}"
            if self.way is Way.NAME or line.strip() not in stated:
                yield line


def toml_text(text: str) -> str:
    """A text as TOML's basic strings write it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in escaped) + '"'


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line with the places at which a member is named, and for whom it is repeated.

    ``parts`` are what stands between the places; ``own`` says of each place whether it is the file's own member's, and
    ``as_module`` whether the module is meant. Behind a line that has a place ``outside`` requirements from outside are
    stated.
    """

    parts: tuple[str, ...]
    own: tuple[bool, ...] = ()
    as_module: tuple[bool, ...] = ()
    repeat: Repeat = Repeat.ONCE
    outside: Outside | None = None

    def said(self, own: str, other: str) -> str:
        """The line for the file's own member, and the one it is repeated for."""
        text = [self.parts[0]]
        for part, is_own, module in zip(self.parts[1:], self.own, self.as_module, strict=True):
            name = own if is_own else other
            text += [module_of(name) if module else name, part]
        return "".join(text)


def is_prose(line: str) -> bool:
    """Whether a line is a comment, which is read by people alone."""
    return _COMMENT.match(line) is not None


def in_member(text: str, prototype: str, transitive: Sequence[str] = ()) -> tuple[Line, ...]:
    """The lines of a file of ``prototype``'s; ``transitive`` are the tables that state all that is needed."""
    lines = []
    for context, raw in _in_context(text):
        line = _line(raw, context, prototype.__eq__)
        if is_prose(raw) or all(line.own):
            # What is said to people may call others by their names, and stays as it is.
            line = _line(raw, context, prototype.__eq__, others=False)
        else:
            line = replace(
                line,
                repeat=Repeat.ALL_NEEDS if context.table in transitive else Repeat.NEEDS,
                outside=_outside(raw, context),
            )
        lines.append(line)
    return tuple(lines)


def beside_members(text: str) -> tuple[Line, ...]:
    """The lines of a file that lies beside the members, without those that say the same of further members."""
    found = [(raw, _line(raw, context, _nobodys)) for context, raw in _in_context(text)]
    stated = [(frozenset() if is_prose(raw) else frozenset(_named(raw)), line) for raw, line in found]
    wordings = {name: {line.parts for names, line in stated if names == {name}} for name in (PLAIN, NEEDING)}
    lines = []
    for index, ((raw, _), (names, line)) in enumerate(zip(found, stated, strict=True)):
        if not names:
            lines.append(Line(parts=(raw,)))
            continue
        followed = stated[index + 1 : index + 2] == [(frozenset({NEEDING}), line)]
        follows = index > 0 and stated[index - 1] == (frozenset({PLAIN}), line)
        if PLAIN in names and line.parts in wordings[NEEDING]:
            lines.append(replace(line, repeat=Repeat.MEMBERS if followed else Repeat.LIBRARIES))
        elif PLAIN in names:
            lines.append(replace(line, repeat=Repeat.NEEDED))
        elif NEEDING in names and not follows:
            lines.append(replace(line, repeat=Repeat.APPLICATIONS))
    return tuple(lines)


def _nobodys(name: str) -> bool:  # noqa: ARG001
    """A file beside the members is no member's own."""
    return False


def complaints(text: str, prototype: str = "") -> Iterator[tuple[int, str]]:
    """Where a file does not keep to one statement a line: the line's number from 1, and what is wrong with it.

    ``prototype`` is the member whose file it is; without one it lies beside the members.
    """
    for number, line in enumerate(text.splitlines(), 1):
        names = _named(line) - {prototype}
        if is_prose(line) or not names:
            continue
        if len(names) > 1:
            yield number, f"it names {' and '.join(sorted(names))}: give each a line of its own"
        elif (found := _ASSIGNED.match(line)) and not names & _named(found["key"]) and "[" in found["value"]:
            yield number, f"the list that names {names.pop()} is on one line: give each of its items a line of its own"


@dataclass(frozen=True, kw_only=True)
class _Context:
    """Where in a file a line stands: below which table, in which list."""

    table: str = ""
    key: str = ""


def _in_context(text: str) -> Iterator[tuple[_Context, str]]:
    table = key = ""
    for line in text.splitlines(keepends=True):
        if key and _CLOSED.match(line):
            key = ""
        elif not key and (found := _TABLE.match(line)):
            table = found["name"]
        yield _Context(table=table, key=key), line
        if found := _OPENED.match(line):
            key = found["key"]


def _line(raw: str, context: _Context, is_own: Callable[[str], bool], *, others: bool = True) -> Line:
    """A line taken apart at the names in it: those that are the file's own member's, and with ``others`` all."""
    parts, own, as_module = [], [], []
    start = 0
    for found in _PROTOTYPE.finditer(raw):
        if not (others or is_own(found[0])):
            continue
        parts.append(raw[start : found.start()])
        own.append(is_own(found[0]))
        as_module.append(context.key in _OF_MODULES or raw[: found.start()].endswith(("src/", "-m ")))
        start = found.end()
    parts.append(raw[start:])
    return Line(parts=tuple(parts), own=tuple(own), as_module=tuple(as_module))


def _outside(raw: str, context: _Context) -> Outside | None:
    """The place for requirements from outside behind a line that states a dependency, if it is of a kind that has one.

    In TOML those are texts among a project's dependencies; in Nix names among ``dependencies``, and arguments.
    """
    found = _ITEM.fullmatch(raw)
    if found is None:
        return None
    quoted = found["item"].startswith('"')
    if quoted and (context.table, context.key) == ("project", "dependencies"):
        way = Way.TEXT
    elif not quoted and (context.table, context.key) == ("", "dependencies"):
        way = Way.NAME
    elif not quoted and context == _Context() and found["behind"].startswith(","):
        way = Way.ARGUMENT
    else:
        return None
    return Outside(before=found["before"], behind=f"{found['behind']}\n", way=way)


def _named(line: str) -> set[str]:
    return set(_PROTOTYPE.findall(line))
