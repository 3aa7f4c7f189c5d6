"""Work on several things at once that a person can interrupt: what is under way is ended, and nothing else begins."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from harness.measure.command import Command, Execution
from harness.measure.executor import LauncherExecutor

T = TypeVar("T")
R = TypeVar("R")

#: How long a command that was ended takes to be over, in seconds, before it is seen to be one that started late.
_SETTLES_S = 0.2


class Stopped(Exception):  # noqa: N818 - nobody's error: a person asked for it
    """The work was interrupted, so it was not carried to its end."""


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


@dataclass(kw_only=True)
class Crew:
    """Does the same work for several things, ``at_once`` of them at a time, with executors that it can stop."""

    at_once: int = 2
    _stoppable: list[Stoppable] = field(default_factory=list)
    _over: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def executor(self) -> Iterator[Stoppable]:
        """An executor for one thread's work; nothing may be run with any other.

        Raises:
            Stopped: the work was ended before it began.
        """
        with LauncherExecutor() as launcher:
            executor = Stoppable(launcher)
            with self._lock:
                if self._over:
                    raise Stopped
                self._stoppable.append(executor)
            yield executor

    def do(self, work: Callable[[T], R], things: Sequence[T]) -> list[R]:
        """What ``work`` returns for each thing, in their order.

        Whatever it raises for one of them, or an interruption meanwhile, ends the work on all others.
        """
        with ThreadPoolExecutor(max_workers=self.at_once) as pool:
            futures = [pool.submit(work, thing) for thing in things]
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
            finally:
                unfinished = [future for future in futures if not future.done()]
                for future in unfinished:
                    future.cancel()
                if unfinished:
                    self._stop()
        # What raised first is raised; what was cancelled or stopped because of it is not.
        for future in futures:
            if not future.cancelled() and (error := future.exception()) and not isinstance(error, Stopped):
                raise error
        return [future.result() for future in futures]

    def _stop(self) -> None:
        with self._lock:
            self._over = True
        for executor in self._stoppable:
            executor.stop()
