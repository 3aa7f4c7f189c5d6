"""A requirement's text, as project files have it: a name, a path, or an address."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from urllib.parse import unquote

from packaging.requirements import InvalidRequirement, Requirement

from harness.monorepo.repository.facts import Notes, Wanted
from harness.monorepo.shapes.checks import is_name, normalised

#: Longer than any that a person wrote.
MOST_SIGNS = 1000

_EDITABLE = re.compile(r"(?:-e|--editable)[ =]\s*(?P<url>[^\s#]+)(?:#(?:.*&)?egg=(?P<name>[^&\s\[]+).*)?\s*", re.DOTALL)

#: What stands for the project's own folder: pdm's variable, and hatch's context formatting with its parents.
_ROOT = re.compile(r"\$\{PROJECT_ROOT\}|\{root(?P<parents>(?::parent)*)(?::uri|:real)*\}")


def wanted(text: str, key: str, notes: Notes) -> Wanted | None:
    """What the text requires; nothing, and a note, if it cannot be read."""
    text = re.sub(r"[\t\r\n]+", " ", text).strip()
    if len(text) > MOST_SIGNS or not text.isprintable():
        notes.tell(key, "a requirement that is too long, or has signs that cannot be printed", "It is left out.")
        return None
    if editable := _EDITABLE.fullmatch(text):
        name = normalised(editable["name"]) if is_name(editable["name"] or "") else ""
        path = local_path(editable["url"])
        if not path and not name:
            notes.tell(key, f"{text!r}: neither a path nor a name", "Name what it requires, as #egg=NAME or by path.")
            return None
        return Wanted(name=name, text=name, key=key, file=notes.file, path=path)
    try:
        requirement = Requirement(text)
    except (InvalidRequirement, RecursionError):
        notes.tell(key, f"{text!r} is not a requirement as PEP 508 writes them", "Mend it; it is left out.")
        return None
    return _of(requirement, key, notes)


def wanted_of(texts: Iterable[str], key: str, notes: Notes) -> tuple[Wanted, ...]:
    """What each text requires; those that cannot be read are noted."""
    return tuple(item for text in texts if (item := wanted(text, key, notes)) is not None)


def asked(texts: Iterable[str], key: str, notes: Notes) -> tuple[Wanted, ...]:
    """What an extra requires, without notes: whether anybody asks for it is not known yet."""
    return wanted_of(texts, key, Notes(notes.file))


def listed_in(path: str, key: str, notes: Notes) -> list[str]:
    """The requirements in a file as pip reads it, and in those that it names by ``-r``; options of pip are left out."""
    found: list[str] = []
    ahead, seen = [path], set()
    while ahead:
        file = ahead.pop()
        if file in seen:
            continue
        seen.add(file)
        try:
            text = notes.beside(file)
        except ValueError as error:
            notes.tell(
                key, f"{file}: {error}", "State its requirements here, or see whether the file is there.", lost=True
            )
            continue
        for line in text.replace("\\\n", " ").splitlines():
            line = re.sub(r"(^|\s)#.*|\s--hash\S+", "", line).strip()
            if other := re.fullmatch(r"(?:-r|--requirement)[ =]?\s*(\S+)", line):
                ahead.append(posixpath.join(posixpath.dirname(file), other[1]))
            elif line and (not line.startswith("-") or _EDITABLE.fullmatch(line)):
                found.append(line)
    return found


def named(name: str, key: str, notes: Notes, *, line: int = 0) -> str:
    """The name normalised; an empty one, and a note, if it cannot be a project's."""
    if not name or is_name(name):
        return normalised(name) if name else ""
    if "{{" in name:
        notes.tell(key, "a template with {{ }}, not yet a project's file: it is not read", line=line)
        return ""
    said, hint = f"{name!r} cannot be a project's name", "Use letters, digits, and . _ - between them."
    notes.tell(key, said, hint, line=line)
    return ""


def local_path(url: str) -> str:
    """The path that an address names on this machine, from the project's folder; empty if it names none."""
    root = _ROOT.search(url)
    if root is not None:
        parents = "../" * (root["parents"] or "").count("parent")
        return "./" + parents + unquote(url[root.end() :]).lstrip("/")
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", url)
    if scheme is None:
        return unquote(url)
    if scheme[0].lower() != "file:":
        return ""
    return unquote(re.sub(r"^//(localhost)?(?=/)|^//(?=\.)", "", url[scheme.end() :]))


def _of(requirement: Requirement, key: str, notes: Notes) -> Wanted:
    name = normalised(requirement.name)
    path = local_path(requirement.url) if requirement.url else ""
    if requirement.url and not path:
        notes.tell(
            key,
            f"{name}: its address is left out of the shape, its name is kept",
            "Write it into the shape's file by hand, if it matters.",
        )
    requirement.name, requirement.url = name, None
    return Wanted(name=name, text=str(requirement), key=key, file=notes.file, path=path)
