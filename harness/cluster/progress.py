"""Shows how far a run on a cluster is: how many blocks of a scenario are done, and a line whenever a stage is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from harness.progress import spell, tell_failure
from harness.records import Sample
from harness.units import Unit


class DealtProgress:
    """Counts units, of which ``done`` of ``total`` are there already; ``renew`` is called when a stage is over.

    ``monotonic`` is a clock in seconds.
    """

    def __init__(
        self,
        console: Console,
        *,
        done: int,
        total: int,
        renew: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._done = done
        self._began_with = done
        self._total = total
        self._renew = renew
        self._monotonic = monotonic
        self._since = monotonic()
        self._progress = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=16),
            MofNCompleteColumn(),
            TextColumn("{task.description}", style="bold"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("", total=total, completed=done)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def unit_ends(self, unit: Unit, samples: Sequence[Sample]) -> None:
        """A unit is in the journal."""
        self._done += 1
        self._progress.update(self._task, completed=self._done, description=unit.name)
        for sample in samples:
            tell_failure(sample, self._console)

    def stage_ends(self) -> None:
        """Nothing is under way: the report can be renewed without disturbing anybody."""
        self._progress.update(self._task, description="renewing the report")
        self._renew()
        left = self._seconds_left()
        more = f", about {spell(left)} left" if left else ""
        self._console.print(
            f"{self._done} of {self._total} blocks of a scenario done, report renewed{more}", highlight=False
        )

    def says(self, line: str) -> None:
        """Something that is not counted is done."""
        self._console.print(line, markup=False, highlight=False)

    def _seconds_left(self) -> float:
        fresh = self._done - self._began_with
        if not fresh:
            return 0.0
        return (self._monotonic() - self._since) / fresh * (self._total - self._done)
