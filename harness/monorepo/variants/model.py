"""A folder below ``variants/`` → :class:`Variant`: a monorepo packaged with one toolchain, as data.

Adding a variant is adding a folder. Everything the harness has to know of its toolchain stands in its
``variant.toml``; see :mod:`harness.monorepo.variants.file`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import InputError, VariantError, did_you_mean
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants.file import VariantFile, parse_variant_file
from harness.monorepo.variants.placeholders import placeholders
from harness.monorepo.variants.templates import halves_used
from harness.records.facts import Environment

#: What the harness adds to a variant's folder: it is not part of the monorepo and is left out of scratch trees.
HARNESS_FILES = ("variant.toml", "locks", "changes.toml", "changes")

VARIANT_NAME = re.compile(r"[a-z0-9]+([-.][a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One folder below ``variants/``, read and checked.

    ``digest`` changes with any byte of the folder, and of the templates that its changes are made with.
    """

    name: str
    folder: Path
    digest: str
    spec: VariantFile

    @property
    def toolchain_lock(self) -> Path:
        """The closure of the toolchain's packages, with hashes."""
        return self.folder / "locks" / "toolchain.txt"

    @property
    def build_lock(self) -> Path:
        """The closure of what builds fetch, with hashes."""
        return self.folder / "locks" / "build.txt"

    @property
    def set_aside(self) -> str:
        """Why the variant is shown and not measured; empty if it is measured."""
        if self.spec.unavailable:
            return f"unavailable: {self.spec.unavailable}"
        return f"broken: {self.spec.broken}" if self.spec.broken else ""

    @property
    def environment_of(self) -> Environment | None:
        """Whom installing makes an environment for: all members, or each application; nobody where it makes none."""
        install = self.spec.phases.install
        if not install.steps:
            return None
        texts = (install.directory, *self.spec.environments, *(arg for step in install.steps for arg in step))
        own = any("app" in placeholders(text) for text in texts)
        return Environment.EACH_APPLICATION if own else Environment.ALL_MEMBERS

    def files(self) -> dict[str, Path]:
        """The monorepo's own files, by their path below the folder."""
        return {
            relative: path
            for relative, path in _files(self.folder).items()
            if relative.split("/", 1)[0] not in HARNESS_FILES
        }

    def texts(self) -> dict[str, str]:
        """What the monorepo's own files say, by their path below the folder."""
        return {relative: path.read_text(encoding="utf-8") for relative, path in self.files().items()}


def _files(folder: Path) -> dict[str, Path]:
    found = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and "__pycache__" not in relative.parts:
            found[relative.as_posix()] = path
    return found


def folder_digest(folder: Path) -> str:
    """A SHA-256 over the names and bytes of all files below ``folder``."""
    digest = hashlib.sha256()
    for relative, path in _files(folder).items():
        content = path.read_bytes()
        digest.update(f"{relative}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def variant_digest(folder: Path, spec: VariantFile) -> str:
    """A SHA-256 over all that a variant is made of: its folder, and the templates that count without a copy in it."""
    digest = hashlib.sha256(folder_digest(folder).encode())
    for path in halves_used(folder, spec):
        digest.update(f"\0{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def load_variant(folder: Path, *, locked: bool = True) -> Variant:
    """Read one variant's folder; with ``locked`` its locks have to be there.

    Raises:
        VariantError: ``variant.toml`` is missing or malformed, the folder's name is not one a variant may have, or
            the folder lacks a member or a lock.
    """
    name = folder.name
    if not VARIANT_NAME.fullmatch(name):
        raise VariantError(
            f"{_shown(folder)}: {name!r} cannot be a variant's name.",
            hint="Use lower-case letters and digits, with single hyphens or dots between them.",
        )
    file = folder / "variant.toml"
    if not file.is_file():
        raise VariantError(f"{_shown(folder)}: there is no variant.toml in it.", hint="Every variant has one.")
    spec = parse_variant_file(_text(file, _shown(file)), source=_shown(file))
    for member in () if spec.unavailable else CANONICAL.members:
        if not (folder / member.name).is_dir():
            raise VariantError(
                f"{_shown(folder)}: the member {member.name!r} is missing.",
                hint=f"Every variant has a folder for each of {', '.join(m.name for m in CANONICAL.members)}.",
            )
    for lock in ("toolchain", "build"):
        if locked and not spec.unavailable and not (folder / "locks" / f"{lock}.txt").is_file():
            raise VariantError(
                f"{_shown(folder)}: locks/{lock}.txt is missing.",
                hint=f"Make it with: python -m harness update {name} --keep-pins",
            )
    for relative, path in _files(folder).items():
        _text(path, f"{name}/{relative}")
    return Variant(name=name, folder=folder, digest=variant_digest(folder, spec), spec=spec)


def _text(path: Path, shown: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VariantError(f"{shown}: cannot be read: {error}", hint="It has to be UTF-8 text.") from error


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}" if path.name != "variant.toml" else "/".join(path.parts[-3:])


def load_variants(
    directory: Path, names: Iterable[str] = (), *, more: Sequence[Path] = (), locked: bool = True
) -> tuple[Variant, ...]:
    """Read the variants below ``directory`` and those below ``more``, all of them or those named, in order of name.

    With ``locked`` their locks have to be there.

    Raises:
        InputError: a name is not one of a variant, or of two, or there are no variants at all.
        VariantError: a variant's folder is not as it has to be.
    """
    folders = variant_folders(directory, more)
    wanted = sorted(set(names)) or sorted(folders)
    for name in wanted:
        if name not in folders:
            raise InputError(f"--variant: there is no variant named {name!r}.", hint=did_you_mean(name, folders))
    return tuple(load_variant(folders[name], locked=locked) for name in wanted)


def variant_folders(directory: Path, more: Sequence[Path] = ()) -> dict[str, Path]:
    """The variants' folders below ``directory`` and below ``more``, by name; they are not read.

    Raises:
        InputError: one of these has no folders, or two have one of the same name.
    """
    found: dict[str, Path] = {}
    for place in (directory, *more):
        below = [path for path in sorted(place.iterdir() if place.is_dir() else ()) if _may_be_variant(path)]
        if not below:
            hint = "Name a folder that has variants' folders in it." if place in more else _CHECKOUT
            raise InputError(f"{'--variants-dir ' if place in more else ''}{place}: there are no variants.", hint=hint)
        for path in below:
            if path.name in found:
                raise InputError(
                    f"--variants-dir {place}: there is a variant named {path.name!r} in {found[path.name].parent} too.",
                    hint="Results are told apart by the name: give one of the two folders another.",
                )
            found[path.name] = path.resolve()
    return found


_CHECKOUT = "Run from a checkout of the project."


def _may_be_variant(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith((".", "__"))
