"""One run from beginning to end: provision, warm up, measure block by block, renew the report after each."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter
from rich.console import Console

from harness.assignment import Assignment
from harness.benches import STEP_LIMIT_S, make_benches, nonce, warm_all
from harness.equipment import Equipment, equipped
from harness.errors import MeasureError
from harness.experimenting import conduct_all, tasks
from harness.findings import Observation, experiments, inspect
from harness.journal import Journal, Resumed
from harness.labs import Labs
from harness.measure.command import Executor
from harness.measure.environment import prepare_home, scrubbed
from harness.measure.executor import LauncherExecutor
from harness.measure.probe import probe_command, probe_of
from harness.opening import SystemClock, open_journal
from harness.plan import schedule
from harness.progress import ExperimentProgress, RunProgress
from harness.provision.interpreters import base_python
from harness.provision.layout import Layout
from harness.records import Cell, Finding, Lane, Outcome, Plan, RunStatus
from harness.runner import Means, run_blocks
from harness.scenarios import all_scenarios
from harness.shapes import CANONICAL
from harness.variants import Variant
from harness.workspace import remove

_CELLS: TypeAdapter[tuple[Cell, ...]] = TypeAdapter(tuple[Cell, ...])

INTERRUPTED = 130


def run_session(assignment: Assignment, layout: Layout, console: Console) -> int:
    """Do what was assigned, from set-up to the last report; the exit status for the command line.

    Raises:
        HarnessError: set-up failed, or the run cannot be resumed.
    """
    lanes = lanes_of(assignment.plan)
    scratch = layout.scratch(assignment.run_id)
    try:
        with equipped(
            assignment.variants,
            assignment.shape,
            layout,
            console,
            nix=Lane.NIX in lanes,
            provider=assignment.plan.provider,
        ) as equipment:
            journal, done = open_journal(assignment, layout, equipment, console)
            try:
                _measure(assignment, journal, done, equipment, scratch, console)
                _experiment(assignment, layout, journal, done, equipment, console)
            except KeyboardInterrupt:
                journal.finish(RunStatus.INTERRUPTED, _timestamp())
                where = "" if assignment.results == Path("results") else f" --results {assignment.results}"
                console.print(
                    f"interrupted; to go on: python -m harness run --resume {assignment.run_id}{where}",
                    soft_wrap=True,
                    highlight=False,
                )
                render_report(journal.folder, assignment.report, summary=True)
                return INTERRUPTED
            journal.finish(RunStatus.COMPLETE, _timestamp())
            render_report(journal.folder, assignment.report, summary=True)
            _, taken = Journal.resume(journal.folder)
            if taken.failed:
                console.print(_not_established(taken.failed), soft_wrap=True, highlight=False)
            return 1 if taken.failed or any(_is_bad(sample.outcome) for sample in taken.samples.values()) else 0
    except KeyboardInterrupt:
        console.print("interrupted before anything was measured")
        return INTERRUPTED
    finally:
        remove(scratch)


def _not_established(failed: Sequence[str]) -> str:
    named = ", ".join(failed[:5]) + (" …" if len(failed) > 5 else "")
    return f"could not be established, see the evidence in the report: {len(failed)} findings ({named})"


def _is_bad(outcome: Outcome) -> bool:
    return outcome not in (Outcome.OK, Outcome.UNSUPPORTED)


def _measure(
    assignment: Assignment, journal: Journal, done: Resumed, equipment: Equipment, scratch: Path, console: Console
) -> None:
    plan = assignment.plan
    benches = make_benches(assignment.variants, assignment.shape, plan, equipment, scratch)
    benches = warm_all(benches, plan, journal, console)
    for variant in assignment.variants:
        for observation in inspect(equipment.subject(variant, assignment.shape)):
            key = (variant.name, observation.lane, observation.strategy, observation.finding)
            known = key in done.findings
            if observation.lane in lanes_of(plan) and not known:
                add_observation(journal, variant.name, observation)
    began = time.monotonic()
    with LauncherExecutor() as executor:
        means = Means(
            scenarios=all_scenarios(), executor=executor, clock=SystemClock(), nonce=nonce, limit_s=STEP_LIMIT_S
        )
        probe = Prober(executor, journal, scratch, console)
        probe.take(-1)

        def between(block: int) -> None:
            probe.take(block)
            render_report(journal.folder, assignment.report, summary=False)

        blocks = schedule(
            plan,
            done=done.samples.keys(),
            settled=lambda: settled_cells(journal.folder, console) if plan.budget_s is not None else frozenset(),
            time_is_up=lambda: plan.budget_s is not None and time.monotonic() - began >= plan.budget_s,
        )
        with RunProgress(plan, console, after_block=between, done=done.samples.keys()) as progress:
            run_blocks(blocks, benches, journal, means, progress)


def lanes_of(plan: Plan) -> frozenset[Lane]:
    """The lanes that a plan has anything to do in."""
    return frozenset(cell.lane for cell in plan.cells) | frozenset(plan.lanes if plan.experiments else ())


def add_observation(journal: Journal, name: str, observation: Observation, *, log_path: str = "") -> None:
    """Put what was observed of an entrant into a run's record; ``name`` is what it is called there."""
    journal.add_finding(
        Finding(
            run_id=journal.info.run_id,
            variant=name,
            lane=observation.lane,
            strategy=observation.strategy,
            finding=observation.finding,
            value=observation.value,
            evidence=observation.evidence,
            sizes=dict(observation.sizes),
            log_path=log_path,
        )
    )


