"""harness.workspace.make: what is warmed up, and what is left alone."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from harness.plan.cells import Selection, make_plan
from harness.records.facts import Lane
from harness.records.format import Cell
from harness.records.journal import Journal, Resumed
from harness.run.recorder import Recorder
from harness.run.warm import warm_all, warm_variant
from harness.workspace.prepared import Unready
from tests.made_up import made_up_bench, made_up_info

LOCK = Cell(variant="made-up", lane=Lane.LOCAL, scenario="lock")


def test_a_bench_that_nothing_is_left_to_measure_on_is_not_warmed_up(tmp_path: Path) -> None:
    plan = make_plan(Selection(strategies={"made-up": ()}, scenarios={"lock": Lane.LOCAL}, lanes=frozenset(Lane)))
    recorder = Recorder(Journal.create(tmp_path / "results", made_up_info(plan)), Resumed())
    bench = made_up_bench(tmp_path)
    console = Console(file=io.StringIO())

    idle = warm_all({"made-up": bench}, [], warm_variant, 5.0, recorder, console)
    needed = warm_all({"made-up": bench}, [LOCK], warm_variant, 5.0, recorder, console)

    assert idle == {"made-up": bench}
    # The tool of a made-up variant is nowhere, so warming it up fails: that is how it is seen to be tried.
    assert isinstance(needed["made-up"], Unready)
