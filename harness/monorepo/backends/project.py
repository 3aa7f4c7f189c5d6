"""The made-up package that backends build: as many modules as asked for, and nothing that could differ."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.measure.trees import remove_tree
from harness.monorepo.backends.catalogue import Backend

PACKAGE = "madeup"

#: So many modules lie in one folder; more are spread over several.
_PER_FOLDER = 100

_MODULE = '''"""Module {number} of a made-up package."""

LIMIT = {number}


def scaled(value: float) -> float:
    """A value as module {number} sees it."""
    return min(value * LIMIT, 1.0)
'''


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project's folder as it was written: what else is in it a backend left there."""

    folder: Path
    flat: bool
    files: int

    @property
    def package(self) -> Path:
        """The package itself."""
        return self.folder / PACKAGE if self.flat else self.folder / "src" / PACKAGE

    def tidy(self) -> None:
        """Remove what building left beside the sources."""
        own = {PACKAGE} if self.flat else {"src"}
        for path in self.folder.iterdir():
            if path.name not in {*own, "pyproject.toml"}:
                remove_tree(path)
        for path in () if self.flat else (self.folder / "src").iterdir():
            if path.name != PACKAGE:
                remove_tree(path)


def module_paths(files: int) -> list[str]:
    """The modules of a package of so many files, its own ``__init__.py`` among them, by their path in it."""
    found = ["__init__.py"]
    while len(found) < files:
        place, number = divmod(len(found) - 1, _PER_FOLDER)
        found.append(f"part_{place:03}/{f'module_{number:03}' if number else '__init__'}.py")
    return found


def write_project(folder: Path, backend: Backend, files: int, *, flat: bool) -> Project:
    """Write a project of so many Python files for a backend, with its package in ``src`` or, ``flat``, beside it."""
    project = Project(folder=folder, flat=flat, files=files)
    for number, path in enumerate(module_paths(files)):
        target = project.package / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_MODULE.format(number=number), encoding="utf-8")
    (folder / "pyproject.toml").write_text(backend.pyproject(flat=flat), encoding="utf-8")
    return project
