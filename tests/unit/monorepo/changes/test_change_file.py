"""monorepo.changes.change_file: what changes.toml may say, what is wrong in one, and whose half of a change counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import InputError, VariantError
from harness.monorepo.changes import STANDARD, Deed, load_change, texts_of_patches
from harness.monorepo.changes.change_file import VariantChange
from harness.monorepo.changes.patch import Patch, edits
from harness.monorepo.variants import Variant
from tests.made_up import made_up_variant
from tests.unit.monorepo.changes.made_up_changes import NIX, TYPED, edit, write_change

WHOLE = """\
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

PACKAGING = """\
diff --git a/hello/pyproject.toml b/hello/pyproject.toml
--- a/hello/pyproject.toml
+++ b/hello/pyproject.toml
@@ -1 +1,2 @@
 dependencies = [
+  "greetings",
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
    write_change(variant, "share-tooling", WHOLE, second=edit("Poly-Wolf", "Wolf"))
    change = loaded(variant, "share-tooling")

    assert change.change is STANDARD["share-tooling"]
    assert [patch.name for patch in change.patches] == ["share-tooling.patch", "second.patch"]
    assert '+NAME = "Poly-Wolf"' in change.patches[0].text
    assert change.patches[1].text == edit("Poly-Wolf", "Wolf")
    assert change.commands == (("tool", "add", "{app}"), ("tool", "lock"), ("tool", "install"))
    assert [bool(deed.patch) for deed in change.deeds] == [True, False, True, False]
    assert [deed.environment_only for deed in change.deeds] == [False, False, False, True]
    assert change.file.test is not None
    assert change.file.test.steps == (("tool", "test"),)
    assert change.file.test.directory == "{root}"


def test_the_steps_of_a_deed_are_a_phase(variant: Variant) -> None:
    write_change(variant, "share-tooling", WHOLE, second=edit())
    phase = loaded(variant, "share-tooling").file.do[0].phase

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


# Whose half counts: the template's, or the variant's own


def own_files(variant: Variant, *patterns: str) -> Variant:
    """The variant, saying that Nix files are its own."""
    return replace(variant, spec=replace(variant.spec, nix=replace(variant.spec.nix, own=patterns)))


def paths(*patches: Patch | None) -> list[str]:
    return [item.path for item in edits(filter(None, patches))]


def test_without_a_patch_of_its_own_a_variant_has_both_halves_of_the_template(variant: Variant) -> None:
    write_change(variant, "add-library")
    (variant.folder / "changes" / "add-library.patch").unlink()
    change = loaded(variant)

    assert paths(*change.patches) == ["greetings/src/greetings/__init__.py", "hello/src/hello/__init__.py"]
    nix = change.nix_patch("handwritten")
    assert paths(nix) == ["greetings/package.nix", "hello/package.nix", "overlay.nix"]
    assert nix is not None
    assert "+    backend\n" in nix.text
    assert "+      myproject-greetings = pyFinal.callPackage ./greetings/package.nix { };\n" in nix.text
    assert paths(change.nix_patch("pyproject-nix")) == ["pyproject-nix.nix"]
    assert change.nix_patch("derived") is None


def test_what_a_variant_edits_itself_joins_the_code_in_the_order_of_git(variant: Variant) -> None:
    write_change(variant, "add-library", edit=PACKAGING)

    assert paths(*loaded(variant).patches) == [
        "greetings/src/greetings/__init__.py",
        "hello/pyproject.toml",
        "hello/src/hello/__init__.py",
    ]


def test_a_patch_that_edits_code_or_nix_files_is_taken_in_the_place_of_that_half(variant: Variant) -> None:
    write_change(variant, "add-library", edit=edit() + NIX)
    change = loaded(variant)

    assert paths(*change.patches) == ["shared/src/shared/__init__.py"]
    assert paths(change.nix_patch("handwritten")) == ["overlay.nix"]
    assert paths(change.nix_patch("pyproject-nix")) == ["pyproject-nix.nix"]


@pytest.mark.parametrize("own", ["overlay.nix", "*/package.nix", "hello/package.nix", "[!p]*.nix"])
def test_a_strategy_whose_files_are_the_variants_own_has_nothing_of_the_template(variant: Variant, own: str) -> None:
    write_change(variant, "add-library")

    change = loaded(own_files(variant, own))
    assert change.nix_patch("handwritten") is None
    assert paths(change.nix_patch("pyproject-nix")) == ["pyproject-nix.nix"]

    (variant.folder / "changes" / "add-library.patch").write_text(NIX, encoding="utf-8")
    assert paths(loaded(own_files(variant, own)).nix_patch("handwritten")) == ["overlay.nix"]


def test_what_cannot_be_made_edits_nothing(variant: Variant) -> None:
    write_change(variant, "add-library", 'unsupported = "It knows one library."\n')
    write_change(variant, "rename-library", 'unsupported_nix = "It has no set."\n')

    assert (loaded(variant).deeds, loaded(variant).nix_patch("handwritten")) == ((), None)
    assert loaded(variant, "rename-library").deeds
    assert loaded(variant, "rename-library").nix_patch("handwritten") is None


def test_a_reader_of_the_results_sees_every_patch_whole(variant: Variant) -> None:
    write_change(variant, "add-library", 'do = [{ patch = "later.patch" }]\n', edit=PACKAGING, later=edit())
    shown = texts_of_patches(variant)

    assert list(shown) == ["changes/add-library.patch", "changes/later.patch", "changes/add-library.handwritten.patch"]
    assert "+GREETING" in shown["changes/add-library.patch"]
    assert '+  "greetings",' in shown["changes/add-library.patch"]


# What is wrong


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('unsupported = "No."\n' + TYPED, "unsupported says that it cannot be made: keep one of them"),
        ("surprise = 1\n" + TYPED, "add-library.surprise: there is no such key"),
        ("do = 3\n", "add-library.do: "),
        ("do = [{}]\n", "add-library.do[0]: a deed has either a patch or steps"),
        ("do = [{ steps = [] }]\n", "add-library.do[0]: a deed has either a patch or steps"),
        ('do = [{ patch = "edit.patch", steps = [["a"]] }]\n', "add-library.do[0]: a deed has either a patch or steps"),
        ('do = [{ steps = ["tool add"] }]\n', "add-library.do[0].steps[0]: expected a list of strings"),
        ("do = [{ steps = [[]] }]\n", "add-library.do[0].steps[0]: "),
        ('do = [{ steps = [["tool"]], patches = "x" }]\n', "add-library.do[0].patches: there is no such key"),
        (
            'do = [{ steps = [["{nonsense}"]] }]\n',
            "add-library.do[0].steps[0][0]: {nonsense} is not a placeholder; known: {app}",
        ),
        (
            'do = [{ steps = [["tool"]], directory = "{roof}" }]\n',
            "add-library.do[0].directory: {roof} is not a placeholder",
        ),
        ('do = [{ steps = [["tool"]], environment = { A = "{b}" } }]\n', "add-library.do[0].environment.A: {b} is not"),
        ('do = [{ steps = [["tool"]] }, { steps = [["{root"]] }]\n', "add-library.do[1].steps[0][0]: expected '}'"),
        ('do = [{ patch = "edit.patch", environment_only = true }]\n', "are for steps, not for a patch"),
        ('do = [{ patch = "edit.patch", directory = "{root}/hello" }]\n', "are for steps, not for a patch"),
        ('do = [{ patch = "edit.patch", environment = { A = "b" } }]\n', "are for steps, not for a patch"),
        ('do = [{ patch = "/etc/hostname" }]\n', "patch has to be the name of a file in changes/"),
        ('do = [{ patch = "../edit.patch" }]\n', "got '../edit.patch'"),
        ('do = [{ patch = "gone.patch" }]\n', "there is no gone.patch in changes/"),
        (TYPED + "test = 3\n", "add-library.test: "),
        (TYPED + "[test]\n", "add-library.test.steps: this key is required"),
        (TYPED + '[test]\nsteps = [["{no}"]]\n', "add-library.test.steps[0][0]: {no} is not a placeholder"),
        ("do = [\n", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_key_with_what_to_do(variant: Variant, text: str, said: str) -> None:
    write_change(variant, "add-library", text)
    error = complaint(variant)

    assert error.message.startswith("made-up/changes.toml: ")
    assert said in error.message
    assert error.hint


def test_every_complaint_is_made_at_once(variant: Variant) -> None:
    write_change(variant, "add-library", 'do = [{ steps = [["{a}"]] }, {}]\nsurprise = 1\n')
    message = complaint(variant).message

    assert "add-library.do[0].steps[0][0]: " in message
    assert "add-library.do[1]: a deed has either" in message
    assert "add-library.surprise: there is no such key" in message


def test_a_file_that_is_not_text_is_named(variant: Variant) -> None:
    (variant.folder / "changes.toml").write_bytes(b"\xff")

    assert complaint(variant).message.startswith("made-up/changes.toml: cannot be read: ")
    assert complaint(variant).hint == "It has to be UTF-8 text."


def test_a_name_that_no_change_has_leads_to_the_right_one(variant: Variant) -> None:
    error = complaint(variant, "add-libary")

    assert error.message == "made-up: there is no standard change named 'add-libary'."
    assert error.hint.startswith("Did you mean 'add-library'?")

    write_change(variant, "add-libary")
    error = complaint(variant)
    assert error.message == "made-up/changes.toml: there is no standard change named 'add-libary'."
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
    with pytest.raises(ValueError, match="patch has to be the name of a file in changes/"):
        Deed(patch=folder + name)
