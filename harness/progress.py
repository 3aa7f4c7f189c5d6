"""Shows on a terminal what runs now and how long is left; on anything else, a plain line now and then."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection
from statistics import fmean
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn

from harness.plan import executions, order_of, planned
from harness.records import Cell, Outcome, Plan, Sample

#: With so many cells or more in its first block, a run has its first report when half of them are done: a person who
#: has just begun one should not wait for the whole block to see anything. Fewer are done soon enough.
MANY_CELLS = 20


class Estimate:
    """How long the rest of a plan will take: each cell as it took before, a cell not seen yet as the mean of all."""

    def __init__(self, plan: Plan, done: Collection[tuple[int, Cell]] = ()) -> None:
        self._seen: defaultdict[Cell, list[float]] = defaultdict(list)
        self._left: dict[Cell, int] = {cell: executions(plan, cell) for cell in plan.cells}
        for _, cell in done:
            self._left[cell] -= 1

    def took(self, cell: Cell, seconds: float) -> None:
        """A cell was executed in so many seconds, preparing and verifying included."""
        self._seen[cell].append(seconds)
        self._left[cell] -= 1

    def seconds_left(self) -> float | None:
        """Seconds until the plan is done, or nothing before the first cell ended."""
        if not self._seen:
            return None
        usual = fmean(second for seconds in self._seen.values() for second in seconds)
        return sum(
            count * (fmean(self._seen[cell]) if cell in self._seen else usual) for cell, count in self._left.items()
        )


def spell(seconds: float) -> str:
    """Seconds as a person says them: ``45 s``, ``3 min 05 s``, ``2 h 10 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def describe(cell: Cell) -> str:
    """A cell in a few words."""
    details = [detail for detail in (cell.strategy, cell.shape) if detail and detail != "canonical"]
    how = f" ({', '.join(details)})" if details else ""
    return f"{cell.variant} · {cell.lane} · {cell.scenario}{how}"


def tell_failure(sample: Sample, console: Console) -> bool:
    """Say so if a sample failed; whether it did."""
    if sample.outcome in (Outcome.OK, Outcome.UNSUPPORTED):
        return False
    console.print(f"[red]{sample.outcome}[/red] {describe(sample.cell)}: ", end="", highlight=False, soft_wrap=True)
    console.print(sample.reason, markup=False, highlight=False, soft_wrap=True)
    return True


class RunProgress:
    """A :class:`harness.runner.Watcher` for people.

    ``after_block`` renews the report after each block. ``halfway``, if given, writes the first one after half of the
    first block, if that has many cells. Nothing is measured meanwhile.
    """

    def __init__(
        self,
        plan: Plan,
        console: Console,
        *,
        after_block: Callable[[int], None],
        halfway: Callable[[], None] | None = None,
        done: Collection[tuple[int, Cell]] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._plan = plan
        self._console = console
        self._after_block = after_block
        first = len(order_of(plan, 0))
        self._halfway = halfway if first >= MANY_CELLS else None
        self._until_halfway = (first + 1) // 2
        self._monotonic = monotonic
        self._estimate = Estimate(plan, done)
        self._done = len(done)
        self._since = monotonic()
        self._began = 0.0
        self._failed = 0
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[block]}"),
            BarColumn(bar_width=16),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]:>13}"),
            TextColumn("{task.description}", style="bold"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = TaskID(0)

    def __enter__(self) -> Self:
        total = None if self._plan.budget_s else planned(self._plan)
        self._task = self._progress.add_task("", total=total, completed=self._done, block="", left="")
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def block_begins(self, block: int) -> None:
        """Say which block it is."""
        self._progress.update(self._task, block=f"block {self._of(block)}")

    def cell_begins(self, cell: Cell, block: int, position: int) -> None:  # noqa: ARG002
        """Name the cell."""
        self._began = self._monotonic()
        self._progress.update(self._task, description=describe(cell))

    def cell_ends(self, sample: Sample) -> None:
        """Advance, and say so when something failed."""
        self._estimate.took(sample.cell, self._monotonic() - self._began)
        left = self._seconds_left()
        self._progress.update(self._task, advance=1, left="" if left is None else f"{spell(left)} left")
        self._failed += tell_failure(sample, self._console)
        self._until_halfway -= 1
        if self._halfway is not None and not self._until_halfway:
            self._progress.update(self._task, description="writing the first report", left="")
            self._halfway()
            self._say_done(f"half of block {self._of(0, ' of ')} done, first report written", left)

    def block_ends(self, block: int) -> None:
        """Renew the report, then say what is left."""
        self._progress.update(self._task, description="renewing the report", left="")
        self._after_block(block)
        left = None if block + 1 == self._plan.blocks else self._seconds_left()
        self._say_done(f"block {self._of(block, ' of ')} done, report renewed", left)

    def _say_done(self, what: str, left: float | None) -> None:
        more = f", {self._roughly} {spell(left)} left" if left else ""
        failed = f", {self._failed} failed so far" if self._failed else ""
        self._console.print(f"{what}{failed}{more}", highlight=False)

    @property
    def _roughly(self) -> str:
        return "at most" if self._plan.budget_s else "about"

    def _of(self, block: int, among: str = "/") -> str:
        """Which block it is, and of how many where that is known."""
        return str(block + 1) if self._plan.budget_s else f"{block + 1}{among}{self._plan.blocks}"

    def _seconds_left(self) -> float | None:
        if self._plan.budget_s:
            return max(0.0, self._plan.budget_s - (self._monotonic() - self._since))
        return self._estimate.seconds_left()


class SetupProgress:
    """Shows what is being put in place: a :class:`harness.provision.supplies.Progress` for people."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=16),
            TextColumn("{task.fields[count]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = TaskID(0)

    def __enter__(self) -> Self:
        self._task = self._progress.add_task("setting up", total=None, count="")
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def fetching(self, done: int, total: int, name: str) -> None:
        """Show how many projects are fetched, and the next one's name."""
        if not self._console.is_terminal and done % 24 == 0:
            self._console.print(f"fetching wheels: {done} of {total}", highlight=False)
        self._progress.update(
            self._task, description=f"fetching {name or 'done'}", completed=done, total=total, count=f"{done}/{total}"
        )

    def doing(self, what: str) -> None:
        """Show what is done now."""
        if not self._console.is_terminal:
            self._console.print(what, highlight=False, markup=False)
        self._progress.update(self._task, description=what, completed=0, total=None, count="")

    def done(self, what: str) -> None:
        """Leave a line about what is in place."""
        self._console.print(f"[green]✓[/green] {what}", highlight=False)

    def stop(self) -> None:
        """Take the moving line away."""
        self._progress.stop()


class ExperimentProgress:
    """Shows which experiments are under way, and how many are begun."""

    def __init__(self, total: int, console: Console) -> None:
        self._total = total
        self._begun = 0
        self._console = console
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("experiments"),
            BarColumn(bar_width=16),
            MofNCompleteColumn(),
            TextColumn("{task.description}", style="bold"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = TaskID(0)

    def __enter__(self) -> Self:
        self._console.print(f"{self._total} experiments, two at a time; they are not timed", highlight=False)
        self._task = self._progress.add_task("", total=self._total)
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def begins(self, variant: str, name: str) -> None:
        """Name the experiment that begins."""
        self._begun += 1
        self._progress.update(self._task, description=f"{variant} · {name}", completed=self._begun)
        if not self._console.is_terminal:
            self._console.print(f"experiment {self._begun} of {self._total}: {variant} · {name}", highlight=False)
