"""All that is timed of a run: one shape after the other, each set up, warmed up, measured in blocks, taken away."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from rich.console import Console

from harness.errors import MeasureError
from harness.findings import Observation
from harness.measure.command import Executor
from harness.measure.environment import prepare_home, scrubbed
from harness.measure.executor import LauncherExecutor
from harness.measure.trees import remove_tree
from harness.monorepo.shapes import CANONICAL
from harness.plan.cells import of_shape, schedule, unmeasured
from harness.provision.equipment import Equipment
from harness.provision.interpreters import base_python
from harness.records.facts import Outcome
from harness.records.format import Cell, Finding, Plan, Probe, Sample
from harness.records.journal import Journal
from harness.records.reading import Resumed
from harness.run.blocks import BlockMeans, Watcher, run_blocks
from harness.run.contestants.base import Contestants, Stage
from harness.run.probe import probe_command, probe_of
from harness.run.progress import RunProgress
from harness.run.sample import B
from harness.run.start import SystemClock
from harness.run.warm import warm_all
from harness.workspace.make import nonce

_CELLS: TypeAdapter[tuple[Cell, ...]] = TypeAdapter(tuple[Cell, ...])


def measure(
    contestants: Contestants[Any],
    journal: Journal,
    done: Resumed,
    equipment: Equipment,
    scratch: Path,
    console: Console,
    *,
    renew: Callable[[], bool],
    page: Path,
) -> None:
    """Measure what is left of a plan; a budget of time is shared out among the shapes that are left.

    ``renew`` renews the report: after each block, and early in a run that has just begun, which then says where its
    ``page`` is.

    Raises:
        HarnessError: the journal cannot be written any more.
    """
    assignment, plan = contestants.assignment, contestants.assignment.plan
    shapes = assignment.shape_names
    began = time.monotonic()

    def show_first() -> bool:
        renewed = renew()
        if renewed:
            console.print(f"report: {page}", markup=False, highlight=False, soft_wrap=True)
        return renewed

    with LauncherExecutor() as executor:
        prober = Prober(executor, journal, scratch, console)
        prober.take(-1)
        for number, shape in enumerate(shapes):
            part = of_shape(plan, shape)
            if plan.budget_s is not None:
                left = plan.budget_s - (time.monotonic() - began)
                part = replace(part, budget_s=max(left, 0.0) / (len(shapes) - number))
            folder = scratch / f"shape-{number}"
            stage = contestants.stage(shape, part, equipment, folder, first=number == 0, known=done.findings)
            if shape != CANONICAL.name or number:
                console.print(f"shape {shape}: {stage.words}", markup=False, highlight=False, soft_wrap=True)
            for name, seen in stage.seen:
                finding = as_finding(journal.info.run_id, name, seen, shape=shape)
                if finding.key not in done.findings:
                    journal.add_finding(finding)
            if part.cells:
                halfway = show_first if number == 0 and not done.samples else None
                place = _Place(executor=executor, prober=prober, console=console)
                _measure_shape(contestants, stage, part, journal, done, place, renew, halfway)
            if not assignment.keep:
                remove_tree(folder)


@dataclass(frozen=True, kw_only=True)
class _Place:
    """What measuring one shape works with besides."""

    executor: Executor
    prober: Prober
    console: Console


def _measure_shape(
    contestants: Contestants[B],
    stage: Stage[B],
    plan: Plan,
    journal: Journal,
    done: Resumed,
    place: _Place,
    renew: Callable[[], bool],
    halfway: Callable[[], bool] | None,
) -> None:
    known = {key: sample for key, sample in done.samples.items() if key[1].shape in plan.shapes}
    late = {sample.cell for sample in known.values() if sample.outcome is Outcome.TIMED_OUT}
    began = time.monotonic()

    def settled() -> frozenset[Cell]:
        judged = settled_cells(journal.folder, place.console) if plan.budget_s is not None else frozenset[Cell]()
        return judged | late

    def between(block: int) -> bool:
        place.prober.take(block)
        return renew()

    def found(name: str, seen: Observation, log: Path) -> None:
        finding = as_finding(journal.info.run_id, name, seen, log_path=journal.relative(log))
        if finding.key not in done.findings:
            journal.add_finding(finding)

    benches = stage.make_benches()
    if left := unmeasured(plan, known, late):
        benches = warm_all(benches, left, stage.warm, plan.limit_s, journal, place.console, found=found)
    means = BlockMeans(
        scenarios=contestants.scenarios,
        executor=place.executor,
        clock=SystemClock(),
        nonce=nonce,
        limit_s=plan.limit_s,
    )
    blocks = schedule(
        plan,
        done=known.keys(),
        settled=settled,
        time_is_up=lambda: plan.budget_s is not None and time.monotonic() - began >= plan.budget_s,
    )
    with RunProgress(plan, place.console, after_block=between, halfway=halfway, done=known.keys()) as progress:
        run_blocks(blocks, benches, journal, means, _Remembering(late, progress))


def as_finding(
    run_id: str, name: str, observation: Observation, *, log_path: str = "", shape: str = CANONICAL.name
) -> Finding:
    """What was observed of a contestant that is called ``name``, as a run's record has it."""
    return Finding(
        run_id=run_id,
        variant=name,
        lane=observation.lane,
        strategy=observation.strategy,
        finding=observation.finding,
        shape=shape,
        value=observation.value,
        evidence=observation.evidence,
        sizes=dict(observation.sizes),
        cure=observation.cure,
        log_path=log_path,
    )


