"""Goes through a repository's folders: which hold a project's files, and which Python files there are."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from harness.monorepo.repository.facts import Note

MANIFESTS = ("pyproject.toml", "hatch.toml", "setup.cfg", "setup.py")

#: What states members or what they need in a way that is not read.
_UNREAD = {
    "pants.toml": ("what Pants' BUILD files state is not read", "State members in pyproject.toml, or write the shape."),
    "__manifest__.py": ("an Odoo add-on's manifest is not read", "Write what it needs into the shape's file by hand."),
}

#: No project's file comes near it; what is larger is not what it is named after.
MOST_BYTES = 2**20
MOST_FOLDERS = 200_000
MOST_LEVELS = 40

#: Made by tools or brought in from elsewhere. Hidden folders are skipped too, .git, .venv and .tox among them.
_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "venv", "__pypackages__", "bower_components"})


@dataclass(kw_only=True)
class Tree:
    """What lies where, from the repository's root: folders with their manifests, and Python files."""

    manifests: dict[str, tuple[str, ...]] = field(default_factory=dict)
    python: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def walk(root: Path) -> Tree:
    """Go through all folders below ``root`` but those that tools make; no link is followed."""
    tree = Tree()
    ahead, seen = [(root, "", 0)], 0
    while ahead:
        folder, name, level = ahead.pop()
        seen += 1
        if seen > MOST_FOLDERS:
            tree.notes.append(_left_out(name, f"more than {MOST_FOLDERS:,} folders: the rest is not looked at"))
            break
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            tree.notes.append(_left_out(name, f"cannot be opened: {error.strerror}"))
            continue
        files, folders = _sorted_out(entries)
        if "pyvenv.cfg" in files:
            # A virtual environment, whatever it is called.
            continue
        _take(tree, name, files)
        if folders and level == MOST_LEVELS:
            tree.notes.append(_left_out(name, f"deeper than {MOST_LEVELS} folders: what is below is not looked at"))
            continue
        ahead += [(folder / each, _joined(name, each), level + 1) for each in reversed(folders)]
    tree.python.sort()
    return tree


def read_text(path: Path, root: Path) -> str:
    """The text of a project's file, if it is a file of the repository and not too large.

    Raises:
        ValueError: it is not read; the words say why.
    """
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(root.resolve()):
            raise ValueError("a link that leads out of the repository: it is not followed")
        # Opened without waiting: a pipe of that name would keep us forever.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123 - a descriptor
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ValueError("not a regular file")
            content = file.read(MOST_BYTES + 1)
    except (OSError, RuntimeError) as error:
        raise ValueError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(content) > MOST_BYTES:
        raise ValueError(f"larger than {MOST_BYTES >> 20} MiB: it is not read")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 text: {error.reason} at byte {error.start}") from error


def _sorted_out(entries: list[os.DirEntry[str]]) -> tuple[list[str], list[str]]:
    files: list[str] = []
    folders: list[str] = []
    for entry in entries:
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
        except OSError:
            # It is gone, or its kind cannot be asked: reading it, if it is a manifest, says why.
            is_folder = False
        if not is_folder:
            files.append(entry.name)
        elif not (entry.name.startswith(".") or entry.name in _SKIPPED or entry.name.endswith(".egg-info")):
            folders.append(entry.name)
    return files, folders


def _take(tree: Tree, name: str, files: list[str]) -> None:
    if found := tuple(manifest for manifest in MANIFESTS if manifest in files):
        tree.manifests[name] = found
    for file in _UNREAD.keys() & set(files):
        said, hint = _UNREAD[file]
        tree.notes.append(Note(file=_joined(name, file), said=said, hint=hint))
    tree.python += [_joined(name, file) for file in files if file.endswith(".py")]


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _left_out(folder: str, said: str) -> Note:
    return Note(file=folder or ".", said=said, hint="Name a folder below it as REPOSITORY, if it matters.")
