"""harness.run.progress: what is left, and what a person without a terminal reads."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from harness.plan.cells import Selection, make_plan, order_of
from harness.records.facts import Lane, Outcome
from harness.records.format import Plan
from harness.records.spelling import describe
from harness.run.progress import MANY_CELLS, RunProgress
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


def test_a_cell_is_described() -> None:
    assert describe(LOCK) == "uv · local · lock"
    assert describe(replace(LOCK, lane=Lane.NIX, strategy="handwritten")) == "uv · nix · lock (handwritten)"


@pytest.mark.parametrize("could", [True, False])
def test_without_a_terminal_each_block_and_each_failure_is_a_line(*, could: bool) -> None:
    out = io.StringIO()
    renewed: list[str] = []

    def renew() -> bool:
        renewed.append("once")
        return could

    times = iter(float(second) for second in range(100))
    with RunProgress(PLAN, Console(file=out, width=80), renew=renew, monotonic=lambda: next(times)) as progress:
        progress.begins("lock", 0)
        progress.samples_end([made_up_sample(LOCK)])
        progress.begins("run", 0)
        progress.samples_end([made_up_sample(RUN, Outcome.FAILED, reason="it said [no]")])
        progress.block_ends(0)

    assert renewed == ["once"]
    assert out.getvalue().splitlines() == [
        "failed uv · local · run: it said [no]",
        f"block 1 of 2 done, report {'renewed' if could else 'not renewed'}, 1 failed so far, about 2 s left",
    ]


def with_cells(count: int) -> Plan:
    return make_plan(
        Selection(
            strategies={f"tool-{number:02}": () for number in range(count)},
            scenarios={"run": Lane.LOCAL},
            lanes=frozenset({Lane.LOCAL}),
            blocks=2,
        )
    )


def watched(plan: Plan, *, early: bool = True) -> tuple[list[str], list[str]]:
    """What a run of a plan does in which order, a cell or a report, and the lines it says."""
    out = io.StringIO()
    done: list[str] = []

    def does(what: str) -> bool:
        done.append(what)
        return True

    with RunProgress(
        plan,
        Console(file=out, width=80),
        renew=lambda: does("report"),
        halfway=(lambda: does("first report")) if early else None,
        monotonic=lambda: 0.0,
    ) as progress:
        for block in range(plan.blocks):
            for cell in order_of(plan, block):
                progress.begins(cell.variant, block)
                done.append("cell")
                progress.samples_end([made_up_sample(cell, block=block)])
            progress.block_ends(block)
    return done, out.getvalue().splitlines()


@pytest.mark.parametrize(("count", "half"), [(MANY_CELLS, MANY_CELLS // 2), (MANY_CELLS + 1, MANY_CELLS // 2 + 1)])
def test_the_first_report_comes_between_cells_when_half_of_the_first_block_is_done(count: int, half: int) -> None:
    done, said = watched(with_cells(count))

    first = ["cell"] * half + ["first report"] + ["cell"] * (count - half) + ["report"]
    assert done == first + ["cell"] * count + ["report"]
    assert said[0] == "half of block 1 of 2 done, first report written"


def test_a_small_block_has_its_report_at_its_end() -> None:
    few = MANY_CELLS - 1

    done, said = watched(with_cells(few))
    assert done == (["cell"] * few + ["report"]) + (["cell"] * few + ["report"])
    assert len(said) == 2


def test_a_run_that_goes_on_has_a_report_already() -> None:
    done, _ = watched(with_cells(MANY_CELLS), early=False)

    assert "first report" not in done


def test_what_several_measure_at_a_time_counts_for_what_is_done_in_a_time() -> None:
    out = io.StringIO()
    times = iter((0.0, 0.0, 30.0, 40.0, 41.0))
    with RunProgress(PLAN, Console(file=out, width=80), renew=lambda: True, monotonic=lambda: next(times)) as progress:
        progress.begins("block 1", 0)
        progress.samples_end([made_up_sample(LOCK), made_up_sample(RUN)])
        progress.samples_end([made_up_sample(LOCK, block=1)])
        progress.block_ends(0)

    # 15 s a cell in the first 30 s, then 10 s for one.
    assert out.getvalue() == "block 1 of 2 done, report renewed, about 15 s left\n"
