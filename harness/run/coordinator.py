"""One run from beginning to end: provision, warm up, measure block by block, renew the report after each."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console

from harness.measure.trees import remove_tree
from harness.monorepo.variants import Variant
from harness.provision.equipment import equipped
from harness.provision.state_folder import Layout
from harness.provision.toolchains import toolchains_of
from harness.records.journal import Journal
from harness.records.uninterrupted import uninterrupted
from harness.run.contestants.base import Contestants
from harness.run.finish import conclude, cut_off, interrupted, page_of, render_report
from harness.run.per_shape import measure
from harness.run.start import open_journal
from harness.run.third_party import keep_locks


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
            equipment = stack.enter_context(contestants.equipped(layout, early, console))
            stack.callback(_clear, scratch, console, keep=assignment.keep)
            journal, done = open_journal(assignment, contestants.info(layout, equipment), console)
            try:
                keep_locks(equipment.outside, journal.folder)
                measure(
                    contestants,
                    journal,
                    done,
                    equipment,
                    scratch,
                    console,
                    renew=lambda: render_report(journal.folder, assignment.report, summary=False),
                    page=page_of(journal.folder, assignment.report),
                )
                contestants.conduct(layout, journal, done, equipment, console)
            except KeyboardInterrupt:
                return cut_off(journal, assignment.to_resume, assignment.report, console)
            return conclude(journal, assignment.report, console)
        except KeyboardInterrupt:
            return interrupted(journal, console)


@uninterrupted()
def _clear(scratch: Path, console: Console, *, keep: bool) -> None:
    if keep and scratch.exists():
        console.print(f"kept: {scratch}", soft_wrap=True, highlight=False)
    else:
        remove_tree(scratch)


def set_up(variants: tuple[Variant, ...], layout: Layout, console: Console) -> int:
    """Put everything in place that a run needs, and measure nothing; the exit status for the command line.

    Raises:
        ProvisionError: wheels cannot be had, or the index does not start.
    """
    with equipped(toolchains_of(variants), layout, console, nix=variants) as equipment:
        for name, problem in equipment.problems.items():
            console.print(f"{name}: {problem}", markup=False, highlight=False, soft_wrap=True)
        return 1 if equipment.problems else 0
