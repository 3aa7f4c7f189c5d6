"""harness.run.coordinator: the jobs of a run in order, whoever does them, and what of a block that was half done."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from harness.errors import HarnessError, MeasureError
from harness.plan.cells import Selection, make_plan
from harness.plan.shards import Unit
from harness.provision.state_folder import Layout
from harness.records.facts import Lane, Outcome
from harness.records.format import Cell, RunStatus
from harness.records.journal import Journal
from harness.records.reading import read_done, read_info, read_samples
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
    monkeypatch.setattr(coordinator, "render_report", lambda *words, **more: True)
    return Journal.create(tmp_path, made_up_info(PLAN))


def do_all(journal: Journal, hands: FakeHands) -> str:
    """Have the rest of the run done; what is said."""
    assignment = Assignment(plan=PLAN, results=journal.folder.parent, report=None, run_id="run", command_line=())
    contestants: Any = SimpleNamespace(
        assignment=assignment, in_words=lambda shape: "so many members", experiments=lambda known: EXPERIMENTS
    )
    console = Console(file=io.StringIO(), width=100)
    _Coordinator(contestants, hands, journal, read_done(journal.folder), console).do_all()
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


class Nobody:
    """Contestants that need nothing; ``hands`` do what there is to do."""

    def __init__(self, folder: Path, hands: FakeHands, monkeypatch: pytest.MonkeyPatch) -> None:
        self.assignment = Assignment(
            plan=PLAN, results=folder / "results", report=None, run_id="mine", command_line=(), findings_of=None
        )
        self.layout = Layout(checkout=Layout.here().checkout, state=folder / "state")
        self.said = io.StringIO()
        hands.info = made_up_info(PLAN, "mine")

        @contextmanager
        def ready(*_: object) -> Iterator[FakeHands]:
            yield hands

        monkeypatch.setattr(coordinator, "own_hands", ready)
        monkeypatch.setattr(coordinator, "conclude", lambda *_: 0)
        monkeypatch.setattr(coordinator, "render_report", lambda *_, **__: True)

    def in_words(self, shape: str) -> str:
        return shape

    def experiments(self, known: object) -> tuple[()]:
        return ()

    def run(self) -> int:
        contestants: Any = self
        return coordinator.run_session(contestants, self.layout, Console(file=self.said, width=200))


@pytest.mark.parametrize("error", [MeasureError("the disk is full"), OSError(28, "No space left"), ValueError("odd")])
def test_an_error_in_the_midst_of_a_run_is_in_its_record(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Breaking(FakeHands):
        def carry_out(self, jobs: Iterable[Job], recorder: Recorder) -> Iterator[Job]:
            yield next(iter(jobs))
            raise error

    nobody = Nobody(tmp_path, Breaking(several=False), monkeypatch)
    with pytest.raises(type(error)):
        nobody.run()

    info = read_info(tmp_path / "results" / "mine")
    assert info.status is RunStatus.INTERRUPTED
    assert info.finished_at
    assert "to go on once that is mended: python -m harness run --resume mine" in nobody.said.getvalue()


def test_what_a_session_left_that_was_killed_is_gone_before_the_next_one_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    class Looking(FakeHands):
        def carry_out(self, jobs: Iterable[Job], recorder: Recorder) -> Iterator[Job]:
            seen.append(left.exists())
            return super().carry_out(jobs, recorder)

    nobody = Nobody(tmp_path, Looking(several=False), monkeypatch)
    left = nobody.layout.scratch("mine") / "shape-0" / "venv" / "warm" / "cache"
    left.mkdir(parents=True)

    assert nobody.run() == 0
    assert set(seen) == {False}


def test_findings_that_cannot_be_read_leave_no_run_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = Nobody(tmp_path, FakeHands(several=False), monkeypatch)
    nobody.assignment = replace(nobody.assignment, findings_of=tmp_path / "damaged")

    with pytest.raises(HarnessError, match="damaged holds no run"):
        nobody.run()

    assert not (tmp_path / "results").exists()
