"""``deploy``: one application in a folder of its own, as it would be sent to where it runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.errors import VerificationError
from harness.measure.command import Command, Execution
from harness.measure.sizes import tree_size
from harness.monorepo.shapes import module_of
from harness.monorepo.variants.file import DeployPhase
from harness.records.facts import ScenarioFacts
from harness.scenarios.base import LocalScenario, phase_of
from harness.workspace.distributions import parts
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt, commands, environment
from harness.workspace.verify import verify_line, verify_python


class Deploy(LocalScenario):
    """Makes an environment with the first application alone, outside the checkout."""

    name = "deploy"
    order = 9
    phases = ("deploy",)
    facts = ScenarioFacts(
        title="Deploy one application",
        before="Fresh clone with its lock file; warm cache; no environment, nothing built, nothing deployed.",
        measured="Whatever makes an environment with hello alone, without editable links and development tools, "
        "in a folder outside the checkout.",
        verified="With the checkout moved away, hello prints its line from there and goodbye is absent.",
    )

    def measured(self, bench: Bench, attempt: Attempt) -> Iterable[Command]:
        """The deploy steps for the first application."""
        application = bench.shape.applications[0].name
        return commands(bench, attempt, bench.warm, phase_of(bench.variant, "deploy"), application=application)

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """Move the checkout away, then start both applications from what was deployed."""
        verify_python(bench, attempt, bench.warm, [bench.warm.deployment])
        deployed, *others = (member.name for member in bench.shape.applications)
        expected = bench.warm.line_of(deployed)
        needs = bench.shape.needs_of(deployed)
        bench.warm.root.rename(bench.warm.away)
        try:
            argv, execution = self._start(bench, attempt, deployed)
            verify_line(argv, execution, expected)
            for other in (name for name in others if name not in needs):
                argv, execution = self._start(bench, attempt, other)
                if execution.ok or execution.exit_code is None:
                    raise VerificationError(f"`{' '.join(argv)}` was expected to fail: {other} should not be deployed")
        finally:
            bench.warm.away.rename(bench.warm.root)

    def _start(self, bench: Bench, attempt: Attempt, application: str) -> tuple[list[str], Execution]:
        phase = phase_of(bench.variant, "deploy")
        run = phase.run if isinstance(phase, DeployPhase) else ()
        argv = [arg.format_map(bench.warm.values(app=application, module=module_of(application))) for arg in run]
        return argv, attempt.run(argv, bench.warm.deployment, environment(bench, bench.warm))

    def sizes(self, bench: Bench, attempt: Attempt) -> dict[str, int]:  # noqa: ARG002
        """What would be sent, and what of it is not the members'."""
        whole = tree_size(bench.warm.deployment).apparent_bytes
        members = [member.name for member in bench.shape.members]
        return {
            "deployed_bytes": whole,
            **parts("deployed_bytes", whole, [bench.warm.deployment], never=members),
        }


SCENARIO = Deploy()
