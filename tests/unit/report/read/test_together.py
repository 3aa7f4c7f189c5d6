"""Which runs are read together, which are history, and what changed from one to the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from harness.report.read.together import arrange, difference
from harness.report.read.versions import changed_machine, changed_variant, changed_versions
from tests.runs import info_of
from tests.unit.report.made_up_nights import FIRST, made_up_night, made_up_nights
from tests.unit.report.reading import report_of


def test_the_newest_run_is_what_the_report_is_about(tmp_path: Path) -> None:
    runs = made_up_nights(tmp_path, 5, slower_from=3, scenarios=("run",))
    report = report_of(runs[4], *runs[:4])
    assert [run.run_id for run in report.runs] == ["n-03", "n-04"]
    assert [run.run_id for run in report.history] == ["n-00", "n-01", "n-02"]
    (note,) = report.notes
    assert note == (
        "These figures are of run n-04 and 1 before it that measured the same; left aside:"
        " n-00, n-01 and n-02 because uv changed since (uv 0.13.9 → 0.14.0)."
    )
    assert report.samples == 2 * 6 * 6
    assert "0.14.0" in report.variants["uv"].tools.values()


def test_runs_that_are_pooled_agree_with_each_other_too(tmp_path: Path) -> None:
    both, newer = {"pdm": {"pdm": "3.0"}}, FIRST + timedelta(days=1)
    old = info_of(made_up_night(tmp_path, run_id="old"))
    middle = info_of(made_up_night(tmp_path, run_id="middle", started_at=newer, versions=both))
    newest = info_of(
        made_up_night(tmp_path, run_id="new", started_at=newer + timedelta(days=1), variants=("uv", "venv"))
    )
    assert difference(old, newest) == difference(middle, newest) == ""
    arranged = arrange([newest, old, middle])
    assert [run.run_id for run in arranged.pooled] == ["middle", "new"]
    assert [(run.run_id, why) for run, why in arranged.history] == [("old", "pdm changed since (pdm 2.29.3 → 3.0)")]


def test_times_with_and_without_a_zone_are_in_one_order(tmp_path: Path) -> None:
    info = info_of(made_up_night(tmp_path, run_id="a"))
    times = {"first": "2026-01-01T00:30:00+02:00", "second": "2026-01-01T00:00:00", "third": "2026-01-01T00:00:01Z"}
    runs = [replace(info, run_id=name, started_at=time) for name, time in times.items()]
    assert [run.run_id for run in arrange(runs[::-1]).pooled] == ["first", "second", "third"]


def test_versions_that_change_come_and_go() -> None:
    assert changed_versions({"a": "1", "b": "1", "d": "1"}, {"a": "2", "c": "1", "d": "1"}) == (
        "a 1 → 2",
        "c 1 is new",
        "b 1 is gone",
    )


def test_what_changed_besides_versions_is_named(tmp_path: Path) -> None:
    old = info_of(made_up_night(tmp_path, run_id="a"))
    new = replace(
        old,
        harness_version="0.2.0",
        tools={"python": "3.11.7", "nix": "2.9.0"},
        variants={**old.variants, "uv": replace(old.variants["uv"], digest="other")},
    )
    assert changed_machine(old, new) == ("the harness 0.1.0 → 0.2.0", "the harness's nix 2.8.0 → 2.9.0")
    assert changed_variant(old, new, "uv") == ("its files, at the same versions",)
    assert changed_variant(old, new, "pdm") == changed_variant(old, new, "unknown") == ()
