"""A million samples: reading and analysing them, and the whole report, each in a process of its own."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.answer import Answer
from benchmarks.made_up import write_run
from harness.errors import MeasureError
from harness.measure.command import Command, Execution
from harness.measure.executor import LauncherExecutor
from harness.report.writer import view_of_runs, write

SAMPLES = 1_000_000
_ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class MillionRow:
    """A process from its start to its end, or a part of it (whose peak is that of its process)."""

    what: str
    wall_s: float
    cpu_s: float
    peak_bytes: int

    def cells(self) -> Mapping[str, str]:
        """The row."""
        return {
            "what": self.what,
            "wall": f"{self.wall_s:.1f} s",
            "CPU": f"{self.cpu_s:.1f} s",
            "peak memory": f"{self.peak_bytes / 1e6:.0f} MB",
        }


def rows_of(analysis: Execution, report: Execution) -> list[MillionRow]:
    """What the two processes took; the second one's output says what was rendering."""
    lap = json.loads(report.stdout)
    return [
        _row("reading and analysing, a process", analysis),
        _row("the whole report, a process", report),
        MillionRow(
            what="of that, drawing and writing",
            wall_s=lap["wall_s"],
            cpu_s=lap["cpu_s"],
            peak_bytes=report.max_rss_bytes,
        ),
    ]


def answer(samples: int = SAMPLES) -> Answer:
    """Make up the samples, then time both.

    Raises:
        MeasureError: one of the processes failed.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = write_run(folder / "made-up", samples=samples)
        size = (folder / "made-up" / "samples.jsonl").stat().st_size
        with LauncherExecutor() as executor:
            analysis = _run(executor, folder, "analyse")
            report = _run(executor, folder, "report")
    return Answer(
        title="A million samples",
        rows=rows_of(analysis, report),
        remarks=[
            f"{count:,} samples in 78 cells, {size / 1e6:.0f} MB. A process includes starting Python and imports."
        ],
    )


def _row(what: str, execution: Execution) -> MillionRow:
    return MillionRow(
        what=what,
        wall_s=execution.wall_s,
        cpu_s=execution.user_s + execution.system_s,
        peak_bytes=execution.max_rss_bytes,
    )


def _run(executor: LauncherExecutor, folder: Path, step: str) -> Execution:
    argv = (sys.executable, "-m", "benchmarks.million", step, str(folder / "made-up"), str(folder / "report"))
    execution = executor.run(
        Command(argv=argv, cwd=_ROOT, env=dict(os.environ), timeout_s=600.0, log_path=folder / "log")
    )
    if not execution.ok:
        raise MeasureError(f"The step {step!r} failed: {execution.stderr[-2000:]}", hint="Mend it, then measure again.")
    return execution


def main(step: str, run: Path, out: Path) -> None:
    """What each process does: ``analyse`` or ``report``; the latter prints what its last part took."""
    view, reports = view_of_runs([run])
    if step == "analyse":
        return
    wall, cpu = time.perf_counter(), time.process_time()
    write(view, reports, out)
    print(json.dumps({"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
