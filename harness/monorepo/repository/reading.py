"""From a repository's folder to its members: which there are, of which kind, which depends on which."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from packaging.requirements import Requirement

from harness.errors import ShapeError
from harness.monorepo.repository import hatch, pyproject, setup_cfg, setup_py
from harness.monorepo.repository.facts import Note, Notes, ProjectFacts, Wanted
from harness.monorepo.repository.modules import count
from harness.monorepo.repository.projects import FoundProject, choose, is_material, path_of, target
from harness.monorepo.repository.walk import Tree, read_text, walk
from harness.monorepo.shapes import Kind, Member, Shape, graph
from harness.monorepo.shapes.checks import checked, is_name, normalised
from harness.records.spelling import number

#: What templates have in the place of what is filled in.
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")

_READERS = {
    "pyproject.toml": pyproject.read,
    "hatch.toml": hatch.read_file,
    "setup.cfg": setup_cfg.read,
    "setup.py": setup_py.read,
}


@dataclass(frozen=True, kw_only=True)
class Found:
    """A member as it was found: where, and by which rule it is a library or an application."""

    member: Member
    folder: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was read of a repository. ``uncounted`` are keys whose requirements are not those of running."""

    name: str
    found: tuple[Found, ...]
    cycles: tuple[tuple[str, ...], ...]
    notes: tuple[Note, ...]
    uncounted: tuple[str, ...]

    @property
    def unread(self) -> tuple[str, ...]:
        """The members whose dependencies could not all be read."""
        folders = {note.file.rpartition("/")[0] or "." for note in self.notes if note.lost}
        return tuple(found.member.name for found in self.found if found.folder in folders)

    @property
    def warning(self) -> str:
        """What has to be said first: dependencies of more than a third of the members could not be read."""
        lost, many = len(self.unread), len(self.found)
        if 3 * lost <= many:
            return ""
        return f"the dependencies of {lost} of {number(many, 'member')} could not be read, so the graph lacks some"

    def shape(self, *, cyclic: bool = False) -> Shape:
        """The members as a shape, each after those it needs; a ``cyclic`` one is to be mended by hand.

        Raises:
            ShapeError: members need each other, and a cyclic shape was not asked for.
        """
        if self.cycles and cyclic:
            return Shape(name=self.name, members=tuple(found.member for found in self.found))
        if self.cycles:
            raise ShapeError(
                f"members need each other, and a shape is acyclic: {graph.as_path(self.cycles[0])}",
                hint="Write the shape with --output FILE.json, take one of these dependencies out, and use the file.",
            )
        by_name = {found.member.name: found.member for found in self.found}
        order = graph.ordered({name: member.needs for name, member in by_name.items()})
        return checked(Shape(name=self.name, members=tuple(by_name[name] for name in order)), source=self.name)


def read_repository(root: Path) -> Reading:
    """Read a repository, without running anything of it and without a network.

    Raises:
        ShapeError: it is no folder, or there is no member in it.
    """
    if not _is_folder(root):
        raise ShapeError(f"{root}: there is no such folder.", hint="Name the folder of a repository that lies here.")
    tree = walk(root)
    gathered = list(tree.notes)
    projects = [_project(root, folder, gathered, names) for folder, names in sorted(tree.manifests.items())]
    absolute = os.path.realpath(root)
    chosen = choose(projects, absolute)
    if not chosen.members:
        # What could not be read is likely why: the first of it stands for all.
        first = next(iter(sorted([*gathered, *chosen.notes])), None)
        why = f" {first.file}: {first.said}." if first is not None else ""
        raise ShapeError(
            f"{root}: holds no member: no project with a name was found.{why}",
            hint="A member is a folder with a pyproject.toml, setup.cfg or setup.py that states a name.",
        )
    linker = _Linker(chosen.members, absolute)
    members = {name: linker.linked(project) for name, project in chosen.members.items()}
    found = _found(members, chosen.members, tree)
    return Reading(
        name="".join(sign for sign in Path(absolute).name if sign.isprintable())[:200] or "repository",
        found=tuple(sorted(found, key=lambda each: each.member.name)),
        cycles=graph.cycles({name: needs for name, (needs, _) in members.items()}),
        notes=tuple(sorted({*gathered, *chosen.notes, *linker.notes})),
        uncounted=tuple(
            f"{project.file}: {key}" for project in chosen.members.values() for key in project.facts.uncounted
        ),
    )


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # A folder above it may not be opened, or the name is longer than any can be.
        return False


