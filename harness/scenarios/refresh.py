"""``refresh``: from an edit of the shared library to seeing it in the applications."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from packaging.utils import canonicalize_name

from harness.measure.command import Command, Execution
from harness.records.facts import ScenarioFacts
from harness.scenarios.base import InstalledScenario, phase_of
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt, commands, starting
from harness.workspace.tree import Workspace
from harness.workspace.verify import verify_line


class Refresh(InstalledScenario):
    """Makes an edit of ``shared`` visible in both applications."""

    name = "refresh"
    order = 7
    phases = ("refresh", "run")
    facts = ScenarioFacts(
        title="Edit to visible",
        before="Installed; then NAME in shared was edited to a value it never had before.",
        measured="The refresh commands (none, where an edit shows by itself), then starting both applications.",
        verified="Both applications print the new value.",
    )

    def __init__(self) -> None:
        self._before: dict[str, frozenset[tuple[str, int, int]]] = {}

    def prepare(self, bench: Bench, attempt: Attempt) -> None:
        """Installed, then edited."""
        super().prepare(bench, attempt)
        self._before = _records(bench.settled)
        bench.settled.edit_name(f"Wolf-{attempt.nonce()}")
        bench.installed = False

    def measured(self, bench: Bench, attempt: Attempt) -> Iterable[Command]:
        """What refreshes, then each application."""
        yield from commands(bench, attempt, bench.settled, phase_of(bench.variant, "refresh"))
        yield from (command for command, _ in self._runs(bench, attempt))

    def sizes(self, bench: Bench, attempt: Attempt) -> dict[str, int]:  # noqa: ARG002
        """How many members were installed anew, in whichever environment."""
        after = _records(bench.settled)
        return {"members_reinstalled": sum(after[name] != self._before.get(name) for name in after)}

    def _runs(self, bench: Bench, attempt: Attempt) -> Iterable[tuple[Command, str | None]]:
        for member in bench.shape.applications:
            yield from starting(bench, attempt, bench.settled, member.name)

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:
        """The new value, from both."""
        runs = list(self._runs(bench, attempt))
        for (command, application), execution in zip(runs, executions[-len(runs) :], strict=True):
            if application is not None:
                verify_line(command.argv, execution, bench.settled.line_of(application))
        bench.installed = True


def _records(workspace: Workspace) -> dict[str, frozenset[tuple[str, int, int]]]:
    """What tells one installation of each member from the next: where its record lies, its inode and its time."""
    found: dict[str, set[tuple[str, int, int]]] = {
        canonicalize_name(item.name): set() for item in workspace.shape.members
    }
    for environment in workspace.environments:
        # hatch keeps its environments some folders below.
        for record in environment.glob("**/site-packages/*.dist-info/RECORD"):
            name = canonicalize_name(record.parent.name.partition("-")[0])
            if name in found:
                status = record.stat()
                found[name].add((str(record), status.st_ino, status.st_mtime_ns))
    return {name: frozenset(records) for name, records in found.items()}


SCENARIO = Refresh()
