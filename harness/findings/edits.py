"""Edits that experiments make in a scratch checkout, whatever the toolchain: what a maintainer would type."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from harness.errors import InapplicableError, StateError
from harness.workspace.tree import rewrite_module

_DEPENDENCIES = re.compile(r"^dependencies = \[(?P<items>.*?)\]$", re.MULTILINE | re.DOTALL)
_ARGUMENTS = re.compile(r"^\{\n", re.MULTILINE)
_NIX_DEPENDENCIES = re.compile(r"^  dependencies = \[", re.MULTILINE)
_NIX_END = re.compile(r"^\}\s*\Z", re.MULTILINE)
_VERSION = re.compile(r'^version = "[^"]*"$', re.MULTILINE)


def pyproject(root: Path, member: str) -> Path:
    """A member's pyproject.toml.

    Raises:
        InapplicableError: it has none, so that nothing can be stated there.
    """
    path = root / member / "pyproject.toml"
    if not path.is_file():
        raise InapplicableError(f"{member} has no pyproject.toml in which anything could be stated.")
    return path


def module(root: Path, member: str, name: str = "__init__") -> Path:
    """A module of a member's package."""
    return root / member / "src" / member / f"{name}.py"


def write_module(root: Path, member: str, text: str, name: str = "__init__") -> None:
    """Give a member's package a module, or one it has another text.

    Raises:
        StateError: it has that text already.
    """
    path = module(root, member, name)
    if not path.is_file():
        path.write_text(text, encoding="utf-8")
    elif path.read_text(encoding="utf-8") == text:
        raise StateError(f"{member}'s {name}.py has that text already, so editing it would change nothing.")
    else:
        rewrite_module(path, text)


def add_import(root: Path, member: str, imported: str) -> None:
    """Let an application import something before it does anything else."""
    path = module(root, member, "__main__")
    rewrite_module(path, f"import {imported}  # noqa: F401\n{path.read_text(encoding='utf-8')}")


def dependencies(text: str) -> list[str]:
    """What a pyproject.toml, given as text, requires in ``[project]``.

    Raises:
        StateError: it is not valid TOML.
    """
    return [str(item) for item in _project(text).get("dependencies", ())]


def add_requirement(root: Path, member: str, requirement: str) -> None:
    """Declare in ``[project]`` that a member requires something; what it required under that name is replaced.

    Raises:
        StateError: its pyproject.toml is not as it has to be, so that it could not be declared.
    """
    path = pyproject(root, member)
    text = path.read_text(encoding="utf-8")
    wanted = Requirement(requirement)
    kept = [item for item in dependencies(text) if _name(item) != canonicalize_name(wanted.name)]
    items = "".join(f'\n  "{item}",' for item in [*kept, requirement])
    line = f"dependencies = [{items}\n]"
    edited = (
        _DEPENDENCIES.sub(lambda _: line, text, count=1)
        if "dependencies" in _project(text)
        else text.replace("[project]\n", f"[project]\n{line}\n", 1)
    )
    path.write_text(edited, encoding="utf-8")
    if requirement not in dependencies(edited):
        raise StateError(f"{member}/pyproject.toml has no [project] in which {requirement} could be declared.")


def set_version(root: Path, member: str, version: str) -> None:
    """Give a member another version.

    Raises:
        StateError: its pyproject.toml states no version.
    """
    path = pyproject(root, member)
    edited = _VERSION.sub(f'version = "{version}"', path.read_text(encoding="utf-8"), count=1)
    path.write_text(edited, encoding="utf-8")
    if _project(edited).get("version") != version:
        raise StateError(f"{member}/pyproject.toml states no version that could be raised.")


def add_script(root: Path, member: str, name: str, target: str) -> None:
    """Give a member a console script.

    Raises:
        StateError: its pyproject.toml is not as it has to be, so that it could not be declared.
    """
    path = pyproject(root, member)
    edited = path.read_text(encoding="utf-8") + f'\n[project.scripts]\n{name} = "{target}"\n'
    path.write_text(edited, encoding="utf-8")
    if _project(edited).get("scripts") != {name: target}:
        raise StateError(f"{member}/pyproject.toml has no [project] to which a script could be added.")


def nix_declare(root: Path, member: str, attribute: str) -> None:
    """Let a member's package.nix take a package as an argument and declare it as a dependency.

    Raises:
        StateError: its package.nix is not as it has to be.
    """
    path = root / member / "package.nix"
    text = path.read_text(encoding="utf-8")
    edited = _ARGUMENTS.sub(lambda found: f"{found[0]}  {attribute},\n", text, count=1)
    if _NIX_DEPENDENCIES.search(edited):
        edited = _NIX_DEPENDENCIES.sub(lambda found: f"{found[0]}\n    {attribute}", edited, count=1)
    else:
        edited = _NIX_END.sub(lambda found: f"\n  dependencies = [\n    {attribute}\n  ];\n{found[0]}", edited, count=1)
    path.write_text(edited, encoding="utf-8")
    if len(re.findall(rf"^\s+{re.escape(attribute)}\b", edited, re.MULTILINE)) < 2:
        raise StateError(f"{member}/package.nix has no place in which {attribute} could be declared.")


def nix_set(root: Path, member: str, key: str, value: str) -> None:
    """Give a string in a member's package.nix another value.

    Raises:
        StateError: there is no such line.
    """
    path = root / member / "package.nix"
    text = path.read_text(encoding="utf-8")
    edited, count = re.subn(rf'^(\s+{re.escape(key)} = ")[^"]*(";)$', rf"\g<1>{value}\g<2>", text, flags=re.MULTILINE)
    if count != 1:
        raise StateError(f'{member}/package.nix has {count} lines {key} = "…", expected 1.')
    path.write_text(edited, encoding="utf-8")


def _project(text: str) -> dict[str, Any]:
    try:
        found = tomllib.loads(text).get("project", {})
    except tomllib.TOMLDecodeError as error:
        raise StateError(f"A pyproject.toml is not valid TOML any more: {error}") from error
    return dict(found)


def _name(requirement: str) -> str:
    # Backends fill in their own placeholders before they read it, so it may hold what a URL may not.
    name = requirement.partition("@")[0].strip()
    try:
        return canonicalize_name(Requirement(name).name)
    except InvalidRequirement:
        return requirement
