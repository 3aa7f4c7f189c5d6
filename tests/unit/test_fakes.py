"""The stand-ins do what other tests rely on."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.measure.command import Command, Ended, Executor
from tests.fakes import FakeClock, FakeExecutor, execution


def command(*argv: str) -> Command:
    return Command(argv=argv, cwd=Path("/"), env={}, timeout_s=1.0, log_path=Path("/nowhere/log"))


def test_the_first_rule_that_fits_answers_and_the_default_the_rest() -> None:
    fake = FakeExecutor().on("uv", "sync", answer=execution(exit_code=2)).on("uv", answer=execution(stdout="uv 1"))
    executor: Executor = fake
    assert executor.run(command("uv", "sync")).exit_code == 2
    assert executor.run(command("uv", "--version")).stdout == "uv 1"
    assert executor.run(command("pdm")).ok
    assert fake.argvs == [("uv", "sync"), ("uv", "--version"), ("pdm",)]


def test_a_callable_answers_from_the_command_and_the_clock_moves_by_its_wall_time() -> None:
    clock = FakeClock(now_s=10.0)
    fake = FakeExecutor(clock=clock).when(
        lambda asked: asked.argv[0] == "slow", lambda asked: execution(wall_s=float(asked.argv[1]))
    )
    assert fake.run(command("slow", "2.5")).wall_s == 2.5
    assert clock() == 12.5


def test_without_a_default_an_unforeseen_command_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="no rule"):
        FakeExecutor(default=None).run(command("true"))


def test_only_a_command_that_exited_has_an_exit_code() -> None:
    assert execution(ended=Ended.TIMED_OUT).exit_code is None
