"""harness.run.cluster.dealing: nothing lost and nothing doubled, whatever workers do."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from harness.plan.shards import units_of
from harness.run.cluster.dealing import Dealer, Workers, introductions
from harness.run.cluster.engine import ClusterLostError, Landed
from harness.run.cluster.messages import RETURNED, Job, MeasureJob, Returned
from tests.fakes import FakeClock
from tests.unit.run.cluster.made_up import ORDER, PLAN, Behaviour, FakeEngine, answer, host, well

JOBS: list[Job] = [MeasureJob(unit=unit) for unit in units_of(PLAN)]


class Table:
    """What was accepted and what was told."""

    def __init__(self, behaviours: dict[str, Behaviour], *, crowded: bool = True) -> None:
        self.engine = FakeEngine(behaviours)
        self.accepted: list[Job] = []
        self.told: list[str] = []
        self.crew = Workers(crowded=crowded)
        self.clock = FakeClock()
        self.dealer = Dealer(
            engine=self.engine,
            order=ORDER,
            crew=self.crew,
            accept=lambda job, returned: self.accepted.append(job),
            tell=self.told.append,
            monotonic=self.clock,
        )


def test_every_job_is_carried_out_once() -> None:
    table = Table({"tcp://a": well, "tcp://b": well})
    table.dealer.deal(JOBS)

    assert Counter(table.accepted) == Counter(JOBS)
    assert table.told == []


def test_rubbish_is_told_and_its_job_goes_to_another() -> None:
    table = Table({"tcp://good": well, "tcp://bad": lambda job: b"rubbish"})
    table.dealer.deal(JOBS)

    assert Counter(table.accepted) == Counter(JOBS)
    (line,) = table.told
    assert line.startswith("worker bad (tcp://bad) is not used: it answered block")
    assert sum(address == "tcp://bad" for address, _ in table.engine.submitted) == 1


def test_a_refusal_is_told_in_the_workers_words() -> None:
    def refuses(job: Job) -> object:
        return RETURNED.dump_json(Returned(worker="1", host=host(), refusal="uv is 2.0 there and 1.0 in the plan"))

    table = Table({"tcp://good": well, "tcp://other": refuses})
    table.dealer.deal(JOBS)

    assert Counter(table.accepted) == Counter(JOBS)
    assert table.told == ["worker other (tcp://other) is not used: uv is 2.0 there and 1.0 in the plan"]


def test_where_all_answer_rubbish_the_run_ends_and_says_so() -> None:
    table = Table({"tcp://a": lambda job: b"", "tcp://b": lambda job: b"{}"})
    table.engine.on_wait = lambda engine: table.clock.advance(30)
    with pytest.raises(ClusterLostError, match="No worker is left"):
        table.dealer.deal(JOBS)
    assert table.accepted == []


def test_a_job_that_no_worker_survives_ends_the_run() -> None:
    table = Table({"tcp://a": lambda job: Landed(number=0, sender="", trouble="KilledWorker: four of them")})

    with pytest.raises(ClusterLostError, match="could not be carried out by any worker: KilledWorker"):
        table.dealer.deal(JOBS)


def test_what_waits_for_a_worker_that_is_gone_goes_to_another() -> None:
    table = Table({"tcp://b": lambda job: None})
    # Somebody is banned, so that each job is for named workers alone.
    table.crew.banned["tcp://c"] = "for a test"

    def dies(engine: FakeEngine) -> None:
        engine.behaviours = {"tcp://a": well}

    table.engine.on_wait = dies
    table.dealer.deal(JOBS)

    assert table.engine.cancelled == [1]
    assert Counter(table.accepted) == Counter(JOBS)


def test_what_comes_back_twice_counts_once() -> None:
    table = Table({"tcp://a": well})
    table.dealer.deal(JOBS[:1])
    table.dealer.deal(JOBS[:1])

    assert table.accepted == JOBS[:1]
    assert "came back twice" in table.told[0]


def test_two_workers_that_share_cores_of_one_machine_are_not_both_used() -> None:
    def on(cores: tuple[int, ...], host_id: str) -> Behaviour:
        return lambda job: RETURNED.dump_json(answer(job, host_id, cores))

    table = Table(
        {"tcp://a": on((0, 1), "one"), "tcp://b": on((1, 2), "one"), "tcp://c": on((1, 2), "two")}, crowded=False
    )
    table.dealer.deal(JOBS)

    assert Counter(table.accepted) == Counter(JOBS)
    (line,) = table.told
    assert "shares cores with another worker" in line
    assert set(table.crew.banned) in ({"tcp://a"}, {"tcp://b"})


def test_what_a_worker_says_is_passed_on() -> None:
    table = Table({"tcp://a": lambda job: RETURNED.dump_json(replace(answer(job), said=("hatch: locking failed",)))})
    table.dealer.deal(JOBS[:1])

    assert table.told == ["worker a (tcp://a): hatch: locking failed"]


def test_what_is_no_longer_wanted_is_not_dealt_out() -> None:
    table = Table({"tcp://a": well})
    table.dealer.trim = lambda job: None if job == JOBS[0] else job
    table.dealer.deal(JOBS)

    assert Counter(table.accepted) == Counter(JOBS[1:])


def test_workers_introduce_themselves_and_those_that_cannot_say_why() -> None:
    def who(job: object) -> object:
        return RETURNED.dump_json(Returned(worker="0", host=host()))

    def cannot(job: object) -> object:
        return RETURNED.dump_json(Returned(worker="", host=host(), refusal="the harness is not the same"))

    engine = FakeEngine({"tcp://a": who, "tcp://b": cannot, "tcp://c": lambda job: 7})
    told: list[str] = []

    found = introductions(engine, ORDER, told.append)

    assert set(found) == {"tcp://a"}
    assert told == [
        "worker b (tcp://b) is not used: the harness is not the same",
        "worker c (tcp://c) is not used: it introduced itself with int where a message was expected",
    ]


def test_a_cluster_without_a_worker_is_told_how_to_start_one() -> None:
    with pytest.raises(ClusterLostError, match="no worker with the resource") as raised:
        introductions(FakeEngine({}), ORDER, lambda line: None, patience_s=-1.0)
    assert "--resources block=1" in raised.value.hint


def test_a_worker_that_dies_while_it_introduces_itself_is_not_waited_for() -> None:
    engine = FakeEngine(
        {"tcp://a": lambda job: RETURNED.dump_json(Returned(worker="0", host=host())), "tcp://b": lambda job: None}
    )

    def dies(engine: FakeEngine) -> None:
        engine.behaviours.pop("tcp://b", None)

    engine.on_wait = dies
    told: list[str] = []

    assert set(introductions(engine, ORDER, told.append)) == {"tcp://a"}
    assert told == ["worker b (tcp://b) is gone before it could introduce itself"]
