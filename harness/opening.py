"""Opens a run's journal: a new one, with what an earlier run established if asked, or one that was cut off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from harness.assignment import Assignment, changed
from harness.equipment import Equipment
from harness.facts import run_info
from harness.findings import experiments
from harness.journal import Journal, Resumed, read_findings, read_info
from harness.plan import planned
from harness.provision.layout import Layout
from harness.records import RunInfo, RunStatus
from harness.scenarios import all_scenarios
from harness.takeover import take_over


class SystemClock:
    """The system's clock."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


def open_journal(
    assignment: Assignment, layout: Layout, equipment: Equipment, console: Console
) -> tuple[Journal, Resumed]:
    """The journal of an assignment, and what is in it already.

    Raises:
        ResultsError: it cannot be begun, or the run to be resumed was made in other circumstances.
    """
    info = run_info(
        run_id=assignment.run_id,
        plan=assignment.plan,
        variants=[*assignment.variants, *assignment.aside],
        shapes=assignment.shapes,
        scenarios=all_scenarios(),
        command_line=assignment.command_line,
        checkout=layout.checkout,
        scratch=layout.state,
        now=SystemClock().now(),
        nix_version=equipment.nix_version,
        nix_unavailable=equipment.nix_unavailable,
        third_party=assignment.third_party,
        leave_out=assignment.leave_out,
    )
    if assignment.resumes:
        return go_on(assignment.folder, info, console)
    journal = Journal.create(assignment.results, info)
    if assignment.findings_of is not None:
        _take_over(assignment.findings_of, journal, console)
    _, done = Journal.resume(journal.folder)
    return journal, done


def go_on(folder: Path, info: RunInfo, console: Console) -> tuple[Journal, Resumed]:
    """The journal of a run that was cut off, and what is in it; ``info`` is what its ``run.json`` would be today.

    Raises:
        ResultsError: it is damaged, or was made on another machine or with other versions.
    """
    journal, done = Journal.resume(folder)
    then = {"the machine": journal.info.host.host_id, **journal.info.tools, **_pythons(journal.info)}
    now = {"the machine": info.host.host_id, **info.tools}
    # A run of an older harness says nothing of them.
    now |= {what: version for what, version in _pythons(info).items() if what in then}
    for what in sorted({*then, *now}):
        if then.get(what) != now.get(what):
            raise changed(folder, what, then.get(what, "absent"), now.get(what, "absent"))
    if done.torn:
        console.print("the last line had been cut off while it was written; it was taken away")
    total = planned(journal.info.plan)
    console.print(f"resuming: {len(done.samples)} of at most {total} samples are there", highlight=False)
    journal.write_info(replace(journal.info, status=RunStatus.RUNNING, finished_at=None))
    return journal, done


def _pythons(info: RunInfo) -> dict[str, str]:
    """The exact version of each variant's Python, by what it is called in words."""
    return {f"the Python of {name}": facts.python for name, facts in info.variants.items() if facts.python}


def _take_over(earlier: Path, journal: Journal, console: Console) -> None:
    """Put into a new journal what an earlier run found out by experiment and still holds; say what does not."""
    wanted = {name for kind in experiments().values() for name in kind.facts if name in journal.info.findings}
    taken = take_over(read_info(earlier), read_findings(earlier), journal.info, wanted)
    for finding in taken.findings:
        journal.add_finding(finding)
    console.print(f"findings taken over from run {earlier.name}: {len(taken.findings)}", highlight=False)
    for name, why in taken.left.items():
        console.print(f"{name}: none taken over: {why}", markup=False, highlight=False, soft_wrap=True)
