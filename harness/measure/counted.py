"""An executor that writes down every process that its commands start."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from harness.measure import count
from harness.measure.command import Command, Execution, Executor

_SCRIPT = (sys.executable, "-I", "-S", str(Path(count.__file__)))


def unavailable() -> str:
    """Why processes cannot be counted on this machine; empty if they can."""
    if sys.platform != "linux":
        return "processes are counted with Linux' ptrace, and this is another system"
    probe = subprocess.run([*_SCRIPT, "--probe"], capture_output=True, check=False)
    return "" if probe.returncode == 0 else "the kernel does not let processes be traced, so they cannot be counted"


@dataclass(frozen=True, kw_only=True)
class CountingExecutor:
    """Runs commands through another executor; what each started is written into ``file``."""

    executor: Executor
    file: Path

    def run(self, command: Command) -> Execution:
        """Run ``command`` and count."""
        return self.executor.run(replace(command, argv=(*_SCRIPT, str(self.file), "--", *command.argv)))

    @property
    def started(self) -> list[list[str]]:
        """The argument list of every process so far; empty where one went on with its parent's program."""
        lines = self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []
        return [json.loads(line) for line in lines]
