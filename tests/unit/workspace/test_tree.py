"""harness.workspace.tree: templates, and the states a scratch tree can be brought to."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import StateError
from harness.measure.trees import remove_tree
from harness.monorepo.shapes import Kind, Member, Shape
from harness.monorepo.variants.file import Phase
from harness.workspace.tree import Workspace, expected_line
from tests.made_up import made_up_workspace


def test_steps_that_name_an_application_are_repeated_for_each(tmp_path: Path) -> None:
    workspace = made_up_workspace(tmp_path)
    phase = Phase(steps=(("a", "{app}"), ("b",)), directory="{root}/{app}")

    assert list(workspace.expand(phase)) == [
        (("a", "hello"), workspace.root / "hello"),
        (("b",), workspace.root / "hello"),
        (("a", "goodbye"), workspace.root / "goodbye"),
        (("b",), workspace.root / "goodbye"),
    ]
    assert list(workspace.expand(phase, application="goodbye")) == [
        (("a", "goodbye"), workspace.root / "goodbye"),
        (("b",), workspace.root / "goodbye"),
    ]


def test_steps_that_name_a_member_are_repeated_for_each(tmp_path: Path) -> None:
    steps = list(made_up_workspace(tmp_path).expand(Phase(steps=(("a", "{member}"),))))

    assert [argv for argv, _ in steps] == [("a", "shared"), ("a", "hello"), ("a", "goodbye")]


def test_each_step_is_repeated_for_those_it_names(tmp_path: Path) -> None:
    workspace = made_up_workspace(tmp_path)
    steps = (("make", "{state}"), ("add", "{member}"), ("start", "{module}"))

    assert [argv for argv, _ in workspace.expand(Phase(steps=steps))] == [
        ("make", str(workspace.state)),
        ("add", "shared"),
        ("add", "hello"),
        ("add", "goodbye"),
        ("start", "hello"),
        ("start", "goodbye"),
    ]


def grown_up(tmp_path: Path) -> Workspace:
    """A workspace of other members: two libraries one above the other, one beside, two applications."""
    members = (
        Member(name="base", kind=Kind.LIBRARY),
        Member(name="beside", kind=Kind.LIBRARY),
        Member(name="on-top", kind=Kind.LIBRARY, needs=("base",)),
        Member(name="my-app", kind=Kind.APPLICATION, needs=("on-top",)),
        Member(name="other", kind=Kind.APPLICATION, needs=("beside",)),
    )
    return replace(made_up_workspace(tmp_path), shape=Shape(name="made-up", members=members))


def test_an_argument_is_repeated_for_all_that_is_needed(tmp_path: Path) -> None:
    workspace = grown_up(tmp_path)

    def typed(*step: str, application: str | None = None) -> list[tuple[str, ...]]:
        return [argv for argv, _ in workspace.expand(Phase(steps=(step,)), application=application)]

    assert typed("add", "./{need}", "./{app}", "-m", "{module}", application="my-app") == [
        ("add", "./base", "./on-top", "./my-app", "-m", "my_app")
    ]
    assert typed("add", "{need}/{need}", "{member}")[:3] == [
        ("add", "base"),
        ("add", "beside"),
        ("add", "base/base", "on-top"),
    ]
    assert typed("add", "{need}") == [("add", "base", "beside", "on-top")]


def test_an_edit_of_the_core_shows_in_what_lies_above_it(tmp_path: Path) -> None:
    workspace = grown_up(tmp_path)
    module = workspace.root / "base" / "src" / "base" / "__init__.py"
    module.parent.mkdir(parents=True)
    module.write_text('NAME = "PolyWolf"\n', encoding="utf-8")

    workspace.edit_name("Wolf")

    assert workspace.line_of("my-app") == "My_app, Wolf\n"
    assert workspace.line_of("other") == "Other, PolyWolf\n"


def test_edits_within_one_second_differ_in_what_python_tells_stale_byte_code_by(tmp_path: Path) -> None:
    workspace = made_up_workspace(tmp_path)
    workspace.renew(lock=False)
    module = workspace.root / "shared" / "src" / "shared" / "__init__.py"
    seen = []
    for name in ("Wolf-1111", "Wolf-2222", "Wolf-3333"):
        workspace.edit_name(name)
        seen.append((module.stat().st_size, int(module.stat().st_mtime)))
    assert len(set(seen)) == len(seen)


def test_a_phase_without_steps_is_nothing_to_do(tmp_path: Path) -> None:
    assert list(made_up_workspace(tmp_path).expand(Phase(steps=()))) == []


def test_variables_are_filled_in(tmp_path: Path) -> None:
    workspace = made_up_workspace(tmp_path)

    assert workspace.variables({"MORE": "{python}"}) == {
        "TOOL_INDEX": "http://127.0.0.1:1/simple/",
        "TOOL_CACHE": f"{workspace.cache}/tool",
        "MORE": "/python",
    }


def test_renewing_leaves_what_a_fresh_clone_has(tmp_path: Path) -> None:
    workspace = made_up_workspace(tmp_path)
    workspace.renew(lock=False)
    (workspace.root / "left-over").write_text("", encoding="utf-8")
    workspace.edit_name("Other")

    workspace.renew(lock=False)

    assert sorted(path.name for path in workspace.root.iterdir()) == [".git", "goodbye", "hello", "shared"]
    assert workspace.name == "PolyWolf"
    assert workspace.home.is_dir()


def test_kept_locks_come_back(tmp_path: Path) -> None:
    workspace = made_up_workspace(tmp_path)
    workspace.renew(lock=False)
    (workspace.root / "tool.lock").write_text("locked", encoding="utf-8")
    workspace.keep_locks()

    workspace.renew(lock=False)
    assert not (workspace.root / "tool.lock").exists()
    workspace.renew(lock=True)
    assert (workspace.root / "tool.lock").read_text(encoding="utf-8") == "locked"


def test_a_lock_file_that_was_not_written_is_named(tmp_path: Path) -> None:
    workspace = made_up_workspace(tmp_path)
    workspace.renew(lock=False)

    with pytest.raises(StateError, match=r"tool\.lock"):
        workspace.keep_locks()


def test_editing_to_the_same_value_is_no_edit(tmp_path: Path) -> None:
    workspace = made_up_workspace(tmp_path)
    workspace.renew(lock=False)

    with pytest.raises(StateError, match="PolyWolf"):
        workspace.edit_name("PolyWolf")


def test_a_module_without_the_line_cannot_be_edited(tmp_path: Path) -> None:
    workspace = made_up_workspace(tmp_path)
    workspace.renew(lock=False)
    (workspace.root / "shared/src/shared/__init__.py").write_text("", encoding="utf-8")

    with pytest.raises(StateError, match="0 lines"):
        workspace.edit_name("Other")


def test_removing_takes_folders_files_links_and_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    for name in ("file", "folder", "link"):
        path = tmp_path / name
        path.mkdir() if name == "folder" else path.write_text("") if name == "file" else path.symlink_to(kept)
        remove_tree(path)
        assert not os.path.lexists(path)
    remove_tree(tmp_path / "nothing")
    assert kept.is_dir()


def test_what_an_application_prints() -> None:
    assert expected_line("hello") == "Hello, PolyWolf\n"
    assert expected_line("goodbye", "X") == "Goodbye, X\n"
