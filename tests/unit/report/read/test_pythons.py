"""The Python that a variant was measured with: shown beside its tools, and another one is another contestant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.records.format import RUN_INFO, RunInfo
from harness.report.compare.facts import changed_tools
from harness.report.compare.machine import reference_changed
from harness.report.read.together import difference
from harness.report.read.versions import changed_variant
from tests.runs import info_of
from tests.unit.report.made_up_nights import made_up_night
from tests.unit.report.reading import page_of, view_of


def under(info: RunInfo, python: str) -> RunInfo:
    return replace(info, variants={name: replace(facts, python=python) for name, facts in info.variants.items()})


@pytest.fixture
def info(tmp_path: Path) -> RunInfo:
    run = made_up_night(tmp_path, run_id="a", blocks=1, scenarios=("run",))
    return info_of(run)


def test_another_python_is_another_contestant(info: RunInfo) -> None:
    old, new = under(info, "3.12.1"), under(info, "3.12.2")

    assert changed_variant(old, new, "uv") == ("Python 3.12.1 → 3.12.2",)
    assert "changed since" in difference(old, new)
    assert reference_changed(old, new) == "its versions differ (Python 3.12.1 → 3.12.2)"
    assert [(item.of, item.name) for item in changed_tools(old, new)] == [(name, "Python") for name in info.variants]


@pytest.mark.parametrize(("then", "now"), [("", "3.12.1"), ("3.12.1", ""), ("3.12.1", "3.12.1")])
def test_what_was_not_recorded_is_no_difference(info: RunInfo, then: str, now: str) -> None:
    old, new = under(info, then), under(info, now)

    assert changed_variant(old, new, "uv") == ()
    assert difference(old, new) == reference_changed(old, new) == ""
    assert changed_tools(old, new) == ()


def test_the_report_names_it_among_the_versions(tmp_path: Path) -> None:
    run = made_up_night(tmp_path, run_id="a", variants=("uv", "venv"), blocks=1, scenarios=("run",))
    info = info_of(run)
    for python in ("", "3.98.1"):
        (run / "run.json").write_bytes(RUN_INFO.dump_json(under(info, python)))
        assert ("Python 3.98.1" in page_of(view_of(run))) == bool(python)
