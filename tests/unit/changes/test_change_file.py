"""harness.changes.change_file: what a change.toml may say, and what is said about one that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.changes import STANDARD, Deed, load_change
from harness.changes.change_file import VariantChange
from harness.errors import InputError, VariantError
from harness.variants import Variant
from tests.made_up import made_up_variant
from tests.unit.changes.made_up_changes import TYPED, edit, write_change

WHOLE = """\
[[do]]
patch = "first.patch"

[[do]]
directory = "{root}/{app}"
steps = [["tool", "add", "{app}"], ["tool", "lock"]]
environment = { TOOL_INDEX = "{index}" }

[[do]]
patch = "second.patch"

[[do]]
steps = [["tool", "install"]]
environment_only = true

[test]
steps = [["tool", "test"]]
"""


@pytest.fixture
def variant(tmp_path: Path) -> Variant:
    return made_up_variant(tmp_path)


def loaded(variant: Variant, name: str = "add-library") -> VariantChange:
    change = load_change(variant, name)
    assert change is not None
    return change


def complaint(variant: Variant, name: str = "add-library") -> VariantError:
    with pytest.raises(VariantError) as caught:
        load_change(variant, name)
    return caught.value


def test_deeds_are_read_in_order(variant: Variant) -> None:
    folder = write_change(variant, "share-tooling", WHOLE, first=edit(), second=edit())
    change = loaded(variant, "share-tooling")

    assert change.change is STANDARD["share-tooling"]
    assert change.patches == (folder / "first.patch", folder / "second.patch")
    assert change.commands == (("tool", "add", "{app}"), ("tool", "lock"), ("tool", "install"))
    assert [deed.environment_only for deed in change.file.do] == [False, False, False, True]
    assert change.file.test is not None
    assert change.file.test.steps == (("tool", "test"),)
    assert change.file.test.directory == "{root}"


def test_the_steps_of_a_deed_are_a_phase(variant: Variant) -> None:
    write_change(variant, "share-tooling", WHOLE, first=edit(), second=edit())
    phase = loaded(variant, "share-tooling").file.do[1].phase

    assert phase.directory == "{root}/{app}"
    assert phase.steps == (("tool", "add", "{app}"), ("tool", "lock"))
    assert phase.environment == {"TOOL_INDEX": "{index}"}


def test_a_variant_that_says_nothing_of_a_change(variant: Variant) -> None:
    assert load_change(variant, "add-library") is None


def test_a_change_that_cannot_be_made_has_a_reason_and_nothing_to_do(variant: Variant) -> None:
    write_change(variant, "add-library", 'unsupported = "It knows one library."\n')
    change = loaded(variant)

    assert change.file.unsupported == "It knows one library."
    assert (change.patches, change.commands) == ((), ())


def test_a_change_may_be_impossible_in_the_nix_lane_alone(variant: Variant) -> None:
    write_change(variant, "add-library", 'unsupported_nix = "It has no set."\n' + TYPED)

    assert loaded(variant).file.unsupported_nix == "It has no set."
    assert loaded(variant).commands == (("tool", "add", "more-itertools"),)


def test_the_edit_of_nix_files_is_found_beside_it_and_is_no_deed(variant: Variant) -> None:
    folder = write_change(variant, "add-library", TYPED)
    assert loaded(variant).nix_patch("handwritten") is None

    (folder / "nix.patch").write_text(edit(), encoding="utf-8")
    assert loaded(variant).nix_patch("handwritten") == folder / "nix.patch"
    assert loaded(variant).patches == (folder / "edit.patch",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", 'add a [[do]], or say why it cannot be made in unsupported = "…"'),
        ('unsupported = "No."\n' + TYPED, "unsupported says that it cannot be made: keep one of them"),
        ("surprise = 1\n" + TYPED, "surprise: there is no such key"),
        ("do = 3\n", "do: "),
        ("do = [{}]\n", "do[0]: a deed has either a patch or steps"),
        ("do = [{ steps = [] }]\n", "do[0]: a deed has either a patch or steps"),
        ('do = [{ patch = "edit.patch", steps = [["a"]] }]\n', "do[0]: a deed has either a patch or steps"),
        ('do = [{ steps = ["tool add"] }]\n', "do[0].steps[0]: expected a list of strings"),
        ("do = [{ steps = [[]] }]\n", "do[0].steps[0]: "),
        ('do = [{ steps = [["tool"]], patches = "x" }]\n', "do[0].patches: there is no such key"),
        ('do = [{ steps = [["{nonsense}"]] }]\n', "do[0].steps[0][0]: {nonsense} is not a placeholder; known: {app}"),
        ('do = [{ steps = [["tool"]], directory = "{roof}" }]\n', "do[0].directory: {roof} is not a placeholder"),
        ('do = [{ steps = [["tool"]], environment = { A = "{b}" } }]\n', "do[0].environment.A: {b} is not"),
        ('do = [{ patch = "edit.patch" }, { steps = [["{root"]] }]\n', "do[1].steps[0][0]: expected '}'"),
        ('do = [{ patch = "edit.patch", environment_only = true }]\n', "are for steps, not for a patch"),
        ('do = [{ patch = "edit.patch", directory = "{root}/hello" }]\n', "are for steps, not for a patch"),
        ('do = [{ patch = "edit.patch", environment = { A = "b" } }]\n', "are for steps, not for a patch"),
        ('do = [{ patch = "/etc/hostname" }]\n', "patch has to be the name of a file beside change.toml"),
        ('do = [{ patch = "../edit.patch" }]\n', "got '../edit.patch'"),
        ('do = [{ patch = "gone.patch" }]\n', "there is no gone.patch beside it"),
        (TYPED + "test = 3\n", "test: "),
        (TYPED + "[test]\n", "test.steps: this key is required"),
        (TYPED + '[test]\nsteps = [["{no}"]]\n', "test.steps[0][0]: {no} is not a placeholder"),
        ("do = [\n", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_key_with_what_to_do(variant: Variant, text: str, said: str) -> None:
    write_change(variant, "add-library", text)
    error = complaint(variant)

    assert error.message.startswith("made-up/changes/add-library/change.toml: ")
    assert said in error.message
    assert error.hint


def test_every_complaint_is_made_at_once(variant: Variant) -> None:
    write_change(variant, "add-library", 'do = [{ steps = [["{a}"]] }, {}]\nsurprise = 1\n')
    message = complaint(variant).message

    assert "do[0].steps[0][0]: " in message
    assert "do[1]: a deed has either" in message
    assert "surprise: there is no such key" in message


def test_a_file_that_is_not_text_is_named(variant: Variant) -> None:
    folder = write_change(variant, "add-library")
    (folder / "change.toml").write_bytes(b"\xff")

    assert complaint(variant).message.startswith("made-up/changes/add-library/change.toml: cannot be read: ")
    assert complaint(variant).hint == "It has to be UTF-8 text."


def test_a_name_that_no_change_has_leads_to_the_right_one(variant: Variant) -> None:
    error = complaint(variant, "add-libary")

    assert error.message == "made-up/changes/add-libary: there is no standard change named 'add-libary'."
    assert error.hint.startswith("Did you mean 'add-library'?")


def test_a_malformed_change_is_bad_input(variant: Variant) -> None:
    write_change(variant, "add-library", "do = [\n")

    assert isinstance(complaint(variant), InputError)
    assert complaint(variant).exit_status == 2


@given(name=st.from_regex(r"[A-Za-z0-9][\w.-]{0,20}", fullmatch=True))
def test_any_plain_name_can_be_a_patchs(name: str) -> None:
    assert Deed(patch=name).patch == name


@given(folder=st.sampled_from(["/", "../", "./", "sub/", "a/b/", "/etc/"]), name=st.sampled_from(["e.patch", "x"]))
def test_a_patch_never_lies_elsewhere(folder: str, name: str) -> None:
    with pytest.raises(ValueError, match="patch has to be the name of a file beside"):
        Deed(patch=folder + name)
