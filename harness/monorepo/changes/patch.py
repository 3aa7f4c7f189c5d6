"""Patches: what a person edits by hand, counted and applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchedFile, PatchSet

from harness.errors import VariantError


class Part(StrEnum):
    """What a file that is edited is for."""

    CODE = "code"
    DOCUMENTATION = "documentation"
    PACKAGING = "packaging"
    LOCK = "lock"
    NIX = "nix"


@dataclass(frozen=True, kw_only=True)
class FileEdit:
    """What is edited in one file: lines added and removed by hand; ``moved`` says that it got another name."""

    path: str
    part: Part
    added: int
    removed: int
    moved: bool


_DOCUMENTATION = (".md", ".rst")

#: Lists of exact versions that a person keeps by hand, where a tool does not make them.
_LOCKS_BY_HAND = ("requirements", "constraints")


def part_of(path: str) -> Part:
    """What a file is for, by its name."""
    file = PurePosixPath(path)
    if file.suffix == ".py":
        return Part.CODE
    if file.suffix in _DOCUMENTATION:
        return Part.DOCUMENTATION
    if file.suffix == ".nix":
        return Part.NIX
    if file.suffix == ".txt" and file.name.startswith(_LOCKS_BY_HAND):
        return Part.LOCK
    return Part.PACKAGING


@dataclass(frozen=True, kw_only=True)
class Patch:
    """A unified diff; ``name`` is its file's, ``shown`` what it is called where something is wrong with it."""

    name: str
    shown: str
    text: str

    def files(self) -> tuple[PatchedFile, ...]:
        """What it edits, file by file.

        Raises:
            VariantError: it is not a unified diff, or edits nothing.
        """
        try:
            files = PatchSet(self.text)
        except UnidiffParseError as error:
            raise VariantError(
                f"{self.shown}: not a unified diff: {error}", hint="Make it with git diff -M."
            ) from error
        if not files:
            raise VariantError(f"{self.shown}: it edits no file.", hint="Make it with git diff -M.")
        return tuple(files)

    def written(self, folder: Path) -> Path:
        """The patch as a file in ``folder``, for Git to read."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / self.name
        path.write_text(self.text, encoding="utf-8")
        return path


def read_patch(path: Path, shown: str) -> Patch:
    """The patch in a file.

    Raises:
        VariantError: it cannot be read.
    """
    try:
        return Patch(name=path.name, shown=shown, text=path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise VariantError(f"{shown}: cannot be read: {error}", hint="It has to be UTF-8 text.") from error


def edits(patches: Iterable[Patch]) -> Iterator[FileEdit]:
    """What patches edit, file by file.

    Raises:
        VariantError: one is not a unified diff, or edits nothing.
    """
    for patch in patches:
        for file in patch.files():
            yield FileEdit(
                path=file.path,
                part=part_of(file.path),
                added=file.added,
                removed=file.removed,
                moved=bool(file.is_rename),
            )


def apply_command(patch: Path) -> tuple[str, ...]:
    """The command that applies a patch in the checkout it is run in, whole or not at all."""
    return ("git", "apply", "--whitespace=nowarn", str(patch))
