"""Blocks or batches: how often each finds a difference, where there is one and where there is none, under load."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

from benchmarks.answer import Answer
from benchmarks.burner import burning
from harness.measure.command import Command
from harness.measure.environment import prepare_home, scrubbed
from harness.measure.executor import LauncherExecutor
from harness.report.statistics.compare import BAND, LEVEL, Verdict, compare

#: Samples of each of the two in one repetition.
BLOCKS = 15
REPETITIONS = 30
SIMULATED = 2000
#: Real repetitions stop after so many seconds.
LIMIT_S = 90.0
#: Load is on, then off, for so many seconds on average.
PHASE_S = 0.4
SEED = 7

#: What the second command takes relative to the first where there is a difference to be found.
DIFFERENCE = 1.1

#: Measures once the first of two commands (0) or the second (1), and says how many seconds it took.
Measure = Callable[[int], float]


@dataclass(frozen=True, kw_only=True)
class OrderRow:
    """How often an order of measuring with its usual test said that the commands differ; ``truth`` is what is so."""

    source: str
    truth: str
    how: str
    found: int
    repetitions: int

    def cells(self) -> Mapping[str, str]:
        """The row."""
        share = self.found / self.repetitions if self.repetitions else 0.0
        return {
            "commands": self.source,
            "difference": self.truth,
            "order and test": self.how,
            "found": f"{self.found} of {self.repetitions}",
            "share": f"{share:.1%}",
        }


def found_in_blocks(measure: Measure, rng: np.random.Generator) -> dict[str, bool]:
    """One repetition in shuffled blocks, every second the mirror of the one before, judged as the harness does."""
    times: tuple[dict[tuple[str, int], float], dict[tuple[str, int], float]] = ({}, {})
    first = 0
    for block in range(BLOCKS):
        first = 1 - first if block % 2 else int(rng.integers(2))
        for which in (first, 1 - first):
            times[which]["run", block] = measure(which)
    verdict = compare(times[1], times[0]).verdict
    return {"blocks, by the harness": verdict in (Verdict.FASTER, Verdict.SLOWER)}


def found_in_batches(measure: Measure) -> dict[str, bool]:
    """One repetition of all of the one, then all of the other, judged by the tests that are usual for it."""
    one, other = ([measure(which) for _ in range(BLOCKS)] for which in (0, 1))
    t_test = float(stats.ttest_ind(one, other, equal_var=False).pvalue) < LEVEL
    ranks = float(stats.mannwhitneyu(one, other).pvalue) < LEVEL
    apart = abs(float(np.log(np.median(one) / np.median(other)))) > float(np.log1p(BAND))
    return {
        "batches, t-test at 5%": t_test,
        "batches, Mann-Whitney at 5%": ranks,
        f"the same and {BAND:.0%} apart": ranks and apart,
    }


def count(source: str, truth: str, repetitions: Sequence[Mapping[str, bool]]) -> list[OrderRow]:
    """A row for each way of judging."""
    return [
        OrderRow(
            source=source,
            truth=truth,
            how=how,
            found=sum(item[how] for item in repetitions),
            repetitions=len(repetitions),
        )
        for how in (repetitions[0] if repetitions else ())
    ]


def simulated(rng: np.random.Generator, *, slowed: float, difference: float = 1.0, seconds: float = 0.02) -> Measure:
    """Commands of so many seconds with 3% of noise, ``slowed`` while a load is on that comes and goes by chance.

    The second takes ``difference`` times what the first takes.
    """
    left = float(rng.exponential(PHASE_S))
    loaded = bool(rng.integers(2))

    def measure(which: int) -> float:
        nonlocal left, loaded
        took = seconds * difference**which * float(rng.lognormal(0, 0.03)) * (slowed if loaded else 1.0)
        left -= took
        while left < 0:
            left += float(rng.exponential(PHASE_S))
            loaded = not loaded
        return took

    return measure


def repeat(measure: Measure, repetitions: int, rng: np.random.Generator) -> Iterator[dict[str, bool]]:
    """Both orders by turns, so many times."""
    for _ in range(repetitions):
        yield {**found_in_blocks(measure, rng), **found_in_batches(measure)}


def answer() -> Answer:
    """By simulation and with real commands."""
    rng = np.random.default_rng(SEED)
    rows = []
    for difference, truth in ((1.0, "none"), (DIFFERENCE, f"{DIFFERENCE - 1:.0%}")):
        for slowed, source in ((1.8, "simulated, with load"), (1.0, "simulated, no load")):
            measure = simulated(rng, slowed=slowed, difference=difference)
            rows += count(source, truth, list(repeat(measure, SIMULATED, rng)))
    real = _measured(np.random.default_rng(SEED))
    rows += count("`python -c pass`, with load", "none", real)
    short = f" The limit of {LIMIT_S:.0f} s ended the real ones early." if len(real) < REPETITIONS else ""
    remark = (
        "Where the commands are the same, every difference found is wrong; where they differ, one not found is missed."
        f" {BLOCKS} samples of each command; load is on, then off, for {PHASE_S} s on average, on the one CPU that the"
        f" commands may use.{short}"
    )
    return Answer(title="Blocks or batches", rows=rows, remarks=[remark])


def _measured(rng: np.random.Generator) -> list[dict[str, bool]]:
    """As many repetitions as the limit allows."""
    found: list[dict[str, bool]] = []
    with tempfile.TemporaryDirectory() as name, burning(seed=SEED, phase_s=PHASE_S, limit_s=2 * LIMIT_S):
        folder = Path(name)
        prepare_home(folder / "home")
        env = scrubbed(home=folder / "home", path=("/usr/bin", "/bin"), extra={}, host={})
        argv = (sys.executable, "-I", "-S", "-c", "pass")
        command = Command(argv=argv, cwd=folder, env=env, timeout_s=10.0, log_path=folder / "log")
        began = time.monotonic()
        with LauncherExecutor() as executor:
            for item in repeat(lambda _: executor.run(command).wall_s, REPETITIONS, rng):
                found.append(item)
                if time.monotonic() - began > LIMIT_S:
                    break
    return found
