"""What was read of a repository, as a person sees it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from harness.monorepo.repository.facts import Note
from harness.monorepo.repository.reading import Found, Reading
from harness.monorepo.shapes import Kind, graph
from harness.records.spelling import number

#: How many keys that are not counted are named: large repositories have hundreds of the same kind.
_NAMED = 3


def told(reading: Reading) -> Group:
    """Members, counts, cycles, and what could not be read."""
    parts: list[RenderableType] = []
    if reading.warning:
        parts += [Text(f"Not to be trusted: {reading.warning}.", style="bold red"), Text()]
    parts += [Text(f"{visible(reading.name)}: members", style="bold")]
    for found in reading.found:
        parts += _member(found)
    parts += [Text(), *(Text(line) for line in counted(reading))]
    if reading.cycles:
        parts += [
            Text(),
            Text("Cycles: members that need each other; mend the file before it is measured", style="bold red"),
        ]
        parts += [_indented(graph.as_path(cycle)) for cycle in reading.cycles]
    if reading.uncounted:
        parts += [Text(), Text("Not counted as dependencies, for they are optional or for development:")]
        parts += [_indented(visible(key)) for key in reading.uncounted[:_NAMED]]
        if len(reading.uncounted) > _NAMED:
            parts.append(_indented(f"and {len(reading.uncounted) - _NAMED} more"))
    if reading.notes:
        parts += [Text(), *noted(reading.notes)]
    return Group(*parts)


def counted(reading: Reading) -> Iterator[str]:
    """The counts, a line each."""
    members = [found.member for found in reading.found]
    needs = {member.name: member.needs for member in members}
    applications = sum(member.kind is Kind.APPLICATION for member in members)
    yield (
        f"{number(len(members), 'member')}: {number(applications, 'application')}, "
        f"{number(len(members) - applications, 'library', 'libraries')}; "
        f"{number(sum(member.modules for member in members), 'module')}"
    )
    depth = "no depth, for there is a cycle" if reading.cycles else f"depth {graph.depth(needs)} (the longest chain)"
    edges = number(sum(map(len, needs.values())), "dependency", "dependencies")
    yield f"{edges} between members; {depth}"
    needed, needing = graph.fan_in(needs), graph.fan_out(needs)
    most, widest = (max(sorted(fan), key=lambda name: fan[name]) for fan in (needed, needing))
    if needed[most]:
        yield f"most needed: {most}, by {needed[most]}; needs most: {widest}, {needing[widest]}"
    yield number(len({text for member in members for text in member.requirements}), "third-party requirement")


def noted(notes: Sequence[Note]) -> Iterator[RenderableType]:
    """What could not be read or was left out; what is said of several places is said once."""
    yield Text(f"Not read, or left out ({len(notes)}):", style="bold")
    for places in _alike(notes):
        if len(places) == 1:
            yield _indented(in_words(places[0]))
            continue
        yield _indented(visible(f"{places[0].said}. {places[0].hint}".rstrip()))
        yield from (_indented(visible(_place(note)), 4) for note in places)


def in_lines(notes: Sequence[Note]) -> Iterator[str]:
    """The notes, a line for each thing that is said, with the first few of its places."""
    for places in _alike(notes):
        if len(places) == 1:
            yield in_words(places[0])
            continue
        more = f"; and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
        where = "; ".join(map(_place, places[:_NAMED]))
        yield visible(f"{places[0].said}. {places[0].hint}".rstrip() + f" ({where}{more})")


def _alike(notes: Sequence[Note]) -> list[list[Note]]:
    """Notes that say the same, together."""
    alike: dict[tuple[str, str], list[Note]] = {}
    for note in notes:
        alike.setdefault((note.said, note.hint), []).append(note)
    return list(alike.values())


def in_words(note: Note) -> str:
    """A note in a line: where it stands, what is said, what to do."""
    return visible(f"{_place(note)}: {note.said}. {note.hint}".rstrip())


def visible(text: str) -> str:
    """The text with signs that act on a terminal written out: it comes from a repository that we do not know."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _member(found: Found) -> Iterator[RenderableType]:
    member = found.member
    words = (
        f"{member.kind.value} ({visible(found.reason)}), {number(member.modules, 'module')}, in {visible(found.folder)}"
    )
    yield _indented(Text.assemble((member.name, "bold"), f": {words}"))
    if member.needs:
        yield _indented(f"depends on {', '.join(member.needs)}", 4)


def _indented(text: str | Text, by: int = 2) -> Padding:
    return Padding(Text(text) if isinstance(text, str) else text, (0, 0, 0, by), expand=False)


def _place(note: Note) -> str:
    where = f"{note.file}:{note.line}" if note.line else note.file
    return f"{where}, {note.key}" if note.key else where
