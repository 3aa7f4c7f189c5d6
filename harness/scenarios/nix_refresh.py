"""``nix-refresh`` and its like: from an edit somewhere in the monorepo to both applications built anew."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path

from harness.errors import StateError, VerificationError
from harness.measure.command import Execution
from harness.monorepo.shapes import Shape
from harness.records.facts import ScenarioFacts
from harness.scenarios.nix_lane import NixScenario
from harness.workspace.nix import STANDING, asking, environments, missing_outputs, reach_checkout, ready, verify_rebuilt
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt
from harness.workspace.tree import Workspace

_MEASURED = "nix-build of both applications' environments."


class NixRefresh(NixScenario):
    """Builds after something was edited; how many derivations that took is recorded with the time."""

    def prepare(self, bench: Bench, attempt: Attempt) -> None:
        """Built, then edited."""
        reach_checkout(bench)
        side = ready(bench)
        nix = asking(bench, attempt)
        nix.realise(side.expression(attempt.strategy, STANDING), environments(bench))
        self._edit(side.workspace, attempt.nonce())
        outputs, self._before = missing_outputs(nix, bench, attempt, STANDING)
        self._see_what_is_wanted(bench.shape, outputs)

    @abstractmethod
    def _edit(self, workspace: Workspace, nonce: str) -> None:
        """Edit the checkout; the edit holds ``nonce``, so that it was never built before."""

    def _see_what_is_wanted(self, shape: Shape, outputs: dict[str, str]) -> None:
        """See that what is not built yet is what the edit has to lead to."""

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """The applications run, and no more was built than members and environments."""
        verify_rebuilt(bench, attempt, STANDING, self._before)

    def sizes(self, bench: Bench, attempt: Attempt) -> dict[str, int]:  # noqa: ARG002
        """How many derivations had not been built yet."""
        return {"derivations_built": len(self._before)}


class EditLibrary(NixRefresh):
    """Builds after ``shared`` was edited."""

    name = "nix-refresh"
    order = 4
    facts = ScenarioFacts(
        title="Edit to visible",
        before="Built; then NAME in shared was edited to a value it never had before.",
        measured=_MEASURED,
        verified="Both print the new value from the store; only members and their environments were rebuilt.",
    )

    def _edit(self, workspace: Workspace, nonce: str) -> None:
        workspace.edit_name(f"Wolf-{nonce}")

    def _see_what_is_wanted(self, shape: Shape, outputs: dict[str, str]) -> None:
        name = shape.core.name
        if outputs[f"members.{name}"] not in self._before:
            raise StateError(f"After the edit, {name} is not built anew: the edit is not part of its source")


class EditApplication(NixRefresh):
    """Builds after one application was edited, and nothing that the other needs."""

    name = "nix-refresh-application"
    order = 5
    facts = ScenarioFacts(
        title="Edit one application",
        before="Built; then a line that was never there was added to goodbye, and to nothing else.",
        measured=_MEASURED,
        verified="Both print their line from the store, goodbye from a file with the new line; only members and their"
        " environments were rebuilt.",
    )

    def __init__(self) -> None:
        super().__init__()
        self._line = ""

    def _edit(self, workspace: Workspace, nonce: str) -> None:
        self._line = f'REVISION = "{nonce}"'
        edited = workspace.shape.applications[-1]
        module = workspace.root / edited.name / "src" / edited.module / "__init__.py"
        module.write_text(f"{module.read_text(encoding='utf-8')}\n\n{self._line}\n", encoding="utf-8")

    def _see_what_is_wanted(self, shape: Shape, outputs: dict[str, str]) -> None:
        name = shape.applications[-1].name
        if outputs[f"members.{name}"] not in self._before:
            raise StateError(f"After the edit, {name} is not built anew: the edit is not part of its source")

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:
        """As for any edit; and the line is in the store."""
        super().verify(bench, attempt, executions)
        nix = asking(bench, attempt)
        outputs, _ = missing_outputs(nix, bench, attempt, STANDING)
        edited = bench.shape.applications[-1]
        built = nix.physical(outputs[f"members.{edited.name}"])
        if not any(self._line in _text(module) for module in built.rglob(f"{edited.module}/__init__.py")):
            raise VerificationError(f"No {edited.module}/__init__.py in the store has the line {self._line}")


class EditOutside(NixRefresh):
    """Builds after files were edited that no member's source has."""

    name = "nix-refresh-outside"
    order = 6
    facts = ScenarioFacts(
        title="Edit outside any member",
        before="Built; then a line was added to the README.md at the root, and a file NOTES.md beside it.",
        measured=_MEASURED,
        verified="Both print their line from the store; how many derivations were built is recorded.",
    )

    def _edit(self, workspace: Workspace, nonce: str) -> None:
        with (workspace.root / "README.md").open("a", encoding="utf-8") as readme:
            readme.write(f"\n{nonce}\n")
        (workspace.root / "NOTES.md").write_text(f"{nonce}\n", encoding="utf-8")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


SCENARIOS = (EditLibrary(), EditApplication(), EditOutside())
