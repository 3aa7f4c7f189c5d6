"""The one place that talks to Dask: jobs in, answers out, and who gave them.

Each worker takes one job at a time: a job needs all of the resource ``block``, of which a worker has one. What Dask
does when a worker dies is what is wanted here: it gives the job to another.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import dask
import distributed
from distributed import Client, Future, LocalCluster, get_worker

from harness.errors import ProvisionError
from harness.run.cluster.asked import Asked
from harness.run.cluster.dealing import Landed
from harness.run.hands import HandsLostError

#: The resource that a worker has one of and a job needs one of.
RESOURCE = "block"

#: How long a scheduler is looked for, in seconds.
_CONNECT_S = 15

#: What would disturb what a worker measures: its stack is not looked at, its own memory is nobody's business here.
_QUIET = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
}


@dataclass(kw_only=True)
class DaskEngine:
    """An :class:`harness.run.cluster.dealing.Engine` on a Dask cluster."""

    client: Client
    _futures: dict[int, Future[Any]] = field(default_factory=dict)
    _count: int = 0

    def workers(self) -> dict[str, str]:
        """The name of each worker there is, by its address.

        Raises:
            HandsLostError: the scheduler does not answer.
        """
        self._see_alive()
        known = self.client.scheduler_info(n_workers=-1).get("workers", {})
        return {
            address: str(facts.get("name", address))
            for address, facts in known.items()
            if facts.get("resources", {}).get(RESOURCE)
        }

    def submit(self, call: Callable[..., bytes], *arguments: Any, only: Collection[str] = ()) -> int:
        """Have a call carried out by any worker, or by one of these; the number it will land with."""
        self._count += 1
        self._futures[self._count] = self.client.submit(
            _called,
            call,
            *arguments,
            pure=False,
            retries=0,
            resources={RESOURCE: 1},
            workers=sorted(only) or None,
            allow_other_workers=False,
        )
        return self._count

    def landed(self, timeout_s: float) -> Sequence[Landed]:
        """The calls that came to an end since, waited for so long; none if none did.

        Raises:
            HandsLostError: the scheduler is gone.
        """
        self._see_alive()
        if not self._futures:
            time.sleep(timeout_s)
            return ()
        try:
            distributed.wait(list(self._futures.values()), timeout=timeout_s, return_when="FIRST_COMPLETED")
        except TimeoutError:
            self._see_alive()
            return ()
        except (distributed.CancelledError, OSError) as error:
            raise _lost() from error
        found = []
        for number, future in list(self._futures.items()):
            if future.status == "pending":
                continue
            self._see_alive()
            if future.status in ("cancelled", "lost"):
                raise _lost()
            del self._futures[number]
            found.append(self._read(number, future))
        return found

    def cancel(self, number: int) -> None:
        """Forget about a call."""
        future = self._futures.pop(number, None)
        if future is not None:
            future.cancel()

    def _read(self, number: int, future: Future[Any]) -> Landed:
        if future.status == "error":
            error = future.exception()
            return Landed(number=number, sender="", trouble=f"{type(error).__name__}: {error}")
        sender, value = future.result()
        future.release()
        return Landed(number=number, sender=str(sender), value=value)

    def _see_alive(self) -> None:
        if self.client.status != "running":
            raise _lost()


def _lost() -> HandsLostError:
    return HandsLostError("The cluster's scheduler is gone.")


def _called(call: Callable[..., bytes], *arguments: Any) -> tuple[str, object]:
    """What a worker runs: the call, with its own address before the answer."""
    return get_worker().address, call(*arguments)


@contextmanager
def connected(asked: Asked, folder: Path) -> Iterator[DaskEngine]:
    """A cluster to work with: the one at an address, or workers that are started here and ended with the run.

    ``folder`` is for what Dask itself puts on disk.

    Raises:
        ProvisionError: there is no scheduler at that address.
    """
    # What Dask has to say of workers that come and go is said by the harness, in its own words.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        stack.enter_context(dask.config.set({**_QUIET, "temporary-directory": str(folder)}))
        if asked.workers:
            cluster = stack.enter_context(
                LocalCluster(
                    n_workers=asked.workers,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    dashboard_address=None,
                    worker_dashboard_address=None,
                    memory_limit=0,
                    resources={RESOURCE: 1},
                    local_directory=str(folder),
                    silence_logs=logging.CRITICAL,
                )
            )
            client = stack.enter_context(Client(cluster))
        else:
            try:
                client = stack.enter_context(Client(asked.address, timeout=_CONNECT_S))
            except (OSError, TimeoutError, ValueError) as error:
                raise ProvisionError(
                    f"--cluster: there is no Dask scheduler at {asked.address}.",
                    hint="Start one with: python -m distributed.cli.dask_scheduler, or ask for local:N workers here.",
                ) from error
        yield DaskEngine(client=client)


def version() -> str:
    """Dask's version."""
    return metadata.version("distributed")
