"""Deals jobs out to workers and takes back what they answer, whatever happens to them on the way."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from harness.run.cluster.engine import ClusterLostError, Engine, Landed
from harness.run.cluster.ledger import RubbishError, examine, read_returned
from harness.run.cluster.messages import Job, Order, Returned
from harness.run.cluster.worker import carry_out, introduce

#: How long is waited for an answer before workers are looked at again, in seconds.
_TICK_S = 2.0

#: How long a run waits for a worker when there is none it may give anything, in seconds: Dask starts one that died
#: again within a few.
PATIENCE_S = 60.0


@dataclass(kw_only=True)
class Workers:
    """Which workers may be given anything, by their addresses, and what they are called in words."""

    crowded: bool = False
    banned: dict[str, str] = field(default_factory=dict)
    _cores: dict[str, tuple[str, frozenset[int]]] = field(default_factory=dict)

    def admit(self, address: str, returned: Returned, alive: Iterable[str]) -> str:
        """Take note of a worker that answered; why it may not be given anything, empty if it may.

        Two on one machine that share a core disturb each other, so the second of them is not used.
        """
        own = (returned.host.host_id, frozenset(returned.cores))
        if address not in self._cores and not self.crowded:
            for other in alive:
                host, cores = self._cores.get(other, ("", frozenset[int]()))
                if other != address and other not in self.banned and host == own[0] and cores & own[1]:
                    return "it shares cores with another worker of the same machine, and both would disturb each other"
        self._cores[address] = own
        return ""

    def usable(self, alive: Mapping[str, str]) -> dict[str, str]:
        """Those workers that may be given something."""
        return {address: name for address, name in alive.items() if address not in self.banned}


@dataclass(kw_only=True)
class Dealer:
    """Deals the jobs of one run out.

    ``accept`` is called for each answer, which has been examined; ``tell`` with a line for the person. ``trim`` is what
    is left of a job when it is about to be dealt out, nothing if that is no longer wanted. ``monotonic`` is a clock in
    seconds, ``patience_s`` how many of them are waited for a worker where there is none.
    """

    engine: Engine
    order: Order
    crew: Workers
    accept: Callable[[Job, Returned], None]
    tell: Callable[[str], None]
    trim: Callable[[Job], Job | None] = lambda job: job
    monotonic: Callable[[], float] = time.monotonic
    patience_s: float = PATIENCE_S
    _flying: dict[int, tuple[Job, frozenset[str]]] = field(default_factory=dict)
    _accepted: set[Job] = field(default_factory=set)
    _alone_since: float | None = None

    def deal(self, jobs: Iterable[Job]) -> None:
        """Have all jobs carried out; one that is answered with rubbish, or refused, goes to another worker.

        Raises:
            ClusterLostError: the scheduler is gone, or no worker is left that may be given anything.
        """
        waiting = deque(jobs)
        while waiting or self._flying:
            usable = self.crew.usable(self.engine.workers())
            self._see_some(usable)
            self._call_back(waiting, usable)
            while waiting and len(self._flying) < len(usable):
                self._submit(waiting.popleft(), usable)
            if self._flying or not usable:
                for landing in self.engine.landed(_TICK_S):
                    self._land(landing, waiting)

    def give_up(self) -> None:
        """Forget about all that is under way."""
        for number in self._flying:
            self.engine.cancel(number)
        self._flying.clear()

    def _submit(self, job: Job, usable: Mapping[str, str]) -> None:
        left = self.trim(job)
        if left is None:
            return
        # Whoever comes later may have a job too, unless there is somebody who may not.
        only = frozenset(usable) if self.crew.banned else frozenset()
        self._flying[self.engine.submit(carry_out, self.order, left, only=only)] = (left, only)

    def _call_back(self, waiting: deque[Job], usable: Mapping[str, str]) -> None:
        """Take back jobs that wait for workers which are gone: Dask would wait with them for ever."""
        for number, (job, only) in list(self._flying.items()):
            if only and not only & usable.keys():
                self.engine.cancel(number)
                del self._flying[number]
                waiting.appendleft(job)

    def _see_some(self, usable: Mapping[str, str]) -> None:
        if usable:
            self._alone_since = None
            return
        now = self.monotonic()
        self._alone_since = now if self._alone_since is None else self._alone_since
        if now - self._alone_since > self.patience_s:
            raise ClusterLostError("No worker is left that may be given anything.")

    def _land(self, landing: Landed, waiting: deque[Job]) -> None:
        job, _ = self._flying.pop(landing.number)
        if landing.trouble:
            raise ClusterLostError(f"{job.name} could not be carried out by any worker: {landing.trouble}")
        try:
            returned = read_returned(landing.value)
            if not returned.refusal:
                examine(job, returned, self.order.info)
        except RubbishError as error:
            self._ban(landing.sender, f"it answered {job.name} with {error}")
            waiting.appendleft(job)
            return
        for line in returned.said:
            self.tell(f"{self._name(landing.sender)}: {line}")
        refusal = returned.refusal or self.crew.admit(landing.sender, returned, self.engine.workers())
        if refusal:
            self._ban(landing.sender, refusal)
            waiting.appendleft(job)
        elif job in self._accepted:
            self.tell(f"{job.name} came back twice; the second time counts for nothing")
        else:
            self._accepted.add(job)
            self.accept(job, returned)

    def _ban(self, address: str, why: str) -> None:
        self.tell(f"{self._name(address)} is not used: {why}")
        self.crew.banned[address] = why

    def _name(self, address: str) -> str:
        return name_of(address, self.engine.workers())


def name_of(address: str, alive: Mapping[str, str]) -> str:
    """A worker as a person knows it."""
    name = alive.get(address, "")
    return f"worker {name} ({address})" if name and name != address else f"worker {address}"


def introductions(
    engine: Engine, order: Order, tell: Callable[[str], None], *, patience_s: float = PATIENCE_S
) -> dict[str, Returned]:
    """Have every worker that is there set up and introduce itself; those that could, by their addresses.

    Raises:
        ClusterLostError: there is no worker, or none can be used; all said why.
    """
    began = time.monotonic()
    while not (alive := engine.workers()):
        if time.monotonic() - began > patience_s:
            raise ClusterLostError(
                "The cluster has no worker with the resource block.",
                hint="Start some from a checkout of this revision, each with --nthreads 1 --resources block=1.",
            )
        engine.landed(_TICK_S)
    flying = {engine.submit(introduce, order, only=[address]): address for address in alive}
    found: dict[str, Returned] = {}
    while flying:
        for landing in engine.landed(_TICK_S):
            address = flying.pop(landing.number)
            try:
                if landing.trouble:
                    raise RubbishError(landing.trouble)
                returned = read_returned(landing.value)
            except RubbishError as error:
                tell(f"{name_of(address, alive)} is not used: it introduced itself with {error}")
                continue
            for line in returned.said:
                tell(f"{name_of(address, alive)}: {line}")
            if returned.refusal:
                tell(f"{name_of(address, alive)} is not used: {returned.refusal}")
            else:
                found[address] = returned
        # Dask waits for ever with a call that was for a worker which is gone.
        for number, address in list(flying.items()):
            if address not in engine.workers():
                engine.cancel(number)
                del flying[number]
                tell(f"{name_of(address, alive)} is gone before it could introduce itself")
    if not found:
        raise ClusterLostError("No worker can be used; each has said why.")
    return found
