"""Who does what a run has to have done: this process, or others that offer the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Generic, Protocol

from rich.console import Console

from harness.errors import HarnessError, MeasureError
from harness.measure.command import Executor
from harness.measure.executor import LauncherExecutor
from harness.measure.trees import remove_tree
from harness.plan.cells import of_shape, unmeasured
from harness.plan.shards import Unit
from harness.provision.equipment import Equipment
from harness.provision.outside import ThirdParty
from harness.provision.state_folder import Layout
from harness.records.facts import Outcome
from harness.records.format import RunInfo, Sample
from harness.records.spelling import describe
from harness.run.contestants.base import Contestants, Stage
from harness.run.jobs import Job, LookJob, Receiver, as_finding
from harness.run.probe import take_probe
from harness.run.recorder import Recorder
from harness.run.sample import B, take_sample
from harness.run.warm import warm_all
from harness.scenarios.base import Measurable
from harness.workspace.make import nonce
from harness.workspace.prepared import Unready
from harness.workspace.steps import Attempt


class HandsLostError(HarnessError):
    """Nobody is left who could do the rest of a run: what was measured is kept."""


class Hands(Protocol):
    """Whoever does what a run has to have done, ready for it.

    ``info`` is what ``run.json`` would be if the run was begun now, ``outside`` the third party of the shapes.
    ``several`` work at a time, and others when the run is gone on with: none goes on with a scenario's block that
    another began, so what was half done is taken back; and no report is written before a block is over, as that would
    disturb those who still measure.
    """

    several: bool
    info: RunInfo
    outside: Mapping[str, ThirdParty]

    def carry_out(self, jobs: Iterable[Job], recorder: Recorder) -> Iterator[Job]:
        """Do jobs, and give each back when it is done.

        Raises:
            HandsLostError: nobody is left.
        """
        ...


class OwnHands(Generic[B]):
    """This process: contestants with what they are measured with, set up with one shape at a time.

    Each job is asked for when the one before is over. How far setting up is, is shown on ``progress``, if that is
    another console.
    """

    several = False

    def __init__(
        self,
        contestants: Contestants[B],
        layout: Layout,
        equipment: Equipment,
        console: Console,
        progress: Console | None = None,
    ) -> None:
        self.info = contestants.info(layout, equipment.nix_version, equipment.nix_unavailable)
        self.outside = equipment.outside
        self._contestants = contestants
        self._plan = contestants.assignment.plan
        self._layout = layout
        self._equipment = equipment
        self._console = console
        self._progress = progress
        self._scratch = layout.scratch(contestants.assignment.run_id)
        self._shape = ""
        self._stage: Stage[B] | None = None
        self._benches: Mapping[str, B | Unready] | None = None
        self._probed = False

    def carry_out(self, jobs: Iterable[Job], receiver: Receiver) -> Iterator[Job]:
        """Do jobs here.

        Raises:
            HarnessError: contestants cannot be given the members of a shape, or what is handed over cannot be kept.
        """
        for job in jobs:
            if isinstance(job, Unit):
                self._measure(job, receiver)
            elif isinstance(job, LookJob):
                for name, seen in self._with(job.shape, receiver).look():
                    receiver.finding(as_finding(self.info.run_id, name, seen, shape=job.shape))
            else:
                self._leave()
                self._contestants.conduct(job, self._layout, self._equipment, receiver)
            yield job

    def _with(self, shape: str, receiver: Receiver) -> Stage[B]:
        """The contestants with a shape; those with the one before are taken away."""
        if self._stage is None or self._shape != shape:
            self._leave()
            self._shape = shape
            self._stage = self._contestants.stage(
                shape,
                of_shape(self._plan, shape),
                self._equipment,
                self._folder,
                first=shape == self._contestants.assignment.shape_names[0],
                known=receiver.done.findings,
            )
        return self._stage

    @property
    def _folder(self) -> Path:
        return self._scratch / f"shape-{self._contestants.assignment.shape_names.index(self._shape)}"

    def _leave(self) -> None:
        if self._stage is not None and not self._contestants.assignment.keep:
            remove_tree(self._folder)
        self._stage = self._benches = None

    def _warmed(self, shape: str, receiver: Receiver) -> Mapping[str, B | Unready]:
        """The benches of a shape; what is measured already is not warmed up for."""
        stage = self._with(shape, receiver)
        if self._benches is None:
            left = unmeasured(of_shape(self._plan, shape), receiver.done.samples, receiver.done.late)
            benches, limit_s = stage.make_benches(), self._plan.limit_s
            self._benches = warm_all(
                benches, left, stage.warm, limit_s, receiver, self._console, progress=self._progress
            )
        return self._benches

    def _measure(self, unit: Unit, receiver: Receiver) -> None:
        benches = self._warmed(unit.shape, receiver)
        with LauncherExecutor() as executor:
            if not self._probed:
                self._probe(executor, -1, receiver)
                self._probed = True
            attempt = Attempt(executor=executor, log_path=Path(), limit_s=self._plan.limit_s, nonce=nonce)
            execute(unit, benches, self._contestants.scenarios, attempt, receiver)
            self._probe(executor, unit.block, receiver)

    def _probe(self, executor: Executor, block: int, receiver: Receiver) -> None:
        """Time the same computation as ever after a block: what differs there is the machine."""
        log = receiver.journal.folder / "logs" / "probe.log"
        try:
            receiver.probe(take_probe(executor, self._scratch / "probe", log, block=block))
        except MeasureError as error:
            # Nothing is known of the machine then; what was measured counts all the same.
            self._console.print(error.message, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def own_hands(
    contestants: Contestants[B], layout: Layout, early: Path, console: Console, progress: Console | None = None
) -> Iterator[OwnHands[B]]:
    """This process, with all that is needed put in place; ``early`` is a folder for what has to be found out before.

    Raises:
        HarnessError: it cannot be had.
    """
    with contestants.equipped(layout, early, console) as equipment:
        yield OwnHands(contestants, layout, equipment, console, progress)


def execute(
    unit: Unit,
    benches: Mapping[str, B | Unready],
    scenarios: Mapping[str, Measurable[B]],
    attempt: Attempt,
    receiver: Receiver,
) -> None:
    """Execute the cells of a unit one after the other, each as an ``attempt`` of its own.

    ``benches`` maps a cell's variant (the A/A cells have a bench of their own) to its bench, or to the reason why it
    could not be set up.
    """
    journal = receiver.journal
    for position, cell in unit.cells:
        receiver.begins(describe(cell), unit.block)
        log_path = journal.log_path(cell, unit.block)
        bench = benches[cell.variant]
        blank = Sample(
            **asdict(cell),
            run_id=journal.info.run_id,
            host_id=journal.info.host.host_id,
            variant_digest=bench.variant.digest,
            block=unit.block,
            position=position,
            outcome=Outcome.SETUP_FAILED,
            started_at="",
            log_path=journal.relative(log_path),
        )
        own = replace(attempt, log_path=log_path, strategy=cell.strategy or "", shape=cell.shape)
        receiver.samples([take_sample(scenarios[cell.scenario], bench, own, blank)])
