"""``build``: an sdist and a wheel of every member."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from packaging.utils import canonicalize_name

from harness.errors import VerificationError
from harness.measure.command import Execution
from harness.measure.trees import remove_tree
from harness.records.facts import ScenarioFacts
from harness.scenarios.base import LocalScenario
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt, environment, how_it_ended
from harness.workspace.verify import distributions, verify_line


class Build(LocalScenario):
    """Builds what would be published."""

    name = "build"
    order = 8
    phases = ("build",)
    facts = ScenarioFacts(
        title="Build sdists and wheels",
        before="Fresh clone with its lock file; warm cache; no environment, nothing built.",
        measured="The toolchain's build commands: one sdist and one wheel of every member.",
        verified="The wheels, installed without their dependencies into a clean environment elsewhere, run.",
    )

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """Install the wheels elsewhere, and run both applications from there."""
        wheels, sdists = distributions(bench.warm.dist)
        for member in bench.shape.members:
            for what, found in (("wheel", wheels), ("sdist", sdists)):
                if canonicalize_name(member.name) not in found:
                    raise VerificationError(f"There is no {what} of {member.name!r} among what was built")
        elsewhere = bench.warm.folder / "elsewhere"
        remove_tree(elsewhere)
        python = _install(bench, attempt, [wheels[canonicalize_name(m.name)] for m in bench.shape.members], elsewhere)
        for member in bench.shape.applications:
            argv = (str(python), "-m", member.module)
            execution = attempt.run(argv, elsewhere, environment(bench, bench.warm))
            verify_line(argv, execution, bench.warm.line_of(member.name))
        remove_tree(elsewhere)

    def sizes(self, bench: Bench, attempt: Attempt) -> dict[str, int]:  # noqa: ARG002
        """All members' wheels, and all their sdists."""
        wheels, sdists = distributions(bench.warm.dist)
        return {
            "wheels_bytes": sum(path.stat().st_size for path in wheels.values()),
            "sdists_bytes": sum(path.stat().st_size for path in sdists.values()),
        }


def _install(bench: Bench, attempt: Attempt, wheels: Sequence[Path], folder: Path) -> Path:
    # The harness's own uv, because it takes a tenth of a second; what is verified are the wheels, not their installer.
    uv = (
        sys.executable,
        "-m",
        "uv",
        "--no-config",
        "--offline",
        "--cache-dir",
        str(bench.warm.folder / "verify-cache"),
    )
    python = folder / "environment" / "bin" / "python"
    folder.mkdir(parents=True)
    interpreter = str(bench.warm.surroundings.python)
    for step in (
        (*uv, "venv", "--quiet", "--python", interpreter, str(python.parent.parent)),
        (*uv, "pip", "install", "--quiet", "--no-index", "--no-deps", "--python", str(python), *map(str, wheels)),
    ):
        execution = attempt.run(step, folder, environment(bench, bench.warm))
        if not execution.ok:
            raise VerificationError(f"The wheels cannot be installed: {how_it_ended(step, execution)}")
    return python


SCENARIO = Build()
