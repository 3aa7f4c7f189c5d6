"""The page on every screen and on paper: nothing is cut off, nothing moves sideways, and all of it can be read.

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
from tests.integration.pages import IN_A_BROWSER, SCHEMES, STYLE, opened, too_wide

pytestmark = IN_A_BROWSER

#: 320 and 640 are what is left of 1280 when it is made four times and twice as large (WCAG 2.2, 1.4.10 and 1.4.4).
_WIDTHS = (320, 360, 480, 640, 768, 1280, 1920, 2560)

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


def test_only_tables_and_pictures_scroll_sideways(unfolded: Page) -> None:
    found = []
    for width in _WIDTHS:
        unfolded.set_viewport_size({"width": width, "height": 256 if width == 320 else 900})
        found += [f"{width}: {box}" for box in too_wide(unfolded)]
    assert found == []


def test_a_first_column_that_stays_leaves_room_for_what_scrolls_by(unfolded: Page) -> None:
    unfolded.set_viewport_size({"width": 360, "height": 900})
    wide = unfolded.locator(".scroll tbody th:first-child").evaluate_all("""heads => heads.filter(head => {
      const box = head.closest('.scroll')
      const stays = getComputedStyle(head).position === 'sticky' && head.checkVisibility() && head.colSpan === 1
      return stays && box.scrollWidth > box.clientWidth && head.offsetWidth > box.clientWidth / 2
    }).map(head => `${head.textContent.trim()}: ${head.offsetWidth}`)""")
    assert wide == []


@pytest.mark.parametrize("width", [360, 1280])
def test_a_picture_that_is_too_wide_scrolls_inside_its_own_region(unfolded: Page, width: int) -> None:
    unfolded.set_viewport_size({"width": width, "height": 900})
    sizes = unfolded.locator("figure .scroll").evaluate_all(
        "found => found.map(each => [each.clientWidth, each.scrollWidth, each.querySelector('svg').clientWidth])"
    )
    assert all(seen <= width for seen, _, _ in sizes)
    assert all(whole >= drawn for _, whole, drawn in sizes)
    assert any(whole > seen for seen, whole, _ in sizes) is (width == 360)


@pytest.mark.parametrize(
    "style",
    [
        "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
        " p { margin-bottom: 2em !important }",
        "html { font-size: 200% }",
    ],
    ids=["spacing", "larger"],
)
def test_text_may_be_spaced_and_enlarged(unfolded: Page, style: str) -> None:
    size = "parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)"
    before = unfolded.evaluate(size)
    unfolded.evaluate(STYLE, style)
    assert unfolded.evaluate(size) == pytest.approx(before * (2 if "200%" in style else 1))
    assert too_wide(unfolded) == []


def test_nothing_moves_for_those_who_asked_for_less(unfolded: Page) -> None:
    unfolded.emulate_media(reduced_motion="reduce")
    moving = unfolded.evaluate("""() => [...document.querySelectorAll('*')].filter(each => {
      const style = getComputedStyle(each)
      return style.animationName !== 'none' || style.transitionDuration !== '0s' || style.scrollBehavior !== 'auto'
    }).map(each => each.tagName)""")
    assert moving == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_with_the_readers_own_colours_all_is_still_said(unfolded: Page, scheme: Any) -> None:
    unfolded.emulate_media(forced_colors="active", color_scheme=scheme)
    assert unfolded.evaluate("matchMedia('(forced-colors: active)').matches")
    assert unfolded.evaluate(CONTRAST) == []


def _cut_off(page: Page) -> list[str]:
    """What is not whole on a sheet of either kind."""
    found: list[str] = []
    for sheet, (width, height) in _SHEETS.items():
        page.set_viewport_size({"width": width, "height": height})
        _print(page)
        beyond = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        cut = [*page.evaluate(_BEYOND), *page.evaluate(_CUT), *(["the page"] if beyond else [])]
        found += [f"{sheet}: {part}" for part in cut]
    return found


def test_nothing_that_was_opened_is_cut_off_on_paper(unfolded: Page) -> None:
    assert _cut_off(unfolded) == []


def test_nothing_is_cut_off_on_paper(browser: Browser, every_page: Path) -> None:
    with opened(browser, every_page) as page:
        assert _cut_off(page) == []


def test_paper_is_light_and_read_in_black(unfolded: Page) -> None:
    unfolded.set_viewport_size({"width": _SHEETS["A4"][0], "height": 900})
    unfolded.emulate_media(media="print", color_scheme="dark")
    assert unfolded.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert unfolded.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    inks = unfolded.locator("figure svg text").evaluate_all("found => found.map(each => getComputedStyle(each).fill)")
    assert set(inks) <= {"rgb(27, 31, 36)", "rgb(89, 99, 110)"}
    # Nobody's printer lays the page's backgrounds down unasked: text has to stand out from bare paper.
    unfolded.evaluate(STYLE, "main, main :not(svg *), header *, footer * { background: none !important }")
    assert unfolded.evaluate(CONTRAST) == []


def test_tables_and_pictures_are_printed_and_controls_and_closed_folds_are_not(
    browser: Browser, overview_page: Path
) -> None:
    with opened(browser, overview_page, width=_SHEETS["A4"][0]) as page:
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


def test_pages_break_where_they_may(unfolded: Page) -> None:
    _print(unfolded)
    style = unfolded.evaluate("""() => {
      const rule = (name, what) =>
        [...new Set([...document.querySelectorAll(name)].map(each => getComputedStyle(each)[what]))]
      return {
        headings: rule('h2, h3, h4', 'breakAfter'),
        rows: rule('tr', 'breakInside'),
        heads: rule('thead', 'display'),
        pictures: rule('figure', 'breakInside'),
      }
    }""")
    assert style == {"headings": ["avoid"], "rows": ["avoid"], "heads": ["table-header-group"], "pictures": ["avoid"]}


def test_it_prints_to_a_pdf_whose_links_and_outline_lead_on(browser: Browser, overview_page: Path) -> None:
    with opened(browser, overview_page, color_scheme="dark") as page:
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
