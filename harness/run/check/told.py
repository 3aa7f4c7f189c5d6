"""Whether a variant's README tells people what is measured: its commands against the phases of ``variant.toml``.

A README's commands are its indented lines, as a shell reads them: ``cd hello`` leads into a folder until the next
text, ``# …`` says what a command is for, and variables may stand before it. They are held against each step with its
placeholders filled for the three members. What only the harness has to type a README may leave out, by three rules: an
argument that is nothing but ``{python}``, ``{index}`` or, in ``build``, ``{dist}``, with the option before it; the
options in :data:`HARNESS_ONLY`; and, in ``build``, the steps that collect what a tool leaves in its own place. What the
harness hands to ``sh -c`` a person types into the shell, and what it keeps in ``{state}`` a person puts beside the
checkout. How to prepare for work without an index, no README tells.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, fields

from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants.file import DeployPhase, Phase, Phases

#: Options that a step has because it runs in the harness: its index is on loopback and not to be written down, nobody
#: reads what is printed, and all members are built into one folder.
HARNESS_ONLY = frozenset({"--quiet", "--no-pypi", "--no-emit-index-url", "--no-emit-trusted-host", "--no-clean"})

_COLLECTING = frozenset({"mkdir", "cp"})
_SPAN = re.compile(r"`([^`\n]+)`")
_ASSIGNMENT = re.compile(r"[A-Z][A-Z0-9_]*=.*")
_PINNED = re.compile(r"(?<=\w)==[\w.]+$")


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A command as a person types it: the folder it is typed in, the variables before it, and its words."""

    folder: str
    variables: frozenset[str]
    words: tuple[str, ...]

    def is_told_by(self, other: Typed) -> bool:
        """Whether ``other`` is the same command; variables are looked at apart."""
        return (self.folder, self.words) == (other.folder, other.words)

    def __str__(self) -> str:
        into = f"cd {self.folder}; " if self.folder else ""
        return into + " ".join((*sorted(self.variables), *self.words))


def told(readme: str) -> Iterator[Typed]:
    """The commands that a README tells people to type, in order."""
    folder = ""
    for line in readme.splitlines():
        if not line.startswith("    "):
            folder = "" if line.strip() else folder
            continue
        words = shlex.split(line, comments=True)
        count = next((at for at, word in enumerate(words) if not _ASSIGNMENT.fullmatch(word)), len(words))
        if words[:1] == ["cd"]:
            folder = words[1]
        elif words:
            yield Typed(folder=folder, variables=frozenset(words[:count]), words=tuple(words[count:]))


def said_in_passing(readme: str) -> Iterator[str]:
    """What stands between back-quotes in a README's text, and may be a command."""
    for line in readme.splitlines():
        if not line.startswith("    "):
            yield from _SPAN.findall(line)


def measured(phase: Phase, name: str) -> Iterator[tuple[Typed, ...]]:
    """Each step of a phase that a person types, as one command for each way in which its placeholders can be filled."""
    steps = [step for step in phase.steps if not (name == "build" and step[0] in _COLLECTING)]
    for step in steps:
        yield _ways(phase, step, name)


def started(phase: Phase) -> tuple[Typed, ...]:
    """How what was deployed may be started: a README need not say it."""
    return _ways(phase, phase.run, "deploy") if isinstance(phase, DeployPhase) else ()


def _ways(phase: Phase, step: tuple[str, ...], name: str) -> tuple[Typed, ...]:
    of_an_application = {"{app}", "{module}", "{need}"} & {*re.findall(r"\{\w+\}", " ".join((phase.directory, *step)))}
    root = ".." if phase.directory != "{root}" else ""
    found: dict[Typed, None] = {}
    if step[:2] == ("sh", "-c"):
        step = tuple(shlex.split(step[2]))
    for member in CANONICAL.applications if of_an_application else CANONICAL.members:
        folder = _filled(phase.directory, member.name).removeprefix("./").removeprefix(".")
        for words in (_lean(step, name), step):
            filled = tuple(
                _PINNED.sub("", _filled(word, member.name, need, root))
                for word in words
                for need in (member.needs if "{need}" in word else ("",))
            )
            found[Typed(folder=folder, variables=frozenset(), words=filled)] = None
    return tuple(found)


def _lean(step: tuple[str, ...], name: str) -> tuple[str, ...]:
    """A step without what a README may leave out."""
    dropped = {"{python}", "{index}"} | ({"{dist}"} if name == "build" else set())
    followed = zip(step, (*step[1:], ""), strict=True)
    kept = [
        word
        for word, following in followed
        if not (word in HARNESS_ONLY or word in dropped or (word.startswith("-") and following in dropped))
    ]
    return tuple(kept if step[0] not in dropped else (step[0], *kept))


def _filled(text: str, member: str, need: str = "", root: str = ".") -> str:
    text = text.replace("{state}/", "../")
    text = text.replace("{root}/", f"{root}/" if root else "").replace("{root}", root or ".").replace("{tools}/", "")
    for placeholder in ("app", "module", "member"):
        text = text.replace(f"{{{placeholder}}}", member)
    text = text.replace("{need}", need)
    return re.sub(r"\{(\w+)\}", r"\1", text)


def phases_of(phases: Phases) -> Iterator[tuple[str, Phase]]:
    """The phases that a variant has and its README tells of, by name."""
    for field in fields(phases):
        phase = getattr(phases, field.name) if field.name != "prepare" else None
        if phase is not None:
            yield field.name, phase


def variables_of(phase: Phase) -> frozenset[str]:
    """The variables of a phase that a person types before its commands."""
    return frozenset(f"{name}={_filled(value, '')}" for name, value in phase.environment.items())


def difference(readme: str, phases: Phases) -> tuple[str, str]:
    """What a README should tell and what it does, where these first differ; two empty texts if they do not.

    Every step has to be told, with a phase's variables, and every command that is told has to be one of them; in its
    text a README may shorten a command, but not say another.
    """
    typed = list(told(readme))
    known: list[Typed] = []
    for name, phase in phases_of(phases):
        variables: frozenset[str] = frozenset()
        for ways in measured(phase, name):
            known += ways
            same = [item for item in typed if any(way.is_told_by(item) for way in ways)]
            if not same:
                return f"{name}: {ways[0]}", "it does not say so"
            variables = variables.union(*(item.variables for item in same))
        known += started(phase)
        if missing := variables_of(phase) - variables:
            return f"{name}, with {sorted(missing)[0]}", "it does not say so"
    for item in typed:
        if not any(way.is_told_by(item) for way in known):
            return "a command that a phase has", str(item)
    programs = {item.words[0] for item in known}
    for span in said_in_passing(readme):
        words = tuple(span.split())
        if len(words) > 1 and words[0] in programs and not any(item.words[: len(words)] == words for item in known):
            return "a command that a phase has", span
    return "", ""