def _project(root: Path, folder: str, gathered: list[Note], names: tuple[str, ...]) -> FoundProject:
    """What the files of one folder say; the older ones are asked only for what the newer ones leave open."""
    facts, told_by = ProjectFacts(), ""
    for name in names:
        if name.startswith("setup.") and facts.name and facts.states_dependencies:
            break
        file = f"{folder}/{name}" if folder else name
        notes = Notes(file, beside=partial(_text_beside, root, folder))
        try:
            text = read_text(root / file, root)
        except ValueError as error:
            notes.tell("", str(error), "Make it a file of text; nothing of it is read.")
        else:
            before = facts
            facts = facts.joined(_READERS[name](text, notes))
            if _TEMPLATE.search(text) and any(note.said.startswith("not valid") for note in notes.found):
                notes = Notes(file)
                notes.tell("", "a template with {{ }}, not yet a project's file: it is not read")
            told_by = told_by if before.name or not (facts.name or facts.unnamed) else file
        gathered += notes.found
    file = told_by or (f"{folder}/{names[0]}" if folder else names[0])
    if facts.unnamed and not facts.name and is_name(called := folder.rpartition("/")[2]):
        facts = replace(facts, name=normalised(called))
        said = "its name is made while code runs: that of its folder is taken for it"
        gathered.append(Note(file=file, key="name", said=said, hint="State it as a literal, if it is another."))
    if facts.builds and not (facts.name or facts.unnamed or facts.workspaces or is_material(folder)):
        said = "a project whose name does not stand in its files: the backend makes it; it is left out"
        gathered.append(Note(file=file, key=facts.builds, said=said, hint="State it in [project] name."))
    if facts.name and facts.dynamic and not facts.states_dependencies:
        gathered.append(
            Note(
                file=file,
                key=facts.dynamic,
                said="dependencies are made by the backend when it builds: they cannot be read",
                hint="State them in [project] dependencies.",
                lost=True,
            )
        )
    return FoundProject(folder=folder, file=file, facts=facts)


def _text_beside(root: Path, folder: str, path: str) -> str:
    """The text of a file that a project's file names; nothing outside of the repository is opened."""
    found = target(path, folder, os.path.realpath(root))
    if not found or not (root / found).resolve().is_relative_to(root.resolve()):
        raise ValueError("leads out of the repository: it is not opened")
    return read_text(root / found, root)


class _Linker:
    """Finds for each requirement the member it stands for: by path, or else by name."""

    def __init__(self, members: Mapping[str, FoundProject], root: str) -> None:
        self._members = members
        self._root = root
        self._by_folder = {project.folder: name for name, project in members.items()}
        self.notes: list[Note] = []

    def linked(self, project: FoundProject) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The members that a project needs, and what else it does."""
        needs: set[str] = set()
        others: set[str] = set()
        ahead = [(item, project) for item in project.facts.wanted]
        seen: set[tuple[str, str]] = set()
        while ahead:
            item, stated_by = ahead.pop()
            name = self._found(item, stated_by)
            if name == project.facts.name and name != item.name:
                continue
            if name in self._members:
                # A project that requires itself asks for its own extras.
                needs |= {name} - {project.facts.name}
                extras = Requirement(item.text).extras if item.text else set()
                for extra in {(name, normalised(each)) for each in extras} - seen:
                    seen.add(extra)
                    other = self._members[name]
                    ahead += [(each, other) for each in other.facts.extras.get(extra[1], ())]
            elif item.text:
                others.add(item.text)
        return tuple(sorted(needs)), tuple(sorted(others))

    def _found(self, item: Wanted, project: FoundProject) -> str:
        """The member that is required, or the name of what is none."""
        path = path_of(item, project.facts)
        if not path:
            return item.name
        folder = target(path, project.folder, self._root)
        name = self._by_folder.get(folder, item.name) if folder is not None else item.name
        if name not in self._members:
            taken = "it is taken for third-party" if item.text else "it is left out"
            said, hint = (
                f"the path {path!r} leads to no member: {taken}",
                "See whether the folder is there and holds a project.",
            )
            self.notes.append(Note(file=item.file, key=item.key, said=said, hint=hint))
        return name


def _found(
    members: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]], projects: Mapping[str, FoundProject], tree: Tree
) -> list[Found]:
    needed = graph.fan_in({name: needs for name, (needs, _) in members.items()})
    folders = [project.folder for project in projects.values()]
    found = []
    for name, (needs, requirements) in members.items():
        project = projects[name]
        kind, reason = _kind(project.facts, needed[name])
        member = Member(
            name=name,
            kind=kind,
            needs=needs,
            modules=count(name, project.folder, project.facts.packages, tree.python, folders),
            requirements=requirements,
        )
        found.append(Found(member=member, folder=project.folder or ".", reason=reason))
    return found


def _kind(facts: ProjectFacts, needed_by: int) -> tuple[Kind, str]:
    if facts.scripts:
        return Kind.APPLICATION, f"declares {facts.scripts}"
    if facts.plugins:
        return Kind.LIBRARY, f"declares {facts.plugins}: plugins, which are not started"
    if not needed_by:
        return Kind.APPLICATION, "no member needs it"
    return Kind.LIBRARY, f"needed by {needed_by}"
