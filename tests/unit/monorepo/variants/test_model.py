"""harness.monorepo.variants: what a variant.toml may say, and what is said about one that is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import InputError, VariantError
from harness.monorepo.variants import folder_digest, load_variant, load_variants
from harness.monorepo.variants.file import parse_variant_file
from harness.monorepo.variants.placeholders import PLACEHOLDERS, placeholders
from harness.records.facts import Environment
from tests.made_up import VARIANT_TOML, made_up_variant, write_variant
from tests.places import CHECKOUT


def test_a_variant_is_read_with_its_pins_and_phases(tmp_path: Path) -> None:
    variant = made_up_variant(tmp_path)

    assert variant.name == "made-up"
    assert variant.spec.toolchain.pins == {"tool": "1.0", "backend": "2.0"}
    assert variant.spec.phases.lock is not None
    assert variant.spec.phases.lock.steps == (("tool", "lock"),)
    assert variant.spec.nix.attribute_of("hello") == "myproject-hello"


def test_the_monorepos_files_leave_out_what_the_harness_added(tmp_path: Path) -> None:
    variant = made_up_variant(tmp_path)

    assert sorted(variant.files()) == [
        "goodbye/src/goodbye/__init__.py",
        "hello/src/hello/__init__.py",
        "shared/src/shared/__init__.py",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('steps = [["tool", "lock"]]', 'steps = ["tool lock"]', "phases.lock.steps[0]: expected a list of strings"),
        ('steps = [["tool", "lock"]]', 'stepz = [["tool", "lock"]]', "phases.lock.steps: this key is required"),
        ('steps = [["tool", "lock"]]', "steps = [[]]", "phases.lock.steps[0]"),
        ('title = "Made up"', "title = 3", "title: input should be a valid string, got 3"),
        ('title = "Made up"', "", "title: this key is required"),
        ('"tool==1.0"', '"tool>=1.0"', "'tool>=1.0' has to name one exact version"),
        ('"tool==1.0"', '"tool =="', "is not a requirement"),
        ("{index}", "{indx}", "{indx} is not a placeholder"),
        ("{index}", "{index", "environment.TOOL_INDEX"),
        ('"{cache}/tool"', '"{state}/tool"', "caches.TOOL_CACHE: '{state}/tool' has to begin with {cache}"),
        ("{index}", "{index:d}", "'{index:d}' has more than a placeholder's name between its braces"),
        ("{index}", "{member}", "environment.TOOL_INDEX: {member} has no meaning here: nothing is repeated"),
        ("{index}", "x\\u0000", "environment.TOOL_INDEX: 'x\\x00' has a NUL in it"),
        ("TOOL_INDEX =", '"TOOL=INDEX" =', "environment.TOOL=INDEX"),
        ("{cache}/tool", "{cache}/{app}", "caches.TOOL_CACHE: {app} has no meaning here"),
        ('"tool", "run", "{app}"', '"tool", "run", "{app}", "{member}"', "{app}, {member} cannot stand together"),
        ('"{root}/{app}"', '"{root}/{member}"', "phases.run: {app}, {member} cannot stand together"),
        ('"{root}/tool.lock"', '"{root}/{app}/{member}"', "lock_files[0]: {app}, {member} cannot stand together"),
        ('"{deploy}/bin/python"', '"{deploy}/{need}"', "phases.deploy.run[0]: {need} has no meaning here"),
        ('"tool", "--version"', '"tool", "{app}"', "toolchain.version.command[1]: {app} has no meaning here"),
        ("schema_version = 1", "schema_version = 2", "schema_version"),
        ('[phases.lock]\nsteps = [["tool", "lock"]]', "", "phases.lock is missing"),
        ("[environment]", '[unsupported]\nlock = "no"\n[environment]', "keep one of them"),
        ('[["tool", "install"]]', "[]", "phases.install.steps is empty: fill it, or say why it is in"),
        ('[["tool", "run", "{app}"]]', "[]", "run.steps is empty: nothing would start an application"),
        ("[environment]", "[activated]\n[environment]", "either environment says which folder is activated, or find"),
        ("schema_version = 1", "schema_version = [", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in VARIANT_TOML
    folder = write_variant(tmp_path / "variants" / "made-up", VARIANT_TOML.replace(old, new))

    with pytest.raises(VariantError, match=re.escape(said)) as caught:
        load_variant(folder)

    assert caught.value.message.startswith("variants/made-up/variant.toml: ")
    assert caught.value.exit_status == 2


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("environments", ".venv", "has to begin with {root} or {state} or {cache}, as in '{root}/name'"),
        ("environments", "/home/somebody/.venv", "has to begin with"),
        ("environments", "{python}/.venv", "has to begin with"),
        ("environments", "{root}-copy/.venv", "has to begin with"),
        ("environments", "{root}", "has to lie below {root} or {state} or {cache}, and is all of it"),
        ("environments", "{root}/", "has to be a plain path, without ''"),
        ("environments", "{root}/{app}/../../../.venv", "has to be a plain path, without '..'"),
        ("environments", "{root}/{python}", "has {python} within it"),
        ("environments", "{root}/{tools}x", "has {tools} within it"),
        ("lock_files", "{state}/tool.lock", "has to begin with {root}"),
        ("lock_files", "../tool.lock", "has to begin with {root}"),
        ("generated", "build", "has to begin with {root}"),
    ],
)
def test_a_path_that_does_not_lie_in_the_runs_own_folders_is_refused(
    key: str, text: str, said: str, tmp_path: Path
) -> None:
    folder = write_variant(tmp_path / "made-up", f'{key} = ["{text}"]\n' + without(key))

    with pytest.raises(VariantError, match=re.escape(said)) as caught:
        load_variant(folder)

    assert f"variant.toml: {key}[0]: {text!r} " in caught.value.message


@pytest.mark.parametrize("text", ["/tmp", ".", "{root}/..", "{index}"])
def test_steps_are_run_in_the_runs_own_folders(text: str, tmp_path: Path) -> None:
    folder = write_variant(tmp_path / "made-up", VARIANT_TOML.replace('"{root}/{app}"', f'"{text}"'))

    with pytest.raises(VariantError, match=re.escape(f"phases.run.directory: {text!r} has to")):
        load_variant(folder)


def without(key: str) -> str:
    return "\n".join(line for line in VARIANT_TOML.splitlines() if not line.startswith(f"{key} ="))


def test_a_missing_member_is_named(tmp_path: Path) -> None:
    folder = write_variant(tmp_path / "made-up")
    for path in sorted((folder / "hello").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (folder / "hello").rmdir()

    with pytest.raises(VariantError, match="the member 'hello' is missing"):
        load_variant(folder)


@pytest.mark.parametrize("missing", ["variant.toml", "locks/toolchain.txt", "locks/build.txt"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    folder = write_variant(tmp_path / "made-up")
    (folder / missing).unlink()

    with pytest.raises(VariantError, match=re.escape(missing)):
        load_variant(folder)


def test_a_folder_whose_name_no_variant_may_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VariantError, match="cannot be a variant's name"):
        load_variant(write_variant(tmp_path / "Made~Up"))


def test_the_file_has_to_be_text(tmp_path: Path) -> None:
    folder = write_variant(tmp_path / "made-up")
    (folder / "variant.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(VariantError, match="cannot be read"):
        load_variant(folder)


@pytest.mark.parametrize("name", ["hello/logo.png", "locks/build.txt"])
def test_every_file_of_a_variant_has_to_be_text(tmp_path: Path, name: str) -> None:
    folder = write_variant(tmp_path / "variants" / "made-up")
    (folder / name).write_bytes(b"\x89PNG\xff")

    with pytest.raises(VariantError, match=f"{name}: cannot be read"):
        load_variant(folder)


def test_an_unknown_variant_is_answered_with_the_nearest(tmp_path: Path) -> None:
    write_variant(tmp_path / "poetry")
    write_variant(tmp_path / "uv")

    with pytest.raises(InputError, match="no variant named 'poety'") as caught:
        load_variants(tmp_path, ["poety"])

    assert "Did you mean 'poetry'?" in caught.value.hint


def test_variants_come_in_order_and_only_those_named(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        write_variant(tmp_path / name)

    assert [variant.name for variant in load_variants(tmp_path)] == ["a", "b", "c"]
    assert [variant.name for variant in load_variants(tmp_path, ["c", "a", "c"])] == ["a", "c"]


def test_no_variants_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no variants"):
        load_variants(tmp_path / "nothing")


def test_the_digest_changes_with_any_byte_and_any_name(tmp_path: Path) -> None:
    folder = write_variant(tmp_path / "made-up")
    digests = [folder_digest(folder)]
    (folder / "hello" / "more.txt").write_text("a", encoding="utf-8")
    digests.append(folder_digest(folder))
    (folder / "hello" / "more.txt").write_text("b", encoding="utf-8")
    digests.append(folder_digest(folder))
    (folder / "hello" / "more.txt").rename(folder / "hello" / "other.txt")
    digests.append(folder_digest(folder))

    assert len(set(digests)) == 4


@given(st.sampled_from(sorted(PLACEHOLDERS)), st.text(st.characters(exclude_characters="{}\0")))
def test_placeholders_are_found_in_any_text(name: str, text: str) -> None:
    assert placeholders(f"{text}{{{name}}}{text}") == {name}


@given(st.text())
def test_any_text_is_a_variant_file_or_an_error_that_names_it(text: str) -> None:
    with pytest.raises(VariantError, match="somewhere"):
        parse_variant_file(text, source="somewhere")


@pytest.mark.parametrize(
    ("name", "whom"),
    [
        ("uv", Environment.ALL_MEMBERS),
        ("hatch-direct", Environment.EACH_APPLICATION),
        ("poetry", Environment.EACH_APPLICATION),
        ("pythonpath", None),
    ],
)
def test_whom_an_environment_is_for_follows_from_how_it_is_installed(name: str, whom: Environment | None) -> None:
    assert load_variant(CHECKOUT / "variants" / name).environment_of is whom


@pytest.mark.parametrize("text", ["x = " + "[" * 5000, "[" + ".".join("a" * 5000) + "]", "x" + ".x" * 5000 + " = 1"])
def test_what_is_nested_without_end_is_an_error_in_words(text: str) -> None:
    with pytest.raises(VariantError, match="somewhere"):
        parse_variant_file(text, source="somewhere")
