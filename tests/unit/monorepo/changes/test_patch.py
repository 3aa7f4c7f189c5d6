"""harness.monorepo.changes.patch: what a patch edits is counted as Git would, and it is applied whole or not at all."""

from __future__ import annotations

import difflib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import VariantError
from harness.monorepo.changes.patch import FileEdit, Part, Patch, apply_command, edits, part_of, read_patch
from tests.unit.monorepo.changes.made_up_changes import edit, git, repository

#: Lines as source files have them; among them those that look like a patch's own.
LINES = st.lists(
    st.sampled_from(["a", "b", "", "+x", "-y", "--- a/x", "+++ b/x", "@@ -1 +1 @@", " ", "# c", "é", "\\ No"]),
    max_size=12,
)


def patch(folder: Path, text: str, name: str = "edit.patch") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(text: str) -> list[FileEdit]:
    return list(edits([made_up(text)]))


def made_up(text: str) -> Patch:
    return Patch(name="edit.patch", shown="made-up/changes/edit.patch", text=text)


def unified(before: list[str], after: list[str], name: str = "x.py") -> str:
    lines = difflib.unified_diff(
        [f"{line}\n" for line in before], [f"{line}\n" for line in after], f"a/{name}", f"b/{name}"
    )
    return "".join(lines)


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("shared/src/shared/__init__.py", Part.CODE),
        ("hello/tests/test_hello.py", Part.CODE),
        ("README.md", Part.DOCUMENTATION),
        ("docs/index.rst", Part.DOCUMENTATION),
        ("shared/package.nix", Part.NIX),
        ("overlay.nix", Part.NIX),
        ("requirements.txt", Part.LOCK),
        ("requirements-dev.txt", Part.LOCK),
        ("hello/constraints.txt", Part.LOCK),
        ("requirements/notes.txt", Part.PACKAGING),
        ("pyproject.toml", Part.PACKAGING),
        ("shared/pyproject.toml", Part.PACKAGING),
        ("setup.cfg", Part.PACKAGING),
        (".gitignore", Part.PACKAGING),
        ("requirements.toml", Part.PACKAGING),
    ],
)
def test_what_a_file_is_for_is_told_by_its_name(path: str, part: Part) -> None:
    assert part_of(path) is part


def test_a_changed_line_is_one_removed_and_one_added() -> None:
    assert read(edit()) == [
        FileEdit(path="shared/src/shared/__init__.py", part=Part.CODE, added=1, removed=1, moved=False)
    ]


def test_each_file_of_each_patch_is_told_in_order() -> None:
    first = made_up(unified(["a"], ["a", "b"], "b.py") + unified(["a"], [], "a.nix"))
    second = made_up(unified(["a"], ["b"], "b.py"))

    assert [(item.path, item.added, item.removed) for item in edits([first, second])] == [
        ("b.py", 1, 0), ("a.nix", 0, 1), ("b.py", 1, 1),
    ]  # fmt: skip


def test_no_patches_edit_nothing() -> None:
    assert list(edits([])) == []


@given(before=LINES, after=LINES)
def test_lines_are_counted_as_they_were_added_and_removed(before: list[str], after: list[str]) -> None:
    text = unified(before, after)
    if not text:
        with pytest.raises(VariantError, match="it edits no file"):
            read(text)
        return
    (item,) = read(text)
    common = sum(block.size for block in difflib.SequenceMatcher(None, before, after).get_matching_blocks())

    assert item.added - item.removed == len(after) - len(before)
    assert (item.added, item.removed) == (len(after) - common, len(before) - common)


@given(before=LINES, after=LINES)
def test_what_is_counted_is_what_git_counts(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], after: list[str]
) -> None:
    root = repository(tmp_path_factory.mktemp("git"))
    file = root / "x.py"
    file.write_text("".join(f"{line}\n" for line in before), encoding="utf-8")
    git(root, "add", "x.py")
    file.write_text("".join(f"{line}\n" for line in after), encoding="utf-8")
    text = git(root, "diff", "-M").stdout
    counted = [(item.added, item.removed) for item in read(text)] if text else []

    assert counted == [
        (int(added), int(removed))
        for added, removed, _ in (line.split("\t") for line in git(root, "diff", "--numstat").stdout.splitlines())
    ]


