"""harness.run.coordinator: the jobs of a run in order, whoever does them, and what of a block that was half done."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from harness.plan.cells import Selection, make_plan
from harness.plan.shards import Unit
from harness.records.facts import Lane, Outcome
from harness.records.format import Cell
from harness.records.journal import Journal, read_samples
from harness.run import coordinator
from harness.run.coordinator import _Coordinator
from harness.run.jobs import ConductJob, Job, LookJob
from harness.run.recorder import Recorder
from harness.run.request import Assignment
from tests.made_up import made_up_info, made_up_sample

PLAN = make_plan(
    Selection(
        strategies={"one": (), "two": ()},
        scenarios={"lock": Lane.LOCAL, "run": Lane.LOCAL},
        lanes=frozenset({Lane.LOCAL}),
        shapes=("canonical", "apps=2,libs=2"),
        blocks=2,
        reference="none",
    )
)
FIRST = "canonical"
EXPERIMENTS = (("one", ("leaks",)),)


class FakeHands:
    """Take each cell's sample at once, as ``outcome``; what they were asked to do, in order."""

    def __init__(self, *, several: bool) -> None:
        self.several = several
        self.info: Any = None
        self.outside: Any = {}
        self.asked: list[Job] = []
        self.outcome = Outcome.OK

    def carry_out(self, jobs: Iterable[Job], recorder: Recorder) -> Iterator[Job]:
        for job in jobs:
            self.asked.append(job)
            if isinstance(job, Unit):
                samples = [made_up_sample(cell, self.outcome, block=job.block, position=at) for at, cell in job.cells]
                recorder.samples(samples)
            yield job

    @property
    def cells(self) -> list[tuple[int, Cell]]:
        """What they were asked to measure."""
        return [(job.block, cell) for job in self.asked if isinstance(job, Unit) for _, cell in job.cells]


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    monkeypatch.setattr(coordinator, "render_report", lambda *words, **more: None)
    return Journal.create(tmp_path, made_up_info(PLAN))


def do_all(journal: Journal, hands: FakeHands) -> str:
    """Have the rest of the run done; what is said."""
    assignment = Assignment(plan=PLAN, results=journal.folder.parent, report=None, run_id="run", command_line=())
    contestants: Any = SimpleNamespace(
        assignment=assignment, in_words=lambda shape: "so many members", experiments=lambda known: EXPERIMENTS
    )
    console = Console(file=io.StringIO(), width=100)
    _Coordinator(contestants, hands, *Journal.resume(journal.folder), console).do_all()
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_each_shape_is_looked_at_and_measured_and_experiments_come_last(journal: Journal) -> None:
    hands = FakeHands(several=False)
    said = do_all(journal, hands)

    kinds = [(type(job), job.shape) for job in hands.asked if not isinstance(job, ConductJob)]
    assert kinds == [(kind, shape) for shape in PLAN.shapes for kind in (LookJob, Unit, Unit)]
    assert hands.asked[-1] == ConductJob(experiments=EXPERIMENTS)
    assert "shape apps=2,libs=2: so many members" in said
    assert {(item.block, item.cell) for item in read_samples(journal.folder)} == set(hands.cells)


def test_what_takes_too_long_is_not_tried_in_later_blocks(journal: Journal) -> None:
    hands = FakeHands(several=False)
    hands.outcome = Outcome.TIMED_OUT
    do_all(journal, hands)

    assert {block for block, _ in hands.cells} == {0}
    assert len(hands.cells) == len(PLAN.cells)


@pytest.mark.parametrize("several", [False, True])
def test_half_a_block_is_gone_on_with_alone_and_taken_back_by_several(journal: Journal, several: bool) -> None:
    whole = [cell for cell in PLAN.cells if cell.shape == FIRST and cell.scenario == "lock"]
    half = next(cell for cell in PLAN.cells if cell.shape == FIRST and cell.scenario == "run")
    journal.add_samples([made_up_sample(cell) for cell in (*whole, half)])
    hands = FakeHands(several=several)
    said = do_all(journal, hands)

    assert not {(0, cell) for cell in whole} & set(hands.cells)
    assert ((0, half) in hands.cells) is several
    assert ("taken back, as its block was half done: 1 sample" in said) is several
    assert len(read_samples(journal.folder)) == len(PLAN.cells) * PLAN.blocks
