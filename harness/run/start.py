"""Opens a run's journal: a new one, with what an earlier run established if asked, or one that was cut off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from harness.errors import ResultsError
from harness.findings import experiments
from harness.plan.cells import digest_of, planned
from harness.provision.state_folder import Layout
from harness.records.facts import ScenarioFacts
from harness.records.format import Finding, RunInfo, RunStatus
from harness.records.journal import Journal
from harness.records.reading import Resumed, read_done, read_findings, read_info
from harness.records.reuse import take_over
from harness.records.run_lock import see_free
from harness.run.info import run_begun, with_variants
from harness.run.request import Assignment, VariantAssignment
from harness.scenarios import all_scenarios
from harness.workspace.prepared import Contestant


class SystemClock:
    """The system's clock."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


def begun(assignment: Assignment, layout: Layout, scenarios: Mapping[str, ScenarioFacts]) -> RunInfo:
    """``run.json`` of an assignment that is about to begin on this machine, but for its contestants and tools."""
    return run_begun(
        run_id=assignment.run_id,
        plan=assignment.plan,
        scenarios=scenarios,
        command_line=assignment.command_line,
        checkout=layout.checkout,
        scratch=layout.state,
        now=SystemClock().now(),
    )


def info_of(assignment: VariantAssignment, layout: Layout, *, nix_version: str, nix_unavailable: str) -> RunInfo:
    """``run.json`` of an assignment with variants that is about to begin on this machine."""
    return with_variants(
        begun(assignment, layout, {name: scenario.facts for name, scenario in all_scenarios().items()}),
        variants=[*assignment.variants, *assignment.aside],
        shapes=assignment.shapes,
        scenarios=all_scenarios(),
        checkout=layout.checkout,
        nix_version=nix_version,
        nix_unavailable=nix_unavailable,
        third_party=assignment.third_party,
        leave_out=assignment.leave_out,
        builders=assignment.builders,
    )


def open_journal(assignment: Assignment, info: RunInfo, console: Console) -> tuple[Journal, Resumed]:
    """The journal of an assignment, and what is in it already; ``info`` is what its ``run.json`` would be today.

    Raises:
        ResultsError: it cannot be begun, or the run to be resumed was made in other circumstances.
    """
    if assignment.resumes:
        return go_on(assignment.folder, info, console)
    # An earlier run that cannot be read leaves no new one behind.
    taken = () if assignment.findings_of is None else _taken_over(assignment.findings_of, info, console)
    journal = Journal.create(assignment.results, info)
    for finding in taken:
        journal.add_finding(finding)
    return journal, read_done(journal.folder)


def go_on(folder: Path, info: RunInfo, console: Console) -> tuple[Journal, Resumed]:
    """The journal of a run that was cut off, and what is in it; ``info`` is what its ``run.json`` would be today.

    Raises:
        ResultsError: it is damaged, or was made on another machine or with other versions.
    """
    journal, done = Journal.resume(folder)
    then, now = circumstances(journal.info), circumstances(info)
    if not journal.info.cluster:
        then["the machine"], now["the machine"] = journal.info.host.host_id, info.host.host_id
    # A run of an older harness says nothing of its Pythons.
    said = {what: version for what, version in now.items() if what in then or not what.startswith(_PYTHON)}
    for what in sorted({*then, *said}):
        if then.get(what) != said.get(what):
            raise changed(folder, what, then.get(what, "absent"), said.get(what, "absent"))
    if done.torn:
        console.print("the last line had been cut off while it was written; it was taken away")
    total = planned(journal.info.plan)
    console.print(f"resuming: {len(done.samples)} of at most {total} samples are there", highlight=False)
    journal.write_info(replace(journal.info, status=RunStatus.RUNNING, finished_at=None))
    return journal, done


#: What the Python of a variant is called, before its name.
_PYTHON = "the Python of "


def circumstances(info: RunInfo) -> dict[str, str]:
    """The versions that figures of one run have in common, by what they are called in words."""
    pythons = {f"{_PYTHON}{name}": facts.python for name, facts in info.variants.items() if facts.python}
    return {**info.tools, **pythons}


def _taken_over(earlier: Path, info: RunInfo, console: Console) -> tuple[Finding, ...]:
    """What an earlier run found out by experiment and still holds for a new one; what does not is said."""
    wanted = {name for kind in experiments().values() for name in kind.facts if name in info.findings}
    taken = take_over(read_info(earlier), read_findings(earlier), info, wanted)
    console.print(f"findings taken over from run {earlier.name}: {len(taken.findings)}", highlight=False)
    for name, why in taken.left.items():
        console.print(f"{name}: none taken over: {why}", markup=False, highlight=False, soft_wrap=True)
    return taken.findings


def see_unchanged(info: RunInfo, folder: Path, what: str, contestants: Iterable[Contestant]) -> None:
    """See that contestants are what they were when their run was begun.

    Raises:
        ResultsError: one is not; the message has both digests.
    """
    for contestant in contestants:
        then = info.variants[contestant.name].digest
        if contestant.digest != then:
            raise changed(folder, f"the {what} {contestant.name}", then[:12], contestant.digest[:12])


def see_resumable(info: RunInfo, folder: Path, scenarios: Collection[str], cluster: str | None = None) -> None:
    """See that there is a rest of a run to be done, here, with the ``scenarios`` there are.

    Raises:
        ResultsError: there is none, or not here, or its plan is not what it was, or somebody is doing it.
    """
    see_free(folder)
    if info.merged:
        raise ResultsError(
            f"--resume: the run {folder.name} was made of {len(info.merged)} others; there is nothing to go on with.",
            hint="Go on with those that were cut off, each where it was made, and merge them anew.",
        )
    if info.cluster and cluster is None:
        raise ResultsError(
            f"--resume: the run {folder.name} was dealt out by {info.cluster}.",
            hint="Say where the rest is to be done: --cluster ADDRESS, or --cluster local:N.",
        )
    if not info.cluster and cluster is not None:
        raise ResultsError(
            f"--resume: the run {folder.name} was begun on one machine; half of its block cannot be another's.",
            hint="Go on with it there, without --cluster.",
        )
    if (now := digest_of(info.plan)) != info.plan.digest:
        raise changed(folder, "its plan", info.plan.digest[:12], now[:12])
    if unknown := sorted({cell.scenario for cell in info.plan.cells} - set(scenarios)):
        raise ResultsError(
            f"--resume: the run {folder.name} has scenarios that are gone: {', '.join(unknown)}.",
            hint="Begin a new run.",
        )


def changed(folder: Path, what: str, then: str, now: str) -> ResultsError:
    """The error for a run that cannot be resumed because ``what`` was ``then`` and is ``now``."""
    return ResultsError(
        f"--resume: {what} of the run {folder.name} is not what it was: {then} then, {now} now.",
        hint="Figures from before and after a change are not one run: begin a new one.",
    )
