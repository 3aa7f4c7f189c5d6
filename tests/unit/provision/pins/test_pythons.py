"""harness.provision.pins.pythons: the same variant under other Pythons, as columns of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import InputError, VariantError
from harness.monorepo.variants import Variant, load_variant
from harness.monorepo.variants.file import parse_variant_file
from harness.provision.interpreters import base_python, own_python
from harness.provision.pins.pythons import under_pythons
from tests.made_up import VARIANT_TOML, made_up_variant, write_python


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose other Pythons are made up, and none are there yet."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path / "home" / "bin"))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    return tmp_path / "home"


def with_python(wanted: str) -> str:
    return VARIANT_TOML.replace("[toolchain]\n", f'[toolchain]\npython = "{wanted}"\n')


def columns(variants: list[Variant], *wanted: str, place: Path) -> list[str]:
    return [variant.name for variant in under_pythons(variants, wanted, place)]


def test_each_variant_gets_a_copy_that_names_the_python(tmp_path: Path, home: Path) -> None:
    write_python(home / "bin" / "python3.98", "3.98.1")
    first, second = made_up_variant(tmp_path, "first"), made_up_variant(tmp_path, "second")
    (first.toolchain_lock).write_text("# what was resolved\n", encoding="utf-8")
    first = load_variant(first.folder)

    found = under_pythons([first, second], ["3.98"], tmp_path / "pinned")

    assert [variant.name for variant in found] == ["first-python-3.98", "second-python-3.98"]
    assert found[0].spec.toolchain.python == "3.98"
    assert found[0].spec.title == "Made up, Python 3.98"
    assert found[0].spec.summary == "The variant first, with Python 3.98."
    assert found[0].toolchain_lock.read_bytes() == first.toolchain_lock.read_bytes()
    assert found[0].digest != first.digest
    assert {name: path.read_bytes() for name, path in found[0].files().items()} == {
        name: path.read_bytes() for name, path in first.files().items()
    }


def test_a_path_gives_a_column_with_the_exact_version(tmp_path: Path) -> None:
    python = write_python(tmp_path / "opt" / 'a "python"', "3.98.1rc2")

    (found,) = under_pythons([made_up_variant(tmp_path, "mine")], [str(python)], tmp_path / "pinned")

    assert found.name == "mine-python-3.98.1rc2"
    assert found.spec.toolchain.python == str(python)
    assert found.spec.title == "Made up, Python 3.98.1rc2"


def test_what_a_variant_has_anyway_is_no_further_column(tmp_path: Path, home: Path) -> None:
    write_python(home / "bin" / "python3.98", "3.98.1")
    plain = made_up_variant(tmp_path, "plain")
    named = made_up_variant(tmp_path, "named", with_python("3.98"))

    assert columns([plain, named], own_python().version, place=tmp_path / "pinned") == [
        f"named-python-{own_python().version}"
    ]
    assert columns([plain, named], "3.98", place=tmp_path / "pinned") == ["plain-python-3.98"]
    assert columns([plain], str(base_python()), place=tmp_path / "pinned") == []


def test_the_python_that_a_variant_names_gives_way(tmp_path: Path, home: Path) -> None:
    write_python(home / "bin" / "python3.98", "3.98.1")
    write_python(home / "bin" / "python3.97", "3.97.1")

    (found,) = under_pythons([made_up_variant(tmp_path, "mine", with_python("3.97"))], ["3.98"], tmp_path / "pinned")

    assert found.spec.toolchain.python == "3.98"


def test_one_python_that_is_named_twice_is_one_column(tmp_path: Path, home: Path) -> None:
    python = write_python(home / "bin" / "python3.98", "3.98.1")
    variant = made_up_variant(tmp_path, "mine")

    assert columns([variant], "3.98", str(python), "3.98.1", place=tmp_path / "pinned") == ["mine-python-3.98"]


def test_two_pythons_of_one_version_cannot_have_columns_of_one_name(tmp_path: Path) -> None:
    paths = [str(write_python(tmp_path / name / "python", "3.98.1")) for name in ("one", "two")]

    with pytest.raises(InputError, match=r"two/python would be a second column mine-python-3\.98\.1"):
        under_pythons([made_up_variant(tmp_path, "mine")], paths, tmp_path / "pinned")


def test_a_copy_is_kept_and_made_anew_when_its_model_or_its_python_is_another(tmp_path: Path) -> None:
    first, second = (write_python(tmp_path / name / "python", "3.98.1") for name in ("one", "two"))
    variant, place = made_up_variant(tmp_path, "mine"), tmp_path / "pinned"
    (made,) = under_pythons([variant], [str(first)], place)
    stamp = made.folder.stat().st_ino
    (kept,) = under_pythons([variant], [str(first)], place)
    assert kept.folder.stat().st_ino == stamp

    (other,) = under_pythons([variant], [str(second)], place)
    assert (other.name, other.spec.toolchain.python) == (made.name, str(second))

    (variant.folder / "README.md").write_text("new", encoding="utf-8")
    (anew,) = under_pythons([load_variant(variant.folder)], [str(second)], place)
    assert "README.md" in anew.files()


def test_a_python_that_a_variant_names_and_is_not_there_is_told_by_its_key(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^mine: \[toolchain\] python: there is no Python 3\.98 on PATH"):
        under_pythons([made_up_variant(tmp_path, "mine", with_python("3.98"))], [], tmp_path / "pinned")


def test_a_toolchain_on_one_line_cannot_be_given_a_python(tmp_path: Path, home: Path) -> None:
    write_python(home / "bin" / "python3.98", "3.98.1")
    start = VARIANT_TOML.index("[toolchain]")
    end = VARIANT_TOML.index("[environment]")
    inline = (
        'toolchain = { manager = "tool", packages = ["tool==1"], version = { command = ["tool"], expect = "1" } }\n'
    )
    text = VARIANT_TOML[:start] + inline + VARIANT_TOML[end:]

    with pytest.raises(InputError, match=r"mine/variant\.toml has no line \[toolchain\]"):
        under_pythons([made_up_variant(tmp_path, "mine", text)], ["3.98"], tmp_path / "pinned")
    assert list((tmp_path / "pinned").iterdir()) == []


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("3.10", "Python 3.10 is too old: members need 3.11 or newer"),
        ("3", "'3' is neither a version, as in '3.12' or '3.12.1', nor a path from / on"),
        ("pypy3.12", "'pypy3.12' is neither a version"),
        ("3.98", "there is no Python 3.98 on PATH as python3.98, nor among the versions of pyenv"),
        ("./nothing", "/nothing cannot be used: it cannot be started: No such file or directory"),
    ],
)
def test_a_python_that_cannot_be_is_refused_and_nothing_is_made(tmp_path: Path, wanted: str, said: str) -> None:
    with pytest.raises(InputError, match=rf"^--python: .*{said}"):
        under_pythons([made_up_variant(tmp_path, "mine")], [wanted], tmp_path / "pinned")
    assert not (tmp_path / "pinned").exists()


@pytest.mark.parametrize("wanted", ["3.12", "3.11.2", "3.99.0", "/opt/python", "/opt/a python/bin/python3"])
def test_the_key_takes_a_version_or_a_path(wanted: str) -> None:
    assert parse_variant_file(with_python(wanted), source="mine").toolchain.python == wanted


@pytest.mark.parametrize("wanted", ["", "3.10", "2.7", "3.12.x", "python3.12", "opt/python", ">=3.12"])
def test_the_key_takes_nothing_else(wanted: str) -> None:
    with pytest.raises(VariantError, match=r"toolchain\.python: "):
        parse_variant_file(with_python(wanted), source="mine")
