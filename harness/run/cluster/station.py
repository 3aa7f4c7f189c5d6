"""A worker's own set-up for one order: provisioned once, put to work for every job that comes."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from harness.errors import InputError, ProvisionError
from harness.findings import Observation
from harness.measure.executor import LauncherExecutor
from harness.measure.trees import remove_tree
from harness.monorepo.shapes import Shape
from harness.monorepo.variants import Variant, load_variants
from harness.plan.cells import lanes_of, of_shape
from harness.provision.equipment import equipped
from harness.provision.resolving import resolver
from harness.provision.state_folder import Layout
from harness.provision.state_lock import TAKEN, CacheLock
from harness.provision.toolchains import toolchains_of
from harness.records.facts import Lane
from harness.records.format import Cell, Finding, RunInfo, Sample
from harness.records.host import host_facts
from harness.records.journal import Journal
from harness.run.blocks import BlockMeans, run_blocks
from harness.run.cluster.cores import cores_here, share_of
from harness.run.cluster.ledger import differences
from harness.run.cluster.messages import (
    LOG_CHARACTERS,
    Conduct,
    Job,
    LookJob,
    MeasureJob,
    Order,
    Returned,
    measuring_digest,
    unpack,
)
from harness.run.contestants.variants import grown, looked
from harness.run.experiments import conduct_all, left_of
from harness.run.per_shape import Prober, as_finding
from harness.run.request import makes_changes
from harness.run.resume import assignment_of
from harness.run.start import SystemClock, circumstances, info_of
from harness.run.third_party import third_party_of
from harness.run.warm import warm_all, warm_variant
from harness.scenarios import all_scenarios
from harness.workspace.make import Labs, make_benches, nonce
from harness.workspace.prepared import Bench, Unready

#: The most workers that one machine may have.
_MOST_WORKERS = 256


@dataclass(frozen=True, kw_only=True)
class _Stand:
    """The benches of one shape, warmed up."""

    shape: Shape
    variants: tuple[Variant, ...]
    benches: Mapping[str, Bench | Unready]


class _Collector:
    """A :class:`harness.run.blocks.Watcher` that keeps the samples."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []

    def block_begins(self, block: int) -> None:
        """Nothing is shown here."""

    def cell_begins(self, cell: Cell, block: int, position: int) -> None:
        """Nothing is shown here."""

    def cell_ends(self, sample: Sample) -> None:
        """Keep it."""
        self.samples.append(sample)

    def block_ends(self, block: int) -> None:
        """Nothing is shown here."""


