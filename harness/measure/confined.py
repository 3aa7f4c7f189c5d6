"""An executor whose commands can write to given folders and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.measure import confine
from harness.measure.command import Command, Execution, Executor

_SCRIPT = Path(confine.__file__)


def unavailable() -> str:
    """Why commands cannot be confined on this machine; empty if they can."""
    there = confine.version()
    if there >= confine.NEEDED:
        return ""
    which = f"its Landlock is version {there}" if there else "it has no Landlock"
    return f"the kernel cannot confine a program's writing: {which}, and version {confine.NEEDED} is needed"


@dataclass(frozen=True, kw_only=True)
class ConfinedExecutor:
    """Runs commands through another executor so that they can write below ``folders`` alone.

    What they try to write elsewhere fails with "Permission denied", as the kernel answers.
    """

    executor: Executor
    folders: Sequence[Path]

    def run(self, command: Command) -> Execution:
        """Run ``command`` confined."""
        places = map(str, self.folders)
        wrapper = (sys.executable, "-I", "-S", str(_SCRIPT), *places, "--")
        return self.executor.run(replace(command, argv=(*wrapper, *command.argv)))
