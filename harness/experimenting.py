"""Conducts a plan's experiments, two variants at a time: they are not timed, so they may share the machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass

from harness.errors import HarnessError
from harness.findings import FAILED, Answered, Experiment, Observation, conduct, wanted
from harness.lab import Lab
from harness.measure.command import Command, Execution, Executor
from harness.measure.executor import LauncherExecutor
from harness.records import Lane
from harness.strategies import offered
from harness.variants import Variant

#: The key of a finding in a run's record: the variant, and what was answered about it.
Key = tuple[str, *Answered]

_AT_ONCE = 2


class Stopped(Exception):  # noqa: N818 - nobody's error: a person asked for it
    """The run was interrupted, so an experiment was not carried to its end."""


#: How long a command that was ended takes to be over, in seconds, before it is seen to be one that started late.
_SETTLES_S = 0.2


class Stoppable:
    """An executor that another thread can stop: the command in flight is ended, and none follows."""

    def __init__(self, executor: LauncherExecutor) -> None:
        self._executor = executor
        self._stopped = threading.Event()
        self._idle = threading.Event()
        self._idle.set()

    def run(self, command: Command) -> Execution:
        """Run a command.

        Raises:
            Stopped: it was stopped before or meanwhile.
        """
        self._idle.clear()
        try:
            self._check()
            execution = self._executor.run(command)
        except Exception:
            # An executor that is closed under a command says so in whatever way it can.
            self._check()
            raise
        finally:
            self._idle.set()
        self._check()
        return execution

    def stop(self) -> None:
        """End the command in flight, and refuse every other."""
        self._stopped.set()
        self._executor.close()
        # A command that was about to start when the executor was closed has opened it again.
        while not self._idle.wait(_SETTLES_S):
            self._executor.close()

    def _check(self) -> None:
        if self._stopped.is_set():
            raise Stopped


@dataclass(frozen=True, kw_only=True)
class Task:
    """All that is left to be found out about one variant by doing."""

    variant: Variant
    experiments: Mapping[str, Experiment]
    strategies: Sequence[str]


def tasks(
    variants: Sequence[Variant],
    experiments: Mapping[str, Experiment],
    lanes: frozenset[Lane],
    provider: str,
    done: Collection[Key],
) -> Iterator[Task]:
    """What is left to do; an experiment is left out if every one of its findings is in the record."""
    for variant in variants:
        strategies = offered(variant.spec.nix.strategies, provider)
        left = {
            name: experiment
            for name, experiment in experiments.items()
            if any((variant.name, *key) not in done for key in wanted(experiment.facts, lanes, strategies))
        }
        if left:
            yield Task(variant=variant, experiments=left, strategies=strategies)


def conduct_all(
    left: Sequence[Task],
    make_lab: Callable[[Variant, Executor], Lab],
    lanes: frozenset[Lane],
    found: Callable[[Variant, Observation], None],
    begins: Callable[[Variant, str], None],
) -> None:
    """Conduct all that is left; ``found`` and ``begins`` are called by one thread at a time.

    An experiment whose lab cannot be made is ``failed``, with the reason.
    """
    lock = threading.Lock()
    stoppable: list[Stoppable] = []

    def work(task: Task) -> None:
        with LauncherExecutor() as launcher:
            executor = Stoppable(launcher)
            stoppable.append(executor)
            try:
                lab = make_lab(task.variant, executor)
            except HarnessError as error:
                with lock:
                    for observation in _none(task, lanes, error.message):
                        found(task.variant, observation)
                return
            for name, experiment in task.experiments.items():
                with lock:
                    begins(task.variant, name)
                observations = list(conduct(experiment, lab, lanes))
                with lock:
                    for observation in observations:
                        found(task.variant, observation)

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        futures = [pool.submit(work, task) for task in left]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            unfinished = [future for future in futures if not future.done()]
            for future in unfinished:
                future.cancel()
            if unfinished:
                for executor in stoppable:
                    executor.stop()
        for future in futures:
            if not future.cancelled() and (error := future.exception()) is not None:
                raise error


def _none(task: Task, lanes: frozenset[Lane], reason: str) -> Iterator[Observation]:
    for experiment in task.experiments.values():
        for lane, strategy, name in wanted(experiment.facts, lanes, task.strategies):
            yield Observation(finding=name, lane=lane, strategy=strategy, value=FAILED, evidence=reason)
