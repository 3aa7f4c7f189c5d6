"""``tool-install``: the toolchain itself, into an empty environment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from packaging.requirements import Requirement

from harness.errors import VerificationError
from harness.measure.command import Command, Execution
from harness.measure.sizes import tree_size
from harness.measure.trees import remove_tree
from harness.monorepo.variants import Variant
from harness.provision.toolchains import install_commands
from harness.records.facts import Lane, ScenarioFacts
from harness.workspace.distributions import parts
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt, environment
from harness.workspace.tree import Workspace
from harness.workspace.verify import assert_absent


class ToolInstall:
    """Creates an environment and installs the pinned toolchain into it with pip."""

    name = "tool-install"
    lane = Lane.LOCAL
    order = 1
    facts = ScenarioFacts(
        title="Install the toolchain",
        before="The toolchain's packages are on the index; no environment, no cache.",
        measured="Creating an environment and installing the toolchain into it with pip, from its lock with hashes.",
        verified="The toolchain's own --version names the pinned version.",
    )

    def unsupported(self, bench: Bench) -> str:
        """Every toolchain has to be installed somehow."""
        return bench.variant.spec.unsupported.get(self.name, "")

    def steps(self, variant: Variant) -> tuple[tuple[str, ...], ...]:
        """The commands as a reader would type them."""
        lock = f"variants/{variant.name}/locks/toolchain.txt"
        return (
            ("{python}", "-m", "venv", "--without-pip", "ENVIRONMENT"),
            ("pip", "--python", "ENVIRONMENT", "install", "--require-hashes", "--requirement", lock),
        )

    def prepare(self, bench: Bench, attempt: Attempt) -> Attempt:
        """Take away the environment of the attempt before, and every cache."""
        remove_tree(bench.cold.folder)
        bench.cold.prepare_folders()
        assert_absent([_environment(bench)], "an environment")
        return attempt

    def measured(self, bench: Bench, attempt: Attempt) -> Iterable[Command]:
        """The environment, then the packages."""
        env = environment(bench, bench.cold)
        for step in install_commands(
            python=bench.cold.surroundings.python,
            environment=_environment(bench),
            lock=bench.variant.toolchain_lock,
            index_url=bench.cold.surroundings.index,
        ):
            yield attempt.command(step.argv, bench.cold.folder, {**env, **step.env})

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """Ask the new environment's toolchain for its version."""
        check = bench.variant.spec.toolchain.version
        if check is None:
            raise VerificationError("variant.toml does not say how the toolchain is asked for its version.")
        workspace = bench.cold.with_tools(_environment(bench) / "bin")
        argv = [arg.format_map(workspace.values()) for arg in check.command]
        answer = attempt.run(argv, bench.cold.folder, environment(bench, workspace))
        if not answer.ok or check.expect not in answer.stdout + answer.stderr:
            raise VerificationError(
                f"`{' '.join(check.command)}` answered {(answer.stdout + answer.stderr)[:200]!r}, "
                f"expected {check.expect!r} in it"
            )

    def sizes(self, bench: Bench, attempt: Attempt) -> dict[str, int]:  # noqa: ARG002
        """The environment with the toolchain in it, and what of that is each package asked for and each large one."""
        folder = _environment(bench)
        whole = tree_size(folder).apparent_bytes
        asked_for = [Requirement(text).name for text in bench.variant.spec.toolchain.packages]
        return {"toolchain_bytes": whole, **parts("toolchain_bytes", whole, [folder], always=asked_for)}

    def watched(self, bench: Bench) -> Sequence[Path]:
        """The scratch folder, in which the environment is."""
        return [bench.cold.folder]


def _environment(bench: Bench) -> Path:
    workspace: Workspace = bench.cold
    return workspace.folder / "toolchain"


SCENARIO = ToolInstall()
