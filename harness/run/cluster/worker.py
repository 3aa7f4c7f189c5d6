"""What a worker process is called with: it introduces itself, or carries out a job; both answer with a message.

The set-up is made for the first call and serves all that follow, for as long as the process lives.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from harness.errors import HarnessError, InputError, ProvisionError
from harness.measure.trees import remove_tree
from harness.monorepo.variants import load_variants
from harness.provision.state_folder import Layout
from harness.provision.state_lock import TAKEN, CacheLock
from harness.records.format import Finding, Probe, RunInfo, Sample
from harness.records.host import host_facts
from harness.records.journal import Journal
from harness.records.reading import Resumed
from harness.run.cluster.asked import cores_here, share_of
from harness.run.cluster.messages import (
    LOG_CHARACTERS,
    RETURNED,
    Order,
    Returned,
    measuring_digest,
    other_versions,
    unpack,
)
from harness.run.contestants.variants import VariantContestants
from harness.run.hands import own_hands
from harness.run.info import circumstances
from harness.run.jobs import Job
from harness.run.resume import assignment_of
from harness.workspace.steps import explain

#: The most workers that one machine may have.
_MOST_WORKERS = 256

_LOCK = threading.Lock()
_stations: list[Station] = []


def introduce(order: Order) -> bytes:
    """Set up for an order, and say who this is and what is here; or, in words, why it cannot be set up."""
    return _answer(order, None)


def carry_out(order: Order, job: Job) -> bytes:
    """Do a job; or say, in words, why it cannot be done here."""
    return _answer(order, job)


def _answer(order: Order, job: Job | None) -> bytes:
    with _LOCK:
        try:
            if _stations and _stations[0].key != order.key:
                _close()
            if not _stations:
                _stations.append(Station(order, Layout.here()))
            returned = _stations[0].answer(job, order.info)
        except Exception as error:
            # Whatever it is, whoever asked is to know in words: some errors cannot be sent, and would never arrive.
            said = f"{error.message} {error.hint}" if isinstance(error, HarnessError) else explain(error)
            number = str(_stations[0].number) if _stations else ""
            returned = Returned(worker=number, host=host_facts(Layout.here().state), refusal=said.strip())
        return RETURNED.dump_json(returned)


@atexit.register
def _close() -> None:
    while _stations:
        _stations.pop().close()


class _Parcel:
    """A :class:`harness.run.jobs.Receiver` that keeps all there is to be sent back."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.done = Resumed()
        self.measured: list[Sample] = []
        self.findings: list[Finding] = []
        self.probes: list[Probe] = []

    def begins(self, what: str, block: int | None = None) -> None:
        """Nothing is shown here."""

    def samples(self, samples: Sequence[Sample]) -> None:
        """Keep them."""
        self.measured += samples

    def finding(self, finding: Finding) -> None:
        """Keep it."""
        self.findings.append(finding)

    def probe(self, probe: Probe) -> None:
        """Keep it."""
        self.probes.append(probe)


