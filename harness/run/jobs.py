"""What a run has to have done: jobs, and what whoever does them hands over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from harness.findings import Observation
from harness.monorepo.shapes import CANONICAL
from harness.plan.shards import Unit
from harness.records.format import Finding, Probe, Sample
from harness.records.journal import Journal
from harness.records.reading import Resumed
from harness.records.spelling import number


@dataclass(frozen=True, kw_only=True)
class LookJob:
    """Establish what can be seen of each contestant with a shape without running it."""

    shape: str

    @property
    def name(self) -> str:
        """What it is called."""
        return f"looking at the variants ({self.shape})"


@dataclass(frozen=True, kw_only=True)
class ConductJob:
    """Conduct experiments with contestants, each by its name."""

    experiments: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def name(self) -> str:
        """What it is called."""
        many = number(sum(len(names) for _, names in self.experiments), "experiment")
        return f"{many} with {', '.join(contestant for contestant, _ in self.experiments)}"


#: A unit is measured.
Job = LookJob | Unit | ConductJob


class Receiver(Protocol):
    """Is given what comes of a job, as it comes.

    The ``journal`` is that of the run; those who do a job put logs into its folder, and nothing else. What is ``done``
    of it already need not be set up again.
    """

    journal: Journal
    done: Resumed

    def begins(self, what: str, block: int | None = None) -> None:
        """Something is about to be measured in a block, counted from 0, or to be found out by experiment."""
        ...

    def samples(self, samples: Sequence[Sample]) -> None:
        """These were measured, one after the other."""
        ...

    def finding(self, finding: Finding) -> None:
        """This was found out."""
        ...

    def probe(self, probe: Probe) -> None:
        """So fast was the machine."""
        ...


def as_finding(
    run_id: str, name: str, observation: Observation, *, log_path: str = "", shape: str = CANONICAL.name
) -> Finding:
    """What was observed of a contestant that is called ``name``, as a run's record has it."""
    return Finding(
        run_id=run_id,
        variant=name,
        lane=observation.lane,
        strategy=observation.strategy,
        finding=observation.finding,
        shape=shape,
        value=observation.value,
        evidence=observation.evidence,
        sizes=dict(observation.sizes),
        cure=observation.cure,
        log_path=log_path,
    )
