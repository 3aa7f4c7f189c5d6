"""One run on a cluster: who takes part, what is left to do, what came back; the journal stays the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace

from rich.console import Console

from harness.measure.trees import remove_tree
from harness.plan.cells import lanes_of
from harness.plan.shards import progress_of, units_of
from harness.provision.outside import ThirdParty
from harness.provision.resolving import resolver
from harness.provision.state_folder import Layout
from harness.provision.state_lock import occupied
from harness.records.facts import Lane, Outcome
from harness.records.format import Cell, FindingKey, RunInfo, Sample
from harness.records.journal import Journal, Resumed
from harness.records.spelling import number
from harness.run.cluster.asked import Asked, asked_cluster
from harness.run.cluster.dealing import Dealer, Workers, introductions, name_of
from harness.run.cluster.engine import ClusterLostError, DaskEngine, connected, version
from harness.run.cluster.ledger import differences
from harness.run.cluster.messages import Conduct, Job, LookJob, MeasureJob, Order, Returned, measuring_digest, packed
from harness.run.experiments import left_of
from harness.run.finish import conclude, cut_off, interrupted, render_report
from harness.run.progress import DealtProgress
from harness.run.request import VariantAssignment
from harness.run.start import info_of, open_journal
from harness.run.third_party import keep_locks, third_party_of


def run_on_cluster(assignment: VariantAssignment, layout: Layout, console: Console) -> int:
    """Have what was assigned done by the workers of a cluster; the exit status for the command line.

    Raises:
        HarnessError: there is no cluster, no worker can be used, or the run cannot be resumed.
    """
    asked = asked_cluster(assignment.cluster or "")
    scratch = layout.scratch(assignment.run_id)
    coordinator: _Coordinator | None = None
    try:
        with ExitStack() as stack:
            if asked.workers:
                # No other run works beside the workers, and disturbs them.
                stack.enter_context(occupied(layout, console))
            stack.callback(_clear, layout, assignment.run_id, workers=asked.workers)
            outside = third_party_of(assignment, scratch, resolver, console)
            engine = stack.enter_context(connected(asked, scratch / "dask"))
            coordinator = _Coordinator(assignment, layout, console, asked, engine, outside)
            return coordinator.run()
    except KeyboardInterrupt:
        return interrupted(coordinator.journal if coordinator else None, console)


def _clear(layout: Layout, run_id: str, *, workers: int) -> None:
    remove_tree(layout.scratch(run_id))
    if workers:
        # A worker that was killed could not clear up after itself.
        for left in layout.workers.glob(f"*/runs/{run_id}"):
            remove_tree(left)


class _Coordinator:
    """Holds the journal of a run whose cells others execute."""

    def __init__(
        self,
        assignment: VariantAssignment,
        layout: Layout,
        console: Console,
        asked: Asked,
        engine: DaskEngine,
        outside: Mapping[str, ThirdParty],
    ) -> None:
        self._assignment = assignment
        self._layout = layout
        self._console = console
        self._asked = asked
        self._engine = engine
        self._outside = outside
        self._late: set[Cell] = set()
        self._findings: set[FindingKey] = set()
        #: Nothing before the workers are set up.
        self.journal: Journal | None = None

    def run(self) -> int:
        """Everything from the introductions to the last report."""
        own = info_of(self._assignment, self._layout, nix_version="", nix_unavailable="")
        variants = (*self._assignment.variants, *self._assignment.aside)
        order = Order(
            info=own,
            variants=packed(variants),
            code=measuring_digest(self._layout.checkout),
            locks={found.lock.name: found.lock.read_text(encoding="utf-8") for found in self._outside.values()},
            local_workers=self._asked.workers,
        )
        self._tell(f"setting up the workers, each for itself: {len(self._engine.workers())} so far")
        found = introductions(self._engine, order, self._tell)
        crew, info = self._crew(found, own)
        journal, done = open_journal(self._assignment, info, self._console)
        self.journal = journal
        keep_locks(self._outside, journal.folder)
        journal.write_info(replace(journal.info, hosts={**journal.info.hosts, **info.hosts}, cluster=info.cluster))
        order = replace(order, info=journal.info)
        self._findings = set(done.findings)
        self._late = {sample.cell for sample in done.samples.values() if sample.outcome is Outcome.TIMED_OUT}
        dealer = Dealer(
            engine=self._engine,
            order=order,
            crew=crew,
            accept=lambda job, returned: self._accept(journal, job, returned),
            tell=self._tell,
            trim=self._trim,
        )
        try:
            self._deal(dealer, journal, done)
        except (KeyboardInterrupt, ClusterLostError) as error:
            if isinstance(error, ClusterLostError):
                self._tell(str(error))
            else:
                dealer.give_up()
            return cut_off(journal, self._assignment.to_resume, self._assignment.report, self._console)
        return conclude(journal, self._assignment.report, self._console)

    def _crew(self, found: Mapping[str, Returned], own: RunInfo) -> tuple[Workers, RunInfo]:
        """Who may take part, and the run as it will be: with the Nix that most have, and the machines of all."""
        alive = self._engine.workers()
        info = with_nix(found.values(), own) if Lane.NIX in lanes_of(own.plan) else own
        crew = Workers(crowded=self._asked.crowded)
        hosts = {}
        for address, returned in found.items():
            why = "; ".join(differences(returned.circumstances, info)) or crew.admit(address, returned, alive)
            if why:
                crew.banned[address] = why
                self._tell(f"{name_of(address, alive)} is not used: {why}")
            else:
                hosts[returned.host.host_id] = returned.host
        if not hosts:
            raise ClusterLostError("No worker can be used; each has said why.")
        cluster = f"Dask {version()} to {number(len(found) - len(crew.banned), 'worker')}"
        cluster += ", more of them than cores" if self._asked.crowded else ""
        return crew, replace(info, host=next(iter(hosts.values())), hosts=hosts, cluster=cluster)

    def _deal(self, dealer: Dealer, journal: Journal, done: Resumed) -> None:
        """Everything that is left, one stage after the other."""
        plan = self._assignment.plan
        units = list(units_of(plan))
        progress = progress_of(units, done.samples.keys(), self._late)
        if progress.half:
            journal.take_back(progress.half)
            self._tell(f"{len(progress.half)} samples of blocks that were half done are taken back")
        shapes = self._assignment.shapes
        looks = [LookJob(shape=shape.name, whole=place == 0) for place, shape in enumerate(shapes)]
        jobs = [MeasureJob(unit=unit) for unit in progress.left]
        self._open = Counter((unit.shape, unit.block) for unit in progress.left)
        with DealtProgress(
            self._console, done=len(units) - len(jobs), total=len(units), renew=lambda: self._renew(journal)
        ) as self._progress:
            dealer.deal(looks)
            for stage in self._stages(jobs):
                dealer.deal(stage)
                if self._asked.workers:
                    self._progress.stage_ends()
            dealer.deal(self._experiments(done))

    def _stages(self, jobs: Sequence[MeasureJob]) -> Iterator[list[MeasureJob]]:
        """Jobs that may be under way at the same time.

        Workers on this machine wait for each other after each block, while the report is renewed: that would disturb
        them.
        """
        if not self._asked.workers:
            yield list(jobs)
            return
        by_block: dict[tuple[str, int], list[MeasureJob]] = {}
        for job in jobs:
            by_block.setdefault((job.unit.shape, job.unit.block), []).append(job)
        yield from by_block.values()

    def _experiments(self, done: Resumed) -> list[Conduct]:
        left = left_of(self._assignment.plan, self._assignment.variants, done.findings)
        return [Conduct(variant=task.variant.name, experiments=tuple(task.experiments)) for task in left]

    def _trim(self, job: Job) -> Job | None:
        """What of a job is still wanted: cells that took too long before are not tried again."""
        if not isinstance(job, MeasureJob):
            return job
        unit = job.unit.without(self._late)
        if not unit.cells:
            self._ends(job, ())
            return None
        return MeasureJob(unit=unit)

    def _accept(self, journal: Journal, job: Job, returned: Returned) -> None:
        """Put an answer into the record: who it is from and its logs first, so that no sample is without them."""
        info = journal.info
        if returned.probe is not None:
            # It is written when a block is complete: run.json is large, and workers of this machine would notice.
            journal.info = replace(info, probes=(*info.probes, returned.probe))
        if returned.host.host_id not in info.hosts:
            journal.write_info(replace(journal.info, hosts={**info.hosts, returned.host.host_id: returned.host}))
        for path, text in returned.logs.items():
            file = journal.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        for finding in returned.findings:
            if finding.key not in self._findings:
                self._findings.add(finding.key)
                journal.add_finding(finding)
        journal.add_samples(returned.samples)
        self._late |= {sample.cell for sample in returned.samples if sample.outcome is Outcome.TIMED_OUT}
        if isinstance(job, MeasureJob):
            self._ends(job, returned.samples)
        else:
            self._progress.says(f"done: {job.name}")

    def _ends(self, job: MeasureJob, samples: Sequence[Sample]) -> None:
        """A unit is done; where that completes a block and no worker is near to be disturbed, the report is renewed."""
        self._progress.unit_ends(job.unit, samples)
        block = (job.unit.shape, job.unit.block)
        self._open[block] -= 1
        if not self._open[block] and not self._asked.workers:
            self._progress.stage_ends()

    def _renew(self, journal: Journal) -> None:
        journal.write_info(journal.info)
        render_report(journal.folder, self._assignment.report, summary=False)

    def _tell(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def with_nix(found: Iterable[Returned], own: RunInfo) -> RunInfo:
    """The run with the Nix that most workers have; where most have none, with the reason: pure."""
    answers = list(found)
    versions = [item.circumstances.get("nix", "") for item in answers]
    chosen = max(versions, key=versions.count)
    tools = {**own.tools, "nix": chosen} if chosen else dict(own.tools)
    why = next((item.nix_unavailable for item in answers if not item.circumstances.get("nix")), "")
    return replace(own, tools=tools, nix_unavailable="" if chosen else why)
