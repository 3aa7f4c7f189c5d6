"""harness.workspace.changes: a change's effect is seen where it shows, and missed where it does not."""

from __future__ import annotations

import pytest

from harness.errors import StateError, VerificationError
from harness.measure.command import Command, Ended, Execution
from harness.monorepo.changes import VariantChange
from harness.monorepo.shapes import CANONICAL
from harness.workspace.changes import effects, verify_effect
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt
from tests.made_up import execution
from tests.unit.monorepo.changes.made_up_changes import TYPED, after, written

TESTING = TYPED + '[test]\nsteps = [["tool", "test"]]\n'


def seen(bench: Bench, attempt: Attempt, change: VariantChange) -> list[tuple[Command, str]]:
    own, workspace = after(bench, change)
    return list(effects(own, attempt, workspace, change))


def test_every_application_there_is_afterwards_is_started(bench: Bench, attempt: Attempt) -> None:
    change = written(bench, "add-application")

    assert [(command.argv, name) for command, name in seen(bench, attempt, change)] == [
        (("tool", "run", name), name) for name in ("hello", "goodbye", "farewell")
    ]


def test_tests_are_run_by_the_command_that_the_file_names(bench: Bench, attempt: Attempt) -> None:
    change = written(bench, "share-tooling", TESTING)

    assert [(command.argv, name) for command, name in seen(bench, attempt, change)] == [(("tool", "test"), "")]


def test_a_change_whose_effect_is_tests_has_to_say_how_they_are_run(bench: Bench, attempt: Attempt) -> None:
    change = written(bench, "share-tooling")

    with pytest.raises(StateError, match=r"changes\.toml has no \[share-tooling\.test\]"):
        seen(bench, attempt, change)


def verify(bench: Bench, attempt: Attempt, change: VariantChange, answer: Execution) -> None:
    """See the first effect in an answer."""
    command, application = seen(bench, attempt, change)[0]
    verify_effect(change, change.change.reshape(CANONICAL), command, answer, application)


def test_an_application_that_prints_its_line_shows_the_effect(bench: Bench, attempt: Attempt) -> None:
    verify(bench, attempt, written(bench), execution(stdout="Hello, Poly-Wolf\n"))


@pytest.mark.parametrize(
    "answer",
    [
        execution(stdout="Hello, PolyWolf\n"),
        execution(stdout="Hello, Poly-Wolf"),
        execution(stdout="warning\nHello, Poly-Wolf\n"),
        execution(stdout=""),
        execution(stdout="Hello, Poly-Wolf\n", exit_code=1),
        execution(stdout="Hello, Poly-Wolf\n", ended=Ended.SIGNALLED),
    ],
)
def test_an_application_that_prints_anything_else_does_not(bench: Bench, attempt: Attempt, answer: Execution) -> None:
    change = written(bench)

    with pytest.raises(VerificationError, match="`tool run hello`"):
        verify(bench, attempt, change, answer)


@pytest.mark.parametrize("said", ["3 passed in 0.10s", "=== 3 passed, 1 warning in 1.00s ===", "x\n3 passed\n"])
def test_one_test_of_each_member_shows_the_effect(bench: Bench, attempt: Attempt, said: str) -> None:
    verify(bench, attempt, written(bench, "share-tooling", TESTING), execution(stdout=said))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (execution(stdout="2 passed in 0.10s"), "ran 2 tests that passed, expected one of each of the 3 members"),
        (execution(stdout="13 passed in 0.10s"), "ran 13 tests"),
        (execution(stdout="3 skipped in 0.10s"), "ran 0 tests"),
        (execution(stdout="3 xpassed in 0.10s"), "ran 0 tests"),
        (execution(stdout=""), "ran 0 tests"),
        (execution(stdout="3 passed, 1 failed", exit_code=1), "`tool test` ended with exit status 1$"),
        (execution(stdout="3 passed", ended=Ended.TIMED_OUT), "did not end within its time limit$"),
    ],
)
def test_fewer_or_more_tests_or_a_failure_do_not(bench: Bench, attempt: Attempt, answer: Execution, said: str) -> None:
    change = written(bench, "share-tooling", TESTING)

    with pytest.raises(VerificationError, match=said):
        verify(bench, attempt, change, answer)


def test_a_test_session_of_each_member_is_not_one_session(bench: Bench, attempt: Attempt) -> None:
    change = written(bench, "share-tooling", TYPED + '[test]\nsteps = [["tool", "test", "{member}"]]\n')
    commands = seen(bench, attempt, change)
    assert len(commands) == 3

    with pytest.raises(VerificationError, match="`tool test shared` ran 1 tests that passed"):
        verify(bench, attempt, change, execution(stdout="1 passed"))
