"""harness.run.hands: the order in which cells are executed, and that nothing stops it."""

from __future__ import annotations

from pathlib import Path

from harness.plan.cells import Selection, make_plan, order_of, schedule
from harness.plan.shards import Unit
from harness.records.facts import Lane, Outcome
from harness.records.format import Plan, Sample
from harness.records.journal import Journal
from harness.records.reading import Resumed, read_samples
from harness.run.hands import execute
from harness.run.recorder import Recorder
from harness.scenarios import all_scenarios
from harness.workspace.prepared import Bench, Unready
from harness.workspace.warm_up import phases_needed, warm_up
from tests.made_up import Toolbox, execution, made_up_attempt, made_up_bench, made_up_info

SCENARIOS = {"lock": Lane.LOCAL, "noop": Lane.LOCAL, "run": Lane.LOCAL, "refresh": Lane.LOCAL}


def run(tmp_path: Path, *, broken: bool = False) -> tuple[Plan, list[Sample]]:
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
    recorder = Recorder(journal, Resumed())
    attempt = made_up_attempt(everything, tmp_path)
    for block, cells in schedule(plan, done=(), settled=frozenset, time_is_up=lambda: False):
        unit = Unit(block=block, shape="canonical", cells=tuple(cells))
        execute(unit, benches, all_scenarios(), attempt, recorder)
    return plan, read_samples(journal.folder)


def test_every_cell_once_a_block_in_the_plans_order(tmp_path: Path) -> None:
    plan, samples = run(tmp_path)

    places = [(sample.block, sample.position, sample.cell) for sample in samples]
    assert places == [(block, at, cell) for block in range(3) for at, cell in enumerate(order_of(plan, block))]
    assert {sample.outcome for sample in samples} == {Outcome.OK}


def test_one_variants_failure_does_not_stop_the_others(tmp_path: Path) -> None:
    plan, samples = run(tmp_path, broken=True)

    by_variant = {name: {item.outcome for item in samples if item.variant == name} for name in ("one", "two", "three")}
    assert by_variant["one"] == {Outcome.OK}
    assert by_variant["two"] <= {Outcome.FAILED, Outcome.SETUP_FAILED}
    assert by_variant["three"] == {Outcome.SETUP_FAILED}
    assert len(samples) == 3 * len(plan.cells)
