"""harness.run.cluster.dealing: nothing lost and nothing doubled, whatever workers do."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.plan.cells import order_of
from harness.plan.shards import Unit
from harness.records.journal import Journal
from harness.records.reading import Resumed, read_done
from harness.run.cluster.dealing import Dealer, Landed, Workers, introductions, parts_of
from harness.run.cluster.messages import RETURNED, Returned
from harness.run.hands import HandsLostError
from harness.run.jobs import ConductJob, Job, LookJob
from harness.run.recorder import Recorder
from tests.fakes import FakeClock
from tests.unit.run.cluster.made_up import INFO, ORDER, PLAN, Behaviour, FakeEngine, answer, host, well

#: Two blocks, each in two parts.
JOBS: list[Job] = [
    Unit(block=block, shape="canonical", cells=tuple(enumerate(order_of(PLAN, block)))) for block in range(2)
]
EVERYTHING = {(job.block, cell) for job in JOBS if isinstance(job, Unit) for _, cell in job.cells}


def own(returned: Returned) -> Behaviour:
    """A worker that answers just this."""
    return lambda job: RETURNED.dump_json(returned)


class Table:
    """Workers that a run is dealt out to, its record, and what was told."""

    def __init__(self, folder: Path, behaviours: dict[str, Behaviour], *, crowded: bool = True) -> None:
        self.engine = FakeEngine(behaviours)
        self.told: list[str] = []
        self.crew = Workers(engine=self.engine, tell=self.told.append, crowded=crowded)
        self.clock = FakeClock()
        self.recorder = Recorder(Journal.create(folder, INFO), Resumed())
        self.dealer = Dealer(order=ORDER, crew=self.crew, recorder=self.recorder, monotonic=self.clock)

    def deal(self) -> None:
        assert list(self.dealer.deal(JOBS)) == JOBS
        # Every sample once, or it could not be gone on with.
        assert read_done(self.recorder.journal.folder).samples.keys() == EVERYTHING


def test_every_part_is_carried_out_once_and_what_workers_say_is_passed_on(tmp_path: Path) -> None:
    def talks(job: Job) -> object:
        return RETURNED.dump_json(replace(answer(job), said=("locking failed",)))

    table = Table(tmp_path, {"tcp://a": talks, "tcp://b": well})
    table.deal()

    assert Counter(job for _, job in table.engine.submitted) == Counter(part for job in JOBS for part in parts_of(job))
    assert set(table.told) == {"worker a (tcp://a): locking failed"}
    assert (table.recorder.journal.folder / "logs" / "a.log").read_text() == "said"
    assert table.recorder.journal.info.hosts.keys() == {"one"}


def test_who_stops_asking_has_nothing_more_done(tmp_path: Path) -> None:
    def only_looks(job: Job) -> object:
        return well(job) if isinstance(job, LookJob) else None

    table = Table(tmp_path, {"tcp://a": only_looks, "tcp://b": only_looks})
    dealing: Any = table.dealer.deal([LookJob(shape="canonical"), *JOBS])
    assert next(dealing) == LookJob(shape="canonical")
    dealing.close()

    assert table.engine.cancelled == [2]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (lambda job: b"rubbish", "it answered block 1 of run with no message of this harness"),
        (own(Returned(worker="1", host=host(), refusal="uv is 2.0 there")), "uv is 2.0 there"),
    ],
)
def test_who_answers_rubbish_or_refuses_is_told_and_his_part_goes_to_another(
    tmp_path: Path, answers: Behaviour, told: str
) -> None:
    table = Table(tmp_path, {"tcp://other": answers, "tcp://good": well})
    table.deal()

    (line,) = table.told
    assert line.startswith(f"worker other (tcp://other) is not used: {told}")
    assert sum(address == "tcp://other" for address, _ in table.engine.submitted) == 1


def test_where_all_answer_rubbish_the_run_ends_and_says_so(tmp_path: Path) -> None:
    table = Table(tmp_path, {"tcp://a": lambda job: b"", "tcp://b": lambda job: b"{}"})
    table.engine.on_wait = lambda engine: table.clock.advance(30)
    with pytest.raises(HandsLostError, match="No worker is left"):
        list(table.dealer.deal(JOBS))
    assert read_done(table.recorder.journal.folder).samples == {}


def test_a_part_that_no_worker_survives_ends_the_run(tmp_path: Path) -> None:
    table = Table(tmp_path, {"tcp://a": lambda job: Landed(number=0, sender="", trouble="KilledWorker: four of them")})

    with pytest.raises(HandsLostError, match="could not be carried out by any worker: KilledWorker"):
        list(table.dealer.deal(JOBS))


def test_what_waits_for_a_worker_that_is_gone_goes_to_another(tmp_path: Path) -> None:
    table = Table(tmp_path, {"tcp://b": lambda job: None})
    # Somebody is banned, so that each part is for named workers alone.
    table.crew.banned.add("tcp://c")

    def dies(engine: FakeEngine) -> None:
        engine.behaviours = {"tcp://a": well}

    table.engine.on_wait = dies
    table.deal()

    assert table.engine.cancelled == [1]


def test_what_comes_back_twice_counts_once(tmp_path: Path) -> None:
    table = Table(tmp_path, {"tcp://a": well})

    before: list[Landed] = []

    def twice(job: Job) -> object:
        table.engine.landings += before
        value = well(job)
        before[:] = [Landed(number=len(table.engine.submitted), sender="tcp://a", value=value)]
        return value

    table.engine.behaviours["tcp://a"] = twice
    table.deal()
    assert len(table.engine.submitted) == 4


def test_two_workers_that_share_cores_of_one_machine_are_not_both_used(tmp_path: Path) -> None:
    def on(cores: tuple[int, ...], host_id: str) -> Behaviour:
        return lambda job: RETURNED.dump_json(answer(job, host_id, cores))

    behaviours = {"tcp://a": on((0, 1), "one"), "tcp://b": on((1, 2), "one"), "tcp://c": on((1, 2), "two")}
    table = Table(tmp_path, behaviours, crowded=False)
    table.deal()

    (line,) = table.told
    assert "shares cores with another worker" in line
    assert table.crew.banned in ({"tcp://a"}, {"tcp://b"})


def test_what_is_no_longer_wanted_is_not_dealt_out(tmp_path: Path) -> None:
    table = Table(tmp_path, {"tcp://a": well})
    table.recorder.late |= {cell for _, cell in EVERYTHING}

    assert list(table.dealer.deal(JOBS)) == JOBS
    assert table.engine.submitted == []


def test_experiments_are_dealt_out_by_variant() -> None:
    both = ConductJob(experiments=(("uv", ("leaks", "stale")), ("venv", ("leaks",))))

    assert [part.name for part in parts_of(both)] == ["2 experiments with uv", "1 experiment with venv"]


def test_workers_introduce_themselves_and_those_that_cannot_say_why_or_are_gone() -> None:
    told: list[str] = []
    cannot = own(Returned(worker="", host=host(), refusal="the harness is not the same"))
    who = own(Returned(worker="0", host=host()))
    engine = FakeEngine({"tcp://a": who, "tcp://b": cannot, "tcp://c": lambda job: 7, "tcp://d": lambda job: None})
    # What has landed is heard first, then one of them dies.
    engine.on_wait = lambda engine: engine.behaviours.pop("tcp://d", None) and None
    crew = Workers(engine=engine, tell=told.append)

    assert set(introductions(crew, ORDER)) == {"tcp://a"}
    assert told == [
        "setting up the workers, each for itself: 4 so far",
        "worker b (tcp://b) is not used: the harness is not the same",
        "worker c (tcp://c) is not used: it introduced itself with int where a message was expected",
        "worker d (tcp://d) is gone before it could introduce itself",
    ]
    assert crew.usable().keys() == {"tcp://a"}


def test_a_cluster_without_a_worker_is_told_how_to_start_one() -> None:
    crew = Workers(engine=FakeEngine({}), tell=lambda line: None)
    with pytest.raises(HandsLostError, match="no worker with the resource") as raised:
        introductions(crew, ORDER, patience_s=-1.0)
    assert "--resources block=1" in raised.value.hint
