"""The same commands measured by the harness, hyperfine and pyperf, in turns."""

from __future__ import annotations

import importlib.util
import json
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.answer import Answer
from harness.measure.command import Command
from harness.measure.environment import prepare_home, scrubbed
from harness.measure.executor import LauncherExecutor
from harness.report.statistics.statistics import Interval, median_interval

#: How often they take turns, and how many runs each turn has, besides one to warm up. Turns are short and many, so
#: that load which comes and goes meets all of them.
TURNS = 15
RUNS = 15

_PROJECT = '[project]\nname = "nothing-to-do"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = []\n'


@dataclass(frozen=True, kw_only=True)
class Task:
    """A command to be measured, with the folder and the environment it has whoever measures it."""

    name: str
    argv: tuple[str, ...]
    folder: Path
    env: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One tool's turn: each run's seconds as it tells them, and the seconds the turn took as a whole.

    ``warmups`` are the runs that took part of it and are not in ``walls``.
    """

    walls: tuple[float, ...]
    took_s: float
    warmups: int

    @property
    def median_s(self) -> float:
        """The median run."""
        return statistics.median(self.walls)

    @property
    def outside_s(self) -> float:
        """Seconds that each run cost besides the command; a run to warm up is taken for a median one."""
        return (self.took_s - sum(self.walls) - self.warmups * self.median_s) / len(self.walls)


@dataclass(frozen=True, kw_only=True)
class PeerRow:
    """A command measured by one tool; ``ratio`` is the harness's median over this tool's, turn by turn."""

    command: str
    tool: str
    median_s: float
    ratio: Interval
    outside_s: float

    def cells(self) -> Mapping[str, str]:
        """The row."""
        return {
            "command": f"`{self.command}`",
            "measured by": self.tool,
            "median": f"{self.median_s * 1e3:.2f} ms",
            "harness / it": f"{self.ratio.median:.3f} [{self.ratio.low:.3f}, {self.ratio.high:.3f}]",
            "outside, per sample": f"{self.outside_s * 1e3:.2f} ms",
        }


def with_harness(task: Task, runs: int) -> Turn:
    """One turn of the harness: commands through its launcher, logs and all.

    A run has one launcher, so its start is no part of the turn.
    """
    command = Command(argv=task.argv, cwd=task.folder, env=task.env, timeout_s=60.0, log_path=task.folder / "log")
    with LauncherExecutor() as executor:
        executor.run(command)
        began = time.perf_counter()
        walls = tuple(executor.run(command).wall_s for _ in range(runs))
        return Turn(walls=walls, took_s=time.perf_counter() - began, warmups=0)


def with_hyperfine(task: Task, runs: int) -> Turn:
    """One turn of hyperfine, without a shell in between."""
    exported = task.folder / "hyperfine.json"
    words = ["hyperfine", "-N", "--style", "none", "--warmup", "1", "--runs", str(runs)]
    took = _timed([*words, "--export-json", str(exported), shlex.join(task.argv)], task)
    return Turn(
        walls=tuple(json.loads(exported.read_text(encoding="utf-8"))["results"][0]["times"]), took_s=took, warmups=1
    )


def with_pyperf(task: Task, runs: int) -> Turn:
    """One turn of pyperf, all runs from one worker process."""
    exported = task.folder / "pyperf.json"
    exported.unlink(missing_ok=True)
    words = [sys.executable, "-m", "pyperf", "command", "--quiet", "--copy-env", "--processes", "1", "--loops", "1"]
    took = _timed([*words, "--warmups", "1", "--values", str(runs), "-o", str(exported), "--", *task.argv], task)
    found = json.loads(exported.read_text(encoding="utf-8"))["benchmarks"][0]["runs"]
    return Turn(walls=tuple(value for run in found for value in run.get("values", ())), took_s=took, warmups=1)


def compare_turns(command: str, turns: Mapping[str, Sequence[Turn]]) -> list[PeerRow]:
    """A row for each tool; turns of the same place in their lists were taken one after the other."""
    return [
        PeerRow(
            command=command,
            tool=tool,
            median_s=statistics.median(turn.median_s for turn in own),
            ratio=median_interval(
                np.array([ours.median_s / theirs.median_s for ours, theirs in zip(turns["harness"], own, strict=True)])
            ),
            outside_s=statistics.median(turn.outside_s for turn in own),
        )
        for tool, own in turns.items()
    ]


def answer() -> Answer:
    """Measure with all that is installed."""
    tools: dict[str, Callable[[Task, int], Turn]] = {"harness": with_harness}
    remarks = [
        f"{TURNS} turns of {RUNS} runs each, medians over turns, ratios with a 95% interval. What hyperfine and pyperf"
        " take to start is part of their turn; the harness starts its launcher once a run."
    ]
    if shutil.which("hyperfine"):
        tools["hyperfine"] = with_hyperfine
    else:
        remarks.append("hyperfine is not installed. On Debian and Ubuntu: apt-get install hyperfine")
    if importlib.util.find_spec("pyperf"):
        tools["pyperf"] = with_pyperf
    else:
        remarks.append("pyperf is not installed: make lint sets it up.")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for task in tasks_in(Path(folder)):
            turns: dict[str, list[Turn]] = {name: [] for name in tools}
            for turn in range(TURNS):
                # Whoever goes first changes from turn to turn.
                for name in sorted(tools, reverse=bool(turn % 2)):
                    turns[name].append(tools[name](task, RUNS))
            rows += compare_turns(task.name, turns)
    return Answer(title="Beside its peers", rows=rows, remarks=remarks)


def tasks_in(folder: Path) -> list[Task]:
    """Three short commands to be measured in ``folder``: `true`, starting Python, and uv with nothing to do."""
    prepare_home(folder / "home")
    extra = {"UV_PYTHON": sys.executable, "UV_OFFLINE": "1", "UV_NO_CONFIG": "1"}
    env = scrubbed(home=folder / "home", path=("/usr/bin", "/bin"), extra=extra, host={})
    (folder / "pyproject.toml").write_text(_PROJECT, encoding="utf-8")
    sync = (str(Path(sys.executable).with_name("uv")), "sync", "--quiet")
    subprocess.run(sync, cwd=folder, env=env, check=True)
    commands = {"true": ("true",), "python -c pass": (sys.executable, "-I", "-S", "-c", "pass"), "uv sync": sync}
    return [Task(name=name, argv=argv, folder=folder, env=env) for name, argv in commands.items()]


def _timed(argv: Sequence[str], task: Task) -> float:
    program = shutil.which(argv[0]) or argv[0]
    began = time.perf_counter()
    subprocess.run([program, *argv[1:]], check=True, capture_output=True, cwd=task.folder, env=dict(task.env))
    return time.perf_counter() - began
