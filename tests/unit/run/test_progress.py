"""harness.run.progress: what is left, and what a person without a terminal reads."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from harness.plan.cells import Selection, make_plan, order_of
from harness.plan.shards import Unit
from harness.records.facts import Lane, Outcome
from harness.records.format import Plan
from harness.records.spelling import describe
from harness.run.progress import MANY_CELLS, DealtProgress, RunProgress
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
    renewed: list[int] = []

    def renew(block: int) -> bool:
        renewed.append(block)
        return could

    times = iter(float(second) for second in range(100))
    with RunProgress(PLAN, Console(file=out, width=80), after_block=renew, monotonic=lambda: next(times)) as progress:
        progress.block_begins(0)
        progress.cell_begins(LOCK, 0, 0)
        progress.cell_ends(made_up_sample(LOCK))
        progress.cell_begins(RUN, 0, 1)
        progress.cell_ends(made_up_sample(RUN, Outcome.FAILED, reason="it said [no]"))
        progress.block_ends(0)

    assert renewed == [0]
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
        after_block=lambda block: does(f"report after block {block}"),
        halfway=(lambda: does("first report")) if early else None,
        monotonic=lambda: 0.0,
    ) as progress:
        for block in range(plan.blocks):
            progress.block_begins(block)
            for position, cell in enumerate(order_of(plan, block)):
                progress.cell_begins(cell, block, position)
                done.append("cell")
                progress.cell_ends(made_up_sample(cell, block=block))
            progress.block_ends(block)
    return done, out.getvalue().splitlines()


@pytest.mark.parametrize(("count", "half"), [(MANY_CELLS, MANY_CELLS // 2), (MANY_CELLS + 1, MANY_CELLS // 2 + 1)])
def test_the_first_report_comes_between_cells_when_half_of_the_first_block_is_done(count: int, half: int) -> None:
    done, said = watched(with_cells(count))

    first = ["cell"] * half + ["first report"] + ["cell"] * (count - half) + ["report after block 0"]
    assert done == first + ["cell"] * count + ["report after block 1"]
    assert said[0] == "half of block 1 of 2 done, first report written"


def test_a_small_block_has_its_report_at_its_end() -> None:
    few = MANY_CELLS - 1

    done, said = watched(with_cells(few))
    assert done == (["cell"] * few + ["report after block 0"]) + (["cell"] * few + ["report after block 1"])
    assert len(said) == 2


def test_a_run_that_goes_on_has_a_report_already() -> None:
    done, _ = watched(with_cells(MANY_CELLS), early=False)

    assert "first report" not in done


def test_units_that_others_measure_are_counted_and_each_stage_is_a_line() -> None:
    out = io.StringIO()
    renewed: list[str] = []
    times = iter((0.0, 30.0))
    unit = Unit(shape="canonical", scenario="run", block=0, cells=(RUN,))
    with DealtProgress(
        Console(file=out, width=80),
        done=1,
        total=4,
        renew=lambda: not renewed.append("once"),
        monotonic=lambda: next(times),
    ) as progress:
        progress.unit_ends(unit, [made_up_sample(RUN, Outcome.FAILED, reason="no")])
        progress.stage_ends()

    assert renewed == ["once"]
    assert out.getvalue().splitlines() == [
        "failed uv · local · run: no",
        "2 of 4 blocks of a scenario done, report renewed, about 1 min 00 s left",
    ]
