"""harness.run.sample: whatever happens becomes an outcome with a reason, and only what passed has figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.measure.command import Command, Ended, Execution
from harness.provision.index import Traffic
from harness.records.facts import Lane, Outcome
from harness.records.format import Cell, Sample
from harness.run.sample import take_sample
from harness.scenarios import all_scenarios
from harness.workspace.prepared import Bench, Unready
from harness.workspace.warm_up import warm_up
from tests.made_up import FakeClock, FakeMeter, Toolbox, execution, made_up_attempt, made_up_bench, made_up_sample

CELL = Cell(variant="made-up", lane=Lane.LOCAL, scenario="install-warm")
BLANK = made_up_sample(CELL, Outcome.SETUP_FAILED, block=2, position=7)
FIGURES = ("wall_s", "user_s", "system_s", "max_rss_bytes", "requests", "bytes_downloaded", "files_written")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return made_up_bench(tmp_path)


def sample(bench: Bench | Unready, toolbox: Toolbox, tmp_path: Path, scenario: str = "install-warm") -> Sample:
    attempt = made_up_attempt(toolbox, tmp_path)
    return take_sample(all_scenarios()[scenario], bench, attempt, BLANK, FakeClock().now)


def ready(bench: Bench, tmp_path: Path) -> Toolbox:
    toolbox = Toolbox(workspaces=[bench.warm, bench.settled, bench.cold])
    warm_up(bench, made_up_attempt(toolbox, tmp_path), {"lock", "install", "settled"})
    return toolbox


def test_a_sample_that_passed_has_its_place_and_every_figure(bench: Bench, tmp_path: Path) -> None:
    taken = sample(bench, ready(bench, tmp_path), tmp_path)

    assert taken.outcome is Outcome.OK
    assert (taken.run_id, taken.block, taken.position, taken.variant_digest) == ("run", 2, 7, "digest")
    assert (taken.wall_s, taken.user_s, taken.system_s) == (1.0, 0.5, 0.25)
    assert taken.started_at == "2026-01-01T00:00:01.000+00:00"
    assert all(getattr(taken, name) is not None for name in FIGURES)


def test_steps_add_up_and_memory_is_the_most_of_any(bench: Bench, tmp_path: Path) -> None:
    toolbox = ready(bench, tmp_path)
    costs = iter([(1.0, 500), (2.0, 300)])

    def answer(command: Command) -> Execution | None:
        if command.argv[:2] != ("tool", "run"):
            return None
        wall_s, memory = next(costs)
        line = f"{command.argv[2].capitalize()}, {bench.settled.name}\n"
        return execution(stdout=line, wall_s=wall_s, max_rss_bytes=memory)

    toolbox.answers = answer
    taken = sample(bench, toolbox, tmp_path, "refresh")

    assert taken.wall_s == 3.0
    assert taken.max_rss_bytes == 500


def test_traffic_is_what_was_served_during_the_measured_steps_alone(bench: Bench, tmp_path: Path) -> None:
    toolbox = ready(bench, tmp_path)
    meter = bench.meter
    assert isinstance(meter, FakeMeter)
    meter.now = Traffic(requests=10, bytes_downloaded=1000)

    def answer(command: Command) -> Execution | None:
        meter.now = Traffic(requests=meter.now.requests + 3, bytes_downloaded=meter.now.bytes_downloaded + 50)
        return None

    toolbox.answers = answer
    taken = sample(bench, toolbox, tmp_path)

    assert (taken.requests, taken.bytes_downloaded) == (3, 50)


@pytest.mark.parametrize(
    ("ended", "outcome", "reason"),
    [
        (Ended.EXITED, Outcome.FAILED, "`tool install` ended with exit status 3"),
        (Ended.SIGNALLED, Outcome.FAILED, "`tool install` was ended by signal 9"),
        (Ended.TIMED_OUT, Outcome.TIMED_OUT, "`tool install` did not end within its time limit"),
        (Ended.NOT_STARTED, Outcome.FAILED, "`tool install` could not be started: no such file"),
    ],
)
def test_a_step_that_fails_leaves_no_figure(
    ended: Ended, outcome: Outcome, reason: str, bench: Bench, tmp_path: Path
) -> None:
    toolbox = ready(bench, tmp_path)
    toolbox.answers = lambda command: (
        execution(exit_code=3, ended=ended) if command.argv == ("tool", "install") else None
    )
    taken = sample(bench, toolbox, tmp_path)

    assert (taken.outcome, taken.reason) == (outcome, reason)
    assert [getattr(taken, name) for name in FIGURES] == [None] * len(FIGURES)


def test_a_result_that_is_not_verified_leaves_no_figure(bench: Bench, tmp_path: Path) -> None:
    toolbox = ready(bench, tmp_path)
    toolbox.stale = "Old"
    taken = sample(bench, toolbox, tmp_path)

    assert taken.outcome is Outcome.FAILED
    assert "printed 'Hello, Old" in taken.reason
    assert [getattr(taken, name) for name in FIGURES] == [None] * len(FIGURES)


def test_a_state_that_is_not_reached_is_no_failure_of_what_would_be_measured(bench: Bench, tmp_path: Path) -> None:
    toolbox = ready(bench, tmp_path)
    bench.installed = False
    toolbox.answers = lambda command: execution(exit_code=1) if command.argv == ("tool", "install") else None
    taken = sample(bench, toolbox, tmp_path, "run")

    assert taken.outcome is Outcome.SETUP_FAILED
    assert "Installing beforehand failed" in taken.reason


def test_trouble_with_the_disk_is_an_outcome_too(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toolbox = ready(bench, tmp_path)

    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(bench.warm), "renew", lambda self, **words: full(**words))
    taken = sample(bench, toolbox, tmp_path)

    assert taken.outcome is Outcome.SETUP_FAILED
    assert "No space left on device" in taken.reason


def test_a_variant_that_could_not_be_set_up_says_why(bench: Bench, tmp_path: Path) -> None:
    taken = sample(Unready(variant=bench.variant, reason="no toolchain"), Toolbox(workspaces=[]), tmp_path)

    assert (taken.outcome, taken.reason) == (Outcome.SETUP_FAILED, "no toolchain")


def test_a_defect_of_the_harness_is_seen_and_ends_no_run(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolbox = ready(bench, tmp_path)
    monkeypatch.setattr(type(bench.warm), "renew", lambda self, **words: 1 / 0)

    taken = sample(bench, toolbox, tmp_path)

    assert (taken.outcome, taken.reason) == (Outcome.SETUP_FAILED, "ZeroDivisionError: division by zero")
    assert "Traceback" in made_up_attempt(toolbox, tmp_path).log_path.read_text(encoding="utf-8")


def test_the_steps_of_a_phase_share_its_time(bench: Bench, tmp_path: Path) -> None:
    toolbox = ready(bench, tmp_path)
    limits = []

    def answer(command: Command) -> Execution | None:
        if command.argv[:2] != ("tool", "build"):
            return None
        limits.append(command.timeout_s)
        return execution(wall_s=40.0, ended=Ended.TIMED_OUT if command.timeout_s < 40 else Ended.EXITED)

    toolbox.answers = answer
    taken = sample(bench, toolbox, tmp_path, "build")

    # Three members, each a step; the limit of a made-up attempt is 60 seconds.
    assert limits == [60.0, 20.0]
    assert taken.outcome is Outcome.TIMED_OUT
    assert taken.wall_s is None


def test_what_cannot_be_installed_in_time_is_timed_out_and_not_tried_again(bench: Bench, tmp_path: Path) -> None:
    toolbox = ready(bench, tmp_path)
    bench.installed = False
    tried = []

    def answer(command: Command) -> Execution | None:
        if command.argv != ("tool", "install"):
            return None
        tried.append(command)
        return execution(ended=Ended.TIMED_OUT)

    toolbox.answers = answer
    first, second = (sample(bench, toolbox, tmp_path, scenario) for scenario in ("noop", "run"))

    assert [first.outcome, second.outcome] == [Outcome.TIMED_OUT] * 2
    assert first.reason == second.reason
    assert "did not end within its time limit" in first.reason
    assert len(tried) == 1


def test_what_fails_otherwise_is_tried_again(bench: Bench, tmp_path: Path) -> None:
    toolbox = ready(bench, tmp_path)
    bench.installed = False
    toolbox.answers = lambda command: execution(exit_code=1) if command.argv == ("tool", "install") else None

    assert sample(bench, toolbox, tmp_path, "noop").outcome is Outcome.SETUP_FAILED
    toolbox.answers = lambda command: None
    assert sample(bench, toolbox, tmp_path, "noop").outcome is Outcome.OK


def test_an_entrant_that_was_not_ready_in_time_is_timed_out(bench: Bench, tmp_path: Path) -> None:
    late = Unready(variant=bench.variant, reason="locking took too long", timed_out=True)

    taken = sample(late, Toolbox(workspaces=[]), tmp_path)

    assert (taken.outcome, taken.reason) == (Outcome.TIMED_OUT, "locking took too long")


def test_what_the_local_lane_lacks_keeps_nix_from_nothing(bench: Bench, tmp_path: Path) -> None:
    bench.local_unready = Unready(variant=bench.variant, reason="Locking failed")
    toolbox = Toolbox(workspaces=[bench.warm, bench.settled, bench.cold])
    nix = made_up_sample(replace(CELL, lane=Lane.NIX, scenario="nix-eval", strategy="handwritten"))
    attempt = made_up_attempt(toolbox, tmp_path)

    local = take_sample(all_scenarios()["install-warm"], bench, attempt, BLANK)
    through_nix = take_sample(all_scenarios()["nix-eval"], bench, attempt, nix)

    assert (local.outcome, local.reason) == (Outcome.SETUP_FAILED, "Locking failed")
    # This bench has no Nix, which is another reason.
    assert through_nix.reason != "Locking failed"
