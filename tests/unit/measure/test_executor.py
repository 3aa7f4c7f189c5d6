"""The executor and its connection, against stand-ins for the launcher that misbehave as the real one never should."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import InputError, MeasureError
from harness.measure.command import Command, Ended
from harness.measure.connection import Connection, LauncherAnswer
from harness.measure.executor import LauncherExecutor, execution_of

StandIn = Callable[[str], Path]

ANSWER = {
    "ended": "exited",
    "status": 0,
    "wall_s": 0.1,
    "user_s": 0.01,
    "system_s": 0.02,
    "max_rss_bytes": 1000,
    "stdout_bytes": 0,
    "stderr_bytes": 0,
    "leftovers": 0,
    "survivors": [],
    "reason": "",
}


@pytest.fixture
def stand_in(tmp_path: Path) -> StandIn:
    """Writes a launcher of its own: for each request the given statements run, which may call ``say(**fields)``."""

    def write(statements: str) -> Path:
        path = tmp_path / "stand_in.py"
        path.write_text(
            "import json, os, sys, time\n"
            f"ANSWER = {ANSWER!r}\n"
            "def say(**fields):\n"
            "    print(json.dumps({**ANSWER, **fields}), flush=True)\n"
            "for line in sys.stdin:\n"
            "    request = json.loads(line)\n" + "".join(f"    {line}\n" for line in statements.splitlines())
        )
        return path

    return write


def command(tmp_path: Path, *argv: str, timeout_s: float = 5.0) -> Command:
    return Command(argv=argv, cwd=tmp_path, env={"A": "b"}, timeout_s=timeout_s, log_path=tmp_path / "log")


def test_the_launcher_is_asked_for_what_the_command_says(stand_in: StandIn, tmp_path: Path) -> None:
    with LauncherExecutor(cap_bytes=10, grace_s=0.25, launcher=stand_in("say(reason=line)")) as executor:
        result = executor.run(command(tmp_path, "tool", "an argument", timeout_s=1.5))
    assert json.loads(result.reason) == {
        "argv": ["tool", "an argument"],
        "cwd": str(tmp_path),
        "env": {"A": "b"},
        "timeout_s": 1.5,
        "grace_s": 0.25,
        "cap_bytes": 10,
    }


def test_a_launcher_that_dies_is_an_answer_with_its_last_words_and_is_replaced(
    stand_in: StandIn, tmp_path: Path
) -> None:
    launcher = stand_in("if request['argv'][0] == 'bad': raise RuntimeError('no more room')\nsay()")
    with LauncherExecutor(launcher=launcher) as executor:
        lost = executor.run(command(tmp_path, "bad"))
        assert lost.ended is Ended.NOT_STARTED
        assert "it ended with status 1 (RuntimeError: no more room)" in lost.reason
        assert executor.run(command(tmp_path, "good")).ok
    assert "not started: the harness's launcher was lost" in (tmp_path / "log").read_text()


def test_processes_that_could_not_be_ended_are_named_and_the_launcher_is_replaced(
    stand_in: StandIn, tmp_path: Path
) -> None:
    launcher = stand_in("say(survivors=[4000001] if request['argv'][0] == 'bad' else [], reason=str(os.getpid()))")
    with LauncherExecutor(launcher=launcher) as executor:
        first = executor.run(command(tmp_path, "bad"))
        second = executor.run(command(tmp_path, "good"))
        third = executor.run(command(tmp_path, "good"))
    assert first.reason != second.reason == third.reason
    assert "[could not be ended: processes 4000001]" in (tmp_path / "log").read_text()


def test_a_launcher_that_says_nothing_is_given_up(stand_in: StandIn) -> None:
    connection = Connection(python=Path(sys.executable), launcher=stand_in("time.sleep(1000)"))
    answer = connection.ask({"argv": ["tool"]}, limit_s=0.2)
    assert answer.ended == "lost"
    assert "did not answer in time" in answer.reason
    assert not connection.usable
    connection.close()


def test_stopping_a_launcher_that_was_asked_nothing_does_not_wait_for_an_answer(
    stand_in: StandIn,
) -> None:
    connection = Connection(python=Path(sys.executable), launcher=stand_in("say()"))
    assert connection.stop().ended == "lost"
    connection.close()


def test_a_launcher_is_started_again_after_the_executor_was_closed(stand_in: StandIn, tmp_path: Path) -> None:
    executor = LauncherExecutor(launcher=stand_in("say()"))
    executor.close()
    assert executor.run(command(tmp_path, "tool")).ok
    executor.close()
    assert executor.run(command(tmp_path, "tool")).ok
    executor.close()


def test_a_launcher_that_cannot_be_started_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(MeasureError, match="cannot be started with") as caught:
        LauncherExecutor(python=tmp_path / "no-python").run(command(tmp_path, "tool"))
    assert caught.value.hint


def test_a_command_without_a_program_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="without a program"):
        LauncherExecutor().run(command(tmp_path))
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize(
    ("answer", "ended", "exit_code", "number"),
    [
        (LauncherAnswer(ended="exited", status=0), Ended.EXITED, 0, None),
        (LauncherAnswer(ended="exited", status=3), Ended.EXITED, 3, None),
        (LauncherAnswer(ended="exited", status=-9), Ended.SIGNALLED, None, 9),
        (LauncherAnswer(ended="timed-out", status=-2), Ended.TIMED_OUT, None, None),
        (LauncherAnswer(ended="timed-out", status=0), Ended.TIMED_OUT, None, None),
        (LauncherAnswer(ended="not-started", reason="no such file"), Ended.NOT_STARTED, None, None),
        (LauncherAnswer(ended="lost", reason="killed"), Ended.NOT_STARTED, None, None),
    ],
)
def test_every_answer_has_its_execution(
    answer: LauncherAnswer, ended: Ended, exit_code: int | None, number: int | None
) -> None:
    result = execution_of(answer, b"o\xff", b"")
    assert (result.ended, result.exit_code, result.signal) == (ended, exit_code, number)
    assert (result.stdout, result.reason) == ("o\ufffd", answer.reason)


counts = st.integers(0, 2**53)
seconds = st.floats(0, 1e9)


@given(
    st.builds(
        LauncherAnswer,
        ended=st.sampled_from(["exited", "timed-out", "stopped", "not-started"]),
        status=st.integers(-64, 255),
        wall_s=seconds,
        user_s=seconds,
        system_s=seconds,
        max_rss_bytes=counts,
        stdout_bytes=counts,
        stderr_bytes=counts,
        leftovers=counts,
        survivors=st.lists(counts).map(tuple),
        reason=st.text(),
    )
)
def test_no_figure_is_rounded_on_the_way(answer: LauncherAnswer) -> None:
    line = json.dumps({**vars(answer), "survivors": list(answer.survivors)}).encode() + b"\n"
    assert LauncherAnswer.from_line(line) == answer