def _experiment(
    assignment: Assignment, layout: Layout, journal: Journal, done: Resumed, equipment: Equipment, console: Console
) -> None:
    """Conduct the plan's experiments, after all that is timed."""
    plan = assignment.plan
    known = experiments()
    left = list(
        tasks(
            assignment.variants,
            {name: known[name] for name in plan.experiments},
            frozenset(plan.lanes),
            plan.provider,
            done.findings,
        )
    )
    if not left:
        return
    labs = Labs(
        equipment=equipment,
        layout=layout,
        shape=assignment.shape,
        scratch=layout.scratch(assignment.run_id) / "experiments",
        logs=journal.folder / "logs" / "experiments",
        provider=plan.provider,
    )

    def found(variant: Variant, observation: Observation) -> None:
        add_observation(journal, variant.name, observation, log_path=journal.relative(labs.log(variant)))

    with ExperimentProgress(sum(len(task.experiments) for task in left), console) as progress:
        conduct_all(
            left, labs.lab, frozenset(plan.lanes), found, lambda variant, name: progress.begins(variant.name, name)
        )


class Prober:
    """Times the same computation between blocks: what differs there is the machine."""

    def __init__(self, executor: Executor, journal: Journal, scratch: Path, console: Console) -> None:
        self._executor = executor
        self._console = console
        self._journal = journal
        self._folder = scratch / "probe"

    def take(self, block: int) -> None:
        """Probe once, after ``block``; -1 is before the first."""
        prepare_home(self._folder)
        env = scrubbed(home=self._folder, path=("/usr/bin", "/bin"), extra={}, host=os.environ)
        log = self._journal.folder / "logs" / "probe.log"
        taken = self._executor.run(probe_command(base_python(), env=env, cwd=self._folder, log_path=log))
        try:
            probe = probe_of(taken, block=block)
        except MeasureError as error:
            self._console.print(error.message, markup=False, highlight=False, soft_wrap=True)
            return
        info = self._journal.info
        self._journal.write_info(replace(info, probes=(*info.probes, probe)))


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


def render_report(run: Path, report: Path | None, *, summary: bool) -> None:
    """Write a run's report in a process of its own: the one that measures never imports pandas."""
    command = [sys.executable, "-m", "harness", "report", str(run), "--report", str(report or run / "report")]
    subprocess.run([*command, *(() if summary else ("--quiet",))], check=False, stdin=subprocess.DEVNULL)


def _timestamp() -> str:
    return SystemClock().now().isoformat(timespec="seconds")


def set_up(variants: tuple[Variant, ...], layout: Layout, console: Console) -> int:
    """Put everything in place that a run needs, and measure nothing; the exit status for the command line.

    Raises:
        ProvisionError: wheels cannot be had, or the index does not start.
    """
    with equipped(variants, CANONICAL, layout, console, nix=True) as equipment:
        for name, problem in equipment.problems.items():
            console.print(f"{name}: {problem}", markup=False, highlight=False, soft_wrap=True)
        return 1 if equipment.problems else 0
