"""One wheelhouse for several Pythons: each fetches and finds the wheels that it supports, as pip would choose them."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from harness.errors import ProvisionError
from harness.monorepo.variants.lock import Pin, render_lock
from harness.provision.interpreters import Interpreter, own_python
from harness.provision.wheelhouse import Fetched, Wheelhouse, download_with_pip
from tests.fakes import FakeExecutor, execution

OLD, NEW = "cp397", "cp398"


def python(tag: str, *others: str) -> Interpreter:
    """A Python that supports wheels of its own kind best, and then those for any."""
    version = f"3.{tag[3:]}"
    markers = {"python_version": version, "python_full_version": f"{version}.1"}
    tags = (f"{tag}-{tag}-linux_x86_64", *others, "py3-none-any")
    return Interpreter(path=Path(f"/opt/{tag}/python"), version=f"{version}.1", markers=markers, tags=tags)


def content(tag: str) -> bytes:
    return f"wheel for {tag}".encode()


def pin(*tags: str, marker: str = "", name: str = "tool") -> Pin:
    """A project of which the lock knows a wheel for each of these tags."""
    hashes = frozenset(hashlib.sha256(content(tag)).hexdigest() for tag in tags)
    return Pin(name=canonicalize_name(name), version="1.0", hashes=hashes, marker=marker)


class Downloads:
    """Plays pip: it brings the wheel of one Python, and says what it was asked for."""

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self.asked: list[str] = []

    def __call__(self, pins: Sequence[Pin], folder: Path) -> None:
        for wanted in pins:
            self.asked.append(wanted.name)
            (folder / f"{wanted.name}-1.0-{self._tag}-{self._tag}-linux_x86_64.whl").write_bytes(content(self._tag))


def silent(done: int, total: int, name: str) -> None:
    """Progress that nobody looks at."""


def lock_of(folder: Path, *pins: Pin) -> Path:
    path = folder / "lock.txt"
    path.write_text(render_lock(pins), encoding="utf-8")
    return path


def test_each_python_fetches_and_finds_its_own(tmp_path: Path) -> None:
    lock, root = lock_of(tmp_path, pin(OLD, NEW)), tmp_path / "house"
    houses = {tag: Wheelhouse(root, python=python(tag), download=Downloads(tag)) for tag in (OLD, NEW)}

    for tag in (OLD, NEW, OLD):
        houses[tag].fetch([lock], silent)

    assert len(list((root / "tool").iterdir())) == 2
    for tag, house in houses.items():
        assert [path.read_bytes() for path in house.wheels(lock)] == [content(tag)]
        assert house.fetch([lock], silent) == Fetched(fetched=0, present=1)


def test_what_suits_best_is_taken_and_what_suits_nobody_is_not(tmp_path: Path) -> None:
    root, known = tmp_path / "house", ("any", "abi3", NEW, OLD)
    (root / "tool").mkdir(parents=True)
    for tag, name in zip(
        known, ("py3-none-any", "cp311-abi3-linux_x86_64", f"{NEW}-{NEW}-linux_x86_64", f"{OLD}-{OLD}-linux_x86_64"),
        strict=True,
    ):  # fmt: skip
        (root / "tool" / f"tool-1.0-{name}.whl").write_bytes(content(tag))

    def taken(interpreter: Interpreter) -> bytes | None:
        path = Wheelhouse(root, python=interpreter).find(pin(*known))
        return path.read_bytes() if path else None

    assert taken(python(NEW)) == content(NEW)
    assert taken(python("cp399", "cp311-abi3-linux_x86_64")) == content("abi3")
    assert taken(python("cp399")) == content("any")
    assert Wheelhouse(root, python=python("cp399")).find(pin(OLD, NEW)) is None


def test_what_two_locks_know_of_one_version_serves_both(tmp_path: Path) -> None:
    root, downloads = tmp_path / "house", Downloads(NEW)
    (root / "tool").mkdir(parents=True)
    (root / "tool" / f"tool-1.0-{OLD}-{OLD}-linux_x86_64.whl").write_bytes(content(OLD))
    (tmp_path / "narrow").mkdir()
    narrow, wide = lock_of(tmp_path / "narrow", pin(NEW)), lock_of(tmp_path, pin(OLD, NEW))
    both = python(NEW, f"{OLD}-{OLD}-linux_x86_64")
    house = Wheelhouse(root, python=both, download=downloads)

    assert house.fetch([narrow, wide], silent) == Fetched(fetched=1, present=0)
    assert [path.read_bytes() for path in house.wheels(narrow)] == [content(NEW)]


def test_markers_are_those_of_that_python(tmp_path: Path) -> None:
    lock = lock_of(tmp_path, pin(OLD, NEW), pin(OLD, NEW, marker='python_version < "3.98"', name="backport"))
    asked = {}
    for tag in (OLD, NEW):
        downloads = Downloads(tag)
        Wheelhouse(tmp_path / "house", python=python(tag), download=downloads).fetch([lock], silent)
        asked[tag] = downloads.asked

    assert asked == {OLD: ["tool", "backport"], NEW: ["tool"]}


def test_what_a_python_lacks_is_told_with_its_version(tmp_path: Path) -> None:
    lock = lock_of(tmp_path, pin(OLD))
    house = Wheelhouse(tmp_path / "house", python=python(NEW), download=Downloads(OLD))

    with pytest.raises(ProvisionError, match=r"tool 1\.0 that the lock knows for Python 3\.98\.1"):
        house.fetch([lock], silent)
    with pytest.raises(ProvisionError, match=r"is not in the wheelhouse for Python 3\.98\.1"):
        house.wheels(lock)


@pytest.mark.parametrize("other", [python(NEW), None, own_python()])
def test_pip_runs_with_that_python(tmp_path: Path, other: Interpreter | None) -> None:
    pip = FakeExecutor(default=execution(exit_code=1, stderr="no such release"))
    about = " for Python 3.98.1" if other == python(NEW) else ""
    with pytest.raises(ProvisionError, match=rf"pip could not download tool 1\.0{about}:\nno such release"):
        download_with_pip([pin(NEW)], tmp_path, executor=pip, python=other)

    chosen = ["--python", "/opt/cp398/python"] if about else []
    assert list(pip.argvs[0][: 4 + len(chosen)]) == [sys.executable, "-m", "pip", *chosen, "download"]
