"""The report of a small fixed run: how its page is put together, and that its Markdown says the same in short."""

from __future__ import annotations

import re

import pytest

from harness.provision.state_folder import Layout
from harness.report.writer import ReportPaths
from tests.unit.report.pages import faults, figures_of, tables_of


@pytest.fixture(scope="module")
def page(small_paths: ReportPaths) -> str:
    return small_paths.html.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def markdown(small_paths: ReportPaths) -> str:
    return small_paths.markdown.read_text(encoding="utf-8")


def test_the_markdown_has_the_answers_the_tables_the_limits_and_where_the_rest_is(page: str, markdown: str) -> None:
    assert re.findall(r"^## (.*)", markdown, flags=re.MULTILINE) == [
        *("In short", "Which fits your situation?", "How long it takes"),
        "Through Nix: what each strategy costs",
        *("What the figures do not show", "Where the rest is"),
    ]
    figures = figures_of(markdown)
    assert len(figures) > 10
    assert not [figure for figure in sorted(figures) if figure not in page]
    assert "| hatch | failed | 2.59 s ▲ | 3.31 s ▲ |\n" in markdown
    assert "unsupported" not in markdown, "lock is no key scenario"


def test_what_the_markdown_leads_to_is_there(markdown: str, small_paths: ReportPaths) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", markdown)
    assert len(set(links)) > 10
    assert [link for link in links if not (small_paths.markdown.parent / link).exists()] == []


def test_the_markdown_of_the_reference_with_every_variant_is_short() -> None:
    text = (Layout.here().checkout / "report" / "report.md").read_bytes()
    assert 5_000 < len(text) <= 20_000


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
