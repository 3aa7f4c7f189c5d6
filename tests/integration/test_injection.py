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

from harness.report.exports.summary import as_csv
from harness.report.page.terminal import summary
from harness.report.view.parts import Parts
from harness.report.writer import view_of_runs, write_report
from tests.integration.pages import IN_A_BROWSER, opened, unfold
from tests.unit.report.hostile_run import hostile_run, seen
from tests.unit.report.reading import read_compared

_OURS = re.compile(
    r"#(?:proof=)?[A-Za-z0-9._~=,+%/-]+|figures/[A-Za-z0-9._~=,+-]+\.svg|[a-z]+\.(?:md|csv|html|json|parquet)|proofs"
    # The pages of documentation that the made-up variants name.
    r"|https://docs\.invalid/[A-Za-z0-9:/?#\[\]@!$&()*+,;=._~%-]+"
)
#: Texts of each kind that a page has to show, or its proofs, by how they begin in the made-up run.
_PROVEN = (
    "text # comment 'string'",
    "$ tool stale-value <hatch> it is so & so",
    "Lock present, cache empty, no environment.",
    "Somebody does add-dependency.",
)
_SHOWN = (
    "hatch",
    "hatch with hatchling",
    "One project per member, built with hatchling.",
    "1.27.0",
    "Stale value",
    "What of stale-value?",
    "It is tried.",
    "It shows at once.",
    "hello printed 'Hello, PolyWolf', not 'Hello, Fresh'.",
    "It is not there.",
    "It gave way.",
    "It is not to be had.",
    "made-up",
    "Made-up CPU at 2.5 GHz",
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile_run(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def page_path(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report([run], tmp_path_factory.mktemp("report")).page


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = hostile_run(tmp_path_factory.mktemp("harmless"), harmless=True)
    return write_report([run], tmp_path_factory.mktemp("report")).page


def _elements(page: Page) -> Counter[str]:
    """How often each element is on the page, those aside whose number depends on the letters of a text."""
    outside: list[str] = page.evaluate(
        "[...document.querySelectorAll('*')].filter(each => !each.closest('svg *, pre *')).map(each => each.tagName)"
    )
    return Counter(outside)


class TestInABrowser:
    """What the page is once Chromium has read it."""

    pytestmark = IN_A_BROWSER

    @pytest.mark.parametrize("bypass", [True, pytest.param(False, marks=pytest.mark.verify)])
    def test_nothing_is_made_or_done(self, browser: Browser, page_path: Path, harmless: Path, bypass: bool) -> None:
        with opened(browser, harmless) as page:
            unfold(page)
            expected = _elements(page)
        with opened(browser, page_path, bypass_csp=bypass) as page:
            unfold(page)
            assert _elements(page) == expected
            page.locator("#main [data-p]").first.click()
            page.locator("dialog pre").get_by_text("Measured:").wait_for()
            page.keyboard.press("Escape")
            page.locator("#measures").click()
            page.locator("#measures-out tr").nth(3).wait_for()
            page.locator("#other").select_option(index=2)
            page.locator("#pair-out tr").nth(1).wait_for()
            page.wait_for_timeout(200)
            assert page.evaluate("window.hit") is None
            bad = page.evaluate("""() => [...document.querySelectorAll('*:not(script)')].flatMap(
              each => [...each.attributes]
              .filter(held => /^on|^src|action$|:href$/i.test(held.name))
              .map(held => `${each.tagName} ${held.name}`))""")
            assert bad == []
            links = page.locator("a, area").evaluate_all("found => found.map(each => each.getAttribute('href'))")
            assert [link for link in links if not _OURS.fullmatch(link or "")] == []

    def test_each_text_is_shown_to_the_letter_and_the_end_of_a_log_without_what_acts(
        self, browser: Browser, page_path: Path
    ) -> None:
        with opened(browser, page_path) as page:
            shown = "".join(str(page.evaluate("document.querySelector('body').textContent")).split())
            tails = page.locator(".failures pre").all_text_contents()
        assert [text for text in _SHOWN if seen(text) not in shown] == []
        proofs = [path.read_text(encoding="utf-8") for path in page_path.parent.glob("proofs/of-*.js")]
        told = [text for made in proofs for _, text in json.loads(f"[{made[len('monorepoProof(') : -3]}]")[1].values()]
        proven = "".join("".join(told).split())
        assert [text for text in _PROVEN if seen(text) not in proven] == []
        assert tails
        for tail in tails:
            assert "log<script>window.hit=1</script>" in tail
            assert "⟨U+202E⟩gpj.exe" in tail
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", tail)


def test_pictures_are_sound_xml_without_anything_that_acts(page_path: Path) -> None:
    figures = list((page_path.parent / "figures").glob("*.svg"))
    assert figures
    for figure in figures:
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


def test_markdown_has_no_markup_but_ours(page_path: Path, harmless: Path) -> None:
    """Rendered as a code host does, with HTML let through."""
    made, expected = _rendered(page_path.with_name("report.md")), _rendered(harmless.with_name("report.md"))
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


def test_a_comparison_has_no_element_but_ours(run: Path, tmp_path: Path) -> None:
    later = _again(run, tmp_path)
    page = _page(write_report([later], tmp_path / "out", read_compared(run, later)).page)
    assert page.tags["script"] == page.tags["html"] == page.tags["h1"] == 1
    assert not page.tags.keys() & {"img", "iframe", "object", "embed", "base"}
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    links = {value for name, value in page.attributes if name == "href" and value != "data:,"}
    assert [link for link in links if not link.startswith("#proof=") and not _OURS.fullmatch(link)] == []


def test_markdown_shows_names_and_reasons_to_the_letter(page_path: Path) -> None:
    shown = "".join(_rendered(page_path.with_name("report.md")).text.split())
    for text in ("hatch", "It is not there.", "It gave way.", "It is not to be had."):
        assert seen(text) in shown


def test_markdown_has_no_address_that_a_code_host_would_link(page_path: Path) -> None:
    parser = MarkdownIt("commonmark").enable("table").disable("text_join")
    texts = [
        part.content
        for token in parser.parse(page_path.with_name("report.md").read_text(encoding="utf-8"))
        for part in token.children or ()
        if part.type == "text"
    ]
    assert any("example.invalid" in text for text in texts)
    assert [text for text in texts if re.search(r"://|www\.", text)] == []


def test_the_terminal_is_told_nothing_but_text(run: Path) -> None:
    out = io.StringIO()
    view, reports = view_of_runs([run])
    Console(file=out, width=80, force_terminal=True, no_color=True, color_system=None).print(
        summary(view, Parts(reports))
    )
    text = out.getvalue()
    assert "hatch<script>" in text
    assert "[bold]rich[/bold]" in text
    # Bold and its end are rich's own.
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", re.sub(r"\x1b\[[0-9]?m", "", text))


def test_a_sheet_gets_cells_and_no_formulas(page_path: Path) -> None:
    rows: list[Any] = list(csv.reader(io.StringIO(page_path.with_name("summary.csv").read_text(encoding="utf-8"))))
    assert {len(row) for row in rows} == {len(rows[0])}
    written = as_csv(("name", "figure"), (("=1+1", -1.5), ("@x", None), ("plain - =", 0)))
    assert written == "name,figure\n'=1+1,-1.5\n'@x,\nplain - =,0\n"
