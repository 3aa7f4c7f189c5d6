"""The launcher script's parts, in this process; what it does to real commands is in the integration tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.measure import adopter, launcher
from harness.measure.launcher import DRAIN_CHUNKS, Stream, find_program, not_started


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path / "spool", os.O_RDWR | os.O_CREAT)
    yield descriptor
    os.close(descriptor)


def program(folder: Path, name: str, mode: int = 0o755) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(mode)
    return folder / name


def test_a_program_is_the_first_of_its_name_that_can_be_run(tmp_path: Path) -> None:
    program(tmp_path / "a", "tool", mode=0o644)
    (tmp_path / "b" / "tool").mkdir(parents=True)
    wanted = program(tmp_path / "c", "tool")
    program(tmp_path / "d", "tool")
    path = ":".join(str(tmp_path / folder) for folder in "abcd")
    assert find_program("tool", {"PATH": path}) == str(wanted)


def test_a_name_with_a_slash_is_a_path_already() -> None:
    assert find_program("./tool", {"PATH": "/bin"}) == "./tool"


@pytest.mark.parametrize("env", [{}, {"PATH": ""}, {"PATH": "/nowhere:/nor/here"}])
def test_the_launchers_own_path_is_never_searched(env: dict[str, str]) -> None:
    with pytest.raises(FileNotFoundError, match="not found on the command's PATH"):
        find_program("sh", env)


def test_an_empty_entry_of_path_is_the_commands_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "tool")
    monkeypatch.chdir(tmp_path)
    assert find_program("tool", {"PATH": "/nowhere:"}) == "./tool"


@given(chunks=st.lists(st.binary(min_size=1, max_size=50), max_size=12), cap=st.integers(0, 200))
def test_a_stream_keeps_the_first_bytes_and_counts_all(chunks: list[bytes], cap: int) -> None:
    descriptor = os.memfd_create("spool")
    os.write(descriptor, b"left by the command before")
    stream = Stream(descriptor, cap)
    for chunk in chunks:
        os.write(stream.write_end, chunk)
        assert stream.pump()
    open_and_empty = (stream.pump(), stream.closed)
    os.close(stream.write_end)
    at_the_end = (stream.pump(), stream.closed)
    assert (open_and_empty, at_the_end) == ((False, False), (False, True))
    written = b"".join(chunks)
    assert stream.total == len(written)
    assert os.pread(descriptor, 10_000, 0) == written[:cap]
    os.close(stream.fd)
    os.close(descriptor)


def test_draining_ends_although_somebody_goes_on_writing(spool: int, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream(spool, cap=10)
    monkeypatch.setattr("harness.measure.launcher.os.read", lambda _fd, size: b"y" * size)
    stream.drain()
    assert stream.total == DRAIN_CHUNKS * launcher.CHUNK_BYTES
    os.close(stream.fd)
    os.close(stream.write_end)


def test_a_command_that_did_not_start_cost_nothing_and_has_a_reason() -> None:
    answer = not_started(FileNotFoundError(2, "No such file or directory", "/nowhere/tool"))
    assert (answer["ended"], answer["reason"]) == ("not-started", "/nowhere/tool: No such file or directory")
    assert (answer["wall_s"], answer["max_rss_bytes"]) == (0.0, 0)
    assert not_started(ValueError("embedded null byte"))["reason"] == "embedded null byte"


def test_a_signal_to_nobody_is_known_to_have_reached_nobody() -> None:
    ended = subprocess.Popen([sys.executable, "-I", "-S", "-c", ""], start_new_session=True)
    ended.wait()
    assert not launcher.send(-ended.pid, 0)
    assert launcher.send(os.getpid(), 0)


def test_only_linux_hands_over_orphans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.measure.adopter.sys.platform", "darwin")
    assert not adopter.adopt_orphans()


@pytest.mark.parametrize("script", ["launcher", "adopter"])
def test_the_scripts_import_nothing_heavy(script: str) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(Path(launcher.__file__).parent)!r}); import {script}; print(*sys.modules)"
    )
    told = subprocess.run([sys.executable, "-I", "-S", "-B", "-c", code], capture_output=True, text=True, check=True)
    heavy = {"typing", "subprocess", "pathlib", "ctypes", "dataclasses", "shutil", "threading", "asyncio", "logging"}
    assert not heavy & set(told.stdout.split())
