"""harness.provision.pins.pinning: the same variant at other versions, as columns of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.errors import InputError, ProvisionError
from harness.provision.pins.pinning import name_of, pinned
from tests.made_up import VARIANT_TOML, made_up_variant


class Locks:
    """Makes locks that hold what they are made from, and counts how often."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, requirements: Sequence[str], lock: Path) -> None:
        self.made += 1
        lock.write_text("\n".join(requirements), encoding="utf-8")


def test_each_variant_that_has_the_pin_gets_a_copy_with_the_other_version(tmp_path: Path) -> None:
    first, second = made_up_variant(tmp_path, "first"), made_up_variant(tmp_path, "second")
    other = made_up_variant(tmp_path, "other", VARIANT_TOML.replace("tool==1.0", "gadget==1.0"))

    found = pinned([first, second, other], ["Tool==0.9"], tmp_path / "pinned", lock=Locks())

    assert [variant.name for variant in found] == ["first-0.9", "second-0.9"]
    assert found[0].spec.toolchain.pins == {"tool": "0.9", "backend": "2.0"}
    assert found[0].spec.title == "Made up, tool 0.9"
    assert found[0].spec.summary == "The variant first, with tool 0.9 in place of 1.0."
    assert found[0].toolchain_lock.read_text(encoding="utf-8") == "tool==0.9"
    assert found[0].digest != first.digest
    assert {name: path.read_bytes() for name, path in found[0].files().items()} == {
        name: path.read_bytes() for name, path in first.files().items()
    }


def test_a_package_that_is_not_the_manager_is_in_the_name(tmp_path: Path) -> None:
    variant = made_up_variant(tmp_path, "mine")

    assert name_of(variant, "tool", "0.9") == "mine-0.9"
    assert name_of(variant, "backend", "1.5rc1") == "mine-backend-1.5rc1"
    assert name_of(variant, "backend", "1!2+local") == "mine-backend-1-2-local"


def test_several_pins_give_several_columns_and_the_committed_version_none(tmp_path: Path) -> None:
    variant = made_up_variant(tmp_path, "mine")

    found = pinned([variant], ["tool==0.9", "tool==1.0", "tool==1.1", "backend==1"], tmp_path / "pinned", lock=Locks())

    assert [item.name for item in found] == ["mine-0.9", "mine-1.1", "mine-backend-1"]


def test_a_copy_is_made_once_and_anew_when_its_model_changed(tmp_path: Path) -> None:
    locks, place = Locks(), tmp_path / "pinned"
    variant = made_up_variant(tmp_path, "mine")
    (first,) = pinned([variant], ["tool==0.9"], place, lock=locks)
    (again,) = pinned([variant], ["tool==0.9"], place, lock=locks)
    assert (locks.made, again.digest) == (2, first.digest)

    (variant.folder / "README.md").write_text("new", encoding="utf-8")
    from harness.monorepo.variants import load_variant

    (anew,) = pinned([load_variant(variant.folder)], ["tool==0.9"], place, lock=locks)
    assert locks.made == 4
    assert "README.md" in anew.files()


def test_one_that_cannot_be_resolved_leaves_nothing(tmp_path: Path) -> None:
    def fails(requirements: Sequence[str], lock: Path) -> None:
        raise ProvisionError("no such release")

    with pytest.raises(ProvisionError, match="no such release"):
        pinned([made_up_variant(tmp_path, "mine")], ["tool==9"], tmp_path / "pinned", lock=fails)
    assert list((tmp_path / "pinned").iterdir()) == []


@pytest.mark.parametrize(
    ("pin", "said"),
    [
        ("tool", "--pin: 'tool' does not name one exact version"),
        ("tool>=1", "--pin: 'tool>=1' does not name one exact version"),
        ("gadget==1", "--pin: no variant that was chosen pins gadget"),
        ("=1", "--pin: '=1' is not a requirement"),
    ],
)
def test_a_pin_that_cannot_be_is_refused(tmp_path: Path, pin: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        pinned([made_up_variant(tmp_path, "mine")], [pin], tmp_path / "pinned", lock=Locks())
