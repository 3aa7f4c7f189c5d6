"""How often each verdict is said, by simulation: of commands that are equal, and of some that differ by so much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.answer import Answer
from harness.report.statistics.compare import SAME_BAND, Verdict, judge

#: What one command takes more than the other in truth, the scatter of each one's samples, and rounds.
DIFFERENCES = (0.0, SAME_BAND, 0.10)
NOISES = (0.02, 0.05, 0.10)
ROUNDS = (6, 10, 20)
SIMULATED = 2000
SEED = 7


@dataclass(frozen=True, kw_only=True)
class VerdictRow:
    """How often, of all repetitions, a difference was said and how often sameness, by the number of rounds."""

    difference: float
    noise: float
    differs: Mapping[int, float]
    same: Mapping[int, float]

    def cells(self) -> Mapping[str, str]:
        """The row."""
        return {
            "true difference": f"{self.difference:.0%}" if self.difference else "none",
            "scatter": f"{self.noise:.0%}",
            **{f"faster or slower, {rounds}": f"{share:.1%}" for rounds, share in self.differs.items()},
            **{f"same, {rounds}": f"{share:.1%}" for rounds, share in self.same.items()},
        }


def share_of_verdicts(
    rng: np.random.Generator, *, difference: float, noise: float, rounds: int, repetitions: int
) -> tuple[float, float]:
    """The shares of repetitions in which a difference was said, and sameness; both commands scatter alike."""
    differs = same = 0
    for _ in range(repetitions):
        one = (1 + difference) * rng.lognormal(0, noise, rounds)
        verdict = judge(one / rng.lognormal(0, noise, rounds)).verdict
        differs += verdict in (Verdict.FASTER, Verdict.SLOWER)
        same += verdict is Verdict.SAME
    return differs / repetitions, same / repetitions


def answer(repetitions: int = SIMULATED) -> Answer:
    """Simulate each difference with each scatter and each number of rounds."""
    rng = np.random.default_rng(SEED)
    rows = []
    for difference in DIFFERENCES:
        for noise in NOISES:
            found = {
                rounds: share_of_verdicts(
                    rng, difference=difference, noise=noise, rounds=rounds, repetitions=repetitions
                )
                for rounds in ROUNDS
            }
            rows.append(
                VerdictRow(
                    difference=difference,
                    noise=noise,
                    differs={rounds: shares[0] for rounds, shares in found.items()},
                    same={rounds: shares[1] for rounds, shares in found.items()},
                )
            )
    remark = (
        f"{repetitions:,} simulated comparisons each, log-normal, both commands with the same scatter; what is missing"
        " to 100% is undecided. Before Holm's correction for the size of a table, which only takes verdicts back."
    )
    return Answer(title="How often a verdict is wrong", rows=rows, remarks=[remark])
