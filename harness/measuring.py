"""All that is timed of a run: one shape after the other, each set up, warmed up, measured in blocks, taken away."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter
from rich.console import Console

from harness.assignment import Assignment
from harness.benches import make_benches, nonce, warm_all
from harness.equipment import Equipment
from harness.errors import MeasureError
from harness.findings import Observation, inspect
from harness.growing import grow
from harness.growing.friction import look_at_growth
from harness.journal import Journal, Resumed
from harness.measure.command import Executor
from harness.measure.environment import prepare_home, scrubbed
from harness.measure.executor import LauncherExecutor
from harness.measure.probe import probe_command, probe_of
from harness.measure.trees import remove_tree
from harness.opening import SystemClock
from harness.plan import of_shape, schedule, unmeasured
from harness.progress import RunProgress
from harness.provision.interpreters import base_python
from harness.records import Cell, Finding, Lane, Outcome, Plan, Probe, Sample
from harness.runner import Means, Watcher, run_blocks
from harness.scenarios import all_scenarios
from harness.shapes import CANONICAL, Shape
from harness.variants import Variant

_CELLS: TypeAdapter[tuple[Cell, ...]] = TypeAdapter(tuple[Cell, ...])


def measure(
    assignment: Assignment,
    journal: Journal,
    done: Resumed,
    equipment: Equipment,
    scratch: Path,
    console: Console,
    *,
    renew: Callable[[], None],
    page: Path,
) -> None:
    """Measure what is left of a plan; a budget of time is shared out among the shapes that are left.

    ``renew`` renews the report: after each block, and early in a run that has just begun, which then says where its
    ``page`` is.

    Raises:
        HarnessError: the journal cannot be written any more.
    """
    plan = assignment.plan
    began = time.monotonic()

    def show_first() -> None:
        renew()
        console.print(f"report: {page}", markup=False, highlight=False, soft_wrap=True)

    with LauncherExecutor() as executor:
        prober = Prober(executor, journal, scratch, console)
        prober.take(-1)
        for number, shape in enumerate(assignment.shapes):
            part = of_shape(plan, shape.name)
            if plan.budget_s is not None:
                left = plan.budget_s - (time.monotonic() - began)
                part = replace(part, budget_s=max(left, 0.0) / (len(assignment.shapes) - number))
            folder = scratch / f"shape-{number}"
            variants = grown(assignment.variants, shape, folder / "grown", equipment)
            if shape.name != CANONICAL.name or number:
                console.print(f"shape {shape.name}: {shape.in_words}", markup=False, highlight=False, soft_wrap=True)
            for name, seen in looked(
                assignment.variants, variants, shape, lanes_of(plan), equipment, whole=number == 0
            ):
                finding = as_finding(journal.info.run_id, name, seen, shape=shape.name)
                if finding.key not in done.findings:
                    journal.add_finding(finding)
            if part.cells:
                halfway = show_first if number == 0 and not done.samples else None
                place = _Place(executor=executor, prober=prober, folder=folder, console=console)
                _measure_shape(variants, shape, part, journal, done, equipment, place, renew, halfway)
            if not assignment.keep:
                remove_tree(folder)


@dataclass(frozen=True, kw_only=True)
class _Place:
    """What measuring one shape works with besides."""

    executor: Executor
    prober: Prober
    folder: Path
    console: Console


def grown(variants: Sequence[Variant], shape: Shape, folder: Path, equipment: Equipment) -> tuple[Variant, ...]:
    """The variants with the members of a shape, each in a folder of its own below ``folder``."""
    return tuple(grow(item, shape, folder / item.name, equipment.requirements(item, shape)) for item in variants)


def looked(
    committed: Sequence[Variant],
    variants: Sequence[Variant],
    shape: Shape,
    lanes: frozenset[Lane],
    equipment: Equipment,
    *,
    whole: bool,
) -> Iterator[tuple[str, Observation]]:
    """What can be seen of each variant in these lanes without running it; unless ``whole``, what is about growth alone.

    ``committed`` are the variants that ``variants`` were grown from.
    """
    for prototype, variant in zip(committed, variants, strict=True):
        seen = [*look_at_growth(prototype, shape)]
        if whole:
            seen += inspect(equipment.subject(variant, shape))
        yield from ((variant.name, observation) for observation in seen if observation.lane in lanes)


def _measure_shape(
    variants: Sequence[Variant],
    shape: Shape,
    plan: Plan,
    journal: Journal,
    done: Resumed,
    equipment: Equipment,
    place: _Place,
    renew: Callable[[], None],
    halfway: Callable[[], None] | None,
) -> None:
    known = {key: sample for key, sample in done.samples.items() if key[1].shape == shape.name}
    late = {sample.cell for sample in known.values() if sample.outcome is Outcome.TIMED_OUT}
    began = time.monotonic()

    def settled() -> frozenset[Cell]:
        judged = settled_cells(journal.folder, place.console) if plan.budget_s is not None else frozenset[Cell]()
        return judged | late

    def between(block: int) -> None:
        place.prober.take(block)
        renew()

    benches = make_benches(variants, shape, plan, equipment, place.folder)
    if left := unmeasured(plan, known, late):
        benches = warm_all(benches, left, plan.limit_s, journal, place.console)
    means = Means(
        scenarios=all_scenarios(), executor=place.executor, clock=SystemClock(), nonce=nonce, limit_s=plan.limit_s
    )
    blocks = schedule(
        plan,
        done=known.keys(),
        settled=settled,
        time_is_up=lambda: plan.budget_s is not None and time.monotonic() - began >= plan.budget_s,
    )
    with RunProgress(plan, place.console, after_block=between, halfway=halfway, done=known.keys()) as progress:
        run_blocks(blocks, benches, journal, means, _Remembering(late, progress))


def lanes_of(plan: Plan) -> frozenset[Lane]:
    """The lanes that a plan has anything to do in."""
    return frozenset(cell.lane for cell in plan.cells) | frozenset(plan.lanes if plan.experiments else ())


def add_observation(
    journal: Journal, name: str, observation: Observation, *, log_path: str = "", shape: str = CANONICAL.name
) -> None:
    """Put what was observed of an entrant into a run's record; ``name`` is what it is called there."""
    journal.add_finding(as_finding(journal.info.run_id, name, observation, log_path=log_path, shape=shape))


def as_finding(
    run_id: str, name: str, observation: Observation, *, log_path: str = "", shape: str = CANONICAL.name
) -> Finding:
    """What was observed of an entrant that is called ``name``, as a run's record has it."""
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
        log_path=log_path,
    )


class _Remembering:
    """A :class:`harness.runner.Watcher` that remembers which cells took longer than they may, and tells another all.

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
        [sys.executable, "-m", "harness.reporting.settled", str(run)],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    if judged.returncode:
        console.print(judged.stderr.decode(errors="replace"), markup=False, highlight=False, soft_wrap=True)
        return frozenset()
    return frozenset(_CELLS.validate_json(judged.stdout))
