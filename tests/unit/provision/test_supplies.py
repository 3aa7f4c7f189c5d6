"""harness.provision.supplies: wheels and toolchains of variants that have different Pythons."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InputError, ProvisionError, VariantError
from harness.measure.command import Command
from harness.measure.crew import Stopped
from harness.monorepo.variants import Variant
from harness.provision import supplies
from harness.provision.interpreters import own_python
from harness.provision.state_folder import Layout
from harness.provision.supplies import Wheels, fetch_wheels, install_toolchains
from harness.provision.toolchains import toolchains_of
from harness.provision.wheelhouse import Fetched, Wheelhouse
from tests.made_up import VARIANT_TOML, made_up_variant, write_python


class Silent:
    """Nobody watches."""

    def fetching(self, done: int, total: int, name: str) -> None:
        """A wheel is fetched."""

    def doing(self, what: str) -> None:
        """Something is done."""


def named(tmp_path: Path, name: str, python: Path) -> Variant:
    text = VARIANT_TOML.replace("[toolchain]\n", f'[toolchain]\npython = "{python}"\n')
    return made_up_variant(tmp_path, name, text)


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """For which Python which locks were fetched."""
    asked: list[tuple[str, list[str]]] = []

    def fetch(self: Wheelhouse, locks: Iterable[Path], on_progress: Callable[[int, int, str], None]) -> Fetched:
        asked.append((self._python.version, [f"{lock.parent.parent.name}/{lock.name}" for lock in locks]))
        return Fetched(fetched=2, present=1)

    monkeypatch.setattr(Wheelhouse, "fetch", fetch)
    return asked


def test_wheels_are_fetched_for_each_python_in_use(tmp_path: Path, fetched: list[tuple[str, list[str]]]) -> None:
    python = write_python(tmp_path / "bin" / "python", "3.98.1")
    variants = [
        made_up_variant(tmp_path, "one"),
        named(tmp_path, "two", python),
        made_up_variant(tmp_path, "three"),
    ]
    layout = Layout(checkout=tmp_path, state=tmp_path / "state")
    extra = tmp_path / "extra" / "locks" / "all.txt"

    assert fetch_wheels(toolchains_of(variants), [extra], layout, Silent()) == Wheels(fetched=4, present=2)
    assert fetched == [
        (own_python().version, [f"{name}/{lock}.txt" for name in ("one", "three") for lock in ("toolchain", "build")]
         + ["extra/all.txt"]),
        ("3.98.1", ["two/toolchain.txt", "two/build.txt", "extra/all.txt"]),
    ]  # fmt: skip


def test_a_python_that_is_in_no_use_is_fetched_for_only_if_there_is_no_other(
    tmp_path: Path, fetched: list[tuple[str, list[str]]]
) -> None:
    layout = Layout(checkout=tmp_path, state=tmp_path / "state")
    python = write_python(tmp_path / "bin" / "python", "3.98.1")

    fetch_wheels(toolchains_of([named(tmp_path, "one", python)]), [], layout, Silent())
    fetch_wheels([], [], layout, Silent())
    assert [version for version, _ in fetched] == ["3.98.1", own_python().version]


def test_a_python_that_is_not_there_is_an_error_before_anything_is_fetched(
    tmp_path: Path, fetched: list[tuple[str, list[str]]]
) -> None:
    layout = Layout(checkout=tmp_path, state=tmp_path / "state")
    variants = [made_up_variant(tmp_path, "one"), named(tmp_path, "two", tmp_path / "nothing")]

    with pytest.raises(InputError, match=r"^two: \[toolchain\] python: .*nothing cannot be used"):
        fetch_wheels(toolchains_of(variants), [], layout, Silent())
    assert fetched == []


def test_a_variant_without_wheels_for_its_python_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(self: Wheelhouse, locks: Iterable[Path], on_progress: Callable[[int, int, str], None]) -> Fetched:
        if any(lock.parent.parent.name in lacking for lock in locks):
            raise ProvisionError("no such wheel:\nLooking in https://index.example/")
        return Fetched(fetched=1, present=0)

    monkeypatch.setattr(Wheelhouse, "fetch", fetch)
    layout = Layout(checkout=tmp_path, state=tmp_path / "state")
    python = write_python(tmp_path / "bin" / "python", "3.98.1")
    variants = [made_up_variant(tmp_path, "own"), named(tmp_path, "one", python), named(tmp_path, "two", python)]
    extra = tmp_path / "extra" / "locks" / "all.txt"

    lacking = {"two"}
    found = fetch_wheels(toolchains_of(variants), [extra], layout, Silent())
    assert list(found.problems) == ["two"]
    assert found.problems["two"].startswith("no such wheel. Its lock may have been made where wheels for other Pythons")
    lacking = {"own"}
    assert fetch_wheels(toolchains_of(variants), [extra], layout, Silent()).problems == {"own": "no such wheel."}
    for names in ({"extra"}, {"own", "one", "two"}):
        lacking = names
        with pytest.raises(ProvisionError, match="no such wheel"):
            fetch_wheels(toolchains_of(variants), [extra], layout, Silent())


def test_a_lock_that_is_none_is_the_defect_of_its_variant_alone(tmp_path: Path) -> None:
    layout = Layout(checkout=tmp_path, state=tmp_path / "state")
    sound, odd = made_up_variant(tmp_path, "sound"), made_up_variant(tmp_path, "odd")
    odd.toolchain_lock.write_text("-r other.txt\n", encoding="utf-8")

    found = fetch_wheels(toolchains_of([sound, odd]), [], layout, Silent())
    assert list(found.problems) == ["odd"]
    assert "odd/locks/toolchain.txt, line 1: '-r other.txt' is not a requirement" in found.problems["odd"]
    with pytest.raises(VariantError, match="is not a requirement"):
        fetch_wheels(toolchains_of([odd]), [], layout, Silent())


def test_each_toolchain_is_installed_under_its_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = write_python(tmp_path / "bin" / "python", "3.98.1")
    used: dict[str, Path] = {}

    def ensure(name: str, **how: Any) -> Path:
        used[name] = how["python"]
        return tmp_path / name

    monkeypatch.setattr(supplies, "ensure_toolchain", ensure)
    layout = Layout(checkout=tmp_path, state=tmp_path / "state")
    variants = [made_up_variant(tmp_path, "one"), named(tmp_path, "two", python)]
    index: Any = type("Index", (), {"url": "http://127.0.0.1:1/simple/"})()

    assert set(install_toolchains(toolchains_of(variants), layout, index, {}, Silent()).bins) == {"one", "two"}
    assert used == {"one": own_python().path, "two": python}


def test_installations_under_way_are_ended_when_the_work_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way = threading.Event()
    ended: list[str] = []

    def ensure(name: str, *, executor: Any, **_: Any) -> Path:
        if name == "cut-off":
            assert under_way.wait(60)
            raise ValueError("whatever it is, no installation that failed")
        argv = (sys.executable, "-c", "import time; time.sleep(60)")
        command = Command(argv=argv, cwd=tmp_path, env={}, timeout_s=60, log_path=tmp_path / "log")
        under_way.set()
        try:
            executor.run(command)
        except Stopped:
            ended.append(name)
            raise
        return tmp_path

    monkeypatch.setattr(supplies, "ensure_toolchain", ensure)
    layout = Layout(checkout=tmp_path, state=tmp_path / "state")
    variants = [made_up_variant(tmp_path, name) for name in ("long", "cut-off")]
    index: Any = type("Index", (), {"url": "http://127.0.0.1:1/simple/"})()

    with pytest.raises(ValueError, match="whatever it is"):
        install_toolchains(toolchains_of(variants), layout, index, {}, Silent())
    assert ended == ["long"]


def test_what_is_done_beside_is_under_way_while_toolchains_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = threading.Barrier(2, timeout=60)
    ran: list[int | None] = []

    def ensure(name: str, **_: Any) -> Path:
        both.wait()
        return tmp_path / name

    def beside(executor: Any) -> None:
        both.wait()
        command = Command(
            argv=(sys.executable, "-c", ""), cwd=tmp_path, env={}, timeout_s=60, log_path=tmp_path / "log"
        )
        ran.append(executor.run(command).exit_code)

    monkeypatch.setattr(supplies, "ensure_toolchain", ensure)
    layout = Layout(checkout=tmp_path, state=tmp_path / "state")
    index: Any = type("Index", (), {"url": "http://127.0.0.1:1/simple/"})()

    found = install_toolchains(
        toolchains_of([made_up_variant(tmp_path, "one")]), layout, index, {}, Silent(), beside=beside
    )

    assert found.bins == {"one": tmp_path / "one"}
    assert ran == [0]


def test_what_is_done_beside_and_fails_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supplies, "ensure_toolchain", lambda name, **_: tmp_path / name)
    layout = Layout(checkout=tmp_path, state=tmp_path / "state")
    index: Any = type("Index", (), {"url": "http://127.0.0.1:1/simple/"})()

    def beside(executor: Any) -> None:
        raise ProvisionError("nothing is there")

    with pytest.raises(ProvisionError, match="nothing is there"):
        install_toolchains(
            toolchains_of([made_up_variant(tmp_path, "one")]), layout, index, {}, Silent(), beside=beside
        )