class Station:
    """What one worker process works with, for one order.

    It keeps to a folder of its own below the state folder, which no other worker of this machine has meanwhile, and, if
    it shares the machine, to cores of its own. Use :meth:`close` when it is no longer needed.
    """

    def __init__(self, order: Order, base: Layout) -> None:
        self.key = order.key
        self._order = order
        self._stack = ExitStack()
        self._said = io.StringIO()
        self._console = Console(file=self._said, width=200, no_color=True)
        self._host = host_facts(base.state)
        self.number = self._take_place(base)
        self._cores = self._keep_to_cores()
        try:
            self._set_up(replace(base, state=_place(base, self.number)))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End everything that runs for it, take its scratch folder away and let go of its place."""
        self._stack.close()

    def _take_place(self, base: Layout) -> int:
        for number in range(_MOST_WORKERS):
            with contextlib.suppress(ProvisionError):
                self._stack.enter_context(CacheLock(_place(base, number) / TAKEN))
                return number
        raise ProvisionError(
            f"{base.state} has {_MOST_WORKERS} workers already.", hint="End those that are not needed."
        )

    def _keep_to_cores(self) -> tuple[int, ...]:
        if not hasattr(os, "sched_setaffinity"):
            return ()  # macOS cannot.
        if not self._order.local_workers:
            return tuple(sorted(os.sched_getaffinity(0)))
        own = self.number % self._order.local_workers
        return tuple(sorted(share_of(own, self._order.local_workers, cores_here())))

    def _set_up(self, layout: Layout) -> None:
        order = self._order
        if (code := measuring_digest(layout.checkout)) != order.code:
            raise InputError(
                f"the harness is not the same: its code is {code[:12]} there and {order.code[:12]} where the run was"
                " begun.",
                hint="Have the same revision checked out, without changes of one's own.",
            )
        self._pin()
        layout.claim()
        scratch = layout.scratch(order.info.run_id)
        remove_tree(scratch)
        self._stack.callback(remove_tree, scratch)
        folder = scratch / "run" / order.info.run_id
        folder.mkdir(parents=True)
        for name, text in order.locks.items():
            (folder / name).write_text(text, encoding="utf-8")
        unpack(order.variants, scratch / "variants")
        variants = load_variants(scratch / "variants", order.info.variants)
        for variant in variants:
            if variant.digest != order.info.variants[variant.name].digest:
                raise InputError(f"the variant {variant.name} did not arrive as it was sent.")
        contestants = VariantContestants(assignment=assignment_of(order.info, variants, folder))
        hands = own_hands(contestants, layout, scratch, self._console, Console(quiet=True))
        self._hands = self._stack.enter_context(hands)
        self._circumstances = circumstances(self._hands.info)
        self._journal = Journal(folder, replace(order.info, host=self._host))
        self._lines()

    def _pin(self) -> None:
        """Keep this thread, and all that it starts, to the worker's own cores."""
        if self._order.local_workers and self._cores:
            os.sched_setaffinity(0, self._cores)

    def answer(self, job: Job | None, info: RunInfo) -> Returned:
        """Who this is and what came of a job, if there is one, of the run that ``info`` describes.

        A job is refused, in words, where the versions here are others.

        Raises:
            HarnessError: it cannot be done here.
        """
        parcel = _Parcel(self._journal)
        refusal = "" if job is None else other_versions(self._circumstances, info)
        if job is not None and not refusal:
            self._pin()
            list(self._hands.carry_out([job], parcel))
        worker = str(self.number)
        logs = {*(item.log_path for item in parcel.measured), *(item.log_path for item in parcel.findings)}
        return Returned(
            worker=worker,
            host=self._host,
            cores=self._cores,
            circumstances=self._circumstances,
            nix_unavailable=self._hands.info.nix_unavailable,
            refusal=refusal,
            samples=tuple(replace(sample, worker=worker) for sample in parcel.measured),
            findings=tuple(parcel.findings),
            logs=self._logs(logs),
            probes=tuple(replace(probe, host_id=self._host.host_id, worker=worker) for probe in parcel.probes),
            said=self._lines(),
        )

    def _logs(self, paths: set[str]) -> dict[str, str]:
        found = {}
        for path in sorted(paths):
            file = self._journal.folder / path
            if path and file.is_file():
                found[path] = file.read_text(encoding="utf-8", errors="replace")[-LOG_CHARACTERS:]
                remove_tree(file)
        return found

    def _lines(self) -> tuple[str, ...]:
        """What was said since it was last asked."""
        said = self._said.getvalue().splitlines()
        self._said.seek(0)
        self._said.truncate()
        return tuple(line for line in said if line.strip())


def _place(base: Layout, number: int) -> Path:
    """The state folder of a machine's worker of that number."""
    return base.workers / str(number)
