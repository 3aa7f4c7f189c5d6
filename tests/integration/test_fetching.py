"""From requirements to an installed package with real tools: lock, fetch with the user's pip, serve, install."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from harness.errors import ProvisionError
from harness.measure.environment import prepare_home, scrubbed
from harness.measure.executor import LauncherExecutor
from harness.monorepo.variants.lock import Pin, read_lock
from harness.provision.index import Index, Traffic
from harness.provision.interpreters import base_python
from harness.provision.pins.relock import relock
from harness.provision.toolchains import ensure_toolchain
from harness.provision.wheelhouse import Fetched, Wheelhouse

pytestmark = pytest.mark.integration


def silent(done: int, total: int, name: str) -> None:
    """Progress that nobody looks at."""


@pytest.fixture(scope="module")
def lock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lock of two small projects, resolved from where the user's pip gets its packages."""
    path = tmp_path_factory.mktemp("variant") / "locks" / "build.txt"
    relock(["editables==0.5", "iniconfig==2.0.0"], path)
    return path


@pytest.fixture(scope="module")
def house(lock: Path, tmp_path_factory: pytest.TempPathFactory) -> Wheelhouse:
    """A wheelhouse with what the lock names; pip's own cache was not used for it."""
    cache = tmp_path_factory.mktemp("pip") / "cache"
    house = Wheelhouse(tmp_path_factory.mktemp("house"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_CACHE_DIR", str(cache))
        assert house.fetch([lock], silent) == Fetched(fetched=2, present=0)
    assert not cache.exists(), "a run changes nothing in its user's cache"
    return house


@pytest.fixture
def index(house: Wheelhouse, tmp_path: Path) -> Iterator[Index]:
    with Index([house.root], tmp_path / "index") as started:
        yield started


def test_a_lock_holds_names_versions_and_hashes_alone(lock: Path) -> None:
    pins = read_lock(lock)

    assert [(pin.name, pin.version) for pin in pins] == [("editables", "0.5"), ("iniconfig", "2.0.0")]
    assert all(len(pin.hashes) >= 1 for pin in pins)
    assert "/" not in lock.read_text(encoding="utf-8")


def test_what_does_not_exist_cannot_be_locked(tmp_path: Path) -> None:
    with pytest.raises(ProvisionError, match="cannot be resolved"):
        relock(["editables==999"], tmp_path / "lock.txt")

    assert not (tmp_path / "lock.txt").exists()


def test_what_was_fetched_is_not_fetched_again(lock: Path, house: Wheelhouse) -> None:
    def refuse(pins: Sequence[Pin], folder: Path) -> None:
        raise AssertionError("pip is called again")

    again = Wheelhouse(house.root, download=refuse)

    assert again.fetch([lock], silent) == Fetched(fetched=0, present=2)
    assert len(again.wheels(lock)) == 2


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_tools_install_alike_and_cost_the_index_the_same_each_time(
    tool: str, index: Index, lock: Path, house: Wheelhouse, tmp_path: Path
) -> None:
    environment = tmp_path / "environment"
    subprocess.run([base_python(), "-m", "venv", "--without-pip", str(environment)], check=True)
    python = str(environment / "bin" / "python")
    wanted = ("--no-deps", "--require-hashes", "--requirement", str(lock))
    command, setting = {
        "pip": (("pip", "--python", python, "install", "--no-cache-dir", "--force-reinstall"), "PIP_INDEX_URL"),
        "uv": (("uv", "pip", "install", "--python", python, "--no-cache", "--reinstall"), "UV_DEFAULT_INDEX"),
    }[tool]
    home = tmp_path / "home"
    prepare_home(home)
    env = scrubbed(home=home, path=("/usr/bin", "/bin"), extra={setting: index.url}, host=os.environ)

    costs = []
    for _ in range(2):
        before = index.traffic()
        subprocess.run([sys.executable, "-m", *command, *wanted], env=env, capture_output=True, check=True)
        costs.append(index.traffic() - before)

    subprocess.run([python, "-c", "import editables, iniconfig"], check=True)
    assert costs[0] == costs[1]
    assert costs[0].bytes_downloaded > sum(wheel.stat().st_size for wheel in house.wheels(lock))


def test_a_toolchain_is_installed_once_from_the_index_alone(index: Index, lock: Path, tmp_path: Path) -> None:
    root = tmp_path / "toolchains"
    root.mkdir()

    def ensure(executor: LauncherExecutor) -> Path:
        return ensure_toolchain(
            "made-up",
            lock=lock,
            root=root,
            python=base_python(),
            index_url=index.url,
            executor=executor,
            host=os.environ,
        )

    with LauncherExecutor() as executor:
        first = ensure(executor)
        served = index.traffic()
        assert ensure(executor) == first

    assert served != Traffic(requests=0, bytes_downloaded=0)
    assert index.traffic() == served
    subprocess.run([first / "python", "-c", "import editables, iniconfig"], check=True)
