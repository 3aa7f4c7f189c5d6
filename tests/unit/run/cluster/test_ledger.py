"""harness.run.cluster.ledger: nothing gets into the journal that is not what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.plan.shards import units_of
from harness.records.facts import Lane, Outcome
from harness.records.format import Finding
from harness.run.cluster.ledger import RubbishError, differences, examine, read_returned
from harness.run.cluster.messages import RETURNED, Conduct, LookJob, MeasureJob, Returned
from tests.unit.run.cluster.made_up import INFO, PLAN, answer

JOB = MeasureJob(unit=next(iter(units_of(PLAN))))
GOOD = answer(JOB)


def test_what_was_asked_for_is_taken() -> None:
    assert read_returned(RETURNED.dump_json(GOOD)) == GOOD
    examine(JOB, GOOD, INFO)


@pytest.mark.parametrize("data", [None, 7, "text", b"", b"{}", b"[]", b"\xff", {"worker": "0"}])
def test_what_is_no_message_is_rubbish(data: object) -> None:
    with pytest.raises(RubbishError):
        read_returned(data)


@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_message_with_a_changed_byte_is_refused_or_says_something_else(at: int, byte: int) -> None:
    data = bytearray(RETURNED.dump_json(GOOD))
    data[at % len(data)] = byte
    try:
        found = read_returned(bytes(data))
    except RubbishError:
        return
    assert isinstance(found, Returned)


def changed(**fields: object) -> Returned:
    first, *rest = GOOD.samples
    return replace(GOOD, samples=(replace(first, **fields), *rest))


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda: replace(GOOD, samples=GOOD.samples[1:]), "are missing"),
        (lambda: replace(GOOD, samples=()), "are missing"),
        (lambda: replace(GOOD, samples=(*GOOD.samples, GOOD.samples[0])), "twice"),
        (lambda: replace(GOOD, samples=(*GOOD.samples, replace(GOOD.samples[0], block=7))), "nobody asked for"),
        (lambda: changed(run_id="another"), "of the run 'another'"),
        (lambda: changed(host_id="elsewhere"), "of the machine 'elsewhere'"),
        (lambda: changed(variant_digest="old"), "another state of"),
        (lambda: changed(wall_s=None), "is ok and took None"),
        (lambda: changed(outcome=Outcome.FAILED), "is failed and took 1.0"),
        (lambda: replace(GOOD, logs={"logs/../../etc/passwd": ""}), "a log at"),
        (lambda: replace(GOOD, logs={"/etc/passwd": ""}), "a log at"),
    ],
)
def test_samples_of_anything_else_are_rubbish(made: Callable[[], Returned], told: str) -> None:
    with pytest.raises(RubbishError, match=told):
        examine(JOB, made(), INFO)


def finding(**fields: object) -> Finding:
    known = {"run_id": INFO.run_id, "variant": "uv", "lane": Lane.LOCAL, "finding": "leaks", "value": "1"}
    return Finding(evidence="x", **{**known, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("job", "found", "told"),
    [
        (JOB, finding(), "nobody asked for"),
        (Conduct(variant="venv", experiments=("leaks",)), finding(), "about uv"),
        (Conduct(variant="uv", experiments=("leaks",)), finding(run_id="another"), "of the run"),
        (Conduct(variant="uv", experiments=("leaks",)), finding(finding="unheard-of"), "not of this run"),
        (LookJob(shape="other", whole=True), finding(), "about the shape"),
    ],
)
def test_findings_of_anything_else_are_rubbish(job: MeasureJob | Conduct | LookJob, found: Finding, told: str) -> None:
    facts = {"leaks": object()}
    info = replace(INFO)
    object.__setattr__(info, "findings", facts)
    returned = replace(GOOD, findings=(found,), samples=GOOD.samples if isinstance(job, MeasureJob) else ())

    with pytest.raises(RubbishError, match=told):
        examine(job, returned, info)


def test_other_versions_are_named() -> None:
    assert (
        differences({"uv": "1.0", "pip": "26.0", "the Python of uv": "3.11.7", "the Python of venv": "3.11.7"}, INFO)
        == ()
    )
    assert differences({"uv": "2.0", "pip": "26.0", "nix": "2.8"}, INFO) == (
        "nix is 2.8 there and absent in the plan",
        "the Python of uv is absent there and 3.11.7 in the plan",
        "the Python of venv is absent there and 3.11.7 in the plan",
        "uv is 2.0 there and 1.0 in the plan",
    )
