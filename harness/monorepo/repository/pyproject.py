"""``pyproject.toml``: what the standards say ([project], PEP 621 and 735), and what setuptools and flit add."""

from __future__ import annotations

from harness.monorepo.repository import hatch, pdm, poetry, uv
from harness.monorepo.repository.facts import Notes, ProjectFacts, Wanted
from harness.monorepo.repository.hatch import FILLED_IN
from harness.monorepo.repository.modules import below, by_pattern
from harness.monorepo.repository.requirements import asked, listed_in, named, wanted_of
from harness.monorepo.repository.tables import TomlTable, read_toml
from harness.monorepo.shapes.checks import normalised


def read(text: str, notes: Notes) -> ProjectFacts:
    """What a ``pyproject.toml`` says."""
    document = read_toml(text, notes)
    if document is None:
        return ProjectFacts()
    facts = _project(document)
    for reader in (poetry.read, uv.read, pdm.read, hatch.read, _setuptools, _flit, _maturin, _polylith):
        facts = facts.joined(reader(document))
    if facts.workspaces and "build-system" not in document and document.table("tool", "uv").flag("package") is not True:
        # So uv says it; a workspace of another tool without a backend cannot be built either.
        facts = facts.joined(ProjectFacts(no_package=f"{facts.workspaces[0].key} without build-system"))
    return facts


def _project(document: TomlTable) -> ProjectFacts:
    project = document.table("project")
    groups = document.table("dependency-groups")
    dynamic = {text for _, text in project.texts("dynamic")}
    found = [item for key, text in project.texts("dependencies") for item in wanted_of([text], key, project.notes)]
    extras = project.table("optional-dependencies")
    return ProjectFacts(
        name=named(project.text("name"), project.dotted("name"), project.notes),
        wanted=tuple(found),
        scripts=next((project.dotted(key) for key in ("scripts", "gui-scripts") if len(project.table(key))), ""),
        dynamic="project.dynamic" if "dependencies" in dynamic else "",
        uncounted=(*(groups.dotted(key) for key in groups), *(extras.dotted(key) for key in extras)),
        plugins=project.dotted("entry-points") if len(project.table("entry-points")) else "",
        builds="build-system" if "build-system" in document else "",
        extras={
            normalised(key): asked([text for _, text in extras.texts(key)], extras.dotted(key), project.notes)
            for key in extras
        },
        states_dependencies="name" in project and "dependencies" not in dynamic,
    )


def _setuptools(document: TomlTable) -> ProjectFacts:
    setuptools = document.table("tool", "setuptools")
    stated = setuptools.table("package-dir")
    roots = {package: stated.text(package) for package in stated}
    if isinstance(setuptools.raw("packages"), dict):
        find = setuptools.table("packages", "find")
        where = [text for _, text in find.texts("where") if text not in {".", ""}]
        packages = by_pattern(where, [text for _, text in find.texts("include")])
    else:
        packages = [below(roots, text) for _, text in setuptools.texts("packages")]
    packages += [f"{below(roots, text)}.py" for _, text in setuptools.texts("py-modules")]
    found, states = _made_by_setuptools(document)
    return ProjectFacts(packages=tuple(packages), wanted=found, states_dependencies=states)


def _made_by_setuptools(document: TomlTable) -> tuple[tuple[Wanted, ...], bool]:
    """The dependencies that stand in files it names, or in a plugin's table: with the version for ``{version}``."""
    dynamic, plugin = document.table("tool", "setuptools", "dynamic"), "setuptools_dynamic_dependencies"
    if "dependencies" in dynamic:
        stated, key = dynamic.table("dependencies"), dynamic.dotted("dependencies")
        one = isinstance(stated.raw("file"), str)
        files = [stated.text("file")] if one else [text for _, text in stated.texts("file")]
        texts = [text for file in files for text in listed_in(file, key, document.notes)]
        return wanted_of(texts, key, document.notes), bool(files)
    table = document.table("tool", plugin)
    # As with a hook of hatch: what is filled in when it builds is the version alone.
    texts = [FILLED_IN.sub("", text) for _, text in table.texts("dependencies")]
    return wanted_of(texts, table.dotted("dependencies"), document.notes), "dependencies" in table


def _flit(document: TomlTable) -> ProjectFacts:
    module = document.table("tool", "flit", "module").text("name").replace(".", "/")
    return ProjectFacts(
        packages=tuple(f"{start}{module}{end}" for start in ("", "src/") for end in ("", ".py")) if module else ()
    )


def _maturin(document: TomlTable) -> ProjectFacts:
    source = document.table("tool", "maturin").text("python-source")
    return ProjectFacts(packages=(source,) if source not in {"", "."} else ())


def _polylith(document: TomlTable) -> ProjectFacts:
    """The bricks that a polylith project is put together from lie elsewhere in the repository."""
    return ProjectFacts(packages=tuple(document.table("tool", "polylith", "bricks")))
