"""What uv reads in ``pyproject.toml``: workspaces, sources, and where its build backend finds modules."""

from __future__ import annotations

from typing import Any

from harness.monorepo.repository.facts import DeclaredWorkspace, ProjectFacts
from harness.monorepo.repository.tables import TomlTable
from harness.monorepo.shapes.checks import normalised


def read(document: TomlTable) -> ProjectFacts:
    """What ``[tool.uv]`` says."""
    uv = document.table("tool", "uv")
    return ProjectFacts(
        workspaces=_workspaces(uv),
        sources=_sources(uv.table("sources")),
        packages=_packages(document),
        no_package="tool.uv.package" if uv.flag("package") is False else "",
        uncounted=("tool.uv.dev-dependencies",) if "dev-dependencies" in uv else (),
    )


def _workspaces(uv: TomlTable) -> tuple[DeclaredWorkspace, ...]:
    if "workspace" not in uv:
        return ()
    workspace = uv.table("workspace")
    include = tuple(text for _, text in workspace.texts("members"))
    exclude = tuple(text for _, text in workspace.texts("exclude"))
    # The folder that states a workspace is a member of it.
    return (DeclaredWorkspace(tool="uv", key="tool.uv.workspace", include=(".", *include), exclude=exclude),)


def _sources(sources: TomlTable) -> dict[str, str]:
    """Paths by name; what comes from the workspace is found by its name."""
    found: dict[str, str] = {}
    for name in sources:
        value = sources.raw(name)
        given: list[Any] = value if isinstance(value, list) else [value]
        for item in given:
            if not isinstance(item, dict):
                sources.wrong(sources.dotted(name), "a table or a list of tables", item)
            elif path := TomlTable(item, sources.notes, sources.dotted(name)).text("path"):
                found.setdefault(normalised(name), path)
    return found


def _packages(document: TomlTable) -> tuple[str, ...]:
    backend = document.table("tool", "uv", "build-backend")
    if "module-name" not in backend:
        return ()
    root = backend.text("module-root") if "module-root" in backend else "src"
    value = backend.raw("module-name")
    names = (
        [text for _, text in backend.texts("module-name")] if isinstance(value, list) else [backend.text("module-name")]
    )
    return tuple("/".join(filter(None, (root, *name.split(".")))) for name in names if name)
