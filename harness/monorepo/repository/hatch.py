"""What hatch reads in ``pyproject.toml`` and ``hatch.toml``: workspaces, sources, and the packages of a wheel."""

from __future__ import annotations

import re
from typing import Any

from harness.monorepo.repository.facts import DeclaredWorkspace, Notes, ProjectFacts
from harness.monorepo.repository.requirements import listed_in, local_path, wanted
from harness.monorepo.repository.tables import TomlTable, read_toml
from harness.monorepo.shapes.checks import normalised

#: A version that is filled in when it builds: ``{{ version }}``, ``{version}``.
FILLED_IN = re.compile(r"(===?|~=|!=|<=|>=|<|>)\s*\{{1,2}[^{}]*\}{1,2}")


def read(document: TomlTable) -> ProjectFacts:
    """What ``[tool.hatch]`` says."""
    return _read(document.table("tool", "hatch"))


def read_file(text: str, notes: Notes) -> ProjectFacts:
    """What a ``hatch.toml`` says: it is what ``[tool.hatch]`` is elsewhere."""
    document = read_toml(text, notes)
    return ProjectFacts() if document is None else _read(document)


def _read(hatch: TomlTable) -> ProjectFacts:
    workspaces: list[DeclaredWorkspace] = []
    sources: dict[str, str] = {}
    uncounted: list[str] = []
    for _, environment in hatch.table("envs").tables():
        if "workspace" in environment:
            workspaces.append(_workspace(environment))
        sources = {**_sources(environment.table("sources")), **sources}
        uncounted += [environment.dotted(key) for key in ("dependencies", "extra-dependencies") if key in environment]
    wheel = hatch.table("build", "targets", "wheel")
    packages = [text for table in (wheel, hatch.table("build")) for _, text in table.texts("packages")]
    packages = packages or [text for key in ("only-include", "include") for _, text in wheel.texts(key)]
    hook = hatch.table("metadata", "hooks", "uv-dynamic-versioning")
    found = [wanted(FILLED_IN.sub("", text), key, hatch.notes) for key, text in hook.texts("dependencies")]
    named = hatch.table("metadata", "hooks", "requirements_txt")
    found += [
        wanted(text, key, hatch.notes)
        for key, file in named.texts("files")
        for text in listed_in(file, key, hatch.notes)
    ]
    return ProjectFacts(
        wanted=tuple(item for item in found if item is not None),
        workspaces=tuple(workspaces),
        sources=sources,
        packages=tuple(text.strip("/") for text in packages),
        uncounted=tuple(uncounted),
        states_dependencies="dependencies" in hook or "files" in named,
    )


def _workspace(environment: TomlTable) -> DeclaredWorkspace:
    workspace = environment.table("workspace")
    include: list[str] = []
    for key, value in workspace.items("members"):
        path: Any = value.get("path") if isinstance(value, dict) else value
        if isinstance(path, str):
            include.append(path)
        else:
            workspace.wrong(key, "a text or a table with a path", value)
    exclude = tuple(text for _, text in workspace.texts("exclude"))
    # The folder itself is no member by this: hatch installs it beside them, if it is a project.
    key = environment.dotted("workspace")
    return DeclaredWorkspace(tool="hatch", key=key, include=(".", *include), exclude=exclude)


def _sources(sources: TomlTable) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in sources:
        value = sources.raw(name)
        path = sources.table(name).text("path") if isinstance(value, dict) else sources.text(name)
        if path and (local := local_path(path)):
            found[normalised(name)] = local
    return found
