"""How much of a run's time is spent in what it measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks.answer import Answer
from harness.errors import ResultsError
from harness.records.format import SAMPLE, Sample


@dataclass(frozen=True, kw_only=True)
class EfficiencyRow:
    """A run, or one of its scenarios: seconds in measured commands, and seconds from the first sample on to the last.

    A sample's share of the run lasts from its own start to the next one's.
    """

    what: str
    samples: int
    measured_s: float
    elapsed_s: float

    @property
    def share(self) -> float:
        """Measured seconds as a share of those that went by; 0 where none did."""
        return self.measured_s / self.elapsed_s if self.elapsed_s else 0.0

    def cells(self) -> Mapping[str, str]:
        """The row."""
        return {
            "what": self.what,
            "samples": str(self.samples),
            "measured": f"{self.measured_s:.1f} s",
            "went by": f"{self.elapsed_s:.1f} s",
            "share": f"{self.share:.0%}",
        }


def efficiency(samples: Sequence[Sample]) -> list[EfficiencyRow]:
    """The whole of at least one sample, in the order of the record, then each scenario.

    What provisioning took is before the first sample and not counted.
    """
    starts = [datetime.fromisoformat(sample.started_at).timestamp() for sample in samples]
    ends = [*starts[1:], starts[-1] + (samples[-1].wall_s or 0.0)]
    groups: dict[str, list[int]] = {"the whole run": list(range(len(samples)))}
    for index, sample in enumerate(samples):
        groups.setdefault(sample.scenario, []).append(index)
    return [
        EfficiencyRow(
            what=name,
            samples=len(own),
            measured_s=sum(samples[index].wall_s or 0.0 for index in own),
            elapsed_s=sum(ends[index] - starts[index] for index in own),
        )
        for name, own in groups.items()
    ]


def newest_run(results: Path) -> Path:
    """The run in ``results`` that was written to last.

    Raises:
        ResultsError: there is none.
    """
    runs = [path for path in results.glob("*/samples.jsonl") if path.stat().st_size]
    if not runs:
        raise ResultsError(f"There is no run in {results}.", hint="Make one with make run, or name one with --run.")
    return max(runs, key=lambda path: path.stat().st_mtime).parent


def answer(run: Path) -> Answer:
    """Of a run's folder.

    Raises:
        ResultsError: it holds no samples.
    """
    path = run / "samples.jsonl"
    if not path.is_file():
        raise ResultsError(f"{run} holds no samples.jsonl.", hint="Name the folder of a run, such as results/<run-id>.")
    samples = [SAMPLE.validate_json(line) for line in path.read_bytes().split(b"\n")[:-1]]
    if not samples:
        raise ResultsError(f"{path} holds no sample.", hint="Name a run that has begun.")
    timeless = sum(sample.wall_s is None for sample in samples)
    remark = (
        f"Run {samples[0].run_id}: {len(samples)} samples, {timeless} of which have no time, since they are not ok."
    )
    return Answer(title="Efficiency", rows=efficiency(samples), remarks=[remark])
