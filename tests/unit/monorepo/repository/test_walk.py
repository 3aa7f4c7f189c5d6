"""harness.monorepo.repository: which folders are looked at, which files are read, and which names patterns mean."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.monorepo.repository import walk as walking
from harness.monorepo.repository.modules import count
from harness.monorepo.repository.projects import matches, target
from harness.monorepo.repository.reading import read_repository
from harness.monorepo.repository.walk import read_text, walk
from tests.unit.monorepo.repository.made_up_repositories import project, write


def test_what_tools_made_is_not_looked_at(tmp_path: Path) -> None:
    folders = (".git", ".hidden", "node_modules", "venv", "lib/site-packages", "__pycache__", "a.egg-info", "mine")
    files = {f"{folder}/pyproject.toml": project("no") for folder in folders}
    write(tmp_path, {**files, "mine/pyvenv.cfg": "", "env/x.py": "", "pyproject.toml": project("a")})

    tree = walk(tmp_path)

    assert tree.manifests == {"": ("pyproject.toml",)}
    assert tree.python == ["env/x.py"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    root = write(tmp_path / "repository", {"a/pyproject.toml": project("a"), "c/x.py": ""})
    write(tmp_path / "outside", {"pyproject.toml": project("outside")})
    (root / "a" / "loop").symlink_to(root)
    (root / "b").symlink_to(tmp_path / "outside")
    (root / "c" / "pyproject.toml").symlink_to(tmp_path / "outside" / "pyproject.toml")
    (root / "d").mkdir()
    (root / "d" / "setup.py").symlink_to(root / "d" / "setup.py")
    (root / "e").mkdir()
    (root / "e" / "setup.cfg").symlink_to(root / "gone")

    reading = read_repository(root)

    assert [found.member.name for found in reading.found] == ["a"]
    assert [(note.file, "out of the repository" in note.said) for note in reading.notes] == [
        ("c/pyproject.toml", True),
        ("d/setup.py", False),
        ("e/setup.cfg", False),
    ]


def test_what_is_no_small_text_file_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"a/pyproject.toml": project("a"), "b/pyproject.toml": "#" * (walking.MOST_BYTES + 1)})
    (tmp_path / "c" / "pyproject.toml").mkdir(parents=True)
    (tmp_path / "d").mkdir()
    os.mkfifo(tmp_path / "d" / "setup.py")
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "setup.cfg").write_bytes(b"[metadata]\nname = \xff")

    said = {note.file: note.said for note in read_repository(tmp_path).notes}

    assert said == {
        "b/pyproject.toml": "larger than 1 MiB: it is not read",
        "d/setup.py": "not a regular file",
        "e/setup.cfg": "not UTF-8 text: invalid start byte at byte 18",
    }


def test_a_file_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read: No such file"):
        read_text(tmp_path / "pyproject.toml", tmp_path)


def test_there_is_an_end_to_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a/b/c/pyproject.toml": project("c"), "z/pyproject.toml": project("z")})

    monkeypatch.setattr(walking, "MOST_LEVELS", 2)
    assert [note.said for note in walk(tmp_path).notes] == ["deeper than 2 folders: what is below is not looked at"]
    monkeypatch.setattr(walking, "MOST_FOLDERS", 2)
    tree = walk(tmp_path)
    assert tree.manifests == {}
    assert [note.said for note in tree.notes] == ["more than 2 folders: the rest is not looked at"]


def test_a_folder_that_may_not_be_opened_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a/pyproject.toml": project("a"), "b/pyproject.toml": project("b")})
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "b":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)

    assert [(note.file, note.said) for note in read_repository(tmp_path).notes] == [
        ("b", "cannot be opened: Permission denied")
    ]


@pytest.mark.parametrize(
    ("folder", "pattern", "named"),
    [
        ("packages/a", "packages/*", True),
        ("packages/a/b", "packages/*", False),
        ("packages/a/b", "packages/**", True),
        ("packages", "packages/**", True),
        ("packages/a/b", "**/b", True),
        ("a/b/c/d", "a/**/d", True),
        ("a/d", "a/**/d", True),
        ("a/b", "a/**/d", False),
        ("", ".", True),
        ("a", "./a/", True),
        ("a-b", "a-[ab]", True),
        ("a", "A", False),
    ],
)
def test_patterns_name_folders_part_by_part(folder: str, pattern: str, named: bool) -> None:
    assert matches(folder, pattern) is named


def test_a_pattern_cannot_keep_us_busy() -> None:
    assert not matches("/".join("a" * 60), "/".join(["**", "a"] * 60) + "/b")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("../b", "b"),
        ("./../b/", "b"),
        ("..", ""),
        ("../..", None),
        ("../../b", None),
        ("/top", ""),
        ("/top/b/../c", "c"),
        ("/topped/b", None),
        ("/top/../b", None),
    ],
)
def test_a_path_leads_to_a_folder_of_the_repository_or_out_of_it(path: str, found: str | None) -> None:
    assert target(path, "a", "/top") == found


@given(st.lists(st.text("ab/-0.", min_size=1, max_size=6), max_size=12), st.text("ab", max_size=2))
def test_modules_are_the_files_below_a_folder(names: list[str], folder: str) -> None:
    python = sorted({f"{name}.py" for name in names if not name.startswith("/") and "//" not in name})

    assert count("zz", "", [folder], python, []) == (
        sum(file.startswith(f"{folder}/") for file in python) if folder else len(python)
    )
