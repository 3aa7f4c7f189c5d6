"""harness.provision.state_folder: where the harness keeps its things."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import InputError
from harness.provision.state_folder import PROJECT_FILES, Layout


def test_everything_is_kept_in_one_folder_of_the_checkouts_own_below_the_users_caches(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("HARNESS_STATE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    layout = Layout.here()

    assert (layout.checkout / "pyproject.toml").is_file()
    assert layout.state.parent == tmp_path / "monorepo-toolchains"
    assert layout.state.name.startswith(f"{layout.checkout.name}-")
    for folder in (layout.wheelhouse, layout.toolchains, layout.nix, layout.setup_logs, layout.scratch("run")):
        assert folder.is_relative_to(layout.state)
        assert folder != layout.state


def test_an_empty_harness_state_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HARNESS_STATE", raising=False)
    default = Layout.here()
    monkeypatch.setenv("HARNESS_STATE", "")

    assert Layout.here() == default


@pytest.mark.parametrize("caches", ["", "relative/caches"])
def test_caches_that_are_not_named_are_in_the_home_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caches: str
) -> None:
    monkeypatch.delenv("HARNESS_STATE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", caches)
    monkeypatch.setenv("HOME", str(tmp_path))

    assert Layout.here().state.is_relative_to(tmp_path / ".cache")


def test_nothing_above_what_is_written_is_a_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HARNESS_STATE", raising=False)

    assert not Layout.here().state.is_relative_to(Layout.here().checkout)
    Layout.here().refuse_project_above()


@pytest.mark.parametrize("name", PROJECT_FILES)
def test_a_state_folder_in_a_project_is_refused_and_the_file_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    layout = Layout(checkout=tmp_path, state=tmp_path / "deep" / "state")

    with pytest.raises(InputError) as refused:
        layout.refuse_project_above()

    assert str(tmp_path / name) in refused.value.message
    assert "HARNESS_STATE" in refused.value.hint


def test_harness_state_moves_what_is_written_and_nothing_that_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("HARNESS_STATE", raising=False)
    default = Layout.here()
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "elsewhere"))

    moved = Layout.here()

    assert moved.state == tmp_path / "elsewhere"
    assert moved.wheelhouse.is_relative_to(tmp_path)
    assert (moved.checkout, moved.variants, moved.nix_entry, moved.infrastructure) == (
        default.checkout,
        default.variants,
        default.nix_entry,
        default.infrastructure,
    )


def test_a_relative_harness_state_is_from_where_the_harness_was_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HARNESS_STATE", "state")

    moved = Layout.here()
    monkeypatch.chdir("/")

    assert moved.state == tmp_path / "state"


def test_runs_have_scratch_folders_of_their_own(tmp_path: Path) -> None:
    layout = Layout(checkout=tmp_path, state=tmp_path / "state")

    assert layout.scratch("one") != layout.scratch("two")
    assert layout.scratch("one").parent == layout.scratch("two").parent
