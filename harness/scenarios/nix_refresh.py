"""``nix-refresh`` and its like: from an edit somewhere in the monorepo to both applications built anew."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from harness.errors import StateError, VerificationError
from harness.measure.command import Execution
from harness.monorepo.shapes import Shape
from harness.records.facts import ScenarioFacts
from harness.scenarios.nix_lane import NixScenario
from harness.workspace.nix import asking, environments, missing_outputs, reach_checkout, ready, verify_rebuilt
from harness.workspace.prepared import Bench
from harness.workspace.steps import STANDING, Attempt
from harness.workspace.tree import Workspace

_MEASURED = "nix-build of both applications' environments."


class NixRefresh(NixScenario):
    """Builds after something was edited; how many derivations that took is recorded with the time."""

    def prepare(self, bench: Bench, attempt: Attempt) -> Attempt:
        """Built, then edited."""
        reach_checkout(bench)
        side = ready(bench)
        nix = asking(bench, attempt)
        nix.realise(side.expression(attempt.strategy, STANDING), environments(bench))
        line = self._edit(side.workspace, attempt.nonce())
        outputs, missing = missing_outputs(nix, bench, attempt, STANDING)
        edited = self._edited(bench.shape)
        if edited and outputs[f"members.{edited}"] not in missing:
            raise StateError(f"After the edit, {edited} is not built anew: the edit is not part of its source")
        return replace(attempt, before=missing, line=line)

    @abstractmethod
    def _edit(self, workspace: Workspace, nonce: str) -> str:
        """Edit the checkout; the line edited in, which holds ``nonce``, so that it was never built before."""

    def _edited(self, shape: Shape) -> str:  # noqa: ARG002
        """The member that has to be built anew after the edit; empty if none has to."""
        return ""

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """The applications run, and no more was built than members and environments."""
        verify_rebuilt(bench, attempt, STANDING, attempt.before)

    def sizes(self, bench: Bench, attempt: Attempt) -> dict[str, int]:  # noqa: ARG002
        """How many derivations had not been built yet."""
        return {"derivations_built": len(attempt.before)}


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

    def _edit(self, workspace: Workspace, nonce: str) -> str:
        workspace.edit_name(f"Wolf-{nonce}")
        return workspace.name

    def _edited(self, shape: Shape) -> str:
        return shape.core.name


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

    def _edit(self, workspace: Workspace, nonce: str) -> str:
        line = f'REVISION = "{nonce}"'
        edited = workspace.shape.applications[-1]
        module = workspace.root / edited.name / "src" / edited.module / "__init__.py"
        module.write_text(f"{module.read_text(encoding='utf-8')}\n\n{line}\n", encoding="utf-8")
        return line

    def _edited(self, shape: Shape) -> str:
        return shape.applications[-1].name

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:
        """As for any edit; and the line is in the store."""
        super().verify(bench, attempt, executions)
        nix = asking(bench, attempt)
        outputs, _ = missing_outputs(nix, bench, attempt, STANDING)
        edited = bench.shape.applications[-1]
        built = nix.physical(outputs[f"members.{edited.name}"])
        if not any(
            attempt.line in module.read_text(encoding="utf-8") for module in built.rglob(f"{edited.module}/__init__.py")
        ):
            raise VerificationError(f"No {edited.module}/__init__.py in the store has the line {attempt.line}")


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

    def _edit(self, workspace: Workspace, nonce: str) -> str:
        with (workspace.root / "README.md").open("a", encoding="utf-8") as readme:
            readme.write(f"\n{nonce}\n")
        (workspace.root / "NOTES.md").write_text(f"{nonce}\n", encoding="utf-8")
        return nonce


SCENARIOS = (EditLibrary(), EditApplication(), EditOutside())
