"""Finding and ending processes that belong to nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.measure import processes
from harness.measure.processes import end_processes, find_processes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")

SLEEP = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(1000)"]


def test_what_writes_to_a_pipe_is_found_and_ended_and_this_process_is_not() -> None:
    read_end, write_end = os.pipe()
    inode = os.fstat(read_end).st_ino
    with subprocess.Popen(SLEEP, stdout=write_end) as writer, subprocess.Popen(SLEEP) as other:
        assert find_processes(pipes=[inode], session=None) == [writer.pid]
        end_processes(pipes=[inode], session=None, limit_s=10.0)
        assert writer.wait() == -9
        assert other.poll() is None
        other.kill()
    os.close(read_end)
    os.close(write_end)


def test_what_is_in_a_session_is_found_and_ended() -> None:
    with subprocess.Popen(SLEEP, start_new_session=True) as process:
        assert find_processes(pipes=[], session=process.pid) == [process.pid]
        end_processes(pipes=[], session=process.pid, limit_s=10.0)
        assert process.wait() == -9


def test_without_proc_a_session_is_its_first_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PROC", tmp_path)
    assert find_processes(pipes=[1], session=7) == [-7]
    assert find_processes(pipes=[1], session=None) == []


def test_what_cannot_be_killed_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_pid: int, _number: int) -> None:
        raise PermissionError

    with subprocess.Popen(SLEEP, start_new_session=True) as process:
        with monkeypatch.context() as patched:
            patched.setattr("harness.measure.processes.os.kill", refuse)
            end_processes(pipes=[], session=process.pid, limit_s=1000.0)
        assert process.poll() is None
        process.kill()
