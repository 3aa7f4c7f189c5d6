"""Deals jobs out to workers and puts what they answer into the record, whatever happens to them on the way."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from harness.plan.shards import Unit
from harness.run.cluster.messages import Order, Returned, RubbishError, examine, read_returned
from harness.run.cluster.worker import carry_out, introduce
from harness.run.hands import HandsLostError
from harness.run.jobs import ConductJob, Job
from harness.run.recorder import Recorder

#: How long is waited for an answer before workers are looked at again, in seconds.
_TICK_S = 2.0

#: How long a run waits for a worker when there is none it may give anything, in seconds: Dask starts one that died
#: again within a few.
PATIENCE_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Landed:
    """A call that came to an end: what was sent back, and the address of who did; or why nothing was."""

    number: int
    sender: str
    value: object = None
    trouble: str = ""


class Engine(Protocol):
    """Takes calls and has workers carry them out; each of its methods may raise that nobody is left."""

    def workers(self) -> dict[str, str]:
        """The name of each worker there is, by its address."""
        ...

    def submit(self, call: Callable[..., bytes], *arguments: Any, only: Collection[str] = ()) -> int:
        """Have a call carried out by any worker, or by one of these; the number it will land with."""
        ...

    def landed(self, timeout_s: float) -> Sequence[Landed]:
        """The calls that came to an end since, waited for so long; none if none did."""
        ...

    def cancel(self, number: int) -> None:
        """Forget about a call."""
        ...


@dataclass(kw_only=True)
class Workers:
    """The workers of an engine: which may be given anything, and what they are called in words.

    ``tell`` is called with a line for the person.
    """

    engine: Engine
    tell: Callable[[str], None]
    crowded: bool = False
    banned: set[str] = field(default_factory=set)
    _cores: dict[str, tuple[str, frozenset[int]]] = field(default_factory=dict)

    def usable(self) -> dict[str, str]:
        """The name of each that may be given something, by its address."""
        return {address: name for address, name in self.engine.workers().items() if address not in self.banned}

    def ban(self, address: str, why: str) -> None:
        """Give a worker nothing any more, and say why."""
        self.tell(f"{self._called(address)} is not used: {why}")
        self.banned.add(address)

    def hear(self, landing: Landed, what: str, job: Job | None, order: Order) -> Returned | None:
        """The answer to ``what``, of which all is said that the worker said; without one the worker is banned."""
        try:
            if landing.trouble:
                raise RubbishError(landing.trouble)
            returned = read_returned(landing.value)
            if job is not None and not returned.refusal:
                examine(job, returned, order.info)
        except RubbishError as error:
            self.ban(landing.sender, f"it {what} with {error}")
            return None
        for line in returned.said:
            self.tell(f"{self._called(landing.sender)}: {line}")
        if returned.refusal:
            self.ban(landing.sender, returned.refusal)
            return None
        return returned

    def admits(self, address: str, returned: Returned) -> bool:
        """Take note of a worker that answered; whether it may be given anything.

        Two on one machine that share a core disturb each other, so the second of them is not used.
        """
        own = (returned.host.host_id, frozenset(returned.cores))
        if address not in self._cores and not self.crowded:
            for other in self.usable():
                host, cores = self._cores.get(other, ("", frozenset[int]()))
                if other != address and host == own[0] and cores & own[1]:
                    self.ban(address, "it shares cores with another worker of this machine; they disturb each other")
                    return False
        self._cores[address] = own
        return True

    def _called(self, address: str) -> str:
        """A worker as a person knows it."""
        name = self.engine.workers().get(address, "")
        return f"worker {name} ({address})" if name and name != address else f"worker {address}"


@dataclass(kw_only=True)
class Dealer:
    """Deals the jobs of one run out; what is answered and found to be good goes to the ``recorder``.

    ``monotonic`` is a clock in seconds, ``patience_s`` how many of them are waited for a worker where there is none.
    """

    order: Order
    crew: Workers
    recorder: Recorder
    monotonic: Callable[[], float] = time.monotonic
    patience_s: float = PATIENCE_S
    _waiting: deque[tuple[Job, Job]] = field(default_factory=deque)
    _flying: dict[int, tuple[Job, Job, frozenset[str]]] = field(default_factory=dict)
    _alone_since: float | None = None

    def deal(self, jobs: Iterable[Job]) -> Iterator[Job]:
        """Have all jobs carried out, in parts, and give each back when all of it is in the record.

        A part that is answered with rubbish, or refused, goes to another worker.

        Raises:
            HandsLostError: the scheduler is gone, or no worker is left that may be given anything.
        """
        self._waiting.extend((part, job) for job in jobs for part in parts_of(job))
        missing = Counter(job for _, job in self._waiting)
        try:
            while self._waiting or self._flying:
                for job in self._turn():
                    missing[job] -= 1
                    if not missing[job]:
                        yield job
        except (KeyboardInterrupt, GeneratorExit):
            for number in self._flying:
                self.crew.engine.cancel(number)
            raise

    def _turn(self) -> Iterator[Job]:
        """Deal out what can be and take what came back; the job of each part that is done, or wanted no more."""
        usable = self.crew.usable()
        self._see_some(usable)
        self._call_back(usable)
        while self._waiting and len(self._flying) < len(usable):
            part, job = self._waiting.popleft()
            left = self.recorder.wanted(part)
            if left is None:
                yield job
                continue
            if isinstance(left, Unit):
                self.recorder.begins(left.name, left.block)
            # Whoever comes later may have a job too, unless there is somebody who may not.
            only = frozenset(usable) if self.crew.banned else frozenset[str]()
            self._flying[self.crew.engine.submit(carry_out, self.order, left, only=only)] = (left, job, only)
        if self._flying or not usable:
            for landing in self.crew.engine.landed(_TICK_S):
                yield from self._land(landing)

    def _call_back(self, usable: Mapping[str, str]) -> None:
        """Take back jobs that wait for workers which are gone: Dask would wait with them for ever."""
        for number, (part, job, only) in list(self._flying.items()):
            if only and not only & usable.keys():
                self.crew.engine.cancel(number)
                del self._flying[number]
                self._waiting.appendleft((part, job))

    def _see_some(self, usable: Mapping[str, str]) -> None:
        if usable:
            self._alone_since = None
            return
        now = self.monotonic()
        self._alone_since = now if self._alone_since is None else self._alone_since
        if now - self._alone_since > self.patience_s:
            raise HandsLostError("No worker is left that may be given anything.")

    def _land(self, landing: Landed) -> Iterator[Job]:
        if landing.number not in self._flying:
            return  # It came back twice; the second time counts for nothing.
        part, job, _ = self._flying.pop(landing.number)
        if landing.trouble:
            raise HandsLostError(f"{part.name} could not be carried out by any worker: {landing.trouble}")
        returned = self.crew.hear(landing, f"answered {part.name}", part, self.order)
        if returned is None or not self.crew.admits(landing.sender, returned):
            self._waiting.appendleft((part, job))
            return
        self._record(part, returned)
        yield job

    def _record(self, part: Job, returned: Returned) -> None:
        """Put an answer into the record: who it is from and its logs first, so that no sample is without them."""
        recorder = self.recorder
        recorder.host(returned.host)
        for path, text in returned.logs.items():
            file = recorder.journal.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        for finding in returned.findings:
            recorder.finding(finding)
        recorder.samples(returned.samples)
        for probe in returned.probes:
            recorder.probe(probe)
        if isinstance(part, ConductJob):
            for variant, names in part.experiments:
                for name in names:
                    recorder.begins(f"{variant} · {name}")


def parts_of(job: Job) -> Sequence[Job]:
    """What of a job may be carried out by different workers: a block by its scenarios, experiments by their variant."""
    if isinstance(job, Unit):
        return job.by_scenario()
    return [ConductJob(experiments=(one,)) for one in job.experiments] if isinstance(job, ConductJob) else [job]


def introductions(crew: Workers, order: Order, *, patience_s: float = PATIENCE_S) -> dict[str, Returned]:
    """Have every worker that is there set up and introduce itself; those that could, by their addresses.

    Raises:
        HandsLostError: there is no worker, or none can be used; all said why.
    """
    engine = crew.engine
    began = time.monotonic()
    while not (alive := engine.workers()):
        if time.monotonic() - began > patience_s:
            raise HandsLostError(
                "The cluster has no worker with the resource block.",
                hint="Start some from a checkout of this revision, each with --nthreads 1 --resources block=1.",
            )
        engine.landed(_TICK_S)
    crew.tell(f"setting up the workers, each for itself: {len(alive)} so far")
    flying = {engine.submit(introduce, order, only=[address]): address for address in alive}
    found: dict[str, Returned] = {}
    while flying:
        for landing in engine.landed(_TICK_S):
            address = flying.pop(landing.number)
            returned = crew.hear(replace(landing, sender=address), "introduced itself", None, order)
            if returned is not None:
                found[address] = returned
        # Dask waits for ever with a call that was for a worker which is gone.
        for number, address in list(flying.items()):
            if address not in engine.workers():
                engine.cancel(number)
                del flying[number]
                crew.tell(f"worker {alive[address]} ({address}) is gone before it could introduce itself")
    if not found:
        raise HandsLostError("No worker can be used; each has said why.")
    return found
