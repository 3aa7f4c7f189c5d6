"""tests.recorded: what `make test` trusts the record for, and which modules of tests get there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.run.check.proving import NIX, PHASES
from harness.run.check.record import Circumstances, Record
from tests import recorded
from tests.recorded import Keeper

NOW = Circumstances(harness="a", tools={}, machine="m")
MODULE = "tests/integration/test_x.py"


def report(test: str, *, when: str = "call", outcome: str = "passed") -> pytest.TestReport:
    return pytest.TestReport(
        nodeid=test, location=("", 0, ""), keywords={}, outcome=outcome, longrepr=None, when=when, duration=0.1
    )


def kept(tmp_path: Path, *reports: pytest.TestReport) -> set[str]:
    """The modules on record after these reports of three tests."""
    record = Record(tmp_path / "verified.json", NOW, "2026-11-30")
    keeper = Keeper(record)
    keeper.pytest_xdist_node_collection_finished([f"{MODULE}::a", f"{MODULE}::b", "tests/unit/test_y.py::c"])
    for each in reports:
        keeper.pytest_runtest_logreport(each)
    return set(record.verified.tests)


def done(test: str, outcome: str = "passed") -> list[pytest.TestReport]:
    return [report(test, outcome=outcome), report(test, when="teardown")]


def test_a_module_is_kept_once_all_of_its_tests_passed(tmp_path: Path) -> None:
    first, second = done(f"{MODULE}::a"), done(f"{MODULE}::b")

    assert kept(tmp_path, *first, *second, *done("tests/unit/test_y.py::c")) == {MODULE}
    assert kept(tmp_path / "half", *first) == set()


@pytest.mark.parametrize("outcome", ["failed", "skipped"])
def test_a_module_with_a_test_that_did_not_pass_is_not_kept(tmp_path: Path, outcome: str) -> None:
    assert kept(tmp_path, *done(f"{MODULE}::a", outcome), *done(f"{MODULE}::b")) == set()
    torn_down = [report(f"{MODULE}::b"), report(f"{MODULE}::b", when="teardown", outcome=outcome)]
    assert kept(tmp_path / "late", *done(f"{MODULE}::a"), *torn_down) == set()


@pytest.mark.parametrize(
    ("args", "keyword", "markexpr", "whole"),
    [
        (["tests"], "", "", True),
        ([MODULE], "", "", True),
        ([f"{MODULE}::a"], "", "", False),
        (["tests"], "a", "", False),
        (["tests"], "", "verify", False),
    ],
)
def test_a_part_of_a_module_puts_nothing_on_record(args: list[str], keyword: str, markexpr: str, whole: bool) -> None:
    config = SimpleNamespace(args=args, option=SimpleNamespace(keyword=keyword, markexpr=markexpr))

    assert recorded.takes_whole_modules(config) is whole


def test_a_variant_whose_files_are_not_on_record_is_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    variant = recorded.variants()["flit"]

    def on_record(*steps: str, harness: str) -> Record:
        record = Record(Path("/nowhere"), replace(NOW, harness=harness), "2026-11-30")
        monkeypatch.setattr(record, "_write", _keep(record))
        for step in steps:
            record.passed(variant, step)
        return record

    def why(record: Record) -> str | None:
        monkeypatch.setattr(recorded, "verified", lambda: record.verified)
        recorded.carried_out.cache_clear()
        return recorded.carried_out().get("flit")

    everything = (*PHASES, *(f"{step} (derived)" for step in NIX))
    try:
        assert why(on_record(*everything, harness=recorded.this_harness())) is None
        assert why(on_record(*everything[1:], harness=recorded.this_harness())) == "its files are not those on record"
        assert (
            why(on_record(*everything, harness="an older one")) == "chosen by this commit, as the harness has changed"
        )
    finally:
        recorded.carried_out.cache_clear()


def _keep(record: Record) -> object:
    def write(*, variants: object, tests: object) -> None:
        record.verified = replace(record.verified, variants=variants, tests=tests)
        known = {record._now.name: record._now}
        record.verified = replace(record.verified, circumstances=known)

    return write
