"""A made-up run, what its workers answer, and an engine that follows a script."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.plan.cells import Selection, make_plan, variant_of
from harness.plan.shards import Unit
from harness.records.facts import HostFacts, Lane, VariantFacts
from harness.records.format import Cell, RunInfo, Sample
from harness.run.cluster.dealing import Landed
from harness.run.cluster.messages import RETURNED, Order, Returned
from harness.run.jobs import Job
from tests.made_up import made_up_info, made_up_sample

PLAN = make_plan(
    Selection(
        strategies={"uv": (), "venv": ()},
        scenarios={"lock": Lane.LOCAL, "run": Lane.LOCAL},
        lanes=frozenset({Lane.LOCAL}),
        blocks=2,
        control=frozenset({"run"}),
    )
)


def facts(name: str) -> VariantFacts:
    return VariantFacts(
        title=name,
        summary="",
        manager=name,
        backend="",
        digest=f"digest of {name}",
        tools={name: "1.0"},
        commands={},
        python="3.11.7",
    )


INFO: RunInfo = replace(
    made_up_info(PLAN), variants={name: facts(name) for name in ("uv", "venv")}, tools={"uv": "1.0", "pip": "26.0"}
)
ORDER = Order(info=INFO, variants=b"", code="code", locks={})


def host(name: str = "one") -> HostFacts:
    return replace(INFO.host, host_id=name)


def sample(cell: Cell, block: int, position: int, host_id: str = "one") -> Sample:
    return made_up_sample(
        cell,
        host_id=host_id,
        variant_digest=INFO.variants[variant_of(cell)].digest,
        block=block,
        position=position,
        wall_s=1.0,
        worker="0",
    )


def answer(job: Job, host_id: str = "one", cores: tuple[int, ...] = ()) -> Returned:
    """What a worker that does what it is asked sends back."""
    samples: tuple[Sample, ...] = ()
    if isinstance(job, Unit):
        samples = tuple(sample(cell, job.block, position, host_id) for position, cell in job.cells)
    return Returned(worker="0", host=host(host_id), cores=cores, samples=samples, logs={"logs/a.log": "said"})


Behaviour = Callable[[Job], object]


def well(job: Job) -> object:
    """How a worker behaves that works."""
    return RETURNED.dump_json(answer(job))


@dataclass
class FakeEngine:
    """Has each call carried out at once by the next of its workers that may, which behaves as it is told to."""

    behaviours: dict[str, Behaviour]
    submitted: list[tuple[str, Job]] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    landings: deque[Landed] = field(default_factory=deque)
    waited_s: float = 0.0
    on_wait: Callable[[FakeEngine], None] = lambda engine: None
    _count: int = 0

    def workers(self) -> dict[str, str]:
        return {address: address.removeprefix("tcp://") for address in self.behaviours}

    def submit(self, call: Callable[..., bytes], *arguments: Any, only: Collection[str] = ()) -> int:
        self._count += 1
        allowed = [address for address in self.behaviours if not only or address in only]
        address = allowed[self._count % len(allowed)]
        job = arguments[1] if len(arguments) > 1 else None
        self.submitted.append((address, job))
        value = self.behaviours[address](job)
        if isinstance(value, Landed):
            self.landings.append(replace(value, number=self._count))
        elif value is not None:
            self.landings.append(Landed(number=self._count, sender=address, value=value))
        return self._count

    def landed(self, timeout_s: float) -> Sequence[Landed]:
        if self.landings:
            return [self.landings.popleft()]
        self.waited_s += timeout_s
        assert self.waited_s < 1000, "nobody would ever come"
        self.on_wait(self)
        return ()

    def cancel(self, number: int) -> None:
        self.cancelled.append(number)
