"""The committed variants' changes: each is there, applies, and leads to the same sources under every toolchain."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.measure.command import Command
from harness.monorepo.changes import STANDARD
from harness.monorepo.changes.patch import Part, Patch, edits, read_patch
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants import Variant
from harness.records.strategies import HANDWRITTEN, strategies_of
from harness.workspace.changes import verify_effect
from harness.workspace.tree import Surroundings, Workspace
from tests.made_up import execution
from tests.unit.monorepo.changes.committed import (
    VARIANTS,
    Edited,
    Editor,
    change_of,
    in_order,
    possible,
    shape_after,
    typed_before,
)

each_variant = pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)

#: What the changes bring in from outside, as far as the sources use it: the test needs no package for it.
MORE_ITERTOOLS = """\
def sliced(text, size):
    return (text[at : at + size] for at in range(0, len(text), size))


def argmin(values):
    return min(range(len(values)), key=values.__getitem__)
"""

#: A path from the machine's root: no part of a longer path, and not one that begins with a tool's own placeholder.
ABSOLUTE = re.compile(r"(?<![\w./~}-])(?:/[\w.+-]+){2,}|[A-Za-z]:\\\w|\bfile:/+(?![/${])")
#: A member that the overlay adds: its attribute and its folder.
CALLED = re.compile(r"^ +([\w-]+) = pyFinal\.callPackage \./([\w-]+)/package\.nix \{", re.MULTILINE)
ADDRESS = re.compile(r"\b(?!file:)\w+://|\b\d{1,3}(?:\.\d{1,3}){3}\b|\blocalhost\b")


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Editor:
    return Editor(tmp_path_factory.mktemp("edited"))


def edited(editor: Editor, variant: Variant) -> Iterator[tuple[str, Edited]]:
    """The checkout after each change that a variant can make; of the others it says why it cannot."""
    for name in STANDARD:
        if possible(variant, name):
            yield name, editor.edited(variant, name)


def patches_of(variant: Variant) -> list[Patch]:
    """Every patch that is made of what the variant and the templates have, those of Nix files last."""
    changes = [change_of(variant, name) for name in STANDARD]
    nix = [change.nix_patch(strategy) for change in changes for strategy in variant.spec.nix.strategies]
    return [*(patch for change in changes for patch in change.patches), *filter(None, nix)]


@each_variant
def test_every_change_is_made_or_has_a_reason_why_not(variant: Variant) -> None:
    for name in STANDARD:
        change = change_of(variant, name)
        file = change.file
        assert change.patches if not file.unsupported else file.unsupported.endswith("."), name
        assert not file.unsupported_nix or file.unsupported_nix.endswith("."), name


@each_variant
def test_no_patch_lies_there_that_no_change_names(variant: Variant) -> None:
    named = {deed.patch for name in STANDARD for deed in change_of(variant, name).deeds}

    assert {path.name for path in (variant.folder / "changes").iterdir()} <= named


@each_variant
def test_every_patch_applies_on_what_is_committed_in_order(editor: Editor, variant: Variant) -> None:
    assert {name: after.refused for name, after in edited(editor, variant) if after.refused} == {}


@each_variant
def test_a_patch_that_waits_for_a_command_edits_a_member_that_command_names(editor: Editor, variant: Variant) -> None:
    for name, after in edited(editor, variant):
        brought_in = {member.name for member in shape_after(name).members}
        brought_in -= {member.name for member in CANONICAL.members}
        for change, patch in after.waiting:
            for item in edits([patch]):
                folder = item.path.split("/", 1)[0]
                assert folder in brought_in, (name, item.path)
                assert folder in " ".join(typed_before(change, patch)).split(), (name, item.path)


@each_variant
def test_sources_are_the_same_to_the_byte_after_it(editor: Editor, variant: Variant) -> None:
    for name, after in edited(editor, variant):
        reference = next(item for item in VARIANTS if possible(item, name))

        assert after.sources == editor.edited(reference, name).sources, name


@each_variant
def test_the_members_are_those_the_change_leaves(editor: Editor, variant: Variant) -> None:
    for name, after in edited(editor, variant):
        members = [member.name for member in shape_after(name).members]
        nix = after.texts(".nix")
        assert {path.split("/", 1)[0] for path in after.sources} == set(members), name
        if HANDWRITTEN not in variant.spec.nix.strategies:
            assert nix == {}, name
            continue
        packages = {path.split("/", 1)[0] for path in nix if path.endswith("/package.nix")}
        added = dict(CALLED.findall(nix["overlay.nix"]))

        assert packages == set(members), name
        assert added == {variant.spec.nix.attribute_of(member): member for member in members}, name
        for member in members:
            assert f'pname = "{member}";' in nix[f"{member}/package.nix"], name


@each_variant
def test_renaming_leaves_the_old_name_nowhere_but_in_prose(editor: Editor, variant: Variant) -> None:
    after = editor.edited(variant, "rename-library")
    stated = after.texts(".toml", ".nix", ".txt", ".cfg")

    assert not [path for path in stated if "shared" in path]
    assert [(path, line) for path, text in stated.items() for line in text.splitlines() if "shared" in line] == []
    assert not re.search(r"`shared`|\bshared[/.]", "".join(after.texts(".md", ".rst").values()))
    assert not re.search(r"^\s*(from|import) shared\b", "".join(after.texts(".py").values()), re.MULTILINE)


@each_variant
def test_a_patch_names_no_path_and_no_address_of_a_machine(variant: Variant) -> None:
    assert patches_of(variant)
    for patch in patches_of(variant):
        for line in patch.text.splitlines():
            if line in ("--- /dev/null", "+++ /dev/null"):
                continue
            assert not ABSOLUTE.search(line), (patch, line)
            assert not ADDRESS.search(line), (patch, line)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("+path = /home/somebody/x", True),
        ('+shared @ "/srv/monorepo"', True),
        ("+shared @ file:///home/somebody/shared", True),
        ("+shared @ file:/x", True),
        ("+shared @ file:///${PROJECT_ROOT}/../shared", False),
        ("+shared @ file:../shared", False),
        ("+x = C:\\Users", True),
        ("--- a/shared/pyproject.toml", False),
        ("+  ./src", False),
        ("+-e ./shared", False),
        ("+shared = { path = '../shared' }", False),
        ("+shared @ {root:parent:uri}/shared", False),
        ("+a / b", False),
    ],
)
def test_what_is_taken_for_a_path_of_a_machine(line: str, found: bool) -> None:
    assert bool(ABSOLUTE.search(line)) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('+url = "http://127.0.0.1:8000/simple/"', True),
        ("+index = ssh://git@somewhere", True),
        ("+host = 10.0.0.1", True),
        ("+host = localhost", True),
        ("+shared @ file:///${PROJECT_ROOT}/../shared", False),
        ('+version = "0.1.0"', False),
    ],
)
def test_what_is_taken_for_an_address(line: str, found: bool) -> None:
    assert bool(ADDRESS.search(line)) == found


@each_variant
def test_a_patch_edits_files_of_strategies_that_are_offered_and_nothing_that_a_tool_writes(variant: Variant) -> None:
    locks = {template.rsplit("/", 1)[-1] for template in variant.spec.lock_files}
    for path in (variant.folder / "changes").iterdir():
        for item in edits([read_patch(path, path.name)]):
            assert set(strategies_of(item.path)) <= set(variant.spec.nix.strategies), path.name
            assert (item.part is Part.NIX) == bool(strategies_of(item.path)), path.name
            assert item.path.rsplit("/", 1)[-1] not in locks, path.name


@each_variant
def test_placeholders_are_known_and_leave_no_brace_behind(variant: Variant, tmp_path: Path) -> None:
    around = Surroundings(python=Path("/python"), tools=tmp_path, index="http://127.0.0.1:1/simple/")
    for name in STANDARD:
        workspace = Workspace(variant=variant, shape=shape_after(name), folder=tmp_path, surroundings=around)
        file = change_of(variant, name).file
        for phase in [deed.phase for deed in file.do if deed.steps] + ([file.test] if file.test else []):
            expanded = list(workspace.expand(phase))
            assert expanded, name
            for argv, folder in expanded:
                assert not [word for word in (*argv, str(folder)) if "{" in word or "}" in word], name
                assert folder.is_relative_to(tmp_path), name
            assert not [value for value in workspace.variables(phase.environment).values() if "{" in value], name


@each_variant
def test_uv_add_is_not_told_of_the_index_in_a_way_that_it_would_write_down(variant: Variant) -> None:
    """The applications would run all the same, and the member's pyproject.toml would name an address on loopback."""
    for name in STANDARD:
        for deed in change_of(variant, name).file.do:
            if any(step[:2] == ("uv", "add") for step in deed.steps):
                told = {**variant.spec.environment, **deed.environment}
                assert not told.get("UV_DEFAULT_INDEX"), name
                assert not told.get("UV_INDEX"), name


