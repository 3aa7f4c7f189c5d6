"""A report of a run that was made to do harm: in the browser, as Markdown, as pictures, in a terminal, in a sheet."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Page
from rich.console import Console

from harness.report.compare.writer import read_compared, write_compared
from harness.report.exports.summary import as_csv
from harness.report.terminal import summary
from harness.report.writer import ReportPaths, read_report, write_report
from tests.integration.pages import IN_A_BROWSER, opened, unfold
from tests.unit.report.hostile_run import hostile_run, seen

_OURS = re.compile(r"#[A-Za-z0-9._~=,+-]+|figures/[A-Za-z0-9._~=,+-]+\.svg|[a-z]+\.(?:md|csv|html|json|parquet)")
#: A text of each kind that a page has to show, by how it begins in the made-up run.
_SHOWN = (
    "hatch",
    "hatch with hatchling",
    "One project per member, built with hatchling.",
    "1.27.0",
    "text # comment 'string'",
    "Stale value",
    "What of stale-value?",
    "It is tried.",
    "It shows at once.",
    "$ tool stale-value <hatch> it is so & so",
    "hello printed 'Hello, PolyWolf', not 'Hello, Fresh'.",
    "It is not there.",
    "It gave way.",
    "It is not to be had.",
    "made-up",
    "Made-up CPU at 2.5 GHz",
    "Lock present, cache empty, no environment.",
    "Somebody does add-dependency.",
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile_run(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def paths(run: Path, tmp_path_factory: pytest.TempPathFactory) -> ReportPaths:
    return write_report([run], tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> ReportPaths:
    run = hostile_run(tmp_path_factory.mktemp("harmless"), harmless=True)
    return write_report([run], tmp_path_factory.mktemp("report"))


def _elements(page: Page) -> Counter[str]:
    """How often each element is on the page, those aside whose number depends on the letters of a text."""
    outside: list[str] = page.evaluate(
        "[...document.querySelectorAll('*')].filter(each => !each.closest('svg *, pre *')).map(each => each.tagName)"
    )
    return Counter(outside)


#: Opens cells of each part of the overview and holds any two variants against each other; gives how many were opened.
_OPEN_CELLS = """() => {
  const cells = [...document.querySelector('table.heat').querySelectorAll('td a')].filter((_, place) => place % 7 === 0)
  for (const cell of cells) {
    cell.click()
    document.querySelector('dialog[open]').close()
  }
  for (const choice of document.querySelectorAll('section[aria-labelledby=pairs] select')) {
    for (const option of choice.options) {
      choice.value = option.value
      choice.dispatchEvent(new Event('input', { bubbles: true }))
    }
  }
  return cells.length
}"""


class TestInABrowser:
    """What the page is once Chromium has read it."""

    pytestmark = IN_A_BROWSER

    @pytest.mark.parametrize("bypass", [True, pytest.param(False, marks=pytest.mark.verify)])
    def test_nothing_is_made_or_done(
        self, browser: Browser, paths: ReportPaths, harmless: ReportPaths, bypass: bool
    ) -> None:
        with opened(browser, harmless.html) as page:
            unfold(page)
            expected = _elements(page)
        with opened(browser, paths.html, bypass_csp=bypass) as page:
            unfold(page)
            assert _elements(page) == expected
            assert page.evaluate(_OPEN_CELLS) > 10
            for element in ("main a", "summary", "svg text"):
                page.locator(element).first.hover()
            page.wait_for_timeout(200)
            assert page.evaluate("window.hit") is None
            bad = page.evaluate("""() => [...document.querySelectorAll('*')].flatMap(each => [...each.attributes]
              .filter(held => /^on|^src|action$|:href$/i.test(held.name))
              .map(held => `${each.tagName} ${held.name}`))""")
            assert bad == []
            links = page.locator("a, area").evaluate_all("found => found.map(each => each.getAttribute('href'))")
            assert [link for link in links if not _OURS.fullmatch(link or "")] == []
            ids = set(page.locator("[id]").evaluate_all("found => found.map(each => each.id)"))
            assert {link[1:] for link in links if link.startswith("#")} <= ids

    def test_each_text_is_shown_to_the_letter_and_the_end_of_a_log_without_what_acts(
        self, browser: Browser, paths: ReportPaths
    ) -> None:
        with opened(browser, paths.html) as page:
            shown = "".join(str(page.evaluate("document.querySelector('body').textContent")).split())
            tails = page.locator("#failures ~ details pre").all_text_contents()
        assert [text for text in _SHOWN if seen(text) not in shown] == []
        assert tails
        for tail in tails:
            assert "log<script>window.hit=1</script>" in tail
            assert "⟨U+202E⟩gpj.exe" in tail
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", tail)

    @pytest.mark.verify
    def test_a_picture_on_its_own_does_nothing(self, browser: Browser, paths: ReportPaths) -> None:
        with opened(browser, paths.html, bypass_csp=True) as page:
            for figure in paths.figures:
                page.goto(figure.as_uri())
                assert page.locator("svg").count() == 1
                assert page.evaluate("window.hit") is None


def test_pictures_are_sound_xml_without_anything_that_acts(paths: ReportPaths) -> None:
    assert len(paths.figures) > 4
    for figure in paths.figures:
        assert re.fullmatch(r"[A-Za-z0-9._~=,+-]{1,200}\.svg", figure.name)
        for element in ET.parse(figure).iter():  # noqa: S314 - what is read is what was just written
            name = str(element.tag).rpartition("}")[2]
            assert name in {
                "svg",
                "g",
                "path",
                "text",
                "line",
                "rect",
                "circle",
                "defs",
                "clipPath",
                "tspan",
                "title",
                "style",
            }
            for attribute, value in element.attrib.items():
                assert not attribute.lower().startswith("on")
                assert "href" not in attribute
                assert "javascript:" not in value or attribute == "aria-label"


class _Tags(HTMLParser):
    """Gathers the elements and attributes of what Markdown became, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: set[tuple[str, str]] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes |= {(name, value or "") for name, value in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def _rendered(path: Path) -> _Tags:
    made = _Tags()
    made.feed(
        MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(path.read_text("utf-8"))
    )
    made.close()
    return made


def test_markdown_has_no_markup_but_ours(paths: ReportPaths, harmless: ReportPaths) -> None:
    """Rendered as a code host does, with HTML let through."""
    made, expected = _rendered(paths.markdown), _rendered(harmless.markdown)
    assert made.tags == expected.tags
    assert not made.tags.keys() & {"script", "img", "svg", "style", "iframe", "s"}
    for name, value in made.attributes:
        assert name in {"href", "style"}
        assert _OURS.fullmatch(unquote(value)) if name == "href" else value.startswith("text-align:")


def _again(run: Path, folder: Path) -> Path:
    """The same run a day later, with the same bait and another name."""
    later = folder / "later"
    shutil.copytree(run, later)
    for name in ("run.json", "samples.jsonl", "findings.jsonl"):
        path = later / name
        lines = (
            [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if name != "run.json" else []
        )
        lines = lines or [json.loads(path.read_text(encoding="utf-8"))]
        for line in lines:
            line["run_id"] = f"later {line['run_id']}"
        if name == "run.json":
            lines[0]["started_at"] = "2026-12-24T10:00:00+00:00"
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return later


def _page(path: Path) -> _Tags:
    made = _Tags()
    made.feed(path.read_text(encoding="utf-8"))
    made.close()
    return made


@pytest.mark.parametrize("compared", [False, pytest.param(True, marks=pytest.mark.verify)])
def test_reports_of_two_runs_have_no_element_but_ours(run: Path, tmp_path: Path, compared: bool) -> None:
    """What stands there with several runs alone: trends, and one run held against another."""
    later = _again(run, tmp_path)
    if compared:
        paths = write_compared(read_compared(run, later), later, tmp_path / "out")
    else:
        paths = write_report([run, later], tmp_path / "out")
    page, markdown = _page(paths.html), _rendered(paths.markdown)
    assert page.tags["script"] == page.tags["html"] == page.tags["h1"] == 1
    assert not page.tags.keys() & {"img", "iframe", "object", "embed", "base"}
    assert not markdown.tags.keys() & {"script", "img", "svg", "style", "iframe", "s"}
    for made in (page, markdown):
        assert not [name for name, _ in made.attributes if name.startswith("on")]
        links = {unquote(value) for name, value in made.attributes if name == "href" and value != "data:,"}
        assert [link for link in links if not _OURS.fullmatch(link)] == []
    assert ("id=trends>" in paths.html.read_text(encoding="utf-8").replace('"', "")) is not compared


def test_markdown_shows_names_and_reasons_to_the_letter(paths: ReportPaths) -> None:
    shown = "".join(_rendered(paths.markdown).text.split())
    for text in ("hatch", "It is not there.", "It gave way.", "It is not to be had."):
        assert seen(text) in shown


def test_markdown_has_no_address_that_a_code_host_would_link(paths: ReportPaths) -> None:
    parser = MarkdownIt("commonmark").enable("table").disable("text_join")
    texts = [
        part.content
        for token in parser.parse(paths.markdown.read_text(encoding="utf-8"))
        for part in token.children or ()
        if part.type == "text"
    ]
    assert any("example.invalid" in text for text in texts)
    assert [text for text in texts if re.search(r"://|www\.", text)] == []


def test_the_terminal_is_told_nothing_but_text(run: Path) -> None:
    out = io.StringIO()
    Console(file=out, width=80, force_terminal=True, no_color=True, color_system=None).print(
        summary(read_report([run]))
    )
    text = out.getvalue()
    assert "hatch<script>" in text
    assert "[bold]rich[/bold]" in text
    # Bold and its end are rich's own.
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", re.sub(r"\x1b\[[0-9]?m", "", text))


def test_a_sheet_gets_cells_and_no_formulas(paths: ReportPaths) -> None:
    rows: list[Any] = list(csv.reader(io.StringIO(paths.summary.read_text(encoding="utf-8"))))
    assert {len(row) for row in rows} == {len(rows[0])}
    written = as_csv(("name", "figure"), (("=1+1", -1.5), ("@x", None), ("plain - =", 0)))
    assert written == "name,figure\n'=1+1,-1.5\n'@x,\nplain - =,0\n"
