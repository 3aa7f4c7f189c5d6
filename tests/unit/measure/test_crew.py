"""harness.measure.crew: several things at once, and what an interruption leaves of them."""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.measure.command import Command, Execution
from harness.measure.crew import Crew, Stoppable, Stopped
from harness.measure.executor import LauncherExecutor


class LateExecutor(LauncherExecutor):
    """One whose command opens it again after it was closed, as a command does that was about to start."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.closed: list[None] = []

    def close(self) -> None:
        self.closed.append(None)

    def run(self, command: Command) -> Execution:
        self.asked.set()
        until = time.monotonic() + 30
        while len(self.closed) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        raise ValueError("I/O operation on closed file")


def test_a_command_that_starts_while_it_is_being_stopped_is_ended_too(tmp_path: Path) -> None:
    executor = LateExecutor()
    stoppable = Stoppable(executor)
    command = Command(argv=("sleep",), cwd=tmp_path, env={}, timeout_s=60, log_path=tmp_path / "log")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(stoppable.run, command)
        assert executor.asked.wait(30)
        stoppable.stop()
        with pytest.raises(Stopped):
            running.result(30)
    assert len(executor.closed) == 2


def test_an_error_of_a_command_that_nobody_stopped_is_passed_on(tmp_path: Path) -> None:
    executor = LateExecutor()
    executor.closed = [None, None]
    with pytest.raises(ValueError, match="closed file"):
        Stoppable(executor).run(Command(argv=("x",), cwd=tmp_path, env={}, timeout_s=60, log_path=tmp_path / "log"))


def test_what_is_stopped_ends_at_once_and_nothing_follows(tmp_path: Path) -> None:
    with LauncherExecutor() as launcher:
        stoppable = Stoppable(launcher)
        sleep = Command(
            argv=(sys.executable, "-c", "import time; print('on', flush=True); time.sleep(60)"),
            cwd=tmp_path,
            env={},
            timeout_s=60,
            log_path=tmp_path / "log",
        )
        raised: list[BaseException] = []

        def work() -> None:
            try:
                stoppable.run(sleep)
            except Stopped as error:
                raised.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        while not (tmp_path / "log").is_file():
            thread.join(0.01)
        stoppable.stop()
        thread.join(30)
        assert not thread.is_alive()
        assert len(raised) == 1
        with pytest.raises(Stopped):
            stoppable.run(sleep)


def test_a_crew_answers_in_the_order_of_the_things() -> None:
    def work(number: int) -> int:
        time.sleep(0.05 if number == 0 else 0)
        return number * 10

    assert Crew().do(work, [0, 1, 2, 3]) == [0, 10, 20, 30]


def test_when_one_fails_what_is_under_way_is_ended_and_nothing_else_begins(tmp_path: Path) -> None:
    crew = Crew()
    begun: list[str] = []
    sleeps = threading.Event()

    def work(name: str) -> None:
        begun.append(name)
        with crew.executor() as executor:
            if name == "fails":
                assert sleeps.wait(30)
                raise ValueError("its own fault")
            sleeps.set()
            executor.run(
                Command(
                    argv=(sys.executable, "-c", "import time; time.sleep(60)"),
                    cwd=tmp_path,
                    env={},
                    timeout_s=60,
                    log_path=tmp_path / "log",
                )
            )

    with pytest.raises(ValueError, match="its own fault"):
        crew.do(work, ["sleeps", "fails", "later", "never"])

    assert {"sleeps", "fails"} <= set(begun)
    assert "never" not in begun