@each_variant
def test_one_command_runs_all_tests_where_tests_are_the_effect(variant: Variant) -> None:
    for name in STANDARD:
        file = change_of(variant, name).file
        if not file.unsupported:
            assert (file.test is not None) == STANDARD[name].tests, name
        if file.test is not None:
            assert len(file.test.steps) == 1, name
            words = (*file.test.steps[0], file.test.directory)
            assert not [word for word in words if "{member}" in word or "{app}" in word], name


def test_every_change_is_possible_somewhere() -> None:
    for name in STANDARD:
        assert [variant.name for variant in VARIANTS if possible(variant, name)]
        assert all(in_order(variant, name)[-1].change.name == name for variant in VARIANTS)


@pytest.mark.parametrize("name", list(STANDARD))
def test_the_sources_alone_show_the_effect(editor: Editor, name: str, tmp_path: Path) -> None:
    """They are the same in every variant, so one is enough; what comes from outside is played."""
    root = editor.edited(next(item for item in VARIANTS if possible(item, name)), name).root
    (tmp_path / "more_itertools.py").write_text(MORE_ITERTOOLS, encoding="utf-8")
    shape = shape_after(name)
    paths = [tmp_path, *(root / member.name / "src" for member in shape.members)]
    env = {"PYTHONPATH": os.pathsep.join(map(str, paths)), "PYTHONDONTWRITEBYTECODE": "1"}
    change = in_order(VARIANTS[0], name)[-1]
    ways: dict[str, tuple[str, ...]] = {member.name: ("-m", member.name) for member in shape.applications}
    if STANDARD[name].tests:
        ways = {"": ("-m", "pytest", "-q", "-p", "no:cacheprovider")}
    for application, words in ways.items():
        argv = (sys.executable, *words)
        done = subprocess.run(argv, cwd=root, env=env, capture_output=True, text=True, check=False)
        command = Command(argv=argv, cwd=root, env=env, timeout_s=60.0, log_path=tmp_path / "log")
        seen = execution(exit_code=done.returncode, stdout=done.stdout)
        verify_effect(change, shape, command, seen, application)
