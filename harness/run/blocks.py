"""The only coordinator: every cell of a plan once per block, in the plan's order, each sample journaled at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol

from harness.measure.command import Executor
from harness.records.facts import Outcome
from harness.records.format import Cell, Sample
from harness.records.journal import Journal
from harness.run.sample import B, Clock, SamplePlace, take_sample
from harness.scenarios.base import Measurable
from harness.workspace.prepared import Unready
from harness.workspace.steps import Attempt


class Watcher(Protocol):
    """Is told what a run does, to show it."""

    def block_begins(self, block: int) -> None:
        """A block, counted from 0, is about to begin."""
        ...

    def cell_begins(self, cell: Cell, block: int, position: int) -> None:
        """A cell is about to be executed."""
        ...

    def cell_ends(self, sample: Sample) -> None:
        """A cell was executed and its sample is in the journal."""
        ...

    def block_ends(self, block: int) -> None:
        """A block is complete: every one of its samples is in the journal."""
        ...


@dataclass(frozen=True, kw_only=True)
class BlockMeans(Generic[B]):
    """What a runner works with, all of it handed in."""

    scenarios: Mapping[str, Measurable[B]]
    executor: Executor
    clock: Clock
    nonce: Callable[[], str]
    limit_s: float


def run_blocks(
    blocks: Iterable[tuple[int, Sequence[tuple[int, Cell]]]],
    benches: Mapping[str, B | Unready],
    journal: Journal,
    means: BlockMeans[B],
    watcher: Watcher,
) -> dict[Outcome, int]:
    """Execute blocks as :func:`harness.plan.cells.schedule` yields them, and count the outcomes.

    ``benches`` maps a cell's variant (the A/A cells have a bench of their own) to its bench, or to the reason
    why it could not be set up.
    """
    outcomes = dict.fromkeys(Outcome, 0)
    for block, cells in blocks:
        watcher.block_begins(block)
        for position, cell in cells:
            watcher.cell_begins(cell, block, position)
            log_path = journal.log_path(cell, block)
            bench = benches[cell.variant]
            place = SamplePlace(
                run_id=journal.info.run_id,
                host_id=journal.info.host.host_id,
                cell=cell,
                variant_digest=bench.variant.digest,
                block=block,
                position=position,
                log_path=journal.relative(log_path),
            )
            attempt = Attempt(
                executor=means.executor,
                log_path=log_path,
                limit_s=means.limit_s,
                nonce=means.nonce,
                strategy=cell.strategy or "",
                shape=cell.shape,
            )
            sample = take_sample(means.scenarios[cell.scenario], bench, attempt, place=place, clock=means.clock)
            journal.add_sample(sample)
            outcomes[sample.outcome] += 1
            watcher.cell_ends(sample)
        watcher.block_ends(block)
    return outcomes
