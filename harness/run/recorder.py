"""A run's record: begun or gone on with, and whatever comes of its jobs put into it once, whoever did them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from harness.errors import ResultsError
from harness.findings import experiments
from harness.plan.cells import planned
from harness.plan.shards import Unit
from harness.provision.outside import ThirdParty
from harness.records.facts import HostFacts, Outcome
from harness.records.format import Finding, Probe, RunInfo, RunStatus, Sample
from harness.records.journal import Journal
from harness.records.reading import Resumed, read_done, read_findings, read_info
from harness.records.reuse import take_over
from harness.run.info import PYTHON, circumstances, differences
from harness.run.jobs import Job
from harness.run.progress import ExperimentProgress, RunProgress
from harness.run.request import Assignment


class Recorder:
    """A :class:`harness.run.jobs.Receiver` with a journal; ``progress`` is told how far it is.

    ``late`` are the cells that took longer than they may. They are not tried again in later blocks: it would take as
    long, and lead to the same.
    """

    def __init__(self, journal: Journal, done: Resumed) -> None:
        self.journal = journal
        self.done = done
        self.late = set(done.late)
        self.progress: RunProgress | ExperimentProgress | None = None
        self._findings = set(done.findings)

    def begins(self, what: str, block: int | None = None) -> None:
        """Show it."""
        if self.progress:
            self.progress.begins(what, block)

    def samples(self, samples: Sequence[Sample]) -> None:
        """Write them down in one go."""
        self.journal.add_samples(samples)
        self.late |= {sample.cell for sample in samples if sample.outcome is Outcome.TIMED_OUT}
        if isinstance(self.progress, RunProgress):
            self.progress.samples_end(samples)

    def finding(self, finding: Finding) -> None:
        """Write it down, unless it is known."""
        if finding.key not in self._findings:
            self._findings.add(finding.key)
            self.journal.add_finding(finding)

    def probe(self, probe: Probe) -> None:
        """Keep it for the end of the block: ``run.json`` is large, and whoever measures would notice."""
        self.journal.info = replace(self.journal.info, probes=(*self.journal.info.probes, probe))

    def host(self, host: HostFacts) -> None:
        """Write down who takes part, before anything that is of him."""
        info = self.journal.info
        if host.host_id not in info.hosts:
            self.journal.write_info(replace(info, hosts={**info.hosts, host.host_id: host}))

    def wanted(self, job: Job) -> Job | None:
        """What of a job is still wanted, now that it is about to be begun."""
        if not isinstance(job, Unit):
            return job
        left = job.without(self.late)
        return left if left.cells else None


def open_journal(
    assignment: Assignment, info: RunInfo, outside: Mapping[str, ThirdParty], console: Console
) -> tuple[Journal, Resumed]:
    """The journal of an assignment, and what is in it already; ``info`` is what its ``run.json`` would be today.

    The locks of what shapes have from ``outside`` are kept beside it, to go on with the same versions.

    Raises:
        ResultsError: it cannot be begun, or the run to be resumed was made in other circumstances.
    """
    if assignment.resumes:
        return _go_on(assignment.folder, info, console)
    # An earlier run that cannot be read leaves no new one behind.
    taken = () if assignment.findings_of is None else _taken_over(assignment.findings_of, info, console)
    journal = Journal.create(assignment.results, info)
    for found in outside.values():
        shutil.copyfile(found.lock, journal.folder / found.lock.name)
    for finding in taken:
        journal.add_finding(finding)
    return journal, read_done(journal.folder)


def _go_on(folder: Path, info: RunInfo, console: Console) -> tuple[Journal, Resumed]:
    """The journal of a run that was cut off, and what is in it; ``info`` is what its ``run.json`` would be today.

    Raises:
        ResultsError: it is damaged, or was made on another machine or with other versions.
    """
    journal, done = Journal.resume(folder)
    then, now = circumstances(journal.info), circumstances(info)
    if not journal.info.cluster:
        then["the machine"], now["the machine"] = journal.info.host.host_id, info.host.host_id
    # A run of an older harness says nothing of its Pythons.
    said = {what: version for what, version in now.items() if what in then or not what.startswith(PYTHON)}
    for differing in differences(then, said):
        raise changed(folder, *differing)
    if done.torn:
        console.print("the last line had been cut off while it was written; it was taken away")
    total = planned(journal.info.plan)
    console.print(f"resuming: {len(done.samples)} of at most {total} samples are there", highlight=False)
    hosts = {**journal.info.hosts, **info.hosts}
    now_on = replace(journal.info, status=RunStatus.RUNNING, finished_at=None, hosts=hosts, cluster=info.cluster)
    journal.write_info(now_on)
    return journal, done


def _taken_over(earlier: Path, info: RunInfo, console: Console) -> tuple[Finding, ...]:
    """What an earlier run found out by experiment and still holds for a new one; what does not is said."""
    wanted = {name for kind in experiments().values() for name in kind.facts if name in info.findings}
    taken = take_over(read_info(earlier), read_findings(earlier), info, wanted)
    console.print(f"findings taken over from run {earlier.name}: {len(taken.findings)}", highlight=False)
    for name, why in taken.left.items():
        console.print(f"{name}: none taken over: {why}", markup=False, highlight=False, soft_wrap=True)
    return taken.findings


def changed(folder: Path, what: str, then: str, now: str) -> ResultsError:
    """The error for a run that cannot be resumed because ``what`` was ``then`` and is ``now``."""
    return ResultsError(
        f"--resume: {what} of the run {folder.name} is not what it was: {then} then, {now} now.",
        hint="Figures from before and after a change are not one run: begin a new one.",
    )
