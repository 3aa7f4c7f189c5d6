"""What pdm reads in ``pyproject.toml``: workspaces, and where its build backend finds modules."""

from __future__ import annotations

from harness.monorepo.repository.facts import DeclaredWorkspace, ProjectFacts
from harness.monorepo.repository.tables import TomlTable


def read(document: TomlTable) -> ProjectFacts:
    """What ``[tool.pdm]`` says."""
    pdm = document.table("tool", "pdm")
    workspaces: tuple[DeclaredWorkspace, ...] = ()
    if "workspace" in pdm:
        members = tuple(text for _, text in pdm.table("workspace").texts("members"))
        workspaces = (DeclaredWorkspace(tool="pdm", key="tool.pdm.workspace", include=(".", *members)),)
    development = pdm.table("dev-dependencies")
    build = pdm.table("build")
    roots = [table.text("package-dir") for table in (build, pdm)]
    return ProjectFacts(
        workspaces=workspaces,
        packages=tuple(root for root in roots if root not in {"", "."})[:1],
        no_package="tool.pdm.distribution" if pdm.flag("distribution") is False else "",
        uncounted=tuple(development.dotted(key) for key in development),
    )
