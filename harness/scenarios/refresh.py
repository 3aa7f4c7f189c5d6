"""``refresh`` and ``refresh-direct``: from an edit of the shared library to seeing it in the applications."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from packaging.utils import canonicalize_name

from harness.measure.command import Command, Execution
from harness.monorepo.variants import Variant
from harness.monorepo.variants.file import Phase
from harness.records.facts import ScenarioFacts
from harness.scenarios.base import InstalledScenario, phase_of
from harness.workspace.activated import direct_steps, renewing, starting_activated, with_activated
from harness.workspace.prepared import Bench
from harness.workspace.states import reach_installed
from harness.workspace.steps import Attempt, commands, starting
from harness.workspace.tree import Workspace
from harness.workspace.verify import verify_line


class Refresh(InstalledScenario):
    """Makes an edit of ``shared`` visible in both applications."""

    name = "refresh"
    order = 7
    phases: ClassVar[tuple[str, ...]] = ("refresh", "run")
    facts = ScenarioFacts(
        title="Edit to visible",
        before="Installed; then NAME in shared was edited to a value it never had before.",
        measured="The refresh commands (none, where an edit shows by itself), then starting both applications.",
        verified="Both applications print the new value.",
    )

    def prepare(self, bench: Bench, attempt: Attempt) -> Attempt:
        """Installed, then edited."""
        super().prepare(bench, attempt)
        installed = _records(bench.settled)
        bench.settled.edit_name(f"Wolf-{attempt.nonce()}")
        bench.installed = False
        return replace(attempt, installed=installed)

    def measured(self, bench: Bench, attempt: Attempt) -> Iterable[Command]:
        """What refreshes, then each application."""
        for phase in self._refreshing(bench):
            yield from commands(bench, attempt, bench.settled, phase)
        yield from (command for command, _ in self._runs(bench, attempt))

    def sizes(self, bench: Bench, attempt: Attempt) -> dict[str, int]:
        """How many members were installed anew, in whichever environment."""
        return {"members_reinstalled": len({name for name, *_ in _records(bench.settled) ^ attempt.installed})}

    def _runs(self, bench: Bench, attempt: Attempt) -> Iterable[tuple[Command, str | None]]:
        for member in bench.shape.applications:
            yield from self._starting(bench, attempt, member.name)

    def _refreshing(self, bench: Bench) -> Iterable[Phase]:
        yield phase_of(bench.variant, "refresh")

    def _starting(self, bench: Bench, attempt: Attempt, application: str) -> Iterable[tuple[Command, str | None]]:
        return starting(bench, attempt, bench.settled, application)

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:
        """The new value, from both."""
        runs = list(self._runs(bench, attempt))
        for (command, application), execution in zip(runs, executions[-len(runs) :], strict=True):
            if application is not None:
                verify_line(command.argv, execution, bench.settled.line_of(application))
        bench.installed = True


def _records(workspace: Workspace) -> frozenset[tuple[str, str, int, int]]:
    """What tells one installation of each member from the next: its name, where its record lies, its inode and time."""
    members = {canonicalize_name(item.name) for item in workspace.shape.members}
    found = set()
    for environment in workspace.environments:
        # hatch keeps its environments some folders below.
        for record in environment.glob("**/site-packages/*.dist-info/RECORD"):
            name = canonicalize_name(record.parent.name.partition("-")[0])
            if name in members:
                status = record.stat()
                found.add((str(name), str(record), status.st_ino, status.st_mtime_ns))
    return frozenset(found)


class RefreshDirect(Refresh):
    """The same, both applications started in the activated environment."""

    name = "refresh-direct"
    phases = ("refresh",)
    facts = ScenarioFacts(
        title="Edit to visible in the activated environment",
        before="Installed, the environment found and activated; then NAME in shared was edited to a new value.",
        measured="The refresh commands (none, where an edit shows by itself), then starting both applications with "
        "the environment's own Python, without what the toolchain puts before it.",
        verified="Both applications print the new value.",
    )

    def steps(self, variant: Variant) -> tuple[tuple[str, ...], ...]:
        """What refreshes, then the environment's Python with the module."""
        return (*super().steps(variant), *renewing(variant).steps, *direct_steps(variant))

    def prepare(self, bench: Bench, attempt: Attempt) -> Attempt:
        """Installed and activated, then edited."""
        reach_installed(bench, attempt)
        return super().prepare(bench, with_activated(bench, attempt, bench.settled))

    def _refreshing(self, bench: Bench) -> Iterable[Phase]:
        yield from super()._refreshing(bench)
        yield renewing(bench.variant)

    def _starting(self, bench: Bench, attempt: Attempt, application: str) -> Iterable[tuple[Command, str | None]]:
        return starting_activated(bench, attempt, bench.settled, application)


SCENARIOS = (Refresh(), RefreshDirect())
