"""Removing what was made read-only, and nothing that links lead to."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.provision.trees import remove_tree

NOBODY = 65534


@pytest.fixture
def ordinary() -> Iterator[Path]:
    """A folder of an ordinary user, as whom the test goes on: to root nothing is read-only."""
    folder = Path(tempfile.mkdtemp(dir="/var/tmp"))
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(0)
    else:
        yield folder
    shutil.rmtree(folder)


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
