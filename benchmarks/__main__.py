"""``python -m benchmarks``: the harness beside hyperfine, on the same commands, in turns."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from harness.host import host_facts
from harness.measure.command import Command
from harness.measure.environment import prepare_home, scrubbed
from harness.measure.executor import LauncherExecutor

#: How often the two take turns, and how many runs each turn has.
TURNS = 5
RUNS = 40

COMMANDS = {"true": ("true",), "python -c pass": (sys.executable, "-I", "-S", "-c", "pass")}


@dataclass(frozen=True, kw_only=True)
class Timing:
    """What one turn measured: the median of the command, and what else each run took, both in seconds."""

    median_s: float
    outside_s: float


def with_harness(argv: tuple[str, ...], folder: Path) -> Timing:
    """One turn of the harness: commands through its launcher, logs and all."""
    prepare_home(folder / "home")
    env = scrubbed(home=folder / "home", path=("/usr/bin", "/bin"), extra={}, host={})
    command = Command(argv=argv, cwd=folder, env=env, timeout_s=10.0, log_path=folder / "log")
    with LauncherExecutor() as executor:
        executor.run(command)
        began = time.perf_counter()
        walls = [executor.run(command).wall_s for _ in range(RUNS)]
        took = time.perf_counter() - began
    return Timing(median_s=statistics.median(walls), outside_s=(took - sum(walls)) / RUNS)


def with_hyperfine(argv: tuple[str, ...], folder: Path) -> Timing:
    """One turn of hyperfine, without a shell in between."""
    exported = folder / "hyperfine.json"
    words = ["hyperfine", "-N", "--style", "none", "--warmup", "1", "--runs", str(RUNS)]
    began = time.perf_counter()
    subprocess.run(
        [*words, "--export-json", str(exported), " ".join(argv)], check=True, capture_output=True, env=dict(os.environ)
    )
    took = time.perf_counter() - began
    times = json.loads(exported.read_text(encoding="utf-8"))["results"][0]["times"]
    return Timing(median_s=statistics.median(times), outside_s=(took - sum(times)) / RUNS)


def main() -> int:
    """Compare, and print a table; 1 if hyperfine is not installed."""
    console = Console()
    if shutil.which("hyperfine") is None:
        console.print("hyperfine is not installed. On Debian and Ubuntu: apt-get install hyperfine")
        return 1
    table = Table(title=f"{TURNS} turns of {RUNS} runs each, medians of turns", title_justify="left", box=None)
    for heading in ("command", "harness", "hyperfine", "ratio", "harness outside", "hyperfine outside"):
        table.add_column(heading, justify="right")
    with tempfile.TemporaryDirectory() as folder:
        for name, argv in COMMANDS.items():
            turns = [(with_harness(argv, Path(folder)), with_hyperfine(argv, Path(folder))) for _ in range(TURNS)]
            ours, theirs = (statistics.median(turn[side].median_s for turn in turns) for side in (0, 1))
            outside = [statistics.median(turn[side].outside_s for turn in turns) for side in (0, 1)]
            ratio = statistics.median(own.median_s / other.median_s for own, other in turns)
            table.add_row(
                name,
                *(f"{value * 1e3:.2f} ms" for value in (ours, theirs)),
                f"{ratio:.3f}",
                *(f"{value * 1e3:.2f} ms" for value in outside),
            )
    facts = host_facts(Path.cwd())
    console.print(table)
    console.print(f"{facts.cpu_count} × {facts.cpu_model}, {facts.system}, Python {facts.python_version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
