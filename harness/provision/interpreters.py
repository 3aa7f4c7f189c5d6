"""The Pythons of this machine: the one that runs the harness, and others by version or path, each asked who it is."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import packaging
from packaging.markers import default_environment
from packaging.tags import sys_tags
from packaging.version import InvalidVersion, Version

from harness.errors import InputError
from harness.monorepo.variants import Variant
from harness.monorepo.variants.file import OLDEST_PYTHON
from harness.nix.host.shared_libraries import Ask, ask

#: Asked of an interpreter. One that is too old is only asked for its version: it may not know the rest.
_QUESTION = f"""
import json, sys
told = {{
    "implementation": sys.implementation.name,
    "version": sys.version.split()[0],
    "base": getattr(sys, "_base_executable", None) or sys.executable,
}}
if sys.version_info >= {OLDEST_PYTHON}:
    sys.path.insert(0, sys.argv[1])
    from packaging.markers import default_environment
    from packaging.tags import sys_tags
    told["markers"] = dict(default_environment())
    told["tags"] = [str(tag) for tag in sys_tags()]
print(json.dumps(told))
"""

_NAME = re.compile(r"python3\.(\d+)")

_TOO_OLD = f"members need Python {'.'.join(map(str, OLDEST_PYTHON))} or newer"


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """A Python that is in no virtual environment: its program, whatever it was called by, and its exact version.

    ``markers`` are what PEP 508 markers are evaluated with there, ``tags`` the wheels' tags that it supports, best
    first.
    """

    path: Path
    version: str
    markers: Mapping[str, str] = field(compare=False)
    tags: tuple[str, ...] = field(compare=False)

    def is_a(self, wanted: str) -> bool:
        """Whether it is of the version that is wanted, as ``3.12`` or ``3.12.1``."""
        return Version(self.version.rstrip("+")).release[: wanted.count(".") + 1] == Version(wanted).release


def base_python() -> Path:
    """The interpreter to build environments with by default: the one this harness's own was made from."""
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()


@cache
def own_python() -> Interpreter:
    """The Python that runs the harness."""
    return Interpreter(
        path=base_python(),
        version=platform.python_version(),
        markers={name: str(value) for name, value in default_environment().items()},
        tags=tuple(map(str, sys_tags())),
    )


def python_of(variant: Variant) -> Interpreter:
    """The Python that a variant is measured with: what its ``variant.toml`` names, or the harness's own.

    Raises:
        InputError: it is not on this machine, or is not one that can be used.
    """
    wanted = variant.spec.toolchain.python
    return find_python(wanted, where=f"{variant.name}: [toolchain] python") if wanted else own_python()


def find_python(wanted: str, *, where: str, environ: Mapping[str, str] | None = None) -> Interpreter:
    """The Python of a version (``3.12``, ``3.12.1``), or at a path; ``where`` names in errors what asked for it.

    The harness's own is taken if it is of that version; then ``python3.12`` on PATH, then the newest of pyenv's.

    Raises:
        InputError: there is none, or it is not one that can be used.
    """
    if "/" in wanted:
        found = asked(Path(wanted))
        if isinstance(found, str):
            raise InputError(f"{where}: {wanted} cannot be used: {found}.", hint=_choice(others(environ)))
        return found
    if own_python().is_a(wanted):
        return own_python()
    minor = ".".join(wanted.split(".")[:2])
    for path in candidates(os.environ if environ is None else environ):
        if path.name == f"python{minor}":
            found = asked(path)
            if isinstance(found, Interpreter) and found.is_a(wanted):
                return found
    raise InputError(
        f"{where}: there is no Python {wanted} on PATH as python{minor}, nor among the versions of pyenv.",
        hint=f"{_choice(others(environ))} Install {wanted}, or name the path of an interpreter.",
    )


def others(environ: Mapping[str, str] | None = None) -> tuple[Interpreter, ...]:
    """Every Python on PATH and of pyenv that could be used beside the harness's own, the oldest first."""
    found = map(asked, candidates(os.environ if environ is None else environ))
    usable = {python.path: python for python in found if isinstance(python, Interpreter)}
    usable.pop(own_python().path, None)
    return tuple(sorted(usable.values(), key=lambda python: (Version(python.version.rstrip("+")), python.path)))


def _choice(found: Iterable[Interpreter]) -> str:
    """Which Pythons there are, as a sentence."""
    versions = {python.version.rstrip("+") for python in (own_python(), *found)}
    return f"There is Python {', '.join(sorted(versions, key=Version))}."


def candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    """Programs that are called as a Python that is new enough, in the order in which they are taken."""
    for folder in _folders(environ):
        for path in sorted(folder.glob("python3.*")):
            match = _NAME.fullmatch(path.name)
            if match and (3, int(match[1])) >= OLDEST_PYTHON and os.access(path, os.X_OK):
                yield path


def _folders(environ: Mapping[str, str]) -> Iterator[Path]:
    """The folders of PATH, then those of pyenv's versions, the newest first.

    What pyenv itself puts on PATH are scripts that go by the folder they are started in: its versions are looked at.
    """
    pyenv = Path(environ.get("PYENV_ROOT") or Path(environ.get("HOME", "/")) / ".pyenv")
    for entry in environ.get("PATH", "").split(os.pathsep):
        if entry.startswith("/") and Path(entry) != pyenv / "shims":
            yield Path(entry)
    for version in sorted(pyenv.glob("versions/*"), key=_age, reverse=True):
        yield version / "bin"


def _age(folder: Path) -> Version:
    try:
        return Version(folder.name)
    except InvalidVersion:
        return Version("0")


@cache
def asked(python: Path, run: Ask = ask) -> Interpreter | str:
    """What a program says of itself, or why it cannot be used; it is asked once."""
    try:
        # Nothing is written beside packaging, which is the harness's own.
        done = run([str(python), "-I", "-B", "-c", _QUESTION, str(Path(packaging.__file__).parent.parent)], {})
    except OSError as error:
        return f"it cannot be started: {error.strerror or error}"
    try:
        told: dict[str, Any] = json.loads(done.stdout.strip().rpartition("\n")[2])
        version, base = str(told["version"]), Path(told["base"]).resolve()
        if told["implementation"] != "cpython":
            return f"it is {told['implementation']} {version}, and only CPython is measured"
        if Version(version.rstrip("+")).release[:2] < OLDEST_PYTHON:
            return f"it is Python {version}, and {_TOO_OLD}"
        return Interpreter(path=base, version=version, markers=told["markers"], tags=tuple(told["tags"]))
    except (ValueError, TypeError, KeyError):
        said = (done.stderr or done.stdout).strip().splitlines()
        return f"it does not answer as a Python does: {said[-1][:200].rstrip('.') if said else 'it says nothing'}"
