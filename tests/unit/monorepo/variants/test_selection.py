"""harness.monorepo.variants.selection: which variants a command is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import InputError
from harness.monorepo.variants.file import Profile
from harness.monorepo.variants.selection import Selected, select
from harness.provision.state_folder import Layout
from tests.made_up import VARIANT_TOML, write_variant


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    write_variant(tmp_path / "ours" / "first", f'profile = "core"\n{VARIANT_TOML}')
    write_variant(tmp_path / "ours" / "second")
    return tmp_path / "ours"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    write_variant(tmp_path / "own" / "mine")
    return tmp_path / "own"


def names(selected: Selected, ours: Path) -> list[str]:
    return [variant.name for variant in select(selected, ours)]


def test_by_default_it_is_the_core(ours: Path) -> None:
    assert names(Selected(), ours) == ["first"]
    assert names(Selected(profile=Profile.CORE), ours) == ["first"]


def test_all_are_all(ours: Path) -> None:
    assert names(Selected(profile=Profile.ALL), ours) == ["first", "second"]


def test_a_name_is_taken_whatever_its_profile(ours: Path) -> None:
    assert names(Selected(names=("second",)), ours) == ["second"]


def test_a_teams_own_are_always_among_them(ours: Path, own: Path) -> None:
    assert names(Selected(directories=(own,)), ours) == ["first", "mine"]
    assert names(Selected(names=("mine",), directories=(own,)), ours) == ["mine"]


def test_names_and_a_profile_exclude_each_other(ours: Path) -> None:
    with pytest.raises(InputError, match="--variant and --profile exclude each other"):
        select(Selected(names=("first",), profile=Profile.ALL), ours)


def test_two_of_one_name_are_refused_with_both_places(ours: Path, tmp_path: Path) -> None:
    write_variant(tmp_path / "twice" / "second")

    with pytest.raises(InputError, match=r"--variants-dir .*twice: there is a variant named 'second' in .*ours too"):
        select(Selected(directories=(tmp_path / "twice",)), ours)


def test_a_folder_without_variants_is_named(ours: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--variants-dir .*nowhere: there are no variants"):
        select(Selected(directories=(tmp_path / "nowhere",)), ours)


def test_the_core_is_each_tools_recommended_idiom_and_the_one_this_began_with() -> None:
    assert names(Selected(), Layout.here().variants) == ["hatch", "hatch-direct", "pdm", "poetry", "uv", "venv"]
