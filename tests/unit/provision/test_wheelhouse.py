"""harness.provision.wheelhouse: what is fetched, what is taken, and what is left when fetching fails."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from harness.errors import ProvisionError
from harness.measure.command import Command, Executor
from harness.measure.crew import Stopped
from harness.monorepo.variants.lock import Pin, parse_lock, render_lock
from harness.provision import wheelhouse
from harness.provision.wheelhouse import Fetched, Wheelhouse, download_with_pip
from tests.fakes import FakeExecutor, execution


def content(name: str, version: str) -> bytes:
    return f"wheel of {canonicalize_name(name)} {version}".encode()


def pin(name: str, version: str = "1.0", *, marker: str = "") -> Pin:
    digest = hashlib.sha256(content(name, version)).hexdigest()
    return Pin(name=canonicalize_name(name), version=version, hashes=frozenset([digest, "0" * 64]), marker=marker)


@dataclass
class Store:
    """Plays the place that wheels come from; remembers what it was asked for, and fails where it is told to."""

    batches: list[list[str]] = field(default_factory=list)
    fails_at: str = ""
    instead: Mapping[str, bytes | None] = field(default_factory=dict)

    def __call__(self, pins: Sequence[Pin], folder: Path) -> None:
        self.batches.append([f"{wanted.name} {wanted.version}" for wanted in pins])
        (folder / "wanted.txt").write_text(render_lock(pins), encoding="utf-8")
        for wanted in pins:
            if wanted.name == self.fails_at:
                (folder / f"{wanted.name}-half.whl.part").write_bytes(b"half")
                raise ProvisionError("the connection broke")
            data = self.instead.get(wanted.name, content(wanted.name, wanted.version))
            if data is not None:
                distribution = wanted.name.replace("-", "_")
                (folder / f"{distribution}-{wanted.version}-py3-none-any.whl").write_bytes(data)

    @property
    def asked(self) -> list[str]:
        return [name for batch in self.batches for name in batch]


def lock_of(folder: Path, *pins: Pin, name: str = "lock.txt") -> Path:
    path = folder / name
    path.write_text(render_lock(pins), encoding="utf-8")
    return path


def silent(done: int, total: int, name: str) -> None:
    """Progress that nobody looks at."""


def files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


def test_wheels_are_put_below_their_projects_normalised_name(tmp_path: Path) -> None:
    root = tmp_path / "house"
    house = Wheelhouse(root, download=Store())

    fetched = house.fetch([lock_of(tmp_path, pin("My.Tool"), pin("other"))], silent)

    assert fetched == Fetched(fetched=2, present=0)
    assert files(root) == [
        ".digests.json",
        "my-tool",
        "my-tool/my_tool-1.0-py3-none-any.whl",
        "other",
        "other/other-1.0-py3-none-any.whl",
    ]
    assert house.find(pin("my-tool")) == root / "my-tool" / "my_tool-1.0-py3-none-any.whl"


def test_only_what_is_missing_is_fetched(tmp_path: Path) -> None:
    store = Store()
    first = lock_of(tmp_path, pin("one"), pin("two"), name="first.txt")
    second = lock_of(tmp_path, pin("two"), pin("three"), name="second.txt")
    Wheelhouse(tmp_path / "house", download=store).fetch([first], silent)
    store.batches.clear()

    fetched = Wheelhouse(tmp_path / "house", download=store).fetch([first, second], silent)

    assert fetched == Fetched(fetched=1, present=2)
    assert store.asked == ["three 1.0"]


def test_a_second_fetch_downloads_nothing_and_reports_no_progress(tmp_path: Path) -> None:
    store = Store()
    lock = lock_of(tmp_path, pin("one"), pin("two"))
    Wheelhouse(tmp_path / "house", download=store).fetch([lock], silent)
    store.batches.clear()
    told: list[str] = []

    fetched = Wheelhouse(tmp_path / "house", download=store).fetch([lock], lambda *_: told.append("something"))

    assert fetched == Fetched(fetched=0, present=2)
    assert store.batches == []
    assert told == []


def test_what_several_locks_name_is_fetched_once(tmp_path: Path) -> None:
    store = Store()
    locks = [lock_of(tmp_path, pin("one"), name="a.txt"), lock_of(tmp_path, pin("one"), name="b.txt")]

    assert Wheelhouse(tmp_path / "house", download=store).fetch(locks, silent) == Fetched(fetched=1, present=0)
    assert store.asked == ["one 1.0"]


def test_what_does_not_apply_here_is_not_fetched(tmp_path: Path) -> None:
    store = Store()
    lock = lock_of(tmp_path, pin("here"), pin("elsewhere", marker='python_version < "3"'))
    house = Wheelhouse(tmp_path / "house", download=store)

    assert house.fetch([lock], silent) == Fetched(fetched=1, present=0)
    assert store.asked == ["here 1.0"]
    assert [path.name for path in house.wheels(lock)] == ["here-1.0-py3-none-any.whl"]


def test_two_versions_of_a_project_are_fetched_apart(tmp_path: Path) -> None:
    store = Store()
    lock = lock_of(tmp_path, pin("tool", "1.0"), pin("tool", "2.0"), pin("other"))
    house = Wheelhouse(tmp_path / "house", download=store)

    assert house.fetch([lock], silent) == Fetched(fetched=3, present=0)
    assert sorted(store.batches) == [["tool 1.0", "other 1.0"], ["tool 2.0"]]
    assert len(house.wheels(lock)) == 3


def test_progress_counts_up_to_all_and_names_what_is_next(tmp_path: Path) -> None:
    store = Store()
    pins = [pin(f"tool-{number:02}") for number in range(30)]
    told: list[tuple[int, int, str]] = []

    Wheelhouse(tmp_path / "house", download=store, at_once=1).fetch(
        [lock_of(tmp_path, *pins)], lambda done, total, name: told.append((done, total, name))
    )

    assert sorted(store.asked) == [f"{item.name} {item.version}" for item in pins]
    assert len(store.batches) > 1
    assert [done for done, _, _ in told] == [
        0,
        *(sum(map(len, store.batches[: at + 1])) for at in range(len(told) - 1)),
    ]
    assert told[-1] == (30, 30, "")
    for (_, total, name), batch in zip(told, store.batches, strict=False):
        assert (total, batch[0]) == (30, f"{name} 1.0")


def test_a_wheel_with_another_hash_is_not_taken(tmp_path: Path) -> None:
    lock = lock_of(tmp_path, pin("one"))
    house = Wheelhouse(tmp_path / "house", download=Store(instead={"one": b"something else"}))

    with pytest.raises(ProvisionError, match=r"no wheel of one 1\.0 that the lock knows") as failed:
        house.fetch([lock], silent)

    assert failed.value.hint
    assert house.find(pin("one")) is None
    with pytest.raises(ProvisionError, match=r"one 1\.0 is not in the wheelhouse") as missing:
        house.wheels(lock)
    assert "harness setup" in missing.value.hint

    good = Wheelhouse(tmp_path / "house", download=Store())
    assert good.fetch([lock], silent) == Fetched(fetched=1, present=0)
    assert good.wheels(lock)[0].read_bytes() == content("one", "1.0")


def test_a_download_that_brings_nothing_is_an_error(tmp_path: Path) -> None:
    house = Wheelhouse(tmp_path / "house", download=Store(instead={"one": None}))

    with pytest.raises(ProvisionError, match=r"no wheel of one 1\.0"):
        house.fetch([lock_of(tmp_path, pin("one"))], silent)


def test_a_wheel_of_another_version_is_not_taken(tmp_path: Path) -> None:
    house = Wheelhouse(tmp_path / "house", download=Store())
    house.fetch([lock_of(tmp_path, pin("one", "1.0"))], silent)
    same_content = Pin(name=canonicalize_name("one"), version="2.0", hashes=pin("one", "1.0").hashes)

    assert house.find(same_content) is None


def test_nothing_half_fetched_is_left_and_what_came_before_is_kept(tmp_path: Path) -> None:
    root = tmp_path / "house"
    pins = [pin(f"tool-{number:02}") for number in range(20)]
    lock = lock_of(tmp_path, *pins)

    with pytest.raises(ProvisionError, match="the connection broke"):
        Wheelhouse(root, download=Store(fails_at="tool-15"), at_once=1).fetch([lock], silent)

    kept = [item for item in pins if Wheelhouse(root).find(item)]
    assert kept
    assert [path for path in root.rglob("*") if path.suffix not in ("", ".whl") or path.name.startswith(".")] == []
    assert len(list(root.rglob("*.whl"))) == len(kept)

    store = Store()
    again = Wheelhouse(root, download=store).fetch([lock], silent)
    assert again == Fetched(fetched=len(pins) - len(kept), present=len(kept))
    assert not {f"{item.name} {item.version}" for item in kept} & set(store.asked)


def test_digests_are_remembered_between_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = lock_of(tmp_path, pin("one"))
    Wheelhouse(tmp_path / "house", download=Store()).fetch([lock], silent)

    def must_not_hash(*_: object) -> None:
        raise AssertionError("the wheel was read again")

    monkeypatch.setattr(hashlib, "file_digest", must_not_hash)

    assert Wheelhouse(tmp_path / "house", download=Store()).fetch([lock], silent) == Fetched(fetched=0, present=1)


def test_a_file_that_changed_is_checked_again(tmp_path: Path) -> None:
    lock = lock_of(tmp_path, pin("one"))
    house = Wheelhouse(tmp_path / "house", download=Store())
    house.fetch([lock], silent)
    wheel = house.wheels(lock)[0]
    facts = wheel.stat()

    wheel.write_bytes(content("one", "1.0").swapcase())
    os.utime(wheel, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1))

    assert house.find(pin("one")) is None
    store = Store()
    mended = Wheelhouse(tmp_path / "house", download=store)
    assert mended.fetch([lock], silent) == Fetched(fetched=1, present=0)
    assert mended.wheels(lock)[0].read_bytes() == content("one", "1.0")


def test_several_downloads_are_under_way_at_once(tmp_path: Path) -> None:
    store = Store()
    both = threading.Barrier(2, timeout=60)

    def download(pins: Sequence[Pin], folder: Path) -> None:
        # Neither comes to its end before the other has begun.
        both.wait()
        store(pins, folder)

    pins = [pin(f"tool-{number:02}") for number in range(24)]
    told: list[tuple[int, int]] = []
    house = Wheelhouse(tmp_path / "house", download=download)

    fetched = house.fetch([lock_of(tmp_path, *pins)], lambda done, total, _: told.append((done, total)))

    assert fetched == Fetched(fetched=24, present=0)
    assert all(house.find(item) for item in pins)
    assert told == [(0, 24), (12, 24), (24, 24)]


def test_when_one_download_fails_those_under_way_are_kept_and_no_other_begins(tmp_path: Path) -> None:
    store = Store(fails_at="tool-13")
    failed, both = threading.Event(), threading.Barrier(2, timeout=60)

    def download(pins: Sequence[Pin], folder: Path) -> None:
        if not failed.is_set():
            both.wait()
        if pins[0].name == "tool-00":
            assert failed.wait(60)
        try:
            store(pins, folder)
        finally:
            failed.set()

    pins = [pin(f"tool-{number:02}") for number in range(60)]
    house = Wheelhouse(tmp_path / "house", download=download, at_once=2)

    with pytest.raises(ProvisionError, match="the connection broke"):
        house.fetch([lock_of(tmp_path, *pins)], silent)
    assert all(house.find(item) for item in pins[:12])
    assert not any(house.find(item) for item in pins[12:24])
    # Some may begin while the failure is on its way from the download to who hands out the rest; of five not all.
    assert len(store.batches) < 5


def test_downloads_under_way_are_ended_when_the_work_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way = threading.Event()
    ended: list[str] = []

    def download(pins: Sequence[Pin], folder: Path, *, executor: Executor, **_: object) -> None:
        if pins[0].name != "tool-00":
            assert under_way.wait(60)
            raise ValueError("whatever it is, no download that failed")
        argv = (sys.executable, "-c", "import time; time.sleep(60)")
        under_way.set()
        try:
            executor.run(Command(argv=argv, cwd=folder, env={}, timeout_s=60, log_path=folder / "log"))
        except Stopped:
            ended.append(pins[0].name)
            raise

    monkeypatch.setattr(wheelhouse, "download_with_pip", download)
    pins = [pin(f"tool-{number:02}") for number in range(13)]

    with pytest.raises(ValueError, match="whatever it is"):
        Wheelhouse(tmp_path / "house").fetch([lock_of(tmp_path, *pins)], silent)
    assert ended == ["tool-00"]
    assert files(tmp_path / "house") == []


def test_pip_is_asked_for_wheels_by_hash_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "the user's own")
    pip = FakeExecutor()
    pins = (pin("one"), pin("two", "2.0"))

    download_with_pip(pins, tmp_path, executor=pip)

    (asked,) = pip.commands
    assert asked.env["PIP_INDEX_URL"] == "the user's own"
    command = list(asked.argv)
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(command)
    assert command[command.index("--dest") + 1] == str(tmp_path)
    lock = Path(command[command.index("--requirement") + 1])
    assert parse_lock(lock.read_text(encoding="utf-8"), source="lock") == pins
    assert not [word for word in command if "index" in word or "://" in word], "the user's own configuration decides"


def test_pips_last_words_are_passed_on(tmp_path: Path) -> None:
    stderr = "".join(f"line {number}\n" for number in range(20)) + "ERROR: no route\n"
    pip = FakeExecutor(default=execution(exit_code=1, stderr=stderr))

    with pytest.raises(ProvisionError, match=r"could not download one 1\.0, two 2\.0") as failed:
        download_with_pip((pin("one"), pin("two", "2.0")), tmp_path, executor=pip)

    assert failed.value.message.endswith("line 19\nERROR: no route")
    assert "line 3\n" not in failed.value.message
    assert "pip config list" in failed.value.hint
