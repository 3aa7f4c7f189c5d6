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
from harness.plan.shards import Unit
from harness.provision.progress import Bar
from harness.records.format import Cell, Plan, Sample
from harness.records.spelling import describe, duration

#: With so many cells or more in its first block, a run has its first report when half of them are done: a person who
#: has just begun one should not wait for the whole block to see anything. Fewer are done soon enough.
MANY_CELLS = 20

#: Said in place of "report renewed"; why not, the process that writes it has said.
NOT_RENEWED = "report not renewed"


class RunProgress(Bar):
    """A :class:`harness.run.blocks.Watcher` for people.

    ``after_block`` renews the report after each block. ``halfway``, if given, writes the first one after half of the
    first block, if that has many cells. Both say whether it was written. Nothing is measured meanwhile.
    """

    def __init__(
        self,
        plan: Plan,
        console: Console,
        *,
        after_block: Callable[[int], bool],
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
        self._after_block = after_block
        first = len(order_of(plan, 0))
        self._halfway = halfway if first >= MANY_CELLS else None
        self._until_halfway = (first + 1) // 2
        self._monotonic = monotonic
        self._taken: defaultdict[Cell, list[float]] = defaultdict(list)
        self._done = set(done)
        self._since = monotonic()
        self._began = 0.0
        self._failures = 0

    def block_begins(self, block: int) -> None:
        """Say which block it is."""
        self._show(block=f"block {self._of(block)}")

    def cell_begins(self, cell: Cell, block: int, position: int) -> None:  # noqa: ARG002
        """Name the cell."""
        self._began = self._monotonic()
        self._show(description=describe(cell))

    def cell_ends(self, sample: Sample) -> None:
        """Advance, and say so when something failed."""
        self._taken[sample.cell].append(self._monotonic() - self._began)
        self._done.add((sample.block, sample.cell))
        left = self._seconds_left()
        self._show(advance=1, left=f"{duration(left)} left")
        self._failures += self._failed(sample)
        self._until_halfway -= 1
        if self._halfway is not None and not self._until_halfway:
            self._show(description="writing the first report", left="")
            report = "first report written" if self._halfway() else NOT_RENEWED
            self._say_done(f"half of block {self._of(0, ' of ')} done, {report}", left)

    def block_ends(self, block: int) -> None:
        """Renew the report, then say what is left."""
        self._show(description="renewing the report", left="")
        report = "report renewed" if self._after_block(block) else NOT_RENEWED
        left = None if block + 1 == self._plan.blocks else self._seconds_left()
        self._say_done(f"block {self._of(block, ' of ')} done, {report}", left)

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


class DealtProgress(Bar):
    """Counts units that several workers measure, of which ``done`` of ``total`` are there already.

    ``renew`` is called when a stage is over; ``monotonic`` is a clock in seconds.
    """

    def __init__(
        self,
        console: Console,
        *,
        done: int,
        total: int,
        renew: Callable[[], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(
            console,
            BarColumn(bar_width=16),
            MofNCompleteColumn(),
            TextColumn("{task.description}", style="bold"),
            total=total,
            done=done,
        )
        self._done = self._began_with = done
        self._total = total
        self._renew = renew
        self._monotonic = monotonic
        self._since = monotonic()

    def unit_ends(self, unit: Unit, samples: Sequence[Sample]) -> None:
        """A unit is in the journal."""
        self._done += 1
        self._show(completed=self._done, description=unit.name)
        for sample in samples:
            self._failed(sample)

    def stage_ends(self) -> None:
        """Nothing is under way: the report can be renewed without disturbing anybody."""
        self._show(description="renewing the report")
        report = "report renewed" if self._renew() else NOT_RENEWED
        fresh = self._done - self._began_with
        # Workers differ, and so do the units they have: how many are done in a time is what is known of all.
        left = (self._monotonic() - self._since) / fresh * (self._total - self._done) if fresh else 0.0
        more = f", about {duration(left)} left" if left else ""
        self.says(f"{self._done} of {self._total} blocks of a scenario done, {report}{more}")


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
        self.says(f"{self._total} experiments, two at a time; they are not timed")
        return super().__enter__()

    def begins(self, variant: str, name: str) -> None:
        """Name the experiment that begins."""
        self._begun += 1
        self._show(description=f"{variant} · {name}", completed=self._begun)
        self.says(f"experiment {self._begun} of {self._total}: {variant} · {name}", elsewhere=True)
