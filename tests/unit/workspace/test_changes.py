"""harness.workspace.changes: a change begins where it has to, and is made as its file says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.errors import StateError
from harness.measure.command import Ended, Execution
from harness.monorepo.changes import STANDARD
from harness.monorepo.shapes import CANONICAL
from harness.workspace.changes import apply_nix_patch, before, deeds, make, needed
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt
from tests.made_up import Toolbox, execution
from tests.unit.monorepo.changes.made_up_changes import NIX, after, edit, written

IN_TURN = """\
[[do]]
steps = [["tool", "add", "{app}"]]
environment = { TOOL_MODE = "add {root}" }

[[do]]
directory = "{root}/{member}"
steps = [["tool", "sync", "{member}"]]
environment_only = true
"""


def argvs(toolbox: Toolbox) -> list[tuple[str, ...]]:
    return [command.argv for command in toolbox.commands]


# What it begins with


def test_a_variant_that_does_not_say_how_is_told_what_is_missing(bench: Bench) -> None:
    with pytest.raises(StateError, match=r"made-up does not say .*: changes\.toml has no \[add-library\]\."):
        needed(bench.variant, "add-library")


def test_most_changes_begin_with_the_members_there_are(bench: Bench) -> None:
    assert before(bench.variant, written(bench, "rename-library")) == (None, CANONICAL)


def test_a_change_that_builds_on_another_begins_where_that_ended(bench: Bench) -> None:
    base = written(bench, "add-dependency")

    assert before(bench.variant, written(bench, "raise-version")) == (base, CANONICAL)


def test_the_members_before_are_those_the_base_left(bench: Bench) -> None:
    base = written(bench, "add-library")
    change = replace(base, change=replace(STANDARD["rename-library"], base="add-library"))

    assert before(bench.variant, change) == (base, STANDARD["add-library"].reshape(CANONICAL))


def test_a_base_that_is_missing_is_named(bench: Bench) -> None:
    change = written(bench, "raise-version")

    with pytest.raises(StateError, match=r"changes\.toml has no \[add-dependency\]"):
        before(bench.variant, change)


# What is done


def test_what_is_done_comes_in_the_order_of_the_file(bench: Bench, attempt: Attempt) -> None:
    change = written(bench, text=IN_TURN)
    commands = list(deeds(bench, attempt, bench.warm, change))

    assert [command.argv for command in commands] == [
        ("git", "apply", "--whitespace=nowarn", str(bench.warm.folder / "patches" / "add-dependency.patch")),
        ("tool", "add", "hello"),
        ("tool", "add", "goodbye"),
        *(("tool", "sync", name) for name in ("shared", "hello", "goodbye")),
    ]
    root = bench.warm.root
    assert [command.cwd for command in commands] == [
        root, root, root, root / "shared", root / "hello", root / "goodbye",
    ]  # fmt: skip


def test_what_only_brings_an_environment_up_to_date_is_left_out_where_there_is_none(
    bench: Bench, attempt: Attempt
) -> None:
    change = written(bench, text=IN_TURN)

    assert [command.argv[:2] for command in deeds(bench, attempt, bench.warm, change, environments=False)] == [
        ("git", "apply"),
        ("tool", "add"),
        ("tool", "add"),
    ]


def test_what_is_typed_sees_its_variables_and_the_variants(bench: Bench, attempt: Attempt) -> None:
    patched, typed, *_ = deeds(bench, attempt, bench.warm, written(bench, text=IN_TURN))

    assert typed.env["TOOL_MODE"] == f"add {bench.warm.root}"
    assert typed.env["TOOL_INDEX"] == patched.env["TOOL_INDEX"] == bench.warm.surroundings.index
    assert "TOOL_MODE" not in patched.env


def test_a_deeds_variable_stands_before_the_variants(bench: Bench, attempt: Attempt) -> None:
    text = 'do = [{ steps = [["tool"]], environment = { TOOL_INDEX = "" } }]\n'
    _, command = deeds(bench, attempt, bench.warm, written(bench, text=text))

    assert command.env["TOOL_INDEX"] == ""


def test_steps_are_repeated_for_the_members_there_are_afterwards(bench: Bench, attempt: Attempt) -> None:
    change = written(bench, "add-application", 'do = [{ steps = [["tool", "{app}"]] }]\n')
    own, workspace = after(bench, change)

    typed = list(deeds(own, attempt, workspace, change))[1:]
    assert [command.argv[1] for command in typed] == ["hello", "goodbye", "farewell"]
    assert [member.name for member in bench.shape.applications] == ["hello", "goodbye"]
    assert workspace.root == bench.warm.root


def test_a_change_is_made_in_the_checkout(bench: Bench, toolbox: Toolbox, attempt: Attempt) -> None:
    make(bench, attempt, bench.warm, written(bench))

    assert bench.warm.name == "Poly-Wolf"
    assert argvs(toolbox)[-1] == ("tool", "add", "more-itertools")


def test_making_it_without_environments_edits_all_the_same(bench: Bench, toolbox: Toolbox, attempt: Attempt) -> None:
    make(bench, attempt, bench.warm, written(bench, text=IN_TURN), environments=False)

    assert bench.warm.name == "Poly-Wolf"
    assert not [argv for argv in argvs(toolbox) if argv[1] == "sync"]


def test_a_patch_that_does_not_apply_ends_it_with_what_git_said(
    bench: Bench, toolbox: Toolbox, attempt: Attempt
) -> None:
    change = written(bench, edit=edit(old="Somebody"))

    with pytest.raises(StateError, match=r"add-dependency could not be made: `git apply .*: patch does not apply"):
        make(bench, attempt, bench.warm, change)
    assert [argv[0] for argv in argvs(toolbox)] == ["git"]
    assert bench.warm.name == "PolyWolf"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (execution(exit_code=3), "`tool add more-itertools` ended with exit status 3$"),
        (
            replace(execution(exit_code=3), stderr="warning: old\nerror: no such package\n\n"),
            "ended with exit status 3: error: no such package$",
        ),
        (execution(ended=Ended.TIMED_OUT), "did not end within its time limit$"),
        (execution(ended=Ended.NOT_STARTED), "could not be started: no such file$"),
    ],
)
def test_a_command_that_fails_is_named_with_the_last_it_said(
    bench: Bench, toolbox: Toolbox, attempt: Attempt, answer: Execution, said: str
) -> None:
    toolbox.answers = lambda command: answer

    with pytest.raises(StateError, match=f"^add-dependency could not be made: .*{said}"):
        make(bench, attempt, bench.warm, written(bench))


# The Nix files


def test_the_edit_of_nix_files_is_made_on_its_own(bench: Bench, toolbox: Toolbox, attempt: Attempt) -> None:
    change = written(bench, edit=edit() + NIX)
    overlay = bench.warm.root / "overlay.nix"
    make(bench, attempt, bench.warm, change)
    assert bench.warm.name == "Poly-Wolf"
    assert not overlay.exists()

    apply_nix_patch(bench, attempt, bench.warm, change, "handwritten")
    assert overlay.read_text(encoding="utf-8") == "{ }\n"


def test_a_change_without_an_edit_of_nix_files_runs_nothing(bench: Bench, toolbox: Toolbox, attempt: Attempt) -> None:
    apply_nix_patch(bench, attempt, bench.warm, written(bench), "derived")

    assert argvs(toolbox) == []


def test_an_edit_of_nix_files_that_does_not_apply_is_told_apart(bench: Bench, attempt: Attempt) -> None:
    """The template's, as the made-up members have no Nix files."""
    change = written(bench)

    with pytest.raises(StateError, match=r"add-dependency: its Nix patch does not apply: .*No such file"):
        apply_nix_patch(bench, attempt, bench.warm, change, "handwritten")
