"""harness.workspace.make: what is warmed up, and what is left alone."""

from __future__ import annotations

import io
from collections.abc import Collection
from pathlib import Path

import pytest
from rich.console import Console

from harness.plan.cells import Selection, make_plan
from harness.records.facts import Lane
from harness.records.format import Cell
from harness.records.journal import Journal
from harness.records.reading import Resumed
from harness.run.recorder import Recorder
from harness.run.warm import Warmed, warm_all, warm_variant
from harness.workspace.prepared import Bench, Unready
from harness.workspace.steps import Attempt
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


@pytest.mark.parametrize("error", [KeyError("member"), OSError("gone"), UnicodeDecodeError("utf-8", b"x", 0, 1, "odd")])
def test_whatever_happens_to_one_bench_the_others_are_warmed_up(tmp_path: Path, error: Exception) -> None:
    cells = [Cell(variant=name, lane=Lane.LOCAL, scenario="lock") for name in ("odd", "sound")]
    plan = make_plan(Selection(strategies={"made-up": ()}, scenarios={"lock": Lane.LOCAL}, lanes=frozenset(Lane)))
    journal = Journal.create(tmp_path / "results", made_up_info(plan))

    def warm(name: str, bench: Bench, attempt: Attempt, own: Collection[Cell]) -> Warmed:
        assert own == [cell for cell in cells if cell.variant == name]
        if name == "odd":
            raise error
        return Warmed()

    benches = {name: made_up_bench(tmp_path / name) for name in ("odd", "sound")}
    recorder = Recorder(journal, Resumed())
    warmed = warm_all(benches, cells, warm, 5.0, recorder, Console(file=io.StringIO()))

    assert isinstance(warmed["odd"], Unready)
    assert warmed["odd"].reason == f"{type(error).__name__}: {error}"
    assert warmed["sound"] is benches["sound"]
    # How it came about is in the log, for whoever mends it.
    assert "in warm_one" in (journal.folder / "logs" / "warm-up" / "odd.log").read_text(encoding="utf-8")
