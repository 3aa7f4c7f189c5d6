"""The report of a made-up run of backends, to the letter, and which report a run gets."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from harness.errors import ResultsError
from harness.reporting.either import write_either
from tests.unit.reporting.backends.made_up_backends import made_up_backends
from tests.unit.reporting.made_up_run import FIXTURE
from tests.unit.reporting.test_golden import GOLDEN, normalised


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = made_up_backends(tmp_path_factory.mktemp("runs"), files=(1, 10_000))
    return write_either([run], None).page.parent


@pytest.mark.parametrize("name", ["report.md", "index.html"])
def test_the_report_is_as_it_was_agreed(report: Path, name: str) -> None:
    text = normalised(name, (report / name).read_text(encoding="utf-8"))
    golden = GOLDEN / "backends" / name
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_the_page_needs_nothing_but_itself(report: Path) -> None:
    page = (report / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"(?:https?:)?//[a-z0-9]", page)
    assert "<script" not in page
    assert "script-src 'none'" in page


def test_ids_are_unique_and_links_lead_somewhere(report: Path) -> None:
    page = (report / "index.html").read_text(encoding="utf-8")
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= {*ids}


def test_there_are_figures_and_tables_for_other_tools(report: Path) -> None:
    assert {path.name for path in report.iterdir()} >= {"summary.csv", "findings.csv", "samples.parquet"}
    assert {path.stem for path in (report / "figures").iterdir()} == {"growth", "front-ends", "editable-start"}
    assert "files=10000" in (report / "summary.csv").read_text(encoding="utf-8")


def test_page_and_markdown_show_the_same_medians(report: Path) -> None:
    page, markdown = ((report / name).read_text(encoding="utf-8") for name in ("index.html", "report.md"))
    medians = set(re.findall(r"\| (\d[\d.]* m?s) ", markdown))
    assert medians
    assert all(median in page for median in medians)


def test_runs_of_two_kinds_are_two_reports(tmp_path: Path) -> None:
    run = made_up_backends(tmp_path, files=(1,), scenarios=("backend-wheel",), blocks=1)
    with pytest.raises(ResultsError, match="made-up-backends is of backends alone"):
        write_either([run, FIXTURE], tmp_path / "out")
    assert not (tmp_path / "out").exists()
