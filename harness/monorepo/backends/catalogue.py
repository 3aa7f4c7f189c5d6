"""``backends/``: every build backend as data, checked before anything is run."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass as checked

from harness.errors import InputError, VariantError, did_you_mean
from harness.monorepo.toml_file import parse_checked
from harness.monorepo.variants import folder_digest
from harness.monorepo.variants.file import Pinned

_STRICT = ConfigDict(extra="forbid")

T = TypeVar("T")


@checked(frozen=True, kw_only=True, config=_STRICT)
class BackendFile:
    """``backend.toml`` to the letter.

    ``module`` is what ``build-backend`` of the ``pyproject.toml`` beside it names; ``requires`` are the exact versions
    that its hooks are run with. ``flat`` is what ``pyproject.toml`` has to say besides where the package does not lie
    in ``src``.
    """

    schema_version: Literal[1]
    title: str
    summary: str
    module: str
    requires: tuple[Pinned, ...]
    flat: str = ""


@checked(frozen=True, kw_only=True, config=_STRICT)
class FrontEnds:
    """``front-ends.toml``: exact versions of what asks backends to build.

    Those ``beside`` go into an environment with each backend, where they look for it; those ``alone`` are told of an
    environment.
    """

    beside: tuple[Pinned, ...]
    alone: tuple[Pinned, ...]

    @property
    def pins(self) -> dict[str, str]:
        """Each pinned package's normalised name and its exact version."""
        return pins_of((*self.beside, *self.alone))


@dataclass(frozen=True, kw_only=True)
class Backend:
    """One backend's folder; ``digest`` names exactly this state of its files."""

    name: str
    folder: Path
    digest: str
    spec: BackendFile

    @property
    def hooks_lock(self) -> Path:
        """The closure of what its hooks are run with."""
        return self.folder / "locks" / "hooks.txt"

    @property
    def front_ends_lock(self) -> Path:
        """The same with the front ends beside it."""
        return self.folder / "locks" / "with-front-ends.txt"

    @property
    def pins(self) -> dict[str, str]:
        """Each pinned package's normalised name and its exact version."""
        return pins_of(self.spec.requires)

    def pyproject(self, *, flat: bool) -> str:
        """The ``pyproject.toml`` of a project that it builds."""
        text = (self.folder / "pyproject.toml").read_text(encoding="utf-8")
        return f"{text}\n{self.spec.flat.strip()}\n" if flat and self.spec.flat else text


def pins_of(texts: Iterable[str]) -> dict[str, str]:
    """The normalised name and the version of each exact requirement."""
    found = [Requirement(text) for text in texts]
    return {canonicalize_name(item.name): next(iter(item.specifier)).version for item in found}


_BACKEND_FILE: TypeAdapter[BackendFile] = TypeAdapter(BackendFile)
_FRONT_ENDS: TypeAdapter[FrontEnds] = TypeAdapter(FrontEnds)


def load_backends(directory: Path, names: Iterable[str] = (), *, locked: bool = True) -> tuple[Backend, ...]:
    """The backends below ``directory``, all of them or those named, in order of name; ``locked`` if they need locks.

    Raises:
        InputError: a name is not one of a backend, or there are none.
        VariantError: a backend's folder is not as it has to be.
    """
    folders = {file.parent.name: file.parent for file in sorted(directory.glob("*/backend.toml"))}
    if not folders:
        raise InputError(f"{directory}: there are no backends.", hint="Run from a checkout of the project.")
    wanted = sorted(set(names)) or sorted(folders)
    for name in wanted:
        if name not in folders:
            raise InputError(f"--backend: there is no backend named {name!r}.", hint=did_you_mean(name, folders))
    return tuple(_load(folders[name], locked=locked) for name in wanted)


def load_front_ends(directory: Path) -> FrontEnds:
    """The pinned front ends.

    Raises:
        VariantError: ``front-ends.toml`` is not as it has to be.
    """
    return _read(directory / "front-ends.toml", _FRONT_ENDS)


def alone_lock(directory: Path) -> Path:
    """The closure of the front ends that stand alone."""
    return directory / "front-ends.txt"


#: What each key of ``backend.toml`` is for, in a line: what editors show, and what ``docs/backends.md`` says.
KEYS = {
    "schema_version": "The version of this file's format.",
    "title": "What it is called for people.",
    "summary": "What it is, in one sentence.",
    "module": "What build-backend of the pyproject.toml beside it names.",
    "requires": "What its hooks are run with, exact versions; locks/hooks.txt is its closure.",
    "flat": "What pyproject.toml has to say besides where the package lies beside it, not in src.",
}


def backend_json_schema() -> dict[str, Any]:
    """The JSON Schema of ``backend.toml``, with a line on each key."""
    schema = _BACKEND_FILE.json_schema()
    for name, text in KEYS.items():
        schema["properties"][name]["description"] = text
    return schema


def _load(folder: Path, *, locked: bool) -> Backend:
    backend = Backend(
        name=folder.name,
        folder=folder,
        digest=folder_digest(folder),
        spec=_read(folder / "backend.toml", _BACKEND_FILE),
    )
    stated = tomllib.loads(backend.pyproject(flat=True))["build-system"]["build-backend"]
    if stated != backend.spec.module:
        raise VariantError(
            f"backends/{folder.name}: module is {backend.spec.module!r} in backend.toml, and pyproject.toml says"
            f" {stated!r}.",
            hint="Name the same module in both.",
        )
    for lock in (backend.hooks_lock, backend.front_ends_lock) if locked else ():
        if not lock.is_file():
            raise VariantError(
                f"backends/{folder.name}: locks/{lock.name} is not there.",
                hint=f"Make it: python -m harness update-backends {folder.name} --keep-pins",
            )
    return backend


def _read(path: Path, kind: TypeAdapter[T]) -> T:
    shown = "/".join(path.parts[-3:])
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise VariantError(f"{shown}: cannot be read: {error.strerror}", hint="It has to be there.") from error
    except UnicodeDecodeError as error:
        raise VariantError(f"{shown}: cannot be read: {error}", hint="It has to be UTF-8 text.") from error
    return parse_checked(text, kind, source=shown, hint="docs/backends.md describes every key.")
