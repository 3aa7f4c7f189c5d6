"""What a log says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import MeasureError
from harness.measure import logfile
from harness.measure.command import Command, Ended
from harness.measure.connection import LauncherAnswer
from tests.fakes import execution


def command(*argv: str) -> Command:
    return Command(argv=argv, cwd=Path("/work dir"), env={}, timeout_s=1.0, log_path=Path("log"))


def test_the_header_can_be_pasted_into_a_shell() -> None:
    assert logfile.header(command("echo", "two words", "$x")) == b"$ echo 'two words' '$x'\n[in /work dir]\n"


@given(st.lists(st.text(st.characters()) | st.just("\ud800"), min_size=1))
def test_any_argument_has_a_header(argv: list[str]) -> None:
    assert logfile.header(command(*argv)).startswith(b"$ ")


def test_outputs_stand_under_their_names_and_only_if_there_are_any() -> None:
    answer = LauncherAnswer(ended="exited", stdout_bytes=3, stderr_bytes=4)
    assert logfile.body(b"out", b"err\n", answer) == b"[stdout]\nout\n[stderr]\nerr\n"
    assert logfile.body(b"", b"", LauncherAnswer(ended="exited")) == b""


def test_what_was_cut_is_counted() -> None:
    answer = LauncherAnswer(ended="exited", stdout_bytes=1000)
    assert logfile.body(b"x\n", b"", answer) == b"[stdout]\nx\n[998 of 1000 bytes were cut]\n"


@pytest.mark.parametrize(
    ("ended", "code", "number", "reason", "words"),
    [
        (Ended.EXITED, 3, None, "", "exited with status 3"),
        (Ended.SIGNALLED, None, 9, "", "ended by signal 9"),
        (Ended.TIMED_OUT, None, None, "", "ended at its time limit"),
        (Ended.NOT_STARTED, None, None, "no such file", "not started: no such file"),
    ],
)
def test_how_it_ended_is_said_in_words(
    ended: Ended, code: int | None, number: int | None, reason: str, words: str
) -> None:
    assert logfile.describe(execution(ended=ended, exit_code=code, signal=number, reason=reason)) == words


def test_the_footer_has_the_cost_and_what_was_left_running() -> None:
    answer = LauncherAnswer(
        ended="exited", wall_s=0.1, user_s=0.2, system_s=0.3, max_rss_bytes=4, leftovers=2, survivors=(7,)
    )
    text = logfile.footer(execution(), answer).decode()
    assert text == (
        "[exited with status 0; wall 0.1 s, user 0.2 s, system 0.3 s, peak memory 4 bytes]\n"
        "[it left at least 2 processes running, which were ended]\n"
        "[could not be ended: processes 7]\n\n"
    )


def test_a_command_that_never_ran_has_no_cost_in_its_footer() -> None:
    text = logfile.footer(execution(ended=Ended.NOT_STARTED, reason="gone"), LauncherAnswer(ended="not-started"))
    assert text == b"[not started: gone]\n\n"


def test_a_log_is_added_to_and_its_folder_made(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "cell" / "log"
    logfile.append(path, b"one\n")
    logfile.append(path, b"two\n")
    assert path.read_bytes() == b"one\ntwo\n"


def test_a_log_that_cannot_be_written_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(MeasureError, match="cannot be written") as caught:
        logfile.append(tmp_path, b"a folder is no log")
    assert "--results" in caught.value.hint
