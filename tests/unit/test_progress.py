"""harness.progress: what is left, and what a person without a terminal reads."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from harness.plan import Selection, make_plan
from harness.progress import Estimate, RunProgress, describe, spell
from harness.records import Lane, Outcome
from tests.made_up import made_up_sample

PLAN = make_plan(
    Selection(
        strategies={"uv": ()},
        scenarios={"lock": Lane.LOCAL, "run": Lane.LOCAL},
        lanes=frozenset({Lane.LOCAL}),
        blocks=2,
    )
)
LOCK, RUN = PLAN.cells


def test_nothing_is_estimated_before_anything_was_seen() -> None:
    assert Estimate(PLAN).seconds_left() is None


def test_a_cell_not_seen_yet_counts_as_the_mean_of_those_seen() -> None:
    estimate = Estimate(PLAN)
    estimate.took(LOCK, 4.0)

    assert estimate.seconds_left() == 4.0 + 2 * 4.0
    estimate.took(RUN, 1.0)
    assert estimate.seconds_left() == 4.0 + 1.0


@pytest.mark.parametrize(("seconds", "said"), [(0.4, "0 s"), (59.4, "59 s"), (65, "1 min 05 s"), (7800, "2 h 10 min")])
def test_seconds_are_spelt(seconds: float, said: str) -> None:
    assert spell(seconds) == said


def test_a_cell_is_described() -> None:
    assert describe(LOCK) == "uv · local · lock"
    assert describe(replace(LOCK, lane=Lane.NIX, strategy="handwritten")) == "uv · nix · lock (handwritten)"


def test_without_a_terminal_each_block_and_each_failure_is_a_line() -> None:
    out = io.StringIO()
    renewed: list[int] = []
    times = iter(float(second) for second in range(100))
    with RunProgress(
        PLAN, Console(file=out, width=80), after_block=renewed.append, monotonic=lambda: next(times)
    ) as progress:
        progress.block_begins(0)
        progress.cell_begins(LOCK, 0, 0)
        progress.cell_ends(made_up_sample(LOCK))
        progress.cell_begins(RUN, 0, 1)
        progress.cell_ends(made_up_sample(RUN, Outcome.FAILED, reason="it said [no]"))
        progress.block_ends(0)

    assert renewed == [0]
    assert out.getvalue().splitlines() == [
        "failed uv · local · run: it said [no]",
        "block 1 of 2 done, report renewed, 1 failed so far, about 2 s left",
    ]
