"""Workers side by side on cores of their own: how much sooner a run is done, and how much they disturb each other."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.answer import Answer
from harness.errors import MeasureError
from harness.records.facts import Outcome
from harness.records.format import CONTROL_SUFFIX, Cell, Sample
from harness.records.reading import read_samples
from harness.report.statistics.statistics import Interval, median_interval
from harness.run.cluster.asked import cores_here

VARIANTS = ("uv", "venv")
SCENARIOS = ("install-cold", "install-warm", "noop", "run", "refresh", "build")
BLOCKS = 6
SEED = 1
_ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """So many workers, each with cores of its own, at the same plan.

    ``went_by_s`` is from the first sample to the last. ``slower`` is how much longer a cell takes than with one worker:
    the median over cells of the ratio of medians, with its interval. ``ratios`` is by how much the ratios to the
    reference differ from those with one worker, the median over cells of the larger divided by the smaller; ``itself``
    is the same for the reference against its repetition, in one block and on one worker, and ``across`` for the
    reference on one worker against the reference on another, which nothing may be told by.
    """

    workers: int
    samples: int
    went_by_s: float
    slower: Interval
    ratios: float
    itself: float
    across: float | None

    def cells(self) -> Mapping[str, str]:
        """The row."""
        return {
            "workers": str(self.workers),
            "samples a minute": f"{self.samples / self.went_by_s * 60:.1f}",
            "a cell takes": f"{self.slower.median:.3f}× [{self.slower.low:.3f}, {self.slower.high:.3f}]",
            "ratios differ by": f"{self.ratios - 1:.1%}",
            "reference and itself": f"{self.itself - 1:.1%}",
            "on two workers": "–" if self.across is None else f"{self.across - 1:.1%}",
        }


def answer() -> Answer:
    """Run the same plan with one worker, and with as many as there are cores.

    Raises:
        MeasureError: a run failed.
    """
    most = len(cores_here())
    with tempfile.TemporaryDirectory() as name:
        taken = {workers: _run(workers, Path(name)) for workers in dict.fromkeys((1, most))}
    alone = taken[1]
    rows = [crowd(workers, samples, alone) for workers, samples in taken.items()]
    gained = rows[-1].samples / rows[-1].went_by_s / (rows[0].samples / rows[0].went_by_s)
    remarks = [
        f"The same plan each time ({len(SCENARIOS)} scenarios, {' and '.join(VARIANTS)}, {BLOCKS} blocks), each worker"
        " on cores of its own.",
        f"{most} workers were {gained:.2f} times as fast as one: {gained / most:.0%} of what is possible.",
        "Ratios are taken inside a block on one worker: what disturbs both sides of a ratio alike leaves it as it is."
        " More workers than cores are refused, unless crowding is asked for.",
    ]
    if most == 1:
        remarks.append("This machine has one core, so nothing can be side by side here.")
    return Answer(title="Side by side", rows=rows, remarks=remarks)


def crowd(workers: int, samples: Sequence[Sample], alone: Sequence[Sample]) -> Crowd:
    """What a run with several workers says beside one with a single worker: pure."""
    own, base = _medians(samples), _medians(alone)
    slower = np.array([own[cell] / base[cell] for cell in own if cell in base], dtype=np.float64)
    starts = [datetime.fromisoformat(sample.started_at).timestamp() for sample in samples]
    return Crowd(
        workers=workers,
        samples=len(samples),
        went_by_s=max(starts) - min(starts),
        slower=median_interval(slower),
        ratios=_apart(
            (_ratio(samples, cell), _ratio(alone, cell))
            for cell in own
            if cell.variant in VARIANTS[:1] and cell in base
        ),
        itself=_apart((own[cell], own[_control(cell)]) for cell in own if _control(cell) in own),
        across=_across(samples),
    )


def _medians(samples: Iterable[Sample]) -> dict[Cell, float]:
    found: dict[Cell, list[float]] = {}
    for sample in samples:
        if sample.outcome is Outcome.OK and sample.wall_s:
            found.setdefault(sample.cell, []).append(sample.wall_s)
    return {cell: median(values) for cell, values in found.items()}


def _ratio(samples: Sequence[Sample], cell: Cell) -> float:
    """A cell against the reference, block by block."""
    seconds = {(sample.block, sample.cell): sample.wall_s for sample in samples if sample.wall_s}
    reference = _of(cell, VARIANTS[1])
    base = {block: wall for (block, other), wall in seconds.items() if other == reference}
    return median(wall / base[block] for (block, other), wall in seconds.items() if other == cell and block in base)


def _of(cell: Cell, variant: str) -> Cell:
    return Cell(variant=variant, lane=cell.lane, scenario=cell.scenario, shape=cell.shape)


def _control(cell: Cell) -> Cell:
    return _of(cell, cell.variant + CONTROL_SUFFIX)


def _apart(pairs: Iterable[tuple[float, float]]) -> float:
    """By how much the two of a pair differ, whichever is larger, in the middle of all pairs; 1 is not at all."""
    return median(max(one / other, other / one) for one, other in pairs)


def _across(samples: Sequence[Sample]) -> float | None:
    """The reference on the first worker against the reference on each other one."""
    by_worker = {
        worker: _medians(sample for sample in samples if sample.worker == worker and sample.variant == VARIANTS[1])
        for worker in sorted({sample.worker for sample in samples})
    }
    first, *others = by_worker.values()
    pairs = [(first[cell], other[cell]) for other in others for cell in first if cell in other]
    return _apart(pairs) if pairs else None


def _run(workers: int, folder: Path) -> list[Sample]:
    run_id = f"by-{workers}"
    words = [word for name in VARIANTS for word in ("--variant", name)]
    words += [word for name in SCENARIOS for word in ("--scenario", name)]
    words += ["--lane", "local", "--blocks", str(BLOCKS), "--seed", str(SEED), "--run-id", run_id]
    done = subprocess.run(
        [sys.executable, "-m", "harness", "run", *words, "--results", str(folder), "--cluster", f"local:{workers}"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MeasureError(f"The run with {workers} workers failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return read_samples(folder / run_id)
