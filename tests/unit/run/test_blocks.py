"""harness.run.blocks: the order of a run, and that nothing stops it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from harness.plan.cells import Selection, make_plan, order_of, schedule
from harness.records.facts import Lane, Outcome
from harness.records.format import Cell, Plan, Sample
from harness.records.journal import Journal
from harness.run.blocks import BlockMeans, run_blocks
from harness.scenarios import all_scenarios
from harness.workspace.prepared import Bench, Unready
from harness.workspace.warm_up import phases_needed, warm_up
from tests.made_up import FakeClock, Toolbox, execution, made_up_attempt, made_up_bench, made_up_info

SCENARIOS = {"lock": Lane.LOCAL, "noop": Lane.LOCAL, "run": Lane.LOCAL, "refresh": Lane.LOCAL}


class Record:
    """A watcher that writes down what it is told."""

    def __init__(self) -> None:
        self.events: list[tuple[object, ...]] = []

    def block_begins(self, block: int) -> None:
        self.events.append(("block begins", block))

    def cell_begins(self, cell: Cell, block: int, position: int) -> None:
        self.events.append(("cell begins", cell, block, position))

    def cell_ends(self, sample: Sample) -> None:
        self.events.append(("cell ends", sample.cell))

    def block_ends(self, block: int) -> None:
        self.events.append(("block ends", block))


def run(tmp_path: Path, *, broken: bool = False) -> tuple[Plan, Record, list[dict[str, object]], dict[Outcome, int]]:
    benches: dict[str, Bench | Unready] = {}
    boxes = []
    for name in ("one", "two"):
        bench = made_up_bench(tmp_path / name)
        toolbox = Toolbox(workspaces=[bench.warm, bench.settled, bench.cold])
        warm_up(bench, made_up_attempt(toolbox, tmp_path), phases_needed(SCENARIOS))
        benches[name] = bench
        boxes.append(toolbox)
    if broken:
        benches["three"] = Unready(variant=bench.variant, reason="no toolchain")
    plan = make_plan(
        Selection(
            strategies=dict.fromkeys(benches, ()),
            scenarios=SCENARIOS,
            lanes=frozenset({Lane.LOCAL}),
            blocks=3,
            reference="one",
            control=frozenset(),
        )
    )
    everything = Toolbox(workspaces=[workspace for box in boxes for workspace in box.workspaces])
    if broken:
        everything.answers = lambda command: (
            execution(exit_code=1) if command.cwd.is_relative_to(tmp_path / "two") else None
        )
    journal = Journal.create(tmp_path / "results", made_up_info(plan))
    record = Record()
    attempt = made_up_attempt(everything, tmp_path)
    means = BlockMeans(
        scenarios=all_scenarios(), executor=everything, clock=FakeClock(), nonce=attempt.nonce, limit_s=60.0
    )
    blocks = schedule(plan, done=(), settled=frozenset, time_is_up=lambda: False)
    outcomes = run_blocks(blocks, benches, journal, means, record)
    lines = (journal.folder / "samples.jsonl").read_text(encoding="utf-8").splitlines()
    return plan, record, [json.loads(line) for line in lines], outcomes


def test_every_cell_once_a_block_in_the_plans_order(tmp_path: Path) -> None:
    plan, record, samples, outcomes = run(tmp_path)

    expected: list[tuple[object, ...]] = []
    for block in range(3):
        expected.append(("block begins", block))
        for position, cell in enumerate(order_of(plan, block)):
            expected += [("cell begins", cell, block, position), ("cell ends", cell)]
        expected.append(("block ends", block))
    assert record.events == expected
    assert outcomes[Outcome.OK] == len(samples) == 3 * len(plan.cells)
    assert Counter((item["variant"], item["scenario"], item["block"]) for item in samples).most_common(1)[0][1] == 1


def test_one_variants_failure_does_not_stop_the_others(tmp_path: Path) -> None:
    _, _, samples, outcomes = run(tmp_path, broken=True)

    by_variant = {
        name: {item["outcome"] for item in samples if item["variant"] == name} for name in ("one", "two", "three")
    }
    assert by_variant["one"] == {"ok"}
    assert by_variant["two"] <= {"failed", "setup-failed"}
    assert by_variant["three"] == {"setup-failed"}
    assert sum(outcomes.values()) == len(samples)
