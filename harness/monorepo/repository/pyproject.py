"""``pyproject.toml``: what the standards say ([project], PEP 621 and 735), and what setuptools and flit add."""

from __future__ import annotations

from harness.monorepo.repository import hatch, pdm, poetry, uv
from harness.monorepo.repository.facts import Notes, ProjectFacts
from harness.monorepo.repository.modules import below
from harness.monorepo.repository.requirements import wanted
from harness.monorepo.repository.tables import Table, read_toml
from harness.monorepo.shapes.checks import is_name, normalised


def read(text: str, notes: Notes) -> ProjectFacts:
    """What a ``pyproject.toml`` says."""
    document = read_toml(text, notes)
    if document is None:
        return ProjectFacts()
    facts = _project(document)
    for reader in (poetry.read, uv.read, pdm.read, hatch.read, _setuptools, _flit):
        facts = facts.joined(reader(document))
    if facts.workspaces and "build-system" not in document and document.table("tool", "uv").flag("package") is not True:
        # So uv says it; a workspace of another tool without a backend cannot be built either.
        facts = facts.joined(ProjectFacts(no_package=f"{facts.workspaces[0].key} without build-system"))
    return facts


def named(name: str, key: str, notes: Notes) -> str:
    """The name normalised; an empty one, and a note, if it cannot be a project's."""
    if not name or is_name(name):
        return normalised(name) if name else ""
    notes.tell(key, f"{name!r} cannot be a project's name", "Use letters, digits, and . _ - between them.")
    return ""


def _project(document: Table) -> ProjectFacts:
    project = document.table("project")
    groups = document.table("dependency-groups")
    dynamic = {text for _, text in project.texts("dynamic")}
    found = [wanted(text, key, project.notes) for key, text in project.texts("dependencies")]
    extras = project.table("optional-dependencies")
    return ProjectFacts(
        name=named(project.text("name"), project.dotted("name"), project.notes),
        wanted=tuple(item for item in found if item is not None),
        scripts=next((project.dotted(key) for key in ("scripts", "gui-scripts") if len(project.table(key))), ""),
        dynamic="project.dynamic" if "dependencies" in dynamic else "",
        uncounted=(*(groups.dotted(key) for key in groups), *(extras.dotted(key) for key in extras)),
        states_dependencies="name" in project and "dependencies" not in dynamic,
    )


def _setuptools(document: Table) -> ProjectFacts:
    setuptools = document.table("tool", "setuptools")
    stated = setuptools.table("package-dir")
    roots = {package: stated.text(package) for package in stated}
    if isinstance(setuptools.raw("packages"), dict):
        where = setuptools.table("packages", "find").texts("where")
        packages = [text for _, text in where if text not in {".", ""}]
    else:
        packages = [below(roots, text) for _, text in setuptools.texts("packages")]
    packages += [f"{below(roots, text)}.py" for _, text in setuptools.texts("py-modules")]
    return ProjectFacts(packages=tuple(packages))


def _flit(document: Table) -> ProjectFacts:
    module = document.table("tool", "flit", "module").text("name").replace(".", "/")
    return ProjectFacts(
        packages=tuple(f"{start}{module}{end}" for start in ("", "src/") for end in ("", ".py")) if module else ()
    )
