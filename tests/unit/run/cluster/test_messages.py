"""harness.run.cluster.messages: what is sent arrives as it was, and only what was asked for is taken."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import StateError
from harness.monorepo.variants import load_variants
from harness.plan.shards import units_of
from harness.provision.state_folder import Layout
from harness.records.facts import FindingFacts, Lane, Outcome
from harness.records.format import Finding
from harness.run.cluster.messages import (
    RETURNED,
    Returned,
    RubbishError,
    examine,
    measuring_digest,
    other_versions,
    packed,
    read_returned,
    unpack,
)
from harness.run.jobs import ConductJob, Job, LookJob
from tests.made_up import made_up_variant
from tests.unit.run.cluster.made_up import INFO, ORDER, PLAN, answer

JOB = next(iter(units_of(PLAN)))
GOOD = answer(JOB)


def test_variants_arrive_byte_for_byte(tmp_path: Path) -> None:
    ours = load_variants(Layout.here().variants)
    unpack(packed(ours), tmp_path / "there")

    there = load_variants(tmp_path / "there")
    assert [(item.name, item.digest) for item in there] == [(item.name, item.digest) for item in ours]


def test_the_same_variants_are_the_same_archive_and_what_may_be_executed_still_may(tmp_path: Path) -> None:
    variants = [made_up_variant(tmp_path / name) for name in ("one", "two")]
    for variant in variants:
        (variant.folder / "run.sh").touch(0o755)
    first, second = ([item] for item in variants)
    unpack(packed(first), tmp_path / "there")

    assert packed(first) == packed(second)
    assert (tmp_path / "there" / variants[0].name / "run.sh").stat().st_mode & 0o100


@pytest.mark.parametrize("name", ["/outside", "mine/../../outside"])
def test_nothing_is_put_outside_the_folder(name: str, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz") as archive:
        archive.addfile(tarfile.TarInfo(name))

    with pytest.raises(StateError, match="is no file of a variant"):
        unpack(buffer.getvalue(), tmp_path / "there")

    assert not (tmp_path / "outside").exists()


def test_an_order_is_the_same_set_up_whatever_is_known_of_versions_by_now() -> None:
    assert replace(ORDER, info=replace(INFO, tools={"nix": "2.8"})).key == ORDER.key
    assert replace(ORDER, code="other").key != ORDER.key
    assert replace(ORDER, info=replace(INFO, run_id="other")).key != ORDER.key


def test_the_code_is_that_of_harness_and_nix_and_the_templates(tmp_path: Path) -> None:
    for name in ("harness", "nix", "variants/__templates__", "tests"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "a").write_text("1", encoding="utf-8")
    before = measuring_digest(tmp_path)
    (tmp_path / "tests" / "a").write_text("2", encoding="utf-8")
    assert measuring_digest(tmp_path) == before
    for name in ("nix", "variants/__templates__"):
        (tmp_path / name / "a").write_text("2", encoding="utf-8")
        assert measuring_digest(tmp_path) != before
        (tmp_path / name / "a").write_text("1", encoding="utf-8")


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
        (ConductJob(experiments=(("venv", ("leaks",)),)), finding(), "about uv"),
        (ConductJob(experiments=(("uv", ("leaks",)),)), finding(run_id="another"), "of the run"),
        (ConductJob(experiments=(("uv", ("leaks",)),)), finding(finding="unheard-of"), "not of this run"),
        (LookJob(shape="other"), finding(), "about the shape"),
    ],
)
def test_findings_of_anything_else_are_rubbish(job: Job, found: Finding, told: str) -> None:
    leaks = FindingFacts(title="t", question="q", experiment="e", group="friction", lanes=(Lane.LOCAL,))
    info = replace(INFO, findings={"leaks": leaks})
    returned = replace(GOOD, findings=(found,), samples=GOOD.samples if job is JOB else ())

    with pytest.raises(RubbishError, match=told):
        examine(job, returned, info)


def test_other_versions_are_named() -> None:
    same = {"uv": "1.0", "pip": "26.0", "the Python of uv": "3.11.7", "the Python of venv": "3.11.7"}

    assert other_versions(same, INFO) == ""
    assert other_versions({**same, "uv": "2.0", "nix": "2.8", "the Python of uv": ""}, INFO) == (
        "nix is 2.8 there and absent in the plan; the Python of uv is absent there and 3.11.7 in the plan; "
        "uv is 2.0 there and 1.0 in the plan"
    )
