"""Shows on a terminal what runs now and how long is left; on anything else, a plain line now and then."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

from harness.plan.cells import order_of, planned
from harness.plan.estimate import from_now_on
from harness.provision.progress import Bar
from harness.records.format import Cell, Plan, Sample
from harness.records.spelling import duration, number

#: With so many cells or more in its first block, a run has its first report when half of them are done: a person who
#: has just begun one should not wait for the whole block to see anything. Fewer are done soon enough.
MANY_CELLS = 20


#: Said in place of "report renewed"; why not, the process that writes it has said.
NOT_RENEWED = "report not renewed"


class RunProgress(Bar):
    """Shows how far a plan is, whoever measures.

    ``renew`` renews the report when a block is over. ``halfway``, if given, writes the first one after half of the
    first block, if that has many cells. Both say whether it was written. ``monotonic`` is a clock in seconds.
    """

    def __init__(
        self,
        plan: Plan,
        console: Console,
        *,
        renew: Callable[[], bool],
        halfway: Callable[[], bool] | None = None,
        done: Collection[tuple[int, Cell]] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(
            console,
            TextColumn("{task.fields[block]}"),
            BarColumn(bar_width=16),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]:>13}"),
            TextColumn("{task.description}", style="bold"),
            total=None if plan.budget_s else planned(plan),
            done=len(done),
            block="",
            left="",
        )
        self._plan = plan
        self._renew = renew
        first = len(order_of(plan, 0))
        self._halfway = halfway if first >= MANY_CELLS else None
        self._until_halfway = (first + 1) // 2
        self._monotonic = monotonic
        self._taken: defaultdict[Cell, list[float]] = defaultdict(list)
        self._done = set(done)
        self._since = self._last = monotonic()
        self._failures = 0

    def __enter__(self) -> Self:
        # It moves from the first cell on: what is set up before has a line of its own.
        return self

    def begins(self, what: str, block: int | None) -> None:
        """Name what is about to be measured."""
        self._last = self._monotonic()
        self._progress.start()
        self._show(description=what, block="" if block is None else f"block {self._of(block)}")

    def samples_end(self, samples: Sequence[Sample]) -> None:
        """Advance, and say so when something failed."""
        now = self._monotonic()
        for sample in samples:
            # Where several measure, what is done in a time is what is known of all.
            self._taken[sample.cell].append((now - self._last) / len(samples))
            self._done.add((sample.block, sample.cell))
            self._failures += self._failed(sample)
        self._last = now
        left = self._seconds_left()
        self._show(advance=len(samples), left=f"{duration(left)} left")
        self._until_halfway -= len(samples)
        if self._halfway is not None and not self._until_halfway:
            self._show(description="writing the first report", left="")
            report = "first report written" if self._halfway() else NOT_RENEWED
            self._say_done(f"half of block {self._of(0, ' of ')} done, {report}", left)

    def block_ends(self, block: int) -> None:
        """Renew the report, then say what is left."""
        self._show(description="renewing the report", left="")
        report = "report renewed" if self._renew() else NOT_RENEWED
        left = None if block + 1 == self._plan.blocks else self._seconds_left()
        self._say_done(f"block {self._of(block, ' of ')} done, {report}", left)
        self._last = self._monotonic()

    def _say_done(self, what: str, left: float | None) -> None:
        more = f", {'at most' if self._plan.budget_s else 'about'} {duration(left)} left" if left else ""
        failed = f", {self._failures} failed so far" if self._failures else ""
        self.says(f"{what}{failed}{more}")

    def _of(self, block: int, among: str = "/") -> str:
        """Which block it is, and of how many where that is known."""
        return str(block + 1) if self._plan.budget_s else f"{block + 1}{among}{self._plan.blocks}"

    def _seconds_left(self) -> float:
        if self._plan.budget_s:
            return max(0.0, self._plan.budget_s - (self._monotonic() - self._since))
        return from_now_on(self._plan, self._taken).left(self._plan, self._done)


class ExperimentProgress(Bar):
    """Shows which experiments are under way, and how many are begun."""

    def __init__(self, total: int, console: Console) -> None:
        super().__init__(
            console,
            TextColumn("experiments"),
            BarColumn(bar_width=16),
            MofNCompleteColumn(),
            TextColumn("{task.description}", style="bold"),
            total=total,
        )
        self._total = total
        self._begun = 0

    def __enter__(self) -> Self:
        self.says(f"{number(self._total, 'experiment')}, not timed")
        return super().__enter__()

    def begins(self, what: str, block: int | None) -> None:  # noqa: ARG002 - there are none
        """Name the experiment that begins."""
        self._begun += 1
        self._show(description=what, completed=self._begun)
        self.says(f"experiment {self._begun} of {self._total}: {what}", elsewhere=True)
