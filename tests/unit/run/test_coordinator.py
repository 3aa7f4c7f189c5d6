"""harness.run.coordinator: however a run ends, its record says so."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from harness.errors import HarnessError, MeasureError
from harness.plan.cells import Selection, make_plan
from harness.provision.state_folder import Layout
from harness.records.facts import Lane
from harness.records.format import RunStatus
from harness.records.reading import read_info
from harness.run import coordinator
from harness.run.contestants.base import Contestants
from harness.run.request import Assignment
from tests.made_up import made_up_info

PLAN = make_plan(Selection(strategies={"venv": ()}, scenarios={"run": Lane.LOCAL}, lanes=frozenset({Lane.LOCAL})))


class Nobody:
    """Contestants that need nothing."""

    def __init__(self, results: Path) -> None:
        self.assignment = Assignment(
            plan=PLAN, results=results, report=None, run_id="mine", command_line=(), findings_of=None
        )

    @contextmanager
    def equipped(self, *_: object) -> Iterator[object]:
        yield SimpleNamespace(outside={})

    def info(self, *_: object) -> object:
        return made_up_info(PLAN, "mine")


@pytest.mark.parametrize("error", [MeasureError("the disk is full"), OSError(28, "No space left"), ValueError("odd")])
def test_an_error_in_the_midst_of_a_run_is_in_its_record(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(coordinator, "measure", measure)
    layout = Layout(checkout=Layout.here().checkout, state=tmp_path / "state")
    told = Console(file=io.StringIO(), width=200)

    with pytest.raises(type(error)):
        coordinator.run_session(cast("Contestants[Any]", Nobody(tmp_path / "results")), layout, told)

    info = read_info(tmp_path / "results" / "mine")
    assert info.status is RunStatus.INTERRUPTED
    assert info.finished_at
    assert isinstance(told.file, io.StringIO)
    assert "to go on once that is mended: python -m harness run --resume mine" in told.file.getvalue()


def test_what_a_session_left_that_was_killed_is_gone_before_the_next_one_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout(checkout=Layout.here().checkout, state=tmp_path / "state")
    left = layout.scratch("mine") / "shape-0" / "venv" / "warm" / "cache"
    left.mkdir(parents=True)
    seen: list[bool] = []
    monkeypatch.setattr(coordinator, "measure", lambda *_, **__: seen.append(left.exists()))
    monkeypatch.setattr(coordinator, "conclude", lambda *_: 0)
    contestants = cast("Contestants[Any]", Nobody(tmp_path / "results"))
    monkeypatch.setattr(Nobody, "conduct", lambda *_: None, raising=False)

    assert coordinator.run_session(contestants, layout, Console(file=io.StringIO())) == 0
    assert seen == [False]


def test_findings_that_cannot_be_read_leave_no_run_behind(tmp_path: Path) -> None:
    nobody = Nobody(tmp_path / "results")
    object.__setattr__(nobody.assignment, "findings_of", tmp_path / "damaged")
    layout = Layout(checkout=Layout.here().checkout, state=tmp_path / "state")

    with pytest.raises(HarnessError, match="damaged holds no run"):
        coordinator.run_session(cast("Contestants[Any]", nobody), layout, Console(file=io.StringIO()))

    assert not (tmp_path / "results").exists()