class Station:
    """What one worker process works with, for one order.

    It keeps to a folder of its own below the state folder, which no other worker of this machine has meanwhile, and, if
    it shares the machine, to cores of its own. Use :meth:`close` when it is no longer needed.
    """

    def __init__(self, order: Order, base: Layout) -> None:
        self.key = order.key
        self._order = order
        self._stack = ExitStack()
        self._said = io.StringIO()
        self._console = Console(file=self._said, width=200, no_color=True)
        self.host = host_facts(base.state)
        self.number = self._take_place(base)
        self._layout = replace(base, state=_place(base, self.number))
        self.cores = self._keep_to_cores()
        self._stand: _Stand | None = None
        try:
            self._set_up()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End everything that runs for it, take its scratch folder away and let go of its place."""
        self._stack.close()

    def _take_place(self, base: Layout) -> int:
        for number in range(_MOST_WORKERS):
            with contextlib.suppress(ProvisionError):
                self._stack.enter_context(CacheLock(_place(base, number) / TAKEN))
                return number
        raise ProvisionError(
            f"{base.state} has {_MOST_WORKERS} workers already.", hint="End those that are not needed."
        )

    def _keep_to_cores(self) -> tuple[int, ...]:
        if not hasattr(os, "sched_setaffinity"):
            return ()  # macOS cannot.
        if not self._order.local_workers:
            return tuple(sorted(os.sched_getaffinity(0)))
        own = self.number % self._order.local_workers
        return tuple(sorted(share_of(own, self._order.local_workers, cores_here())))

    def _set_up(self) -> None:
        order, layout = self._order, self._layout
        if (code := measuring_digest(layout.checkout)) != order.code:
            raise InputError(
                f"the harness is not the same: its code is {code[:12]} there and {order.code[:12]} where the run was"
                " begun.",
                hint="Have the same revision checked out, without changes of one's own.",
            )
        self._pin()
        scratch = layout.scratch(order.info.run_id)
        remove_tree(scratch)
        self._stack.callback(remove_tree, scratch)
        folder = scratch / "run" / order.info.run_id
        folder.mkdir(parents=True)
        for name, text in order.locks.items():
            (folder / name).write_text(text, encoding="utf-8")
        unpack(order.variants, scratch / "variants")
        variants = load_variants(scratch / "variants", order.info.variants)
        for variant in variants:
            if variant.digest != order.info.variants[variant.name].digest:
                raise InputError(f"the variant {variant.name} did not arrive as it was sent.")
        self._assignment = assignment_of(order.info, variants, folder)
        outside = third_party_of(self._assignment, scratch, resolver, self._console)
        self._equipment = self._stack.enter_context(
            equipped(
                toolchains_of(self._assignment.variants),
                layout,
                self._console,
                nix=self._assignment.variants if Lane.NIX in lanes_of(order.info.plan) else None,
                provider=order.info.plan.provider,
                outside=outside,
                builders=order.info.builders,
                changes=makes_changes(order.info.plan),
            )
        )
        info = info_of(
            self._assignment,
            layout,
            nix_version=self._equipment.nix_version,
            nix_unavailable=self._equipment.nix_unavailable,
        )
        self.circumstances = circumstances(info)
        self._scratch = scratch
        self._journal = Journal(folder, replace(order.info, host=self.host))
        self._said.seek(0)
        self._said.truncate()

    def _pin(self) -> None:
        """Keep this thread, and all that it starts, to the worker's own cores."""
        if self._order.local_workers and self.cores:
            os.sched_setaffinity(0, self.cores)

    def introduction(self) -> Returned:
        """Who it is and what it has."""
        return self._answer()

    def _answer(self, **more: Any) -> Returned:
        """An answer with all that every one has, and what was said meanwhile."""
        return Returned(
            worker=str(self.number),
            host=self.host,
            cores=self.cores,
            circumstances=self.circumstances,
            nix_unavailable=self._equipment.nix_unavailable,
            said=self._lines(),
            **more,
        )

    def carry_out(self, job: Job, info: RunInfo) -> Returned:
        """Do a job of the run that ``info`` describes, or say in words that the versions here are others.

        Raises:
            HarnessError: it cannot be done here.
        """
        if differing := differences(self.circumstances, info):
            return self._answer(refusal="; ".join(differing))
        self._pin()
        if isinstance(job, MeasureJob):
            return self._measure(job)
        return self._look(job) if isinstance(job, LookJob) else self._conduct(job)

    def _measure(self, job: MeasureJob) -> Returned:
        stand = self._stand_for(job.unit.shape)
        watcher = _Collector()
        plan = self._order.info.plan
        with LauncherExecutor() as executor:
            probe = Prober(executor, self._journal, self._scratch, self._console).probe(job.unit.block)
            means = BlockMeans(
                scenarios=all_scenarios(), executor=executor, clock=SystemClock(), nonce=nonce, limit_s=plan.limit_s
            )
            cells = list(enumerate(job.unit.cells))
            run_blocks([(job.unit.block, cells)], stand.benches, self._journal, means, watcher)
        samples = tuple(replace(sample, worker=str(self.number)) for sample in watcher.samples)
        if probe is not None:
            probe = replace(probe, host_id=self.host.host_id, worker=str(self.number))
        remove_tree(self._journal.folder / "samples.jsonl")
        return self._answer(samples=samples, logs=self._logs(sample.log_path for sample in samples), probe=probe)

    def _stand_for(self, name: str) -> _Stand:
        """The benches of a shape; those of the one before are taken away."""
        if self._stand is not None and self._stand.shape.name == name:
            return self._stand
        self._stand = None
        folder = self._scratch / "shape"
        remove_tree(folder)
        shape = self._shape(name)
        plan = of_shape(self._order.info.plan, name)
        variants = grown(self._assignment.variants, shape, folder / "grown", self._equipment)
        benches = make_benches(variants, shape, plan, self._equipment, folder)
        quiet = Console(quiet=True)
        warmed = warm_all(benches, plan.cells, warm_variant, plan.limit_s, self._journal, self._console, progress=quiet)
        self._stand = _Stand(shape=shape, variants=variants, benches=warmed)
        return self._stand

    def _shape(self, name: str) -> Shape:
        return next(shape for shape in self._assignment.shapes if shape.name == name)

    def _look(self, job: LookJob) -> Returned:
        shape = self._shape(job.shape)
        folder = self._scratch / "looked-at"
        remove_tree(folder)
        variants = grown(self._assignment.variants, shape, folder, self._equipment)
        lanes = lanes_of(self._order.info.plan)
        seen = looked(self._assignment.variants, variants, shape, lanes, self._equipment, whole=job.whole)
        findings = tuple(
            as_finding(self._order.info.run_id, name, observation, shape=shape.name) for name, observation in seen
        )
        return self._answer(findings=findings)

    def _conduct(self, job: Conduct) -> Returned:
        plan = self._order.info.plan
        variant = next(item for item in self._assignment.variants if item.name == job.variant)
        labs = Labs.of_run(self._equipment, self._layout, self._scratch, self._journal.folder, plan.provider)
        log = self._journal.relative(labs.log(variant))
        findings: list[Finding] = []

        def found(subject: Variant, observation: Observation) -> None:
            findings.append(as_finding(self._order.info.run_id, subject.name, observation, log_path=log))

        left = left_of(replace(plan, experiments=job.experiments), [variant], ())
        conduct_all(left, labs.lab, frozenset(plan.lanes), found, lambda subject, name: None)  # noqa: ARG005 - nothing is shown here
        remove_tree(labs.scratch)
        return self._answer(findings=tuple(findings), logs=self._logs([log]))

    def _logs(self, paths: Iterable[str]) -> dict[str, str]:
        found = {}
        for path in paths:
            file = self._journal.folder / path
            if file.is_file():
                found[path] = file.read_text(encoding="utf-8", errors="replace")[-LOG_CHARACTERS:]
                remove_tree(file)
        return found

    def _lines(self) -> tuple[str, ...]:
        """What was said since it was last asked."""
        said = self._said.getvalue().splitlines()
        self._said.seek(0)
        self._said.truncate()
        return tuple(line for line in said if line.strip())


def _place(base: Layout, number: int) -> Path:
    """The state folder of a machine's worker of that number."""
    return base.workers / str(number)
