"""The page and the Markdown of a made-up run of backends, its files, and which report a run gets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.errors import ResultsError
from harness.report.backends.tables import HEADINGS
from harness.report.either import write_either
from tests.unit.report.backends.made_up_backends import BACKENDS, made_up_backends
from tests.unit.report.made_up_run import FIXTURE
from tests.unit.report.pages import faults, figures_of, markdown_section, tables_of


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = made_up_backends(tmp_path_factory.mktemp("runs"), files=(1, 10_000))
    return write_either([run], None).page.parent


@pytest.fixture(scope="module")
def page(report: Path) -> str:
    return (report / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def markdown(report: Path) -> str:
    return (report / "report.md").read_text(encoding="utf-8")


def test_the_page_is_in_order_and_needs_nothing_but_itself(page: str) -> None:
    assert list(faults(page)) == []
    assert len(tables_of(page)) > 20
    assert re.search(r"<th scope=\"?col\"?>Backend<", page)
    assert "Backend by backend" in page


def test_page_and_markdown_begin_with_the_same_sections_and_have_the_same_figures(page: str, markdown: str) -> None:
    first = len(HEADINGS) + 1
    for told in (
        re.findall(r"^## (.*)", markdown, flags=re.MULTILINE),
        re.findall(r"<h2[^>]*>([^<]*)", page.replace("&#39;", "'")),
    ):
        assert told[:first] == ["In short", *HEADINGS.values()]
    figures = figures_of(markdown)
    assert len(figures) > 50
    assert not [figure for figure in sorted(figures) if figure not in page]


def test_a_part_has_its_picture_and_a_row_for_each_backend(markdown: str) -> None:
    speed = markdown_section(markdown, HEADINGS["speed"])
    assert re.search(r"^\| setuptools \| \S+ ms ● reference \| \S+ ms ● reference \|", speed, flags=re.MULTILINE)
    assert re.search(r"^\| flit-core \| \S+ s \(\S+×\) ▲ faster \| failed \|", speed, flags=re.MULTILINE)
    for backend in BACKENDS:
        assert len(re.findall(rf"^\| {backend} \|", speed, flags=re.MULTILINE)) == 2
    in_process = r"^\| uv-build \| \S+ ms \| \S+ ms \(\+\S+ ms\) \| \S+ ms \(\N{MINUS SIGN}\S+ ms, in-process\) \|"
    assert re.search(in_process, markdown_section(markdown, HEADINGS["front-ends"]), flags=re.MULTILINE)


def test_there_are_figures_and_tables_for_other_tools(report: Path) -> None:
    assert {path.name for path in report.iterdir()} >= {"summary.csv", "findings.csv", "samples.parquet"}
    assert {path.stem for path in (report / "figures").iterdir()} == {"growth", "front-ends", "editable-start"}
    assert "files=10000" in (report / "summary.csv").read_text(encoding="utf-8")


def test_runs_of_two_kinds_are_two_reports(tmp_path: Path) -> None:
    run = made_up_backends(tmp_path, files=(1,), scenarios=("backend-wheel",), blocks=1)
    with pytest.raises(ResultsError, match="made-up-backends is of backends alone"):
        write_either([run, FIXTURE], tmp_path / "out")
    assert not (tmp_path / "out").exists()
