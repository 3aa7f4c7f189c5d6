"""harness.run.recorder: what comes of jobs is in the record once."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.plan.cells import Selection, make_plan
from harness.plan.shards import Unit
from harness.records.facts import Lane, Outcome
from harness.records.format import Finding, Probe
from harness.records.journal import Journal
from harness.records.reading import Resumed, read_done, read_findings, read_info
from harness.run.jobs import LookJob
from harness.run.recorder import Recorder
from tests.made_up import made_up_info, made_up_sample

PLAN = make_plan(
    Selection(
        strategies={"uv": ()}, scenarios=dict.fromkeys(("lock", "run"), Lane.LOCAL), lanes=frozenset({Lane.LOCAL})
    )
)
LOCK, RUN = PLAN.cells
BLOCK = Unit(block=1, shape="canonical", cells=((0, LOCK), (1, RUN)))


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(Journal.create(tmp_path, made_up_info(PLAN)), Resumed())


def test_what_took_too_long_is_not_wanted_again(recorder: Recorder) -> None:
    assert recorder.wanted(BLOCK) == BLOCK
    recorder.samples([made_up_sample(LOCK, Outcome.TIMED_OUT), made_up_sample(RUN, Outcome.FAILED)])

    assert recorder.wanted(BLOCK) == Unit(block=1, shape="canonical", cells=((1, RUN),))
    assert recorder.wanted(BLOCK.without({RUN})) is None
    assert recorder.wanted(LookJob(shape="canonical")) == LookJob(shape="canonical")


def test_what_took_too_long_before_is_known(recorder: Recorder) -> None:
    recorder.samples([made_up_sample(RUN, Outcome.TIMED_OUT)])

    assert Recorder(recorder.journal, read_done(recorder.journal.folder)).late == {RUN}


def test_a_finding_is_written_once(recorder: Recorder) -> None:
    finding = Finding(run_id="run", variant="uv", lane=Lane.LOCAL, finding="stale", value="1", evidence="seen")
    for _ in range(2):
        recorder.finding(finding)

    assert read_findings(recorder.journal.folder) == [finding]


def test_a_probe_waits_for_whatever_is_written_next(recorder: Recorder) -> None:
    probe = Probe(block=-1, wall_s=0.2, user_s=0.2)
    recorder.probe(probe)
    assert read_info(recorder.journal.folder).probes == ()
    recorder.host(recorder.journal.info.host)

    info = read_info(recorder.journal.folder)
    assert (info.probes, [*info.hosts.values()]) == ((probe,), [info.host])
