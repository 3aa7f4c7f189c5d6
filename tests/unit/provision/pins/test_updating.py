"""harness.provision.pins.updating: pins raised and locks made anew, or all as it was."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.errors import ProvisionError
from harness.monorepo.variants import load_variant
from harness.provision.pins.updating import files_of, put_back, update, write_nix_files
from tests.made_up import made_up_variant


def write(requirements: Sequence[str], lock: Path) -> None:
    lock.write_text("\n".join(requirements), encoding="utf-8")


def test_pins_are_raised_and_both_locks_made_from_them(tmp_path: Path) -> None:
    variant = made_up_variant(tmp_path)

    changed = update(variant, {"tool": "1.1"}, lock=write)

    assert changed.spec.toolchain.packages == ("tool==1.1",)
    assert changed.toolchain_lock.read_text(encoding="utf-8") == "tool==1.1"
    assert changed.build_lock.read_text(encoding="utf-8") == "backend==2.0"
    assert changed.digest != variant.digest


def test_without_a_wish_the_locks_alone_are_made_anew(tmp_path: Path) -> None:
    variant = made_up_variant(tmp_path)
    text = (variant.folder / "variant.toml").read_text(encoding="utf-8")

    update(variant, {}, lock=write)

    assert (variant.folder / "variant.toml").read_text(encoding="utf-8") == text
    assert variant.toolchain_lock.read_text(encoding="utf-8") == "tool==1.0"


def test_if_a_lock_cannot_be_made_all_is_as_it_was(tmp_path: Path) -> None:
    variant = made_up_variant(tmp_path)

    def fails(requirements: Sequence[str], lock: Path) -> None:
        if lock.name == "build.txt":
            raise ProvisionError("no such release")
        write(requirements, lock)

    with pytest.raises(ProvisionError, match="no such release"):
        update(variant, {"tool": "9"}, lock=fails)
    assert variant.digest == load_variant(variant.folder).digest


def test_nix_files_are_written_from_the_templates_and_those_that_were_otherwise_named(tmp_path: Path) -> None:
    variant = made_up_variant(tmp_path)

    assert set(write_nix_files(variant)) == {
        "flake.nix",
        "overlay.nix",
        *(f"{name}/package.nix" for name in ("shared", "hello", "goodbye")),
    }
    assert write_nix_files(variant) == ()

    (variant.folder / "overlay.nix").write_text("otherwise", encoding="utf-8")
    assert write_nix_files(variant) == ("overlay.nix",)
    assert "myproject-hello = pyFinal" in (variant.folder / "overlay.nix").read_text(encoding="utf-8")


def test_a_lock_that_was_not_there_is_not_there_after_a_failure(tmp_path: Path) -> None:
    variant = made_up_variant(tmp_path)
    variant.build_lock.unlink()

    def fails() -> None:
        with put_back(files_of(variant)):
            variant.build_lock.write_text("half", encoding="utf-8")
            write_nix_files(variant)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fails()
    assert not variant.build_lock.exists()
    assert not list(variant.folder.rglob("*.nix"))
