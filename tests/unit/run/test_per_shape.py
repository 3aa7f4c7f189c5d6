"""harness.run.per_shape: what took too long is remembered, whoever else is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.records.facts import Lane, Outcome
from harness.records.format import Cell, Sample
from harness.run.per_shape import _Remembering
from tests.made_up import made_up_sample


@dataclass
class Ear:
    """A watcher that writes down what it is told."""

    heard: list[str] = field(default_factory=list)

    def block_begins(self, block: int) -> None:
        self.heard.append(f"block {block} begins")

    def cell_begins(self, cell: Cell, block: int, position: int) -> None:
        self.heard.append(f"{cell.scenario} begins as {position} of {block}")

    def cell_ends(self, sample: Sample) -> None:
        self.heard.append(f"{sample.scenario} {sample.outcome}")

    def block_ends(self, block: int) -> None:
        self.heard.append(f"block {block} ends")


def sample(scenario: str, outcome: Outcome) -> Sample:
    return made_up_sample(Cell(variant="a", lane=Lane.LOCAL, scenario=scenario, shape="large"), outcome)


def test_what_took_too_long_is_remembered_and_all_is_told() -> None:
    late: set[Cell] = set()
    ear = Ear()
    watcher = _Remembering(late, ear)

    watcher.block_begins(0)
    for outcome in Outcome:
        taken = sample(f"ends-{outcome}", outcome)
        watcher.cell_begins(taken.cell, 0, 1)
        watcher.cell_ends(taken)
    watcher.block_ends(0)

    assert late == {sample("ends-timed-out", Outcome.TIMED_OUT).cell}
    assert ear.heard[0] == "block 0 begins"
    assert ear.heard[-1] == "block 0 ends"
    assert len(ear.heard) == 2 + 2 * len(Outcome)
