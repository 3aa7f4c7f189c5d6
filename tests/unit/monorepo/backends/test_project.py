"""harness.monorepo.backends.project: as many modules as asked for, and nothing else."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.monorepo.backends.project import module_paths, write_project
from tests.unit.monorepo.backends.made_up_backends import made_up_backend


@given(st.integers(1, 5_000))
def test_there_are_as_many_modules_as_asked_for_in_folders_that_are_packages(files: int) -> None:
    paths = module_paths(files)
    assert len(paths) == len(set(paths)) == files
    folders = {path.rpartition("/")[0] for path in paths}
    assert all(f"{folder}/__init__.py".lstrip("/") in paths for folder in folders)


@pytest.mark.parametrize("flat", [False, True])
def test_a_project_has_its_modules_where_the_layout_says(tmp_path: Path, flat: bool) -> None:
    project = write_project(tmp_path / "project", made_up_backend(tmp_path), 120, flat=flat)
    assert project.package == tmp_path / "project" / ("madeup" if flat else "src/madeup")
    assert len(list(project.package.rglob("*.py"))) == 120
    stated = tomllib.loads((project.folder / "pyproject.toml").read_text(encoding="utf-8"))
    assert ("tool" in stated) is flat


@pytest.mark.parametrize("flat", [False, True])
def test_tidying_leaves_the_sources_alone(tmp_path: Path, flat: bool) -> None:
    project = write_project(tmp_path / "project", made_up_backend(tmp_path), 3, flat=flat)
    before = sorted(path for path in project.folder.rglob("*"))
    (project.folder / "build" / "lib").mkdir(parents=True)
    (project.package.parent / "madeup.egg-info").mkdir()
    (project.folder / "setup.py").write_text("", encoding="utf-8")

    project.tidy()

    assert sorted(path for path in project.folder.rglob("*")) == before


def test_no_two_modules_are_alike(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project", made_up_backend(tmp_path), 50, flat=False)
    assert len({path.read_text(encoding="utf-8") for path in project.package.rglob("*.py")}) == 50
