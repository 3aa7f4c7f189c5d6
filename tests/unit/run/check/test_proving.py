"""harness.run.check.proving: every phase carried out once, and what is not as it has to be told apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.measure.command import Command, Ended, Execution
from harness.monorepo.changes import STANDARD
from harness.plan.cells import Selection, make_plan
from harness.records.facts import Lane
from harness.run.check.causes import UNKNOWN
from harness.run.check.model import Checked, CheckStanding, Result, StepVerdict
from harness.run.check.proving import CARRIED_OUT, Means, chosen, prove
from harness.scenarios import all_scenarios
from harness.workspace.prepared import Bench
from tests.made_up import VARIANT_TOML, Toolbox, execution, made_up_attempt, made_up_bench

#: The steps that a made-up toolchain can take without real packages.
STEPS = ("lock", "install-cold", "noop", "run", "refresh")

Answers = Callable[[Command], Execution | None]


def proven(
    tmp_path: Path,
    *,
    answers: Answers = lambda command: None,
    confined: Answers | None = None,
    text: str = VARIANT_TOML,
    stale: str | None = None,
    known: dict[str, str] | None = None,
    kept: list[str] | None = None,
) -> dict[str, Result]:
    """What each step of a made-up variant comes to; ``confined`` answers for commands that cannot write elsewhere."""
    bench = made_up_bench(tmp_path, text)
    spaces = [bench.warm, bench.settled, bench.cold]
    free = Toolbox(spaces, answers, stale=stale)
    means = Means(
        scenarios=all_scenarios(),
        free=free,
        confined=Toolbox(spaces, confined, stale=stale) if confined else None,
        not_confined="" if confined else "no Landlock",
        known=known or {},
        passed=(kept if kept is not None else []).append,
    )
    told: list[Result] = []
    results = prove(bench, made_up_attempt(free, tmp_path), cells(bench), means, told.append)
    assert told == results
    return {result.step: result for result in results}


def cells(bench: Bench) -> list[object]:
    known = all_scenarios()
    plan = make_plan(
        Selection(
            strategies={bench.variant.name: ()},
            scenarios={name: known[name].lane for name in STEPS},
            lanes=frozenset({Lane.LOCAL}),
            control=frozenset(),
        )
    )
    return list(plan.cells)


def test_a_toolchain_that_behaves_passes_in_order(tmp_path: Path) -> None:
    found = proven(tmp_path, confined=lambda command: None)

    assert [(name, result.verdict) for name, result in found.items()] == [
        *((name, StepVerdict.PASSED) for name in STEPS),
        ("writes", StepVerdict.PASSED),
        ("unchanged", StepVerdict.PASSED),
    ]
    assert "5 steps passed while they could write to their own folders alone" in found["writes"].detail


def test_what_the_machine_cannot_confine_is_unsupported_and_says_why(tmp_path: Path) -> None:
    assert proven(tmp_path)["writes"] == Result(
        variant="made-up", step="writes", verdict=StepVerdict.UNSUPPORTED, detail="no Landlock"
    )


def test_a_step_that_fails_only_when_confined_writes_elsewhere(tmp_path: Path) -> None:
    def refused(command: Command) -> Execution | None:
        if command.argv != ("tool", "lock"):
            return None
        return replace(execution(exit_code=1), stderr="PermissionError: [Errno 13] Permission denied: '/etc/tool'")

    found = proven(tmp_path, confined=refused)

    assert found["lock"].verdict is StepVerdict.PASSED
    assert found["writes"].verdict is StepVerdict.FAILED
    failure = found["writes"].failure
    assert failure is not None
    assert failure.ran == "tool lock"
    assert "It writes to /etc/tool, which is none of its own folders" in failure.cause


def test_what_cannot_be_installed_is_named_and_what_needs_it_left_out(tmp_path: Path) -> None:
    def no_index(command: Command) -> Execution | None:
        return execution(exit_code=2, stdout="odd") if command.argv == ("tool", "install") else None

    found = proven(tmp_path, answers=no_index)

    failure = found["install-cold"].failure
    assert failure is not None
    assert (failure.ran, failure.expected) == ("tool install", "exit status 0")
    assert failure.came == "exit status 2\nodd"
    assert failure.cause == UNKNOWN
    assert found["noop"].verdict is StepVerdict.FAILED
    assert found["run"] == Result(
        variant="made-up", step="run", verdict=StepVerdict.SKIPPED, detail="left out, as noop failed"
    )
    assert found["refresh"].verdict is StepVerdict.SKIPPED


def test_an_old_value_after_an_edit_has_its_cause(tmp_path: Path) -> None:
    failure = proven(tmp_path, stale="PolyWolf")["refresh"].failure

    assert failure is not None
    assert "printed 'Hello, PolyWolf\\n', expected 'Hello, Wolf-" in failure.came
    assert failure.cause.startswith("It still prints Hello, PolyWolf: what the refresh steps leave behind")


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    def missing(command: Command) -> Execution | None:
        return execution(ended=Ended.NOT_STARTED) if command.argv == ("tool", "lock") else None

    failure = proven(tmp_path, answers=missing)["lock"].failure

    assert failure is not None
    assert failure.came == "tool could not be started: no such file"
    assert failure.cause.startswith("The step's program tool is in no package of the toolchain: misspelled")


def test_paths_of_this_machine_are_called_by_their_placeholders(tmp_path: Path) -> None:
    def says_where(command: Command) -> Execution | None:
        failing = command.argv == ("tool", "lock")
        return execution(exit_code=1, stdout=f"{command.cwd}/pyproject.toml is odd") if failing else None

    failure = proven(tmp_path, answers=says_where)["lock"].failure

    assert failure is not None
    assert "{root}/pyproject.toml is odd" in failure.came


def test_a_change_of_the_variants_own_folder_is_seen(tmp_path: Path) -> None:
    def meddles(command: Command) -> Execution | None:
        (tmp_path / "variants" / "made-up" / "README.md").write_text("new", encoding="utf-8")
        return None

    found = proven(tmp_path, answers=meddles)["unchanged"]

    assert found.verdict is StepVerdict.FAILED


def test_what_is_unsupported_is_no_failure(tmp_path: Path) -> None:
    text = VARIANT_TOML.replace("[environment]", '[unsupported]\nnoop = "It has none."\n\n[environment]')

    found = proven(tmp_path, text=text)

    assert (found["noop"].verdict, found["noop"].detail) == (StepVerdict.UNSUPPORTED, "It has none.")
    assert found["run"].verdict is StepVerdict.PASSED


def test_what_is_on_record_is_not_carried_out_and_what_passes_is_kept(tmp_path: Path) -> None:
    kept: list[str] = []
    ran: list[Command] = []

    def watched(command: Command) -> Execution | None:
        ran.append(command)
        return execution(exit_code=1) if command.argv == ("tool", "run", "goodbye") else None

    known = {"lock": "2026-11-30", "noop": "2026-11-30"}
    found = proven(tmp_path, answers=watched, confined=watched, known=known, kept=kept)

    assert {step for step, result in found.items() if result.verdict is StepVerdict.RECORDED} == {*known}
    assert found["lock"].detail.startswith("on record since 2026-11-30")
    assert found["install-cold"].verdict is StepVerdict.FAILED
    assert kept == [step for step in STEPS if found[step].verdict is StepVerdict.PASSED]
    assert ran


def test_where_all_is_on_record_nothing_is_run(tmp_path: Path) -> None:
    def nothing(command: Command) -> Execution | None:
        pytest.fail(f"{command.argv} is run")

    found = proven(tmp_path, answers=nothing, confined=nothing, known=dict.fromkeys(STEPS, "2026-11-30"))

    assert {result.verdict for step, result in found.items() if step in STEPS} == {StepVerdict.RECORDED}
    assert (found["writes"].verdict, found["writes"].detail) == (StepVerdict.SKIPPED, "what passed is on record")


def test_a_step_that_passes_only_unconfined_is_not_kept(tmp_path: Path) -> None:
    kept: list[str] = []

    def refused(command: Command) -> Execution | None:
        return execution(exit_code=1) if command.argv == ("tool", "lock") else None

    found = proven(tmp_path, confined=refused, kept=kept)

    assert found["lock"].verdict is StepVerdict.PASSED
    assert "lock" not in kept
    assert "run" in kept


def test_all_that_is_carried_out_is_there() -> None:
    assert set(CARRIED_OUT) <= set(all_scenarios())
    assert {*STANDARD, *(f"nix-{name}" for name in STANDARD)} <= set(CARRIED_OUT)


def test_a_step_is_carried_out_with_what_it_needs() -> None:
    assert chosen(()) == CARRIED_OUT
    assert chosen(["add-dependency", "nix-build"]) == ("lock", "noop", "run", "add-dependency", "nix-eval", "nix-build")


RESULT = Result(variant="x", step="run", verdict=StepVerdict.PASSED)
FAILED = replace(RESULT, verdict=StepVerdict.FAILED)


@pytest.mark.parametrize(
    ("results", "keys", "standing", "said"),
    [
        ([RESULT, RESULT], {}, CheckStanding.PASSED, "2 passed"),
        ([RESULT, FAILED], {}, CheckStanding.FAILED, "1 passed, 1 failed"),
        ([RESULT, FAILED], {"broken": "Why."}, CheckStanding.BROKEN, "as it says: Why."),
        ([RESULT], {"broken": "Why."}, CheckStanding.FAILED, "no step failed: take the key out"),
        ([FAILED], {"unavailable": "Why."}, CheckStanding.UNSUPPORTED, "Why."),
    ],
)
def test_the_whole_in_a_word(results: list[Result], keys: dict[str, str], standing: CheckStanding, said: str) -> None:
    checked = Checked(variant="x", results=results, **keys)

    assert checked.standing is standing
    assert said in checked.words
    assert checked.good is (standing is not CheckStanding.FAILED)
