"""What variants repeat: ``variants/__templates__``, filled from a ``variant.toml``.

Its README says what is there. A variant's own file wins: ``[nix] own`` names those that are not the template's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from packaging.utils import canonicalize_name

from harness.monorepo.variants.file import VariantFile
from harness.records.strategies import HANDWRITTEN, STRATEGIES, strategies_of

#: They belong to the checkout that the harness runs from, wherever a variant's folder is.
TEMPLATES = Path(__file__).resolve().parents[3] / "variants" / "__templates__"

_TO_FILL = ".in"
_PLACE = re.compile(r"@(manager|backend|attribute ([^@\n]+))@")
_EACH = "@devshell@"


def filled(text: str, spec: VariantFile) -> str:
    """The text of a template with what a variant says in the place of each ``@name@``."""

    def said(place: re.Match[str]) -> str:
        if place[2]:
            return spec.nix.attribute_of(place[2])
        return spec.toolchain.manager if place[1] == "manager" else canonicalize_name(spec.toolchain.backend)

    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        lines += [line.replace(_EACH, name) for name in spec.nix.devshell] if _EACH in line else [line]
    return _PLACE.sub(said, "".join(lines))


def nix_files(spec: VariantFile) -> dict[str, str]:
    """The Nix files that a variant has from the templates, by their path; without those that it says are its own."""
    return {
        path: filled(file.read_text(encoding="utf-8"), spec)
        for path, file in _nix_templates()
        if _described(spec, path) and not is_own(spec, path)
    }


def is_own(spec: VariantFile, path: str) -> bool:
    """Whether a variant says that a Nix file is its own, and not the template's."""
    return any(fnmatch(path, pattern) for pattern in spec.nix.own)


def keeps_own(spec: VariantFile, strategy: str) -> bool:
    """Whether a variant says so of any file of a strategy: then it says itself, too, what changes edit in them."""
    files = STRATEGIES[strategy].files
    return any(strategy in strategies_of(own) or any(fnmatch(file, own) for file in files) for own in spec.nix.own)


def code_half(change: str) -> str:
    """What a standard change edits in Python sources, as a patch."""
    return (TEMPLATES / "changes" / f"{change}.code.patch").read_text(encoding="utf-8")


def nix_half(change: str, spec: VariantFile) -> str:
    """What a standard change edits in the Nix files of every strategy, as a patch for a variant."""
    return filled((TEMPLATES / "changes" / f"{change}.nix.patch{_TO_FILL}").read_text(encoding="utf-8"), spec)


def halves_used(folder: Path, spec: VariantFile) -> Iterator[Path]:
    """The templates of what is not in a variant's folder and counts all the same: those of its changes."""
    if (folder / "changes.toml").is_file():
        yield from sorted((TEMPLATES / "changes").glob("*.code.patch"))
        if spec.nix.strategies:
            yield from sorted((TEMPLATES / "changes").glob(f"*.nix.patch{_TO_FILL}"))


def _nix_templates() -> Iterator[tuple[str, Path]]:
    """The templates of Nix files, each with the path it has in a variant."""
    for file in sorted(TEMPLATES.rglob(f"*.nix{_TO_FILL}")):
        yield file.relative_to(TEMPLATES).as_posix().removesuffix(_TO_FILL), file


def _described(spec: VariantFile, path: str) -> bool:
    """Whether a variant describes its members to Nix in the way that a file is for; ``flake.nix`` takes the overlay."""
    ways = strategies_of(path) or (HANDWRITTEN,)
    described = any(way in spec.nix.strategies for way in ways)
    return described and bool(spec.toolchain.backend) and not spec.unavailable
