"""Removing what was made read-only, and nothing that links lead to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.errors import StateError
from harness.measure.trees import remove_tree, set_aside, temporary_folder


def test_a_read_only_tree_is_removed_and_what_links_name_is_left(ordinary: Path) -> None:
    outside = ordinary / "outside"
    (outside / "inner").mkdir(parents=True)
    (outside / "file").write_text("mine", encoding="utf-8")
    outside.chmod(0o555)
    tree = ordinary / "tree"
    (tree / "a" / "b").mkdir(parents=True)
    (tree / "a" / "b" / "file").touch(mode=0o444)
    (tree / "a" / "out").symlink_to(outside)
    (tree / "a" / "file").symlink_to(outside / "file")
    (tree / "a" / "dangling").symlink_to(ordinary / "nothing")
    for folder in (tree / "a" / "b", tree / "a", tree):
        folder.chmod(0o555)

    remove_tree(tree)

    assert not tree.exists()
    assert (outside / "file").read_text(encoding="utf-8") == "mine"
    assert outside.stat().st_mode & 0o777 == 0o555
    outside.chmod(0o755)


def test_a_folder_that_not_even_its_owner_may_open_is_removed(ordinary: Path) -> None:
    (ordinary / "tree" / "shut" / "inside").mkdir(parents=True)
    (ordinary / "tree" / "shut").chmod(0)

    remove_tree(ordinary / "tree")

    assert not (ordinary / "tree").exists()


def test_a_link_to_a_folder_is_removed_and_the_folder_is_not(tmp_path: Path) -> None:
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "folder")

    remove_tree(tmp_path / "link")

    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "folder" / "inner").is_dir()


def test_a_file_is_removed_and_what_is_not_there_is_fine(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    remove_tree(tmp_path / "file")
    remove_tree(tmp_path / "file")

    assert not list(tmp_path.iterdir())


def test_what_is_no_folder_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    os.mkfifo(tmp_path / "tree" / "pipe")
    os.mkfifo(tmp_path / "pipe")

    remove_tree(tmp_path / "tree")
    remove_tree(tmp_path / "pipe")

    assert not list(tmp_path.iterdir())


def test_a_tree_deeper_than_a_path_may_be_long_is_removed(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    folder = os.open(tmp_path / "tree", os.O_RDONLY)
    for _ in range(3_000):
        os.mkdir("deeper", dir_fd=folder)
        inner = os.open("deeper", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)

    remove_tree(tmp_path / "tree")

    assert not list(tmp_path.iterdir())


def test_a_link_on_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine" / ".venv").mkdir(parents=True)
    ours = tmp_path / "ours"
    ours.mkdir()
    (ours / "hello").symlink_to(tmp_path / "mine")

    with pytest.raises(StateError, match=r"hello/\.venv is not removed: on the way there is a link, or no folder"):
        remove_tree(ours / "hello" / ".venv", within=ours)

    assert (tmp_path / "mine" / ".venv").is_dir()


@pytest.mark.parametrize("path", ["mine", "ours", "ours/../mine", "ours/x/../../mine"])
def test_what_does_not_lie_in_our_folder_is_left(path: str, tmp_path: Path) -> None:
    for name in ("ours", "mine"):
        (tmp_path / name).mkdir()

    with pytest.raises(StateError, match="is not removed: it does not lie below"):
        remove_tree(tmp_path / path, within=tmp_path / "ours")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "ours"]


def test_where_the_way_ends_there_is_nothing_to_remove(tmp_path: Path) -> None:
    remove_tree(tmp_path / "never" / "made", within=tmp_path)
    remove_tree(tmp_path / "never" / "made")

    assert not list(tmp_path.iterdir())


def test_what_is_set_aside_is_as_it_was_even_where_there_was_no_folder(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    with set_aside(folder):
        (folder / "new").mkdir()
    assert list(folder.iterdir()) == []
    (folder / "kept").mkdir()
    with set_aside(folder):
        assert list(folder.iterdir()) == []
    assert [path.name for path in folder.iterdir()] == ["kept"]


def test_a_temporary_folder_is_gone_whatever_is_in_it(ordinary: Path) -> None:
    def fill() -> None:
        with temporary_folder(ordinary, ".made-") as folder:
            (folder / "shut" / "inside").mkdir(parents=True)
            os.mkfifo(folder / "shut" / "pipe")
            (folder / "shut").chmod(0)
            raise ValueError("odd")

    with pytest.raises(ValueError, match="odd"):
        fill()

    assert not list(ordinary.iterdir())
