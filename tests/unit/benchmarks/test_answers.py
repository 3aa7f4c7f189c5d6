"""Tests of what the benchmarks compute; what they time is not tested."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

from benchmarks import efficiency, hot_loop, orders, verdicts
from benchmarks.__main__ import main
from benchmarks.answer import Answer, markdown, terminal
from benchmarks.million import rows_of
from benchmarks.peers import Task, Turn, compare_turns
from harness.errors import ResultsError
from harness.measure.command import Ended, Execution
from harness.records.facts import Lane, Outcome
from harness.records.format import Cell, Sample
from tests.made_up import made_up_sample


@dataclass(frozen=True)
class Line:
    """A row of two columns."""

    what: str
    value: str

    def cells(self) -> dict[str, str]:
        return {"what": self.what, "value": self.value}


ANSWER = Answer(title="A question", rows=[Line("a|b", "1"), Line("[red]c", "2")], remarks=["A remark."])


def test_markdown_has_headings_rows_and_remarks() -> None:
    assert markdown(ANSWER).splitlines() == [
        "## A question",
        "",
        "| what | value |",
        "|---|---:|",
        "| a\\|b | 1 |",
        "| [red]c | 2 |",
        "",
        "A remark.",
    ]


def test_the_terminal_shows_the_same() -> None:
    console = Console(width=60, file=StringIO())
    console.print(terminal(ANSWER))
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    assert all(part in text for part in ("A question", "a|b", "[red]c", "A remark."))


def test_no_rows_are_a_heading_and_remarks() -> None:
    assert markdown(Answer(title="Q", rows=[], remarks=["Why."])) == "## Q\n\nWhy.\n"


def test_what_a_turn_took_besides_its_runs_is_outside() -> None:
    turn = Turn(walls=(0.1, 0.1, 0.1, 0.1), took_s=0.9, warmups=1)
    assert turn.outside_s == pytest.approx(0.1)


def test_ratios_are_taken_turn_by_turn() -> None:
    def turns(*medians: float) -> list[Turn]:
        return [Turn(walls=(value,), took_s=value, warmups=0) for value in medians]

    rows = compare_turns("true", {"harness": turns(1, 10, 4), "other": turns(1, 10, 2)})
    assert [(row.tool, row.ratio.median) for row in rows] == [("harness", 1), ("other", 1)]
    assert rows[1].ratio.high == 2


def sample(scenario: str, second: int, wall_s: float | None) -> Sample:
    return made_up_sample(
        Cell(variant="uv", lane=Lane.LOCAL, scenario=scenario),
        Outcome.FAILED if wall_s is None else Outcome.OK,
        wall_s=wall_s,
        started_at=f"2026-11-02T10:00:{second:02d}.000+00:00",
    )


def test_a_sample_lasts_until_the_next_one_starts() -> None:
    rows = efficiency.efficiency([sample("run", 0, 2.0), sample("build", 4, None), sample("run", 6, 3.0)])
    assert [(row.what, row.measured_s, row.elapsed_s) for row in rows] == [
        ("the whole run", 5.0, 9.0),
        ("run", 5.0, 7.0),
        ("build", 0.0, 2.0),
    ]
    assert rows[0].share == pytest.approx(5 / 9)


def test_a_folder_without_runs_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="There is no run"):
        efficiency.newest_run(tmp_path)
    with pytest.raises(ResultsError, match="holds no samples"):
        efficiency.answer(tmp_path)


def rising() -> Callable[[int], float]:
    """A machine that slows down all the time, with some spread."""
    rng = np.random.default_rng(3)
    count = iter(range(1000))
    return lambda _: (1 + next(count) / 10) * float(rng.lognormal(0, 0.001))


def test_batches_take_a_slowing_machine_for_a_difference() -> None:
    assert all(orders.found_in_batches(rising()).values())


def test_blocks_do_not() -> None:
    assert not any(orders.found_in_blocks(rising(), np.random.default_rng(1)).values())


def test_both_find_a_difference_on_a_quiet_machine() -> None:
    rng = np.random.default_rng(5)
    [found] = orders.repeat(orders.simulated(rng, slowed=1.0, difference=1.2), 1, rng)
    assert len(found) == 4
    assert all(found.values())


def test_repetitions_are_counted_for_each_way_of_judging() -> None:
    rows = orders.count("s", "none", [{"a": True, "b": False}, {"a": True, "b": True}])
    assert [(row.how, row.found, row.repetitions) for row in rows] == [("a", 2, 2), ("b", 1, 2)]
    assert orders.count("s", "none", []) == []


def test_a_million_has_both_processes_and_the_part() -> None:
    execution = Execution(
        ended=Ended.EXITED,
        exit_code=0,
        signal=None,
        wall_s=2.0,
        user_s=1.0,
        system_s=0.5,
        max_rss_bytes=10,
        stdout='{"wall_s": 0.5, "cpu_s": 0.25}\n',
        stderr="",
    )
    rows = rows_of(execution, execution)
    assert [(row.wall_s, row.cpu_s, row.peak_bytes) for row in rows] == [
        (2.0, 1.5, 10),
        (2.0, 1.5, 10),
        (0.5, 0.25, 10),
    ]


def test_an_unknown_question_is_refused() -> None:
    result = CliRunner().invoke(main, ["speed"])
    assert result.exit_code == 2
    assert "blocks-or-batches" in result.output


def test_a_hot_loop_leaves_the_first_run_of_each_command_out_and_rounds_have_work_before_each() -> None:
    tasks = [Task(name=name, argv=(name,), folder=Path(), env={}) for name in ("a", "b", "c")]
    done: list[str] = []

    def run(task: Task) -> dict[str, float]:
        done.append(task.name)
        return {"clock": 9.0 if done.count(task.name) == 1 else 2.0, "processor": 1.0}

    found = hot_loop.in_a_hot_loop(tasks, run)
    assert found == {(name, kind): took for name in "abc" for kind, took in (("clock", 2), ("processor", 1))}
    assert done == [name for name in "abc" for _ in range(hot_loop.RUNS + 1)]
    done.clear()
    hot_loop.in_shuffled_rounds(tasks, run, random.Random(1), lambda: done.append("work"))  # noqa: S311
    assert done[::2] == ["work"] * 3 * hot_loop.RUNS
    rounds = [done[1::2][place : place + 3] for place in range(0, 3 * hot_loop.RUNS, 3)]
    assert all(sorted(each) == ["a", "b", "c"] for each in rounds)
    assert len({tuple(each) for each in rounds}) > 1


def test_ways_of_measuring_are_held_against_the_hot_loop_turn_by_turn() -> None:
    turns = {
        "hot loop": [{("a", "clock"): 0.01}, {("a", "clock"): 0.02}],
        "shuffled": [{("a", "clock"): 0.015}, {("a", "clock"): 0.03}],
    }
    [row] = hot_loop.rows_of(turns)
    assert row.cells() == {
        "command": "`a`",
        "time": "clock",
        "hot loop": "15.0 ms",
        "shuffled": "22.5 ms",
        "shuffled / hot": "1.50 [1.50, 1.50]",
    }


def test_verdicts_are_counted_for_each_difference_scatter_and_number_of_rounds() -> None:
    found = verdicts.answer(repetitions=2)
    assert len(found.rows) == len(verdicts.DIFFERENCES) * len(verdicts.NOISES)
    assert [len(row.cells()) for row in found.rows] == [2 + 2 * len(verdicts.ROUNDS)] * len(found.rows)
    rng = np.random.default_rng(1)
    quiet = {"noise": 0.001, "rounds": 6, "repetitions": 3}
    assert verdicts.share_of_verdicts(rng, difference=0.0, **quiet) == (0, 1)
    assert verdicts.share_of_verdicts(rng, difference=0.1, **quiet) == (1, 0)
