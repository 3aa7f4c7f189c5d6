"""The report of a small fixed run: its Markdown to the letter, and how its page is put together.

``UPDATE_GOLDEN=1`` writes the Markdown anew, for a person to look through. It is the only text that is kept: what other
reports say is asserted of their view models.
"""

from __future__ import annotations

import html
import os
import re
from pathlib import Path

import pytest

from harness.reporting.writer import ReportPaths
from tests.unit.reporting.pages import faults, figures_of, tables_of

GOLDEN = Path(__file__).parents[2] / "golden" / "report.md"


@pytest.fixture(scope="module")
def page(small_paths: ReportPaths) -> str:
    return small_paths.html.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def markdown(small_paths: ReportPaths) -> str:
    return small_paths.markdown.read_text(encoding="utf-8")


def test_the_markdown_is_as_it_was_agreed(markdown: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(markdown, encoding="utf-8")
    assert markdown == GOLDEN.read_text(encoding="utf-8")


def test_page_and_markdown_show_the_same_figures_in_sections_of_the_same_order(page: str, markdown: str) -> None:
    figures = figures_of(markdown)
    assert len(figures) > 50
    assert not [figure for figure in sorted(figures) if figure not in page]
    shown = [html.unescape(text) for text in re.findall(r"<h2[^>]*>([^<]*)", page)]
    told = re.findall(r"^## (.*)", markdown, flags=re.MULTILINE)
    # What surprises stands with each variant on the page; two of them side by side takes a page.
    alone = {"What will surprise you", "Two variants side by side", "Variant by variant"}
    assert [item for item in shown if item not in alone] == [item for item in told if item not in alone]
    assert len(shown) == 15


def test_ids_links_groups_sections_and_tables_of_the_page_are_in_order(page: str) -> None:
    assert list(faults(page)) == []
    assert len(tables_of(page)) > 40


def test_the_page_leads_to_each_of_its_sections(page: str) -> None:
    contents = page.split('<nav aria-label="Contents">')[1].split("</nav>")[0]
    sections = re.findall(r'<section aria-labelledby="([^"]+)"', page)
    assert sections
    assert re.findall(r'href="#([^"]+)"', contents) == sections


def test_the_page_runs_its_own_script_and_nothing_else(page: str) -> None:
    assert page.count("<script") == 1
    assert "default-src 'none'" in page
    assert re.search(r"script-src 'sha256-[^']{44}'", page)
    assert not re.search(r"\son[a-z]+=", page)


def test_every_picture_stands_on_the_page_and_in_a_file_with_its_table(page: str, small_paths: ReportPaths) -> None:
    # The overview's picture is for other pages: this one has its table.
    shown = [path.stem for path in small_paths.figures if path.stem != "overview"]
    assert len(shown) > 5
    assert all(path.read_text(encoding="utf-8").startswith("<svg") for path in small_paths.figures)
    for name in shown:
        assert page.count(f'href="figures/{name}.svg" download="{name}.svg"') == 1
    assert page.count("The same as a table") == page.count('<svg role="img" aria-label="') == len(shown)
