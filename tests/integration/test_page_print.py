"""The page on paper: nothing is cut off, nothing that is shown is missing, folds stay as they are, and it is light.

What prints: all that stands on the page, with all measures of the overview. Folds that are closed stay closed, for what
they hold (evidence, logs, files) would be hundreds of pages; those that a reader opened are printed open, to the end.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.integration.contrast import CONTRAST
from tests.integration.pages import IN_A_BROWSER, opened, unfold

pytestmark = IN_A_BROWSER

#: The inside of a sheet with Chromium's own margins of 1 cm, in CSS pixels.
_SHEETS = {"A4": (718, 1047), "Letter": (740, 980)}

_BEYOND = """() => [...document.querySelectorAll('main *, header *, footer *')].filter(each => {
  if (!each.checkVisibility() || each.closest('svg') && each.tagName !== 'svg') return false
  const box = each.getBoundingClientRect()
  return box.width && (box.right > innerWidth + 1 || box.left < -1)
}).map(each => `${each.tagName} ${each.className} ${each.textContent.trim().slice(0, 40)}`)"""

#: Boxes that cut off what they hold, or would scroll.
_CUT = """() => [...document.querySelectorAll('main *, header *, footer *')].filter(each => {
  if (!each.checkVisibility() || each.closest('svg, .cells i')) return false
  const style = getComputedStyle(each)
  const cut = each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1
  return style.overflow !== 'visible' && cut
}).map(each => `${each.tagName} ${each.className} ${each.textContent.trim().slice(0, 40)}`)"""


def _print(page: Page) -> None:
    """Have the page as it is printed."""
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")


@pytest.mark.parametrize("open_first", [False, True], ids=["closed", "open"])
@pytest.mark.parametrize("sheet", sorted(_SHEETS))
def test_nothing_is_cut_off(browser: Browser, each_page: Path, sheet: str, open_first: bool) -> None:
    width, height = _SHEETS[sheet]
    with opened(browser, each_page, width=width, height=height) as page:
        if open_first:
            unfold(page)
        _print(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(_BEYOND) == []
        assert page.evaluate(_CUT) == []


def test_paper_is_light_and_read_in_black(browser: Browser, each_page: Path) -> None:
    with opened(browser, each_page, width=_SHEETS["A4"][0], color_scheme="dark") as page:
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        # Nobody's printer lays the page's backgrounds down unasked: text has to stand out from bare paper.
        page.evaluate("""() => {
          const bare = new CSSStyleSheet()
          bare.replaceSync('main, main :not(svg *), header *, footer * { background: none !important }')
          document.adoptedStyleSheets = [bare]
        }""")
        assert page.evaluate(CONTRAST) == []


def test_tables_and_pictures_are_printed_and_controls_and_closed_folds_are_not(
    browser: Browser, reference_page: Path
) -> None:
    with opened(browser, reference_page, width=_SHEETS["A4"][0]) as page:
        outside = "each => each.parentElement.closest('details, .pair') === null"
        pictures = page.locator("svg").evaluate_all(f"found => found.filter({outside}).length")
        tables = page.locator("table").evaluate_all(f"found => found.filter({outside}).length")
        _print(page)
        for name, count in (("svg", pictures), ("table", tables)):
            shown = page.locator(name).evaluate_all(
                f"found => found.filter({outside}).filter(each => each.checkVisibility()).length"
            )
            assert shown == count > 5
        assert (
            page.locator("main pre").evaluate_all("found => found.filter(each => each.checkVisibility()).length") == 0
        )
        for gone in ("nav", "form", ".skip", "button:not(.topic button)"):
            assert not any(each.is_visible() for each in page.locator(gone).all()), gone
        hidden = (
            page.locator("table.heat")
            .first.locator("tbody tr")
            .evaluate_all("rows => rows.filter(row => !row.checkVisibility()).length")
        )
        assert hidden == 0
        fold = page.locator("details:has(pre)").first
        fold.evaluate("fold => fold.open = true")
        assert fold.locator("pre").first.is_visible()


def test_pages_break_where_they_may(browser: Browser, small_page: Path) -> None:
    with opened(browser, small_page, width=_SHEETS["A4"][0]) as page:
        _print(page)
        style: Any = page.evaluate("""() => {
          const rule = (name, what) =>
            [...new Set([...document.querySelectorAll(name)].map(each => getComputedStyle(each)[what]))]
          return {
            headings: rule('h2, h3, h4', 'breakAfter'),
            rows: rule('tr', 'breakInside'),
            heads: rule('thead', 'display'),
            pictures: rule('figure', 'breakInside'),
          }
        }""")
        assert style == {
            "headings": ["avoid"],
            "rows": ["avoid"],
            "heads": ["table-header-group"],
            "pictures": ["avoid"],
        }


def test_it_prints_to_a_pdf_whose_links_and_outline_lead_on(browser: Browser, each_page: Path, tmp_path: Path) -> None:
    with opened(browser, each_page, color_scheme="dark") as page:
        closed = page.pdf(format="A4", tagged=True, outline=True)
        page.locator("details:has(pre)").first.evaluate("fold => fold.open = true")
        open_one = page.pdf(format="A4", tagged=True, outline=True)
    assert closed.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in closed
    assert b"/Outlines" in closed
    assert 3 < _sheets(closed) <= _sheets(open_one)
    assert len(open_one) > len(closed)


def _sheets(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))
