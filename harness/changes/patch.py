"""Patches: what a person edits by hand, counted and applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchSet

from harness.errors import VariantError


class Part(StrEnum):
    """What a file that is edited is for."""

    CODE = "code"
    DOCUMENTATION = "documentation"
    PACKAGING = "packaging"
    LOCK = "lock"
    NIX = "nix"


@dataclass(frozen=True, kw_only=True)
class Edit:
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


def edits(patches: Iterable[Path]) -> Iterator[Edit]:
    """What patches edit, file by file.

    Raises:
        VariantError: one cannot be read, is not a unified diff, or edits nothing.
    """
    for patch in patches:
        shown = "/".join(patch.parts[-4:])
        try:
            files = PatchSet(patch.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise VariantError(f"{shown}: cannot be read: {error}", hint="It has to be UTF-8 text.") from error
        except UnidiffParseError as error:
            raise VariantError(f"{shown}: not a unified diff: {error}", hint="Make it with git diff -M.") from error
        if not files:
            raise VariantError(f"{shown}: it edits no file.", hint="Make it with git diff -M.")
        for file in files:
            yield Edit(
                path=file.path,
                part=part_of(file.path),
                added=file.added,
                removed=file.removed,
                moved=bool(file.is_rename),
            )


def apply_command(patch: Path) -> tuple[str, ...]:
    """The command that applies a patch in the checkout it is run in, whole or not at all."""
    return ("git", "apply", "--whitespace=nowarn", str(patch))
