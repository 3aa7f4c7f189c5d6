"""harness.provision.pins.backends: pins raised and locks made anew, or all as it was."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.errors import ProvisionError
from harness.monorepo.backends.catalogue import load_backends, load_front_ends
from harness.provision.pins.backends import update_backend, update_front_ends
from tests.unit.monorepo.backends.made_up_backends import write_backends


def write(requirements: Sequence[str], lock: Path) -> None:
    lock.write_text("\n".join(requirements), encoding="utf-8")


def test_pins_are_raised_and_both_locks_made_from_them(tmp_path: Path) -> None:
    (backend,) = load_backends(write_backends(tmp_path))

    made = update_backend(backend, load_front_ends(tmp_path), lambda name, executor: "1.1", lock=write)

    assert made.changes == {"made-up": ("1.0", "1.1")}
    assert load_backends(tmp_path)[0].spec.requires == ("made-up==1.1",)
    assert backend.hooks_lock.read_text(encoding="utf-8") == "made-up==1.1"
    assert backend.front_ends_lock.read_text(encoding="utf-8") == "made-up==1.1\nasks==1.0"


@pytest.mark.parametrize("newest", [None, lambda name, executor: "0.9"])
def test_what_is_not_newer_stays(tmp_path: Path, newest: object) -> None:
    (backend,) = load_backends(write_backends(tmp_path))
    before = (backend.folder / "backend.toml").read_text(encoding="utf-8")

    made = update_backend(backend, load_front_ends(tmp_path), newest, lock=write)  # type: ignore[arg-type]

    assert made.changes == {}
    assert (backend.folder / "backend.toml").read_text(encoding="utf-8") == before
    assert backend.hooks_lock.read_text(encoding="utf-8") == "made-up==1.0"


def test_front_ends_are_raised_wherever_they_are_named(tmp_path: Path) -> None:
    write_backends(tmp_path)
    made = update_front_ends(tmp_path, lambda name, executor: "3.0", lock=write)
    assert load_front_ends(tmp_path).pins == {"asks": "3.0", "stands": "3.0"}
    assert made.changes.keys() == {"asks", "stands"}
    assert (tmp_path / "front-ends.txt").read_text(encoding="utf-8") == "stands==3.0"


def test_if_a_lock_cannot_be_made_all_is_as_it_was(tmp_path: Path) -> None:
    (backend,) = load_backends(write_backends(tmp_path))

    def fails(requirements: Sequence[str], lock: Path) -> None:
        if lock == backend.front_ends_lock:
            raise ProvisionError("no such release")
        write(requirements, lock)

    with pytest.raises(ProvisionError, match="no such release"):
        update_backend(backend, load_front_ends(tmp_path), lambda name, executor: "9", lock=fails)
    assert load_backends(tmp_path)[0].digest == backend.digest


def test_a_lock_that_was_not_there_is_not_there_after_a_failure(tmp_path: Path) -> None:
    write_backends(tmp_path)

    def fails(requirements: Sequence[str], lock: Path) -> None:
        write(requirements, lock)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update_front_ends(tmp_path, None, lock=fails)
    assert not (tmp_path / "front-ends.txt").exists()
