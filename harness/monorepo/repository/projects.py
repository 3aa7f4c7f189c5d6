"""Which of the projects that a repository holds are its members; pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from harness.monorepo.repository.facts import Note, ProjectFacts, Wanted

#: What lies below such a folder is there to be tested with, or to be copied, unless a workspace names it.
_MATERIAL = frozenset(
    {"test", "tests", "testdata", "test_data", "test-data", "fixtures", "_vendor", "vendor", "third_party", "templates"}
)


@dataclass(frozen=True, kw_only=True)
class FoundProject:
    """A folder's project: where it lies, the file that tells most of it, and what its files say."""

    folder: str
    file: str
    facts: ProjectFacts


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The members by name, and why the other projects are none."""

    members: Mapping[str, FoundProject]
    notes: tuple[Note, ...]


def choose(projects: Iterable[FoundProject], root: str) -> Chosen:
    """Tell members from what only looks like them.

    What a workspace governs is a member if the workspace names it, or if a member requires it by path. Elsewhere each
    project is one, but for what lies below a folder of test data. ``root`` is the repository's own path, for paths that
    begin at the machine's root.
    """
    by_folder = {project.folder: project for project in projects}
    named = {folder: project for folder, project in by_folder.items() if project.facts.name}
    roots = {
        folder: project for folder, project in by_folder.items() if project.facts.workspaces and not is_material(folder)
    }
    kept = {folder for folder in named if _is_kept(folder, roots)}
    kept |= _reached(kept | set(roots), by_folder, root) & set(named)
    notes = [_outside(named[folder], _governing(folder, roots)) for folder in sorted(named.keys() - kept)]
    notes += _without_effect(roots, set(by_folder))
    members: dict[str, FoundProject] = {}
    # The one nearest to the root keeps a name that several have.
    for folder in sorted(kept, key=lambda each: (each.count("/") + bool(each), each)):
        project = named[folder]
        if project.facts.no_package and (folder in roots or _holds(folder, kept)):
            notes.append(_no_package(project))
        elif project.facts.name in members:
            notes.append(_twice(project, members[project.facts.name]))
        else:
            members[project.facts.name] = project
    return Chosen(members=members, notes=tuple(notes))


def target(wanted_path: str, folder: str, root: str) -> str | None:
    """The folder that a path leads to, from the repository's root; nothing if it leads out of it."""
    if wanted_path.startswith("/"):
        inside = wanted_path.rstrip("/") + "/"
        if not inside.startswith(root.rstrip("/") + "/"):
            return None
        path = posixpath.normpath("./" + inside[len(root.rstrip("/")) + 1 :])
    else:
        path = posixpath.normpath(posixpath.join(folder, wanted_path))
    if path == ".." or path.startswith("../"):
        return None
    return "" if path == "." else path


def path_of(item: Wanted, facts: ProjectFacts) -> str:
    """The path at which a requirement is found, if it states one or has a source that does."""
    return item.path or facts.sources.get(item.name, "")


def is_material(folder: str) -> bool:
    """Whether the folder lies below one of test data, copies or templates."""
    return bool(_MATERIAL.intersection(folder.split("/")))


def matches(folder: str, pattern: str) -> bool:
    """Whether a workspace's pattern names the folder: ``*`` within one part of a path, ``**`` over several."""
    return _match(folder.split("/") if folder else [], [part for part in pattern.split("/") if part not in {"", "."}])


def _match(parts: list[str], pattern: list[str]) -> bool:
    # Where the pattern can stand after each part: time grows with the product, whatever the pattern.
    standing = _over({0}, pattern)
    for part in parts:
        standing = _over(
            {
                place if pattern[place] == "**" else place + 1
                for place in standing
                if place < len(pattern) and (pattern[place] == "**" or fnmatchcase(part, pattern[place]))
            },
            pattern,
        )
    return len(pattern) in standing


def _over(standing: set[int], pattern: list[str]) -> set[int]:
    """The places with those behind each ``**``, which may stand for nothing."""
    found = set(standing)
    for place in range(len(pattern)):
        if place in found and pattern[place] == "**":
            found.add(place + 1)
    return found


def _is_kept(folder: str, roots: Mapping[str, FoundProject]) -> bool:
    governing = _governing(folder, roots)
    if governing is None:
        return not is_material(folder)
    return any(
        any(_named_by(folder, governing, pattern) for pattern in workspace.include)
        and not any(_named_by(folder, governing, pattern) for pattern in workspace.exclude)
        for workspace in roots[governing].facts.workspaces
    )


def _named_by(folder: str, root: str, pattern: str) -> bool:
    whole = posixpath.normpath(posixpath.join(root, pattern))
    return matches(folder, whole)


def _governing(folder: str, roots: Mapping[str, FoundProject]) -> str | None:
    """The outermost workspace that the folder lies in: one inside of another is not a workspace of its own."""
    above = [root for root in roots if not root or folder == root or folder.startswith(f"{root}/")]
    return min(above, key=len, default=None)


def _reached(start: set[str], by_folder: Mapping[str, FoundProject], root: str) -> set[str]:
    """The folders that these projects require by path, and those that they do in turn."""
    seen = set(start)
    ahead = list(start)
    while ahead:
        project = by_folder[ahead.pop()]
        for item in project.facts.wanted:
            if path := path_of(item, project.facts):
                folder = target(path, project.folder, root)
                if folder in by_folder and folder is not None and folder not in seen:
                    seen.add(folder)
                    ahead.append(folder)
    return seen - start


def _holds(folder: str, kept: set[str]) -> bool:
    prefix = f"{folder}/" if folder else ""
    return any(other != folder and other.startswith(prefix) for other in kept)


def _outside(project: FoundProject, governing: str | None) -> Note:
    # The same words for each, so that they can be told together.
    why = "it lies below a folder of test data" if governing is None else "the workspace does not name it"
    return Note(
        file=project.file,
        key=project.facts.name,
        said=f"no member: {why}, and no member requires it by path",
        hint="Name its folder as REPOSITORY, or in the workspace, if it is one.",
    )


def _no_package(project: FoundProject) -> Note:
    return Note(
        file=project.file,
        key=project.facts.no_package,
        said="holds the members and is no package: it is not counted",
    )


def _twice(project: FoundProject, first: FoundProject) -> Note:
    return Note(
        file=project.file,
        said=f"{project.facts.name} is the name of {first.file} too: this one is left out",
        hint="Give each project a name of its own.",
    )


def _without_effect(roots: Mapping[str, FoundProject], folders: set[str]) -> list[Note]:
    return [
        Note(
            file=project.file,
            key=workspace.key,
            said=f"{pattern!r} names no folder with a project",
            hint="Take it out, or see whether the folder is hidden or has no pyproject.toml.",
        )
        for root, project in sorted(roots.items())
        for workspace in project.facts.workspaces
        for pattern in workspace.include
        if pattern != "." and not any(_named_by(folder, root, pattern) for folder in folders)
    ]
