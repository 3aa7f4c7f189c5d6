"""harness.provision.wheelhouse: versions spelled differently, and a memory of digests that cannot be relied on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from harness.monorepo.variants.lock import Pin, render_lock
from harness.provision.wheelhouse import Fetched, Wheelhouse, download_with_pip
from tests.fakes import FakeExecutor

CONTENT = b"a wheel"


def pin(version: str) -> Pin:
    digest = hashlib.sha256(CONTENT).hexdigest()
    return Pin(name=canonicalize_name("tool"), version=version, hashes=frozenset([digest]))


def lock_of(folder: Path, version: str) -> Path:
    path = folder / "lock.txt"
    path.write_text(render_lock([pin(version)]), encoding="utf-8")
    return path


def silent(done: int, total: int, name: str) -> None:
    """Progress that nobody looks at."""


@pytest.mark.parametrize(
    ("locked", "in_file_name"), [("2024.07.04", "2024.7.4"), ("1.0", "1"), ("1", "1.0.0"), ("1.0rc1", "1.0.rc1")]
)
def test_a_version_may_be_spelled_differently_in_a_file_name(tmp_path: Path, locked: str, in_file_name: str) -> None:
    def download(pins: Sequence[Pin], folder: Path) -> None:
        (folder / f"tool-{in_file_name}-py3-none-any.whl").write_bytes(CONTENT)

    house = Wheelhouse(tmp_path / "house", download=download)
    lock = lock_of(tmp_path, locked)

    assert house.fetch([lock], silent) == Fetched(fetched=1, present=0)
    assert house.fetch([lock], silent) == Fetched(fetched=0, present=1)
    assert [path.name for path in house.wheels(lock)] == [f"tool-{in_file_name}-py3-none-any.whl"]


@pytest.mark.parametrize("left", [b"", b'{"tool/tool-1.0-py3-none-any.whl": [7, 1', b"[]", b"\xff\xfe"])
def test_wheels_are_read_again_where_their_digests_are_damaged(tmp_path: Path, left: bytes) -> None:
    wheel = tmp_path / "house" / "tool" / "tool-1.0-py3-none-any.whl"
    wheel.parent.mkdir(parents=True)
    wheel.write_bytes(CONTENT)
    memory = tmp_path / "house" / ".digests.json"
    memory.write_bytes(left)

    def download(pins: Sequence[Pin], folder: Path) -> None:
        raise AssertionError("the wheel is there already")

    lock = lock_of(tmp_path, "1.0")
    fetched = Wheelhouse(tmp_path / "house", download=download).fetch([lock], silent)

    assert fetched == Fetched(fetched=0, present=1)
    assert hashlib.sha256(CONTENT).hexdigest() in memory.read_text(encoding="utf-8")


def test_the_users_own_cache_is_left_alone(tmp_path: Path) -> None:
    pip = FakeExecutor()

    download_with_pip([pin("1.0")], tmp_path, executor=pip)

    assert "--no-cache-dir" in pip.argvs[0]
