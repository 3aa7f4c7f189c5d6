"""Lines of samples that are not what the format says: each is refused by the file and the line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from harness.errors import ResultsError
from harness.report.read.runs import load_runs
from tests.unit.report.made_up_run import FIXTURE


def with_line(tmp_path: Path, place: int, change: dict[str, Any]) -> Path:
    """The fixture's run with some fields of one line changed."""
    run = tmp_path / "run"
    shutil.copytree(FIXTURE, run)
    path = run / "samples.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[place] = json.dumps({**json.loads(lines[place]), **change}, separators=(",", ":"))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return run


def place_of(outcome: str) -> int:
    lines = (FIXTURE / "samples.jsonl").read_text(encoding="utf-8").splitlines()
    return next(place for place, line in enumerate(lines) if json.loads(line)["outcome"] == outcome)


CHANGES: list[dict[str, Any]] = [
    {"block": 1.5},
    {"block": -1},
    {"block": "1"},
    {"block": 10**13},
    {"position": None},
    {"variant": None},
    {"variant": 3},
    {"scenario": None},
    {"lane": "remote"},
    {"outcome": "fine"},
    {"started_at": 3},
    {"log_path": None},
    {"unknown": 1},
    {"sizes": {"a_bytes": -1}},
    {"sizes": {"a_bytes": 1.5}},
    {"max_rss_bytes": -1},
    {"requests": "many"},
]


def complaint(run: Path) -> str:
    """What is said of a run that cannot be read; nothing, if it can."""
    try:
        load_runs([run])
    except ResultsError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("outcome", ["ok", "failed"])
def test_what_the_format_does_not_have_is_refused(tmp_path: Path, outcome: str) -> None:
    place = place_of(outcome)
    runs = [with_line(tmp_path / str(number), place, change) for number, change in enumerate(CHANGES)]
    assert [change for change, run in zip(CHANGES, runs, strict=True) if "samples.jsonl" not in complaint(run)] == []


def test_the_fixture_itself_is_read(tmp_path: Path) -> None:
    assert load_runs([with_line(tmp_path, 0, {})]).frames is not None
