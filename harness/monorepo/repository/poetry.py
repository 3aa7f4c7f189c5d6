"""What poetry reads in ``pyproject.toml``: its own way to state a project, path dependencies, packages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from poetry.core.constraints.version import parse_constraint

from harness.monorepo.repository.facts import ProjectFacts, Wanted
from harness.monorepo.repository.requirements import MOST_SIGNS, named
from harness.monorepo.repository.tables import TomlTable
from harness.monorepo.shapes.checks import is_name, normalised

_BY_HAND = "Write it into the shape's file by hand, if it matters."
_ELSEWHERE = ("git", "url", "file")


def read(document: TomlTable) -> ProjectFacts:
    """What ``[tool.poetry]`` says."""
    poetry = document.table("tool", "poetry")
    project = document.table("project")
    dependencies = poetry.table("dependencies")
    # Beside [project] they only say where things come from, unless it leaves them to poetry.
    dynamic = "dependencies" in {text for _, text in project.texts("dynamic")}
    enriches = "name" in project and not dynamic
    found = [] if enriches else [item for key in dependencies for item in _wanted(dependencies, key)]
    groups = poetry.table("group")
    return ProjectFacts(
        name=named(poetry.text("name"), poetry.dotted("name"), poetry.notes),
        wanted=tuple(found),
        sources={normalised(key): path for key in dependencies for path in _paths(dependencies, key)},
        packages=tuple(_packages(poetry)),
        scripts=poetry.dotted("scripts") if len(poetry.table("scripts")) else "",
        no_package=poetry.dotted("package-mode") if poetry.flag("package-mode") is False else "",
        uncounted=(
            *(f"{groups.dotted(key)}.dependencies" for key in groups),
            *([poetry.dotted("dev-dependencies")] if "dev-dependencies" in poetry else []),
        ),
        plugins=poetry.dotted("plugins") if "plugins" in poetry else "",
        states_dependencies="dependencies" in poetry,
    )


def _each(dependencies: TomlTable, name: str) -> Iterator[TomlTable]:
    """Each way in which a dependency is stated, as a table: several are for several platforms."""
    value = dependencies.raw(name)
    key = dependencies.dotted(name)
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield TomlTable({"version": item}, dependencies.notes, key)
        elif isinstance(item, dict):
            yield TomlTable(item, dependencies.notes, key)
        else:
            dependencies.wrong(key, "a text or a table", item)


def _paths(dependencies: TomlTable, name: str) -> list[str]:
    value = dependencies.raw(name)
    tables = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
    return [item["path"] for item in tables if isinstance(item.get("path"), str)]


def _wanted(dependencies: TomlTable, name: str) -> Iterator[Wanted]:
    notes, key = dependencies.notes, dependencies.dotted(name)
    if name.lower() == "python":
        return
    if not is_name(name):
        notes.tell(key, f"{name!r} cannot be a project's name", "Mend it; it is left out.")
        return
    for item in _each(dependencies, name):
        if item.flag("optional"):
            continue
        if any(elsewhere in item for elsewhere in _ELSEWHERE):
            notes.tell(key, f"{normalised(name)}: its address is left out of the shape, its name is kept", _BY_HAND)
        text = _pep_508(normalised(name), item, key)
        yield Wanted(name=normalised(name), text=text, key=key, file=notes.file, path=item.text("path"))


def _pep_508(name: str, item: TomlTable, key: str) -> str:
    """The requirement as PEP 508 has it; what it cannot say is noted and left out."""
    extras = ",".join(sorted(text for _, text in item.texts("extras")))
    version = _version(item.text("version"), key, item)
    text = f"{name}[{extras}]{version}" if extras else f"{name}{version}"
    markers = [_marker(item.text("markers"), key, item), *_python(item.text("python"), key, item)]
    if platform := item.text("platform"):
        markers.append(_marker(f"sys_platform == '{platform}'", key, item))
    if joined := " and ".join(f"({marker})" if " or " in marker else marker for marker in markers if marker):
        text += f" ; {joined}"
    if len(text) <= MOST_SIGNS and text.isprintable():
        with suppress(InvalidRequirement, RecursionError):
            return str(Requirement(text))
    _told(key, text, item)
    return name


def _version(text: str, key: str, item: TomlTable) -> str:
    if not text:
        return ""
    try:
        constraint = str(parse_constraint(text))
    except ValueError:
        _told(key, text, item)
        return ""
    if constraint == "*":
        return ""
    if "||" in constraint or constraint == "<empty>":
        _told(key, text, item)
        return ""
    return constraint if constraint[0] in "<>=!~" else f"=={constraint}"


def _python(text: str, key: str, item: TomlTable) -> list[str]:
    """Which versions of Python it is for, as markers."""
    try:
        bounds = SpecifierSet(_version(text, key, item))
    except InvalidSpecifier:
        _told(key, text, item)
        return []
    return sorted(f'python_version {each.operator} "{each.version}"' for each in bounds)


def _marker(text: str, key: str, item: TomlTable) -> str:
    if not text:
        return ""
    try:
        return str(Marker(text))
    except (InvalidMarker, RecursionError):
        _told(key, text, item)
        return ""


def _told(key: str, text: str, item: TomlTable) -> None:
    item.notes.tell(
        key, f"{text[:100]!r} cannot be said as PEP 508 writes it: it is left out, the name is kept", _BY_HAND
    )


def _packages(poetry: TomlTable) -> Iterator[str]:
    for key, value in poetry.items("packages"):
        if not isinstance(value, dict):
            poetry.wrong(key, "a table", value)
            continue
        item = TomlTable(value, poetry.notes, key)
        parts = [part for part in (item.text("from"), item.text("include")) if part]
        # A pattern's folder is the part of it that has no wildcards.
        whole = "/".join(parts).split("/")
        plain = [part for index, part in enumerate(whole) if not any("*" in earlier for earlier in whole[: index + 1])]
        if plain:
            yield "/".join(plain)
