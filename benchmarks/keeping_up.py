"""Does the harness keep up with large shapes: growing a thousand members, planning and recording ten thousand cells."""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.answer import Answer
from harness.errors import MeasureError
from harness.measure.command import Command
from harness.measure.executor import LauncherExecutor
from harness.monorepo.growing import grow
from harness.monorepo.shapes.text import layered
from harness.monorepo.variants import load_variants
from harness.plan.cells import Selection, make_plan, order_of
from harness.provision.state_folder import Layout
from harness.records.facts import Lane, Outcome
from harness.records.format import Sample
from harness.records.journal import Journal
from harness.records.reading import read_info

MEMBERS = 1000
CELLS = 10_000
_ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Lap:
    """What a part of the work took; the peak is that of the process that did it, imports included."""

    what: str
    wall_s: float
    peak_bytes: int

    def cells(self) -> Mapping[str, str]:
        """The row."""
        return {"what": self.what, "wall": f"{self.wall_s:.2f} s", "peak memory": f"{self.peak_bytes / 1e6:.0f} MB"}


def answer() -> Answer:
    """Do both, each in a process of its own.

    Raises:
        MeasureError: one of the processes failed.
    """
    with tempfile.TemporaryDirectory() as name, LauncherExecutor() as executor:
        folder = Path(name)
        rows = [lap for step in ("grow", "plan") for lap in _laps(executor, folder, step)]
    return Answer(
        title="Keeping up with large shapes",
        rows=rows,
        remarks=[
            "Aims: a variant grown under 2 s; planning, and a journal begun and read, under 1 s and 100 MB. Recording"
            " waits for the disk after every sample."
        ],
    )


def _laps(executor: LauncherExecutor, folder: Path, step: str) -> list[Lap]:
    argv = (sys.executable, "-m", "benchmarks.keeping_up", step, str(folder / step))
    execution = executor.run(
        Command(argv=argv, cwd=_ROOT, env=dict(os.environ), timeout_s=600.0, log_path=folder / "log")
    )
    if not execution.ok:
        raise MeasureError(f"The step {step!r} failed: {execution.stderr[-2000:]}", hint="Mend it, then measure again.")
    return [Lap(**lap) for lap in json.loads(execution.stdout)]


def _lap(what: str, work: Callable[[], object]) -> Lap:
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    # Linux counts in KiB.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Lap(what=what, wall_s=took, peak_bytes=peak)


def growing(folder: Path) -> list[Lap]:
    """The slowest of all variants, grown to a thousand members."""
    shape = layered(apps=MEMBERS * 4 // 5, libs=MEMBERS // 5)
    laps = [
        _lap(f"{variant.name} grown to {MEMBERS:,} members", partial(grow, variant, shape, folder / variant.name))
        for variant in load_variants(Layout.here().variants)
    ]
    slowest = max(laps, key=lambda lap: lap.wall_s)
    return [replace(slowest, what=f"the slowest of {len(laps)} variants: {slowest.what}")]


def planning(folder: Path) -> list[Lap]:
    """A plan of ten thousand cells, its first blocks' order, and a journal with a sample of each."""
    shapes = tuple(f"shape-{number}" for number in range(CELLS // 100))
    selection = Selection(
        strategies={f"variant-{number}": () for number in range(10)},
        scenarios={f"scenario-{number}": Lane.LOCAL for number in range(10)},
        lanes=frozenset({Lane.LOCAL}),
        shapes=shapes,
    )
    laps = [_lap(f"planning {CELLS:,} cells and ordering 6 blocks", lambda: _planned(selection))]
    plan = make_plan(selection)
    info = replace(read_info(_ROOT / "results" / "reference"), run_id="made-up", plan=plan, findings={}, probes=())
    laps.append(_lap("beginning its journal", lambda: Journal.create(folder, info)))
    journal = Journal(folder / "made-up", info)
    taken = [
        Sample(
            run_id="made-up", host_id="h", variant=cell.variant, variant_digest="d", lane=cell.lane,
            scenario=cell.scenario, shape=cell.shape, block=0, position=position, outcome=Outcome.OK, wall_s=1.0,
            started_at="2026-01-01T00:00:00+00:00", log_path="",
        )
        for position, cell in enumerate(plan.cells)
    ]  # fmt: skip

    def recorded() -> None:
        for sample in taken:
            journal.add_samples([sample])

    laps.append(_lap(f"recording {CELLS:,} samples, each fsynced", recorded))
    laps.append(_lap("reading it to be resumed", lambda: Journal.resume(folder / "made-up")))
    return laps


def _planned(selection: Selection) -> None:
    plan = make_plan(selection)
    for block in range(6):
        order_of(plan, block)


def main(step: str, folder: Path) -> None:
    """What each process does: ``grow`` or ``plan``; it prints its laps."""
    folder.mkdir()
    print(json.dumps([asdict(lap) for lap in (growing(folder) if step == "grow" else planning(folder))]))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
