"""What a worker is called with: it introduces itself, or carries out a job; both answer with a message.

The set-up is made for the first call and serves all that follow, for as long as the process lives.
"""

from __future__ import annotations

import atexit
import threading

from harness.errors import HarnessError
from harness.provision.state_folder import Layout
from harness.records.host import host_facts
from harness.run.cluster.messages import RETURNED, Job, Order, Returned
from harness.run.cluster.station import Station
from harness.workspace.steps import explain

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
            station = _station(order)
            returned = station.introduction() if job is None else station.carry_out(job, order.info)
        except Exception as error:
            # Whatever it is, whoever asked is to know in words: some errors cannot be sent, and would never arrive.
            said = f"{error.message} {error.hint}" if isinstance(error, HarnessError) else explain(error)
            number = str(_stations[0].number) if _stations else ""
            host = host_facts(Layout.here().state)
            returned = Returned(worker=number, host=host, refusal=said.strip())
        return RETURNED.dump_json(returned)


def _station(order: Order) -> Station:
    if _stations and _stations[0].key != order.key:
        _stations.pop().close()
    if not _stations:
        _stations.append(Station(order, Layout.here()))
    return _stations[0]


@atexit.register
def _close() -> None:
    while _stations:
        _stations.pop().close()
