"""harness.run.cluster.worker: what comes of a job is in the answer, and only once."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from harness.plan.shards import Unit
from harness.records.format import Probe
from harness.records.journal import Journal
from harness.run.cluster.worker import Station
from harness.run.info import circumstances
from harness.run.jobs import Job, Receiver
from tests.unit.run.cluster.made_up import INFO, ORDER, PLAN, host, sample

JOB = Unit(block=0, shape="canonical", cells=tuple(enumerate(PLAN.cells[:2])))


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """One that has been set up, and works with what is made up."""
    made = object.__new__(Station)
    made.number, made._host, made._cores, made._order = 3, host(), (1,), ORDER
    made._circumstances = circumstances(INFO)
    made._said = io.StringIO()
    made._console = Console(file=made._said, width=200, no_color=True)
    made._journal = Journal(tmp_path, INFO)
    (tmp_path / "logs").mkdir()

    def carry_out(jobs: Iterable[Job], receiver: Receiver) -> Iterator[Job]:
        for job in jobs:
            assert isinstance(job, Unit)
            made._console.print("hatch: locking failed")
            (tmp_path / "logs" / "a.log").write_text("said", encoding="utf-8")
            receiver.probe(Probe(block=0, wall_s=0.2, user_s=0.2))
            receiver.samples([replace(sample(cell, 0, at), worker="", log_path="logs/a.log") for at, cell in job.cells])
            yield job

    hands: Any = SimpleNamespace(info=replace(INFO, nix_unavailable="none"), carry_out=carry_out)
    made._hands = hands
    return made


def test_what_came_of_a_job_is_in_the_answer_and_only_once(station: Station) -> None:
    told = station.answer(JOB, INFO)

    assert told.said == ("hatch: locking failed",)
    assert told.logs == {"logs/a.log": "said"}
    assert [item.cell for item in told.samples] == [cell for _, cell in JOB.cells]
    assert {(item.host_id, item.worker) for item in told.samples} == {("one", "3")}
    assert [(item.host_id, item.worker) for item in told.probes] == [("one", "3")]
    assert (told.worker, told.cores, told.nix_unavailable) == ("3", (1,), "none")
    who = station.answer(None, INFO)
    assert (who.said, who.logs, who.samples, who.probes) == ((), {}, (), ())


def test_with_other_versions_a_job_is_refused(station: Station) -> None:
    told = station.answer(JOB, replace(INFO, tools={**INFO.tools, "uv": "2.0"}))

    assert (told.refusal, told.samples) == ("uv is 1.0 there and 2.0 in the plan", ())
