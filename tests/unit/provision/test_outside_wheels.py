"""harness.provision.supplies: wheels from outside are kept apart, and one shelf has what one run names."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name, parse_wheel_filename

from harness.monorepo.variants import Variant
from harness.monorepo.variants.lock import Pin, render_lock
from harness.provision import supplies
from harness.provision.state_folder import Layout
from harness.provision.supplies import fetch_outside, put_on_shelf
from harness.provision.toolchains import toolchains_of
from harness.provision.wheelhouse import Wheelhouse
from tests.made_up import made_up_variant
from tests.unit.provision.test_supplies import Silent


def stored(root: Path, name: str, version: str) -> Pin:
    """A wheel that is there, and its pin."""
    path = root / name / f"{name}-{version}-py3-none-any.whl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(path.name.encode())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Pin(name=canonicalize_name(name), version=version, hashes=frozenset({digest}))


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(checkout=tmp_path, state=tmp_path / "state")
    for lock in made.third_party:
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()
    return made


@pytest.fixture
def variant(tmp_path: Path, layout: Layout) -> Variant:
    made = made_up_variant(tmp_path)
    pins = [stored(layout.wheelhouse, "backend", "2.0"), stored(layout.wheelhouse, "core", "1.0")]
    made.build_lock.write_text(render_lock(pins), encoding="utf-8")
    return made


def test_a_shelf_has_what_the_locks_name_and_nothing_of_other_runs(
    tmp_path: Path, layout: Layout, variant: Variant
) -> None:
    stored(layout.wheelhouse, "backend", "3.0")
    stored(layout.outside_wheels, "core", "7.0")
    lock = tmp_path / "outside.txt"
    outside = [stored(layout.outside_wheels, "core", "6.0"), stored(layout.outside_wheels, "backend", "2.0")]
    lock.write_text(render_lock(outside), encoding="utf-8")
    shelf = tmp_path / "shelf"
    (shelf / "left-over").mkdir(parents=True)

    put_on_shelf(toolchains_of([variant]), layout.third_party, [lock], layout, shelf)

    assert sorted(path.relative_to(shelf).as_posix() for path in shelf.rglob("*.whl")) == [
        "backend/backend-2.0-py3-none-any.whl",
        "core/core-1.0-py3-none-any.whl",
        "core/core-6.0-py3-none-any.whl",
    ]
    assert not (shelf / "left-over").exists()


def test_what_other_platforms_need_alone_is_on_the_shelf_as_a_stub(
    tmp_path: Path, layout: Layout, variant: Variant
) -> None:
    lock = tmp_path / "outside.txt"
    pin = Pin(
        name=canonicalize_name("py-win"), version="3", hashes=frozenset({"a" * 64}), marker='sys_platform == "amiga"'
    )
    lock.write_text(render_lock([pin]), encoding="utf-8")

    put_on_shelf(toolchains_of([variant]), layout.third_party, [lock], layout, tmp_path / "shelf")

    (stub,) = (tmp_path / "shelf" / "py-win").iterdir()
    assert parse_wheel_filename(stub.name)[2] == (0, "stub")


def test_wheels_from_outside_are_no_part_of_what_other_runs_find(
    tmp_path: Path, layout: Layout, variant: Variant, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin = Pin(name=canonicalize_name("core"), version="6.0", hashes=frozenset({hashlib.sha256(b"core").hexdigest()}))
    lock = tmp_path / "outside.txt"
    lock.write_text(render_lock([pin]), encoding="utf-8")

    def download(pins: Sequence[Pin], folder: Path) -> None:
        (folder / "core-6.0-py3-none-any.whl").write_bytes(b"core")

    class House(Wheelhouse):
        def __init__(self, root: Path, **more: Any) -> None:
            super().__init__(root, download=download, **more)

    monkeypatch.setattr(supplies, "Wheelhouse", House)

    first = fetch_outside(toolchains_of([variant]), [lock], layout, Silent())
    second = fetch_outside(toolchains_of([variant]), [lock], layout, Silent())

    assert (first.fetched, first.present) == (1, 0)
    assert (second.fetched, second.present) == (0, 1)
    assert Wheelhouse(layout.wheelhouse).find(pin) is None
    assert Wheelhouse(layout.outside_wheels).find(pin) is not None
    # The index passes over what has a dot before its name.
    assert layout.outside_wheels.name.startswith(".")
