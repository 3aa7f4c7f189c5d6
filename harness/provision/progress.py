"""How far it is with what is put in place, in one line of the terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn

from harness.records.facts import Outcome
from harness.records.format import Sample
from harness.records.spelling import describe
from harness.records.visible import visible


class Bar:
    """A moving line on a terminal, which leaves when it is done; what is said stays, there and everywhere else."""

    def __init__(
        self, console: Console, *columns: ProgressColumn, total: int | None, done: int = 0, **fields: Any
    ) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(), *columns, console=console, transient=True, disable=not console.is_terminal
        )
        self._task = self._progress.add_task("", total=total, completed=done, **fields)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the moving line away."""
        self._progress.stop()

    def says(self, line: str, *, elsewhere: bool = False) -> None:
        """Leave a line; ``elsewhere``: only where the moving one cannot be seen."""
        if not (elsewhere and self._console.is_terminal):
            self._console.print(visible(line), highlight=False, markup=False)

    def _show(self, **changed: Any) -> None:
        self._progress.update(self._task, **changed)

    def _failed(self, sample: Sample) -> bool:
        """Say so if a sample failed; whether it did."""
        if sample.outcome in (Outcome.OK, Outcome.UNSUPPORTED):
            return False
        self._console.print(
            f"[red]{sample.outcome}[/red] {describe(sample.cell)}: ", end="", highlight=False, soft_wrap=True
        )
        self._console.print(visible(sample.reason), markup=False, highlight=False, soft_wrap=True)
        return True


class SetupProgress(Bar):
    """Shows what is being put in place: a :class:`harness.provision.supplies.Progress` for people."""

    def __init__(self, console: Console) -> None:
        super().__init__(
            console,
            TextColumn("{task.description}"),
            BarColumn(bar_width=16),
            TextColumn("{task.fields[count]}"),
            total=None,
            count="",
        )
        self._show(description="setting up")

    def fetching(self, done: int, total: int, name: str) -> None:
        """Show how many projects are fetched, and the next one's name."""
        if done % 24 == 0:
            self.says(f"fetching wheels: {done} of {total}", elsewhere=True)
        self._show(description=f"fetching {name or 'done'}", completed=done, total=total, count=f"{done}/{total}")

    def doing(self, what: str) -> None:
        """Show what is done now."""
        self.says(what, elsewhere=True)
        self._show(description=what, completed=0, total=None, count="")

    def done(self, what: str) -> None:
        """Leave a line about what is in place."""
        self._console.print(f"[green]✓[/green] {what}", highlight=False)