class _Remembering:
    """A :class:`harness.run.blocks.Watcher` that remembers which cells took longer than they may, and tells another.

    They are not tried again in later blocks: it would take as long, and lead to the same.
    """

    def __init__(self, late: set[Cell], told: Watcher) -> None:
        self._late = late
        self._told = told

    def block_begins(self, block: int) -> None:
        """Tell."""
        self._told.block_begins(block)

    def cell_begins(self, cell: Cell, block: int, position: int) -> None:
        """Tell."""
        self._told.cell_begins(cell, block, position)

    def cell_ends(self, sample: Sample) -> None:
        """Remember, and tell."""
        if sample.outcome is Outcome.TIMED_OUT:
            self._late.add(sample.cell)
        self._told.cell_ends(sample)

    def block_ends(self, block: int) -> None:
        """Tell."""
        self._told.block_ends(block)


class Prober:
    """Times the same computation between blocks: what differs there is the machine."""

    def __init__(self, executor: Executor, journal: Journal, scratch: Path, console: Console) -> None:
        self._executor = executor
        self._console = console
        self._journal = journal
        self._folder = scratch / "probe"

    def take(self, block: int) -> None:
        """Probe once, after ``block``, and put it into the record; -1 is before the first."""
        probe = self.probe(block)
        if probe is not None:
            info = self._journal.info
            self._journal.write_info(replace(info, probes=(*info.probes, probe)))

    def probe(self, block: int) -> Probe | None:
        """Probe once; nothing, and why is said, where the computation did not come to its end."""
        prepare_home(self._folder)
        env = scrubbed(home=self._folder, path=("/usr/bin", "/bin"), extra={}, host=os.environ)
        log = self._journal.folder / "logs" / "probe.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        taken = self._executor.run(probe_command(base_python(), env=env, cwd=self._folder, log_path=log))
        try:
            return probe_of(taken, block=block)
        except MeasureError as error:
            self._console.print(error.message, markup=False, highlight=False, soft_wrap=True)
            return None


def settled_cells(run: Path, console: Console) -> frozenset[Cell]:
    """The cells of a run that need no more blocks, as a process of its own judges: analysis is never imported here.

    None where it cannot judge; it says why.
    """
    judged = subprocess.run(
        [sys.executable, "-m", "harness.report.settled", str(run)],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    if judged.returncode:
        console.print(judged.stderr.decode(errors="replace"), markup=False, highlight=False, soft_wrap=True)
        return frozenset()
    return frozenset(_CELLS.validate_json(judged.stdout))
