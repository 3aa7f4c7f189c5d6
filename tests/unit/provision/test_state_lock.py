"""harness.provision.state_lock: a state folder has one user at a time, and never one that is gone."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from harness.errors import InputError, ProvisionError
from harness.provision.state_folder import Layout
from harness.provision.state_lock import CacheLock, occupied
from tests.places import CHECKOUT

HOLDER = """
import sys
from pathlib import Path
from harness.provision.state_lock import CacheLock

with CacheLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until its standard input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        try:
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def test_a_second_process_is_refused_in_words(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        with pytest.raises(ProvisionError, match=rf"Another run \(process {process.pid}\) is using ") as refused:
            CacheLock(tmp_path).__enter__()

        assert str(tmp_path) in refused.value.message
        assert "HARNESS_STATE" in refused.value.hint


def test_refusing_takes_nothing_from_the_holder(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        for _ in range(2):
            with pytest.raises(ProvisionError, match=str(process.pid)):
                CacheLock(tmp_path).__enter__()


def test_a_second_process_that_may_wait_is_told_for_whom_and_gets_its_turn(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        told: list[str] = []

        def let_go(pid: str) -> None:
            told.append(pid)
            assert process.stdin
            process.stdin.close()

        with CacheLock(tmp_path, on_wait=let_go):
            assert (tmp_path / "lock").read_text(encoding="ascii") == str(os.getpid())
            assert process.wait(timeout=30) == 0

        assert told == [str(process.pid)]


def test_a_waiter_waits_until_the_holder_is_done(tmp_path: Path) -> None:
    waiting = threading.Event()
    taken = threading.Event()

    def wait() -> None:
        with CacheLock(tmp_path, on_wait=lambda _: waiting.set()):
            taken.set()

    waiter = threading.Thread(target=wait)
    with CacheLock(tmp_path):
        waiter.start()
        assert waiting.wait(timeout=30)
        assert not taken.wait(timeout=0.2)
    assert taken.wait(timeout=30)
    waiter.join()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        process.kill()
        process.wait(timeout=30)

        with CacheLock(tmp_path):
            assert (tmp_path / "lock").read_text(encoding="ascii") == str(os.getpid())


def test_a_lock_is_free_after_its_block_and_after_an_error_in_it(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="inside"), CacheLock(tmp_path / "state"):
            raise ValueError("inside")
    with CacheLock(tmp_path / "state"):
        pass


def test_two_folders_have_two_locks(tmp_path: Path) -> None:
    with CacheLock(tmp_path / "one"), CacheLock(tmp_path / "two"):
        assert (tmp_path / "one" / "lock").is_file()
        assert (tmp_path / "two" / "lock").is_file()


def test_a_run_holds_no_state_folder_that_lies_in_a_project(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    layout = Layout(checkout=tmp_path, state=tmp_path / "state")

    with pytest.raises(InputError, match=r"pyproject\.toml"):
        occupied(layout, Console(quiet=True))

    assert not layout.state.exists()


def test_a_run_that_waits_says_for_whom(tmp_path: Path) -> None:
    said = io.StringIO()
    layout = Layout(checkout=tmp_path, state=tmp_path / "state")
    layout.state.mkdir()
    with holder(layout.state) as process:
        threading.Timer(0.5, process.kill).start()
        with occupied(layout, Console(file=said)):
            assert f"waiting for another run (process {process.pid})" in said.getvalue()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ProvisionError, match=r"file/state cannot be written: Not a directory"):
        CacheLock(tmp_path / "file" / "state").__enter__()
