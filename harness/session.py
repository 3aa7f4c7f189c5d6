"""One run from beginning to end: provision, warm up, measure block by block, renew the report after each."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from harness.assignment import Assignment, makes_changes, shard_of
from harness.concluding import conclude, cut_off, interrupted, page_of, render_report
from harness.equipment import Equipment, equipped
from harness.experimenting import conduct_all, left_of
from harness.findings import Observation
from harness.journal import Journal, Resumed
from harness.labs import Labs
from harness.measuring import add_observation, lanes_of, measure
from harness.opening import info_of, open_journal
from harness.progress import ExperimentProgress
from harness.provision.layout import Layout
from harness.provision.resolving import resolver
from harness.provision.toolchains import toolchains_of
from harness.records import Lane
from harness.third_party import keep_locks, third_party_of
from harness.variants import Variant
from harness.workspace import remove


def run_session(assignment: Assignment, layout: Layout, console: Console) -> int:
    """Do what was assigned, from set-up to the last report; the exit status for the command line.

    Raises:
        HarnessError: set-up failed, or the run cannot be resumed.
    """
    lanes = lanes_of(assignment.plan)
    scratch = layout.scratch(assignment.run_id)
    # Another run of that name may be at work: until this one has the state folder to itself it has a place of its own.
    early = layout.scratch(f"{assignment.run_id}.{os.getpid()}")
    journal: Journal | None = None
    with ExitStack() as stack:
        stack.callback(remove, early)
        try:
            outside = third_party_of(assignment, early, resolver, console)
            equipment = stack.enter_context(
                equipped(
                    toolchains_of(assignment.variants),
                    layout,
                    console,
                    nix=assignment.variants if Lane.NIX in lanes else None,
                    provider=assignment.plan.provider,
                    outside=outside,
                    builders=assignment.builders,
                    changes=makes_changes(assignment.plan),
                )
            )
            stack.callback(_clear, scratch, console, keep=assignment.keep)
            info = info_of(
                assignment, layout, nix_version=equipment.nix_version, nix_unavailable=equipment.nix_unavailable
            )
            journal, done = open_journal(assignment, info, console)
            try:
                keep_locks(outside, journal.folder)
                measure(
                    assignment,
                    journal,
                    done,
                    equipment,
                    scratch,
                    console,
                    renew=lambda: render_report(journal.folder, assignment.report, summary=False),
                    page=page_of(journal.folder, assignment.report),
                )
                _experiment(assignment, layout, journal, done, equipment, console)
            except KeyboardInterrupt:
                return cut_off(journal, f"run --resume {assignment.run_id}", assignment.report, console)
            return conclude(journal, assignment.report, console)
        except KeyboardInterrupt:
            return interrupted(journal, console)


def _clear(scratch: Path, console: Console, *, keep: bool) -> None:
    if keep and scratch.exists():
        console.print(f"kept: {scratch}", soft_wrap=True, highlight=False)
    else:
        remove(scratch)


def _experiment(
    assignment: Assignment, layout: Layout, journal: Journal, done: Resumed, equipment: Equipment, console: Console
) -> None:
    """Conduct the plan's experiments, after all that is timed."""
    plan = assignment.plan
    left = left_of(plan, shard_of(assignment.variants, plan.shard), done.findings)
    if not left:
        return
    labs = Labs.of_run(equipment, layout, layout.scratch(assignment.run_id), journal.folder, plan.provider)

    def found(variant: Variant, observation: Observation) -> None:
        add_observation(journal, variant.name, observation, log_path=journal.relative(labs.log(variant)))

    with ExperimentProgress(sum(len(task.experiments) for task in left), console) as progress:
        conduct_all(
            left, labs.lab, frozenset(plan.lanes), found, lambda variant, name: progress.begins(variant.name, name)
        )


def set_up(variants: tuple[Variant, ...], layout: Layout, console: Console) -> int:
    """Put everything in place that a run needs, and measure nothing; the exit status for the command line.

    Raises:
        ProvisionError: wheels cannot be had, or the index does not start.
    """
    with equipped(toolchains_of(variants), layout, console, nix=variants) as equipment:
        for name, problem in equipment.problems.items():
            console.print(f"{name}: {problem}", markup=False, highlight=False, soft_wrap=True)
        return 1 if equipment.problems else 0
