"""One run from beginning to end, whoever does the work: its jobs in order, the record, the report after each block."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from rich.console import Console

from harness.measure.trees import remove_tree
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants import Variant
from harness.plan.cells import of_shape, schedule
from harness.plan.shards import Unit, half_done
from harness.provision.equipment import equipped
from harness.provision.state_folder import Layout
from harness.provision.toolchains import toolchains_of
from harness.records.format import Cell, Plan
from harness.records.journal import Journal
from harness.records.reading import Resumed
from harness.records.spelling import number
from harness.records.uninterrupted import uninterrupted
from harness.run.contestants.base import Contestants
from harness.run.contestants.variants import VariantContestants
from harness.run.finish import broken_off, conclude, cut_off, interrupted, page_of, render_report, tell
from harness.run.hands import Hands, HandsLostError, own_hands
from harness.run.jobs import ConductJob, LookJob
from harness.run.progress import ExperimentProgress, RunProgress
from harness.run.recorder import Recorder, open_journal

_CELLS: TypeAdapter[tuple[Cell, ...]] = TypeAdapter(tuple[Cell, ...])


def run_session(contestants: Contestants[Any], layout: Layout, console: Console) -> int:
    """Do what was assigned, from set-up to the last report; the exit status for the command line.

    Raises:
        HarnessError: set-up failed, or the run cannot be resumed.
    """
    assignment = contestants.assignment
    scratch = layout.scratch(assignment.run_id)
    # Another run of that name may be at work: until this one has the state folder to itself it has a place of its own.
    early = layout.scratch(f"{assignment.run_id}.{os.getpid()}")
    journal: Journal | None = None
    with ExitStack() as stack:
        stack.callback(uninterrupted()(remove_tree), early)
        try:
            hands = stack.enter_context(_hands(contestants, layout, early, console))
            if not hands.several:
                # A session that was killed could not clear up: what it left would pass for a warm cache.
                remove_tree(scratch)
            stack.callback(_clear, scratch, console, keep=assignment.keep)
            journal, done = open_journal(assignment, hands.info, hands.outside, console)
            try:
                _Coordinator(contestants, hands, journal, done, console).do_all()
            except (KeyboardInterrupt, HandsLostError) as error:
                if isinstance(error, HandsLostError):
                    tell(console, str(error))
                return cut_off(journal, assignment.to_resume, assignment.report, console)
            except Exception:
                broken_off(journal, assignment.to_resume, console)
                raise
            return conclude(journal, assignment.report, console)
        except KeyboardInterrupt:
            return interrupted(journal, console)


def _hands(
    contestants: Contestants[Any], layout: Layout, early: Path, console: Console
) -> AbstractContextManager[Hands]:
    if contestants.assignment.cluster is None or not isinstance(contestants, VariantContestants):
        return own_hands(contestants, layout, early, console)
    # Imported here because it brings Dask, which a run on one machine does without.
    from harness.run.cluster.hands import hands_of_cluster

    return hands_of_cluster(contestants, layout, early, console)


@uninterrupted()
def _clear(scratch: Path, console: Console, *, keep: bool) -> None:
    if keep and scratch.exists():
        tell(console, f"kept: {scratch}")
    else:
        remove_tree(scratch)


class _Coordinator:
    """Has all that is left of a run done, and put into its record."""

    def __init__(
        self, contestants: Contestants[Any], hands: Hands, journal: Journal, done: Resumed, console: Console
    ) -> None:
        self._contestants = contestants
        self._assignment = contestants.assignment
        self._hands = hands
        self._journal = journal
        self._console = console
        self._recorder = Recorder(journal, self._take_back(done) if hands.several else done)

    def do_all(self) -> None:
        """All that is timed, then experiments; a budget of time is shared out among the shapes that are left.

        Raises:
            HarnessError: the journal cannot be written any more, or nobody is left to do the rest.
        """
        plan, shapes = self._assignment.plan, self._assignment.shape_names
        began = time.monotonic()
        for place, shape in enumerate(shapes):
            part = of_shape(plan, shape)
            if plan.budget_s is not None:
                left = plan.budget_s - (time.monotonic() - began)
                part = replace(part, budget_s=max(left, 0.0) / (len(shapes) - place))
            if shape != CANONICAL.name or place:
                tell(self._console, f"shape {shape}: {self._contestants.in_words(shape)}")
            self._measure(shape, part, first=place == 0)
        if experiments := self._contestants.experiments(self._recorder.done.findings):
            total = sum(len(names) for _, names in experiments)
            with ExperimentProgress(total, self._console) as self._recorder.progress:
                for _ in self._hands.carry_out([ConductJob(experiments=experiments)], self._recorder):
                    pass

    def _take_back(self, done: Resumed) -> Resumed:
        """Take scenarios back that were half done in their block: what is in the record then."""
        half = half_done(self._assignment.plan, done.samples.keys(), done.late)
        if not half:
            return done
        self._journal.take_back(half)
        tell(self._console, f"taken back, as its block was half done: {number(len(half), 'sample')}")
        return replace(done, samples={key: sample for key, sample in done.samples.items() if key not in half})

    def _measure(self, shape: str, plan: Plan, *, first: bool) -> None:
        """Look at the contestants with a shape, and measure what is left of its blocks."""
        recorder = self._recorder
        known = {key for key in recorder.done.samples if key[1].shape == shape}
        began = time.monotonic()

        def settled() -> frozenset[Cell]:
            judged = (
                settled_cells(self._journal.folder, self._console) if plan.budget_s is not None else frozenset[Cell]()
            )
            return judged | recorder.late

        blocks = schedule(
            plan,
            done=known,
            settled=settled,
            time_is_up=lambda: plan.budget_s is not None and time.monotonic() - began >= plan.budget_s,
        )
        units = (Unit(block=block, shape=shape, cells=tuple(cells)) for block, cells in blocks)
        early = first and not recorder.done.samples and not self._hands.several
        halfway = self._show_first if early else None
        with RunProgress(plan, self._console, renew=self._renew, halfway=halfway, done=known) as progress:
            recorder.progress = progress
            for job in self._hands.carry_out(itertools.chain([LookJob(shape=shape)], units), recorder):
                if isinstance(job, Unit):
                    progress.block_ends(job.block)

    def _renew(self) -> bool:
        """Renew the report; nothing is measured meanwhile, or by others, who have a machine of their own."""
        self._journal.write_info(self._journal.info)
        return render_report(self._journal.folder, self._assignment.report, summary=False)

    def _show_first(self) -> bool:
        """Write the report early in a run that has just begun, and say where it is."""
        if not self._renew():
            return False
        tell(self._console, f"report: {page_of(self._journal.folder, self._assignment.report)}")
        return True


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
        tell(console, judged.stderr.decode(errors="replace"))
        return frozenset()
    return frozenset(_CELLS.validate_json(judged.stdout))


def set_up(variants: tuple[Variant, ...], layout: Layout, console: Console) -> int:
    """Put everything in place that a run needs, and measure nothing; the exit status for the command line.

    Raises:
        ProvisionError: wheels cannot be had, or the index does not start.
    """
    with equipped(toolchains_of(variants), layout, console, nix=variants) as equipment:
        for name, problem in equipment.problems.items():
            tell(console, f"{name}: {problem}")
        return 1 if equipment.problems else 0
