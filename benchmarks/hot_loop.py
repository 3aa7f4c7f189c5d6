"""What a short command takes in a hot loop, in turns with others, and after other work, as in a run."""

from __future__ import annotations

import random
import shutil
import statistics
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.answer import Answer
from benchmarks.peers import Task, tasks_in
from harness.measure.command import Command
from harness.measure.executor import LauncherExecutor
from harness.report.statistics.statistics import Interval, median_interval

#: How often the three ways of measuring take turns, and how many runs of each command each has in a turn.
TURNS = 12
RUNS = 9
SEED = 7

#: The ways, in the order of the columns.
HOT, SHUFFLED, AFTER_WORK = "hot loop", "shuffled", "after other work"
#: What the other work is: these packages of the standard library are compiled, as an install does with what it brings.
COMPILED = ("asyncio", "email", "json")

#: What is told of a run: how long it took, and how long processors worked on it, which others at work disturb less.
KINDS = ("clock", "processor")

#: Runs a task once, and says how many seconds of each kind it took.
Run = Callable[[Task], Mapping[str, float]]
#: The medians of one turn of one way, by the command's name and the kind.
Medians = Mapping[tuple[str, str], float]


@dataclass(frozen=True, kw_only=True)
class HotRow:
    """A command with its medians over turns, way by way, and each way's ratio to the hot loop, turn by turn.

    ``kind`` is what they are of, one of :data:`KINDS`.
    """

    command: str
    kind: str
    medians_s: Mapping[str, float]
    ratios: Mapping[str, Interval]

    def cells(self) -> Mapping[str, str]:
        """The row."""
        times = {way: f"{seconds * 1e3:.1f} ms" for way, seconds in self.medians_s.items()}
        ratios = {
            f"{way} / hot": f"{found.median:.2f} [{found.low:.2f}, {found.high:.2f}]"
            for way, found in self.ratios.items()
        }
        return {"command": f"`{self.command}`", "time": self.kind, **times, **ratios}


def in_a_hot_loop(tasks: Sequence[Task], run: Run) -> Medians:
    """One command after the other, each again and again; the first run of each only warms up."""
    found = {}
    for task in tasks:
        run(task)
        found[task.name] = [run(task) for _ in range(RUNS)]
    return _medians(found)


def in_shuffled_rounds(tasks: Sequence[Task], run: Run, order: random.Random, work: Callable[[], None]) -> Medians:
    """Each command once a round, in an order that is drawn anew, with ``work`` before each."""
    found: dict[str, list[Mapping[str, float]]] = {task.name: [] for task in tasks}
    for _ in range(RUNS):
        for task in order.sample(tasks, len(tasks)):
            work()
            found[task.name].append(run(task))
    return _medians(found)


def _medians(found: Mapping[str, Sequence[Mapping[str, float]]]) -> Medians:
    return {
        (name, kind): statistics.median(seconds[kind] for seconds in taken)
        for name, taken in found.items()
        for kind in KINDS
    }


def rows_of(turns: Mapping[str, Sequence[Medians]]) -> list[HotRow]:
    """A row for each command and kind; medians of the same place in their lists were taken in one turn."""
    return [
        HotRow(
            command=name,
            kind=kind,
            medians_s={way: statistics.median(turn[name, kind] for turn in own) for way, own in turns.items()},
            ratios={
                way: median_interval(
                    np.array([turn[name, kind] / hot[name, kind] for turn, hot in zip(own, turns[HOT], strict=True)])
                )
                for way, own in turns.items()
                if way != HOT
            },
        )
        for name, kind in turns[HOT][0]
    ]


def answer() -> Answer:
    """Measure three commands in all ways, by turns."""
    order = random.Random(SEED)  # noqa: S311 - an order, no secret
    turns: dict[str, list[Medians]] = {HOT: [], SHUFFLED: [], AFTER_WORK: []}
    with tempfile.TemporaryDirectory() as name, LauncherExecutor() as executor:
        folder = Path(name)
        tasks = _short(folder)
        other = _other_work(folder, tasks[0].env)

        def run(task: Task) -> Mapping[str, float]:
            command = Command(argv=task.argv, cwd=task.folder, env=task.env, timeout_s=60.0, log_path=folder / "log")
            done = executor.run(command)
            return {"clock": done.wall_s, "processor": done.user_s + done.system_s}

        def work() -> None:
            run(other)

        ways: dict[str, Callable[[], Medians]] = {
            HOT: lambda: in_a_hot_loop(tasks, run),
            SHUFFLED: lambda: in_shuffled_rounds(tasks, run, order, lambda: None),
            AFTER_WORK: lambda: in_shuffled_rounds(tasks, run, order, work),
        }
        for _ in range(TURNS):
            # Whoever goes first changes from turn to turn.
            for way in order.sample(list(ways), len(ways)):
                turns[way].append(ways[way]())
    remark = (
        f"{TURNS} turns of {RUNS} runs each, medians over turns, ratios turn by turn with a 95% interval. Shuffled: the"
        " three commands in turns, in an order that is drawn anew. After other work: the same, and before each"
        f" `compileall` of {', '.join(COMPILED[:-1])} and {COMPILED[-1]}."
    )
    return Answer(title="Hot loop or shuffled", rows=rows_of(turns), remarks=[remark])


def _short(folder: Path) -> list[Task]:
    """Three short commands: starting Python, uv with nothing to do, and an application started through uv."""
    python, sync = (task for task in tasks_in(folder) if task.name != "true")
    (folder / "hello.py").write_text('print("Hello, World")\n', encoding="utf-8")
    argv = (sync.argv[0], "run", "--quiet", "python", "-m", "hello")
    return [python, sync, Task(name="uv run python -m hello", argv=argv, folder=folder, env=sync.env)]


def _other_work(folder: Path, env: Mapping[str, str]) -> Task:
    library = Path(sysconfig.get_path("stdlib"))
    for package in COMPILED:
        shutil.copytree(library / package, folder / "other" / package, ignore=shutil.ignore_patterns("__pycache__"))
    argv = (sys.executable, "-m", "compileall", "-q", "-f", "other")
    return Task(name="other work", argv=argv, folder=folder, env=env)
