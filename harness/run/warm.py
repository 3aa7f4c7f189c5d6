"""Every bench warmed up before anything is measured, two at a time."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console

from harness.errors import MeasureError
from harness.findings import Observation
from harness.measure.crew import Crew
from harness.provision.progress import SetupProgress
from harness.records.format import Cell
from harness.records.visible import visible
from harness.run.jobs import Receiver, as_finding
from harness.run.sample import B
from harness.workspace.make import nonce
from harness.workspace.prepared import Bench, Contestant, Unready
from harness.workspace.steps import Attempt, explain
from harness.workspace.warm_up import phases_needed, warm_up


@dataclass(frozen=True, kw_only=True)
class Warmed:
    """What came of warming up a bench: what failed, in words, and what was seen of the contestant meanwhile."""

    problems: Sequence[str] = ()
    seen: Sequence[Observation] = ()


#: Warms up the bench of that name for these of its cells.
Warm = Callable[[str, B, Attempt, Collection[Cell]], Warmed]


def warm_variant(name: str, bench: Bench, attempt: Attempt, cells: Collection[Cell]) -> Warmed:  # noqa: ARG001
    """Warm up a variant's bench.

    Whatever is raised says that nothing can be measured on it.
    """
    try:
        return Warmed(problems=warm_up(bench, attempt, phases_needed({cell.scenario for cell in cells})))
    except Exception as error:
        if bench.nix is None:
            raise
        # Through Nix members are built without the lock file that could not be had.
        bench.local_unready = _unready(bench.variant, error, attempt)
        return Warmed()


def warm_all(
    benches: Mapping[str, B | Unready],
    cells: Collection[Cell],
    warm: Warm[B],
    limit_s: float,
    receiver: Receiver,
    console: Console,
    *,
    progress: Console | None = None,
) -> dict[str, B | Unready]:
    """Warm up every bench for these cells, two at a time: nothing is measured yet, so they may disturb each other.

    A bench that none of them is measured on stays as it is. What failed is said on ``console``, and how far it is on
    ``progress``, if that is another; what was seen is handed over by one thread at a time.
    """
    crew = Crew()
    lock = threading.Lock()
    journal = receiver.journal

    def warm_one(name: str) -> B | Unready:
        bench = benches[name]
        own = [cell for cell in cells if cell.variant == name]
        if isinstance(bench, Unready) or not own:
            return bench
        with crew.executor() as executor:
            log = journal.folder / "logs" / "warm-up" / f"{name}.log"
            log.parent.mkdir(parents=True, exist_ok=True)
            attempt = Attempt(executor=executor, log_path=log, limit_s=limit_s, nonce=nonce, shape=own[0].shape)
            try:
                warmed = warm(name, bench, attempt, own)
            except Exception as error:
                return _unready(bench.variant, error, attempt)
        for problem in warmed.problems:
            console.print(visible(f"{name}: {problem}"), markup=False, highlight=False, soft_wrap=True)
        with lock:
            for observation in warmed.seen:
                log_path = journal.relative(log)
                receiver.finding(as_finding(journal.info.run_id, name, observation, log_path=log_path))
        return bench

    done = itertools.count(1)
    with SetupProgress(progress or console) as shown:

        def warm_and_say(name: str) -> B | Unready:
            bench = warm_one(name)
            shown.doing(f"warming up: {next(done)} of {len(benches)} done")
            return bench

        return dict(zip(benches, crew.do(warm_and_say, list(benches)), strict=True))


def _unready(contestant: Contestant, error: Exception, attempt: Attempt) -> Unready:
    late = isinstance(error, MeasureError) and error.timed_out
    return Unready(variant=contestant, reason=explain(error, attempt.log_path), timed_out=late)
