"""Sizes of trees, and what was written between two looks."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import MeasureError
from harness.measure.sizes import FileStamp, TreeSize, files_written, list_files, tree_size


def test_a_missing_path_has_no_size(tmp_path: Path) -> None:
    assert tree_size(tmp_path / "none") == TreeSize(files=0, apparent_bytes=0, disk_bytes=0)
    (tmp_path / "file").touch()
    assert tree_size(tmp_path / "file" / "below") == TreeSize()
    assert list_files(tmp_path / "none") == {}


def test_one_file_is_a_tree_of_one(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 5000)
    assert tree_size(file) == TreeSize(files=1, apparent_bytes=5000, disk_bytes=file.stat().st_blocks * 512)


def test_hard_links_count_once_and_symbolic_links_as_themselves(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "deep" / "er").mkdir(parents=True)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "big").write_bytes(b"x" * 100_000)
    (tree / "one").write_bytes(b"x" * 7000)
    os.link(tree / "one", tree / "deep" / "two")
    (tree / "deep" / "er" / "to-file").symlink_to(outside / "big")
    (tree / "to-folder").symlink_to(outside, target_is_directory=True)
    links = len(os.fspath(outside / "big")) + len(os.fspath(outside))
    size = tree_size(tree)
    assert (size.files, size.apparent_bytes) == (3, 7000 + links)
    told = subprocess.run(["du", "-s", "--block-size=512", tree], capture_output=True, text=True, check=True)
    assert size.disk_bytes == int(told.stdout.split()[0]) * 512


def test_a_folder_that_cannot_be_read_is_an_error_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> list[str]:
        raise PermissionError(13, "Permission denied", name)

    monkeypatch.setattr("harness.measure.sizes.os.listdir", refuse)
    with pytest.raises(MeasureError, match="Permission denied") as caught:
        tree_size(tmp_path)
    assert str(tmp_path) in caught.value.message
    assert caught.value.hint


def test_new_and_changed_files_are_counted_and_removed_or_linked_ones_are_not(tmp_path: Path) -> None:
    cache, env = tmp_path / "cache", tmp_path / "env"
    cache.mkdir()
    env.mkdir()
    for name in ("same", "changed", "replaced", "removed"):
        (cache / name).write_text("old")
    before = list_files(cache, env)
    (cache / "changed").write_text("longer than before")
    (tmp_path / "other").write_text("new")
    (tmp_path / "other").replace(cache / "replaced")
    (cache / "removed").unlink()
    os.link(cache / "same", env / "linked")
    (env / "folder").mkdir()
    (env / "folder" / "symlink").symlink_to(cache / "same")
    assert files_written(before, list_files(cache, env)) == 4  # changed, replaced, linked, symlink


stamps = st.dictionaries(
    st.text(min_size=1, max_size=3),
    st.builds(
        FileStamp,
        device=st.just(1),
        inode=st.integers(1, 3),
        size_bytes=st.integers(0, 3),
        modified_ns=st.integers(0, 3),
    ),
    max_size=8,
)


@given(before=stamps, after=stamps)
def test_written_is_never_more_than_there_is_and_nothing_between_equals(
    before: dict[str, FileStamp], after: dict[str, FileStamp]
) -> None:
    assert files_written(before, before) == 0
    assert files_written({}, after) == len(after)
    assert files_written(before, after) == len(after.items() - before.items())


@given(contents=st.dictionaries(st.text("abc", min_size=1, max_size=6), st.binary(max_size=200), max_size=8))
def test_files_and_bytes_add_up(tmp_path_factory: pytest.TempPathFactory, contents: dict[str, bytes]) -> None:
    root = tmp_path_factory.mktemp("tree")
    for name, data in contents.items():
        (root / name).write_bytes(data)
    size = tree_size(root)
    assert (size.files, size.apparent_bytes) == (len(contents), sum(map(len, contents.values())))