def moved(root: Path, edited: bool) -> str:
    (root / "shared").mkdir()
    (root / "shared" / "a.py").write_text("".join(f"line {number}\n" for number in range(20)), encoding="utf-8")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "before")
    git(root, "mv", "shared", "common")
    if edited:
        with (root / "common" / "a.py").open("a", encoding="utf-8") as file:
            file.write("one more\n")
    git(root, "add", ".")
    return git(root, "diff", "--cached", "-M").stdout


@pytest.mark.parametrize("edited", [False, True])
def test_a_file_under_another_name_is_moved_and_not_written_anew(tmp_path: Path, edited: bool) -> None:
    text = moved(repository(tmp_path / "git"), edited)

    assert read(text) == [FileEdit(path="common/a.py", part=Part.CODE, added=int(edited), removed=0, moved=True)]


def test_new_empty_and_removed_files_are_edits(tmp_path: Path) -> None:
    root = repository(tmp_path / "git")
    (root / "old.nix").write_text("{ }:\nnull\n", encoding="utf-8")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "before")
    (root / "old.nix").unlink()
    (root / "empty.py").touch()
    (root / "new.md").write_text("# New\n", encoding="utf-8")
    git(root, "add", ".")

    assert read(git(root, "diff", "--cached").stdout) == [
        FileEdit(path="empty.py", part=Part.CODE, added=0, removed=0, moved=False),
        FileEdit(path="new.md", part=Part.DOCUMENTATION, added=1, removed=0, moved=False),
        FileEdit(path="old.nix", part=Part.NIX, added=0, removed=2, moved=False),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it edits no file."),
        ("a note\n", "it edits no file."),
        ("--- a/x\n+++ b/x\n@@ -1,3 +1 @@\n-a\n", "not a unified diff: "),
    ],
)
def test_what_is_no_patch_is_named_with_what_to_do(text: str, said: str) -> None:
    with pytest.raises(VariantError) as caught:
        read(text)

    assert caught.value.message.startswith(f"made-up/changes/edit.patch: {said}")
    assert "git diff -M" in caught.value.hint


def test_a_patch_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = patch(tmp_path, "")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(VariantError, match=r"^mine: cannot be read: ") as caught:
        read_patch(path, "mine")
    assert "UTF-8" in caught.value.hint
    with pytest.raises(VariantError, match=r"^gone: cannot be read: "):
        read_patch(tmp_path / "gone.patch", "gone")


def test_a_patch_is_written_as_it_was_read(tmp_path: Path) -> None:
    path = made_up(edit()).written(tmp_path / "patches")

    assert path == tmp_path / "patches" / "edit.patch"
    assert read_patch(path, "made-up/changes/edit.patch") == made_up(edit())


def applied(root: Path, path: Path) -> subprocess.CompletedProcess[str]:
    return git(root, *apply_command(path)[1:])


def test_a_patch_is_applied_in_the_checkout(tmp_path: Path) -> None:
    root = repository(tmp_path / "git")
    (root / "x.py").write_text("a\n", encoding="utf-8")
    path = patch(tmp_path, unified(["a"], ["b"]))

    assert apply_command(path)[0] == "git"
    assert applied(root, path).returncode == 0
    assert (root / "x.py").read_text(encoding="utf-8") == "b\n"


def test_a_patch_is_applied_whole_or_not_at_all(tmp_path: Path) -> None:
    root = repository(tmp_path / "git")
    for name, line in (("x.py", "a"), ("y.py", "somebody else's")):
        (root / name).write_text(f"{line}\n", encoding="utf-8")
    done = applied(root, patch(tmp_path, unified(["a"], ["b"], "x.py") + unified(["a"], ["b"], "y.py")))

    assert done.returncode != 0
    assert "y.py: patch does not apply" in done.stderr
    assert (root / "x.py").read_text(encoding="utf-8") == "a\n"


def test_whitespace_is_kept_without_a_warning(tmp_path: Path) -> None:
    root = repository(tmp_path / "git")
    (root / "x.py").write_text("a\n", encoding="utf-8")
    done = applied(root, patch(tmp_path, unified(["a"], ["b ", "\tc", ""])))

    assert (done.returncode, done.stderr) == (0, "")
    assert (root / "x.py").read_text(encoding="utf-8") == "b \n\tc\n\n"
