"""Processes are counted, however short, and a command ends as it would have; files are watched in order."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness.measure.command import Command, Execution
from harness.measure.counted import CountingExecutor, unavailable
from harness.measure.executor import LauncherExecutor
from harness.measure.watch import Event, Watch


def counted(tmp_path: Path, script: str) -> tuple[Execution, list[list[str]]]:
    command = Command(
        argv=("sh", "-c", script),
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        timeout_s=30.0,
        log_path=tmp_path / "log",
    )
    with LauncherExecutor() as launcher:
        counting = CountingExecutor(executor=launcher, file=tmp_path / "processes.jsonl")
        return counting.run(command), counting.started


@pytest.mark.skipif(bool(unavailable()), reason=unavailable() or "it can")
def test_every_process_is_counted_and_no_thread(tmp_path: Path) -> None:
    code = "import threading; threads = [threading.Thread(target=str) for _ in range(3)]; [t.start() for t in threads]"

    done, started = counted(tmp_path, f"/bin/true; (exit 3); {sys.executable} -I -c '{code}'; echo said; exit 7")

    assert (done.exit_code, done.stdout) == (7, "said\n")
    assert [argv[0] if argv else "" for argv in started] == ["sh", "/bin/true", "", sys.executable]


@pytest.mark.skipif(bool(unavailable()), reason=unavailable() or "it can")
def test_what_ends_by_a_signal_ends_so(tmp_path: Path) -> None:
    done, _ = counted(tmp_path, "kill -9 $$")

    assert done.signal == 9


@pytest.mark.skipif(sys.platform != "linux", reason="files are watched with Linux' inotify")
def test_what_is_opened_and_finished_comes_in_order_under_any_name(tmp_path: Path) -> None:
    source, folder = tmp_path / "source.py", tmp_path / "dist"
    source.write_text("x", encoding="utf-8")
    folder.mkdir()
    (tmp_path / "link.py").hardlink_to(source)
    with Watch(files=[source], folders=[folder]) as watch:
        (folder / "a.tar.gz").write_text("x", encoding="utf-8")
        (tmp_path / "link.py").read_bytes()
        (tmp_path / "part").write_text("x", encoding="utf-8")
        (tmp_path / "part").rename(folder / "a.whl")
        found = list(watch.events())

    assert found == [
        Event(path=folder / "a.tar.gz", finished=True),
        Event(path=source, finished=False),
        Event(path=folder / "a.whl", finished=True),
    ]
