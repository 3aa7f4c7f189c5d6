"""One sample: prepare, measure, verify, weigh. Everything it touches is handed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from harness.errors import MeasureError, StateError
from harness.measure.command import Command, Ended, Execution
from harness.measure.sizes import files_written, list_files
from harness.records.facts import Outcome
from harness.records.format import Cell, Sample
from harness.records.strategies import refusal
from harness.scenarios.base import Measurable
from harness.workspace.prepared import Equipped, Unready
from harness.workspace.steps import Attempt, carry_out, explain, how_it_ended

B = TypeVar("B", bound=Equipped)


def now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def _refused(cell: Cell) -> str:
    """Why the cell's provider cannot do its strategy; empty if it can, and in the local lane."""
    return refusal(cell.strategy, cell.provider) if cell.strategy and cell.provider else ""


def take_sample(
    scenario: Measurable[B],
    bench: B | Unready,
    attempt: Attempt,
    blank: Sample,
    clock: Callable[[], datetime] = now,
) -> Sample:
    """Execute a cell once; ``blank`` has all that is known of the sample before.

    Whatever goes wrong becomes the sample's outcome and reason, never an exception.
    """
    cell = blank.cell
    blank = replace(blank, started_at=clock().isoformat(timespec="milliseconds"))

    def sample(outcome: Outcome, reason: str = "", **figures: Any) -> Sample:
        return replace(blank, outcome=outcome, reason=reason, **figures)

    def none(unready: Unready) -> Sample:
        return sample(Outcome.TIMED_OUT if unready.timed_out else Outcome.SETUP_FAILED, unready.reason)

    if isinstance(bench, Unready):
        return none(bench)
    if (unready := bench.unready(cell.lane)) is not None:
        return none(unready)
    if reason := _refused(cell) or scenario.unsupported(bench):
        return sample(Outcome.UNSUPPORTED, reason)
    try:
        attempt = scenario.prepare(bench, attempt)
        if not (commands := list(scenario.measured(bench, attempt))):
            raise StateError(f"{scenario.name} has no step to measure")
        before = [list_files(folder) for folder in scenario.watched(bench)]
        served = bench.meter.traffic()
    except Exception as error:
        outcome = Outcome.TIMED_OUT if _took_too_long(error) else Outcome.SETUP_FAILED
        return sample(outcome, explain(error, attempt.log_path))
    executions = run_until_failure(attempt, commands)
    last = executions[-1]
    ended: dict[str, Any] = {"exit_code": last.exit_code, "signal": last.signal}
    if not last.ok:
        outcome = Outcome.TIMED_OUT if last.ended is Ended.TIMED_OUT else Outcome.FAILED
        return sample(outcome, how_it_ended(commands[len(executions) - 1].argv, last), **ended)
    try:
        traffic = bench.meter.traffic() - served
        after = [list_files(folder) for folder in scenario.watched(bench)]
        scenario.verify(bench, attempt, executions)
        sizes = scenario.sizes(bench, attempt)
    except Exception as error:
        return sample(Outcome.FAILED, explain(error, attempt.log_path), **ended)
    return sample(
        Outcome.OK,
        **ended,
        wall_s=sum(execution.wall_s for execution in executions),
        user_s=sum(execution.user_s for execution in executions),
        system_s=sum(execution.system_s for execution in executions),
        max_rss_bytes=max(execution.max_rss_bytes for execution in executions),
        requests=traffic.requests,
        bytes_downloaded=traffic.bytes_downloaded,
        files_written=sum(files_written(old, new) for old, new in zip(before, after, strict=True)),
        sizes=sizes,
    )


def run_until_failure(attempt: Attempt, commands: Sequence[Command]) -> list[Execution]:
    """Run commands in order, up to and including the first that fails; all together may take the attempt's limit."""
    return [execution for _, execution in carry_out(attempt, commands)]


def _took_too_long(error: BaseException) -> bool:
    return isinstance(error, MeasureError) and error.timed_out
