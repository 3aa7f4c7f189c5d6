"""The workers of a Dask cluster do what a run has to have done: who takes part, and what each is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from harness.measure.trees import remove_tree
from harness.plan.cells import lanes_of
from harness.provision.outside import ThirdParty
from harness.provision.resolving import resolver
from harness.provision.state_folder import Layout
from harness.provision.state_lock import occupied
from harness.records.facts import Lane
from harness.records.format import RunInfo
from harness.records.spelling import number
from harness.run.cluster.asked import asked_cluster
from harness.run.cluster.dealing import Dealer, Workers, introductions
from harness.run.cluster.engine import connected, version
from harness.run.cluster.messages import Order, Returned, measuring_digest, other_versions, packed
from harness.run.contestants.variants import VariantContestants, third_party_of
from harness.run.hands import HandsLostError
from harness.run.jobs import Job
from harness.run.recorder import Recorder


@dataclass(kw_only=True)
class ClusterHands:
    """Workers that have introduced themselves.

    Those that share this machine (``together``) do one job at a time, all of them, and wait for each other when it is
    done, while the report is renewed: that would disturb them.
    """

    info: RunInfo
    outside: Mapping[str, ThirdParty]
    order: Order
    crew: Workers
    together: bool
    several: bool = True

    def carry_out(self, jobs: Iterable[Job], recorder: Recorder) -> Iterator[Job]:
        """Deal jobs out."""
        order = replace(self.order, info=recorder.journal.info)
        dealer = Dealer(order=order, crew=self.crew, recorder=recorder)
        if not self.together:
            yield from dealer.deal(jobs)
            return
        for job in jobs:
            yield from dealer.deal([job])


@contextmanager
def hands_of_cluster(
    contestants: VariantContestants, layout: Layout, early: Path, console: Console
) -> Iterator[ClusterHands]:
    """The workers of the cluster that was asked for, each set up; ``early`` is a folder for what is needed before.

    Raises:
        HarnessError: there is no cluster, or no worker can be used.
    """
    assignment = contestants.assignment
    asked = asked_cluster(assignment.cluster or "")
    with ExitStack() as stack:
        if asked.workers:
            # No other run works beside the workers, and disturbs them.
            stack.enter_context(occupied(layout, console))
            stack.callback(_clear, layout, assignment.run_id)
        outside = third_party_of(assignment, early, resolver, console)
        crew = Workers(
            engine=stack.enter_context(connected(asked, early / "dask")),
            tell=lambda line: console.print(line, markup=False, highlight=False, soft_wrap=True),
            crowded=asked.crowded,
        )
        order = Order(
            info=contestants.info(layout),
            variants=packed((*assignment.variants, *assignment.aside)),
            code=measuring_digest(layout.checkout),
            locks={found.lock.name: found.lock.read_text(encoding="utf-8") for found in outside.values()},
            local_workers=asked.workers,
        )
        info = _with_workers(crew, introductions(crew, order), order.info)
        yield ClusterHands(info=info, outside=outside, order=order, crew=crew, together=bool(asked.workers))


def _clear(layout: Layout, run_id: str) -> None:
    """A worker that was killed could not clear up after itself."""
    for left in layout.workers.glob(f"*/runs/{run_id}"):
        remove_tree(left)


def _with_workers(crew: Workers, found: Mapping[str, Returned], own: RunInfo) -> RunInfo:
    """The run as it will be: with the Nix that most workers have, and the machines of all that may take part."""
    info = with_nix(found.values(), own) if Lane.NIX in lanes_of(own.plan) else own
    taking_part = []
    for address, returned in found.items():
        if differing := other_versions(returned.circumstances, info):
            crew.ban(address, differing)
        elif crew.admits(address, returned):
            taking_part.append(returned.host)
    if not taking_part:
        raise HandsLostError("No worker can be used; each has said why.")
    cluster = f"Dask {version()} to {number(len(taking_part), 'worker')}"
    cluster += ", more of them than cores" if crew.crowded else ""
    return replace(info, host=taking_part[0], hosts={host.host_id: host for host in taking_part}, cluster=cluster)


def with_nix(found: Iterable[Returned], own: RunInfo) -> RunInfo:
    """The run with the Nix that most workers have; where most have none, with the reason: pure."""
    answers = list(found)
    versions = [item.circumstances.get("nix", "") for item in answers]
    chosen = max(versions, key=versions.count)
    tools = {**own.tools, "nix": chosen} if chosen else dict(own.tools)
    why = next((item.nix_unavailable for item in answers if not item.circumstances.get("nix")), "")
    return replace(own, tools=tools, nix_unavailable="" if chosen else why)
