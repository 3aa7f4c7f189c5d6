"""The page as assistive technology has it: what axe-core finds, landmarks, headings, names, widths, preferences."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.integration.contrast import CONTRAST
from tests.integration.pages import IN_A_BROWSER, opened, unfold

pytestmark = IN_A_BROWSER

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: In the dark only colours differ: what is looked at there is what colours decide.
_COLOURS = ["color-contrast", "link-in-text-block"]

#: On a page this large axe takes minutes for contrast: there it is left to ``contrast``, which judges every text at
#: every width and in both schemes; on small pages, which have the same styles, both are asked.
_LARGE = 1_000_000

#: What axe cannot tell and a test below can: it does not see the cells below a row that heads a group of rows.
_TOLD_BELOW = ("th-has-data-cells",)

#: Runs axe, and lets ``contrast`` judge each text whose contrast axe leaves open.
_AXE = """([rules, where, slow]) => axe.run(where, {
  runOnly: rules, resultTypes: ['violations', 'incomplete'], selectors: false, elementRef: true,
  rules: {'color-contrast': {enabled: slow}},
}).then(found => {
  const open = []
  const texts = []
  for (const rule of found.incomplete) for (const node of rule.nodes) {
    const why = [...node.any, ...node.all, ...node.none].map(check => check.message)
    if (rule.id === 'color-contrast') texts.push(node.element)
    else open.push(`${rule.id}: ${why}: ${node.html.slice(0, 200)}`)
  }
  const told = rule => rule.nodes.slice(0, 5).map(node => `${rule.id}: ${node.html.slice(0, 200)}`)
  return {broken: found.violations.flatMap(told), open, poor: (CONTRAST)(texts), settled: texts.length}
})""".replace("CONTRAST", CONTRAST)


def _axe(page: Page, rules: list[str], where: str = "html", *, slow: bool = True) -> dict[str, Any]:
    """What axe says of a part of the page that breaks a rule, and what it leaves open and nothing here settles."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    asked = [rule for rule in rules if slow or rule != "color-contrast"]
    found: dict[str, Any] = page.evaluate(_AXE, [asked, where, slow])
    return found


def _assert_nothing(found: dict[str, Any]) -> None:
    assert found["broken"] == []
    assert [told for told in found["open"] if not told.startswith(_TOLD_BELOW)] == []
    assert found["poor"] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(browser: Browser, every_page: Path, width: int, scheme: Any) -> None:
    with opened(browser, every_page, width=width, color_scheme=scheme, bypass_csp=True) as page:
        unfold(page)
        assert page.evaluate(CONTRAST) == []
        _assert_nothing(_axe(page, _TAGS if scheme == "light" else _COLOURS, slow=every_page.stat().st_size < _LARGE))


def test_axe_would_find_something(browser: Browser, small_page: Path) -> None:
    with opened(browser, small_page, bypass_csp=True) as page:
        page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('afterbegin',"
            ' \'<section><h5>x</h5><input><img src="data:,"><p style="color: #bbb; background: #fff">pale</p>'
            ' <p style="color: #ccc; background: #fff">⇒</p></section>\')'
        )
        found = _axe(page, _TAGS, "main > section")
    assert {line.split(":")[0] for line in found["broken"]} >= {"label", "image-alt", "color-contrast"}
    assert found["poor"] == ["⇒: 1.61"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_cell_that_was_opened(browser: Browser, reference_page: Path, scheme: Any) -> None:
    with opened(browser, reference_page, color_scheme=scheme, bypass_csp=True) as page:
        unfold(page)
        for kind in ("m-local", "m-finding", "m-change"):
            page.locator(f"table.heat tr[id^='{kind}'] td a").first.click()
            page.locator("dialog[open]").wait_for()
            _assert_nothing(_axe(page, _TAGS, "dialog"))
            page.keyboard.press("Escape")


def test_landmarks_are_few_and_sections_are_named_by_their_headings(browser: Browser, every_page: Path) -> None:
    with opened(browser, every_page) as page:
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.title() == page.locator("h1").inner_text()
        for role in ("banner", "main", "contentinfo", "navigation"):
            assert page.get_by_role(role).count() == 1, role
        sections = page.locator("section").evaluate_all(
            "found => found.map(each => each.querySelector('h2').id === each.getAttribute('aria-labelledby'))"
        )
        assert sections
        assert all(sections)
        # A box that scrolls is named, but it is no landmark: there are too many of them to go through.
        assert page.locator("[role=region]").count() == 0
        assert page.get_by_role("region").count() == len(sections)


def test_headings_form_an_outline(browser: Browser, every_page: Path) -> None:
    with opened(browser, every_page) as page:
        unfold(page)
        levels = page.locator("h1, h2, h3, h4, h5, h6").evaluate_all(
            "found => found.map(each => Number(each.tagName[1]))"
        )
        titles = page.locator("h1, h2, h3, h4, h5, h6").all_inner_texts()
    assert levels.count(1) == 1
    assert levels[0] == 1
    skips = [titles[place] for place in range(1, len(levels)) if levels[place] > levels[place - 1] + 1]
    assert skips == []
    assert all(title.strip() for title in titles)


def test_tables_are_named_and_their_headers_say_what_they_head(browser: Browser, every_page: Path) -> None:
    with opened(browser, every_page) as page:
        unfold(page)
        poor = page.locator("table").evaluate_all("""tables => tables.flatMap(table => {
          const group = table.closest('[role=group][aria-label], figure')
          const fold = table.closest('details')
          const named = table.caption || table.getAttribute('aria-label') || group || fold
          const heads = [...table.querySelectorAll('th')]
          const wrong = heads.filter(head => !head.scope).map(head => `no scope: ${head.textContent}`)
          const rows = [...table.tBodies].flatMap(body => [...body.rows])
          const bare = rows.filter(row => !row.querySelector('th')).map(row => `no header: ${row.textContent}`)
          if (!table.tHead) return ['no head: ' + table.textContent.slice(0, 60)]
          const filled = new Set()
          for (const row of rows) {
            let place = 0
            for (const cell of row.cells) for (let wide = cell.colSpan; wide; wide--) {
              if (cell.textContent.trim()) filled.add(place)
              place += 1
            }
            if (row.cells.length < 2 && row.cells[0].scope === 'row') wrong.push(`heads nothing: ${row.textContent}`)
          }
          ;[...table.tHead.rows].at(-1).querySelectorAll('th').forEach((head, place) => {
            if (!filled.has(place)) wrong.push(`heads nothing: ${head.textContent}`)
          })
          return named ? [...wrong, ...bare] : ['no name: ' + table.textContent.slice(0, 60)]
        })""")
        labels = page.locator("[role=group][aria-label]:not(.pair *)").evaluate_all(
            "found => found.map(each => each.getAttribute('aria-label'))"
        )
    assert poor == []
    assert [label for label, times in Counter(labels).items() if times > 1] == []


def test_everything_that_can_be_used_or_seen_has_a_name(browser: Browser, each_page: Path) -> None:
    with opened(browser, each_page) as page:
        unfold(page)
        told = page.locator("body").aria_snapshot()
        ids = page.locator("[id]").evaluate_all("found => found.map(each => each.id)")
        pictures = page.locator("svg").evaluate_all("found => found.map(each => each.role + each.ariaLabel)")
        summaries = page.locator("summary").all_inner_texts()
    roles = "link|button|checkbox|combobox|searchbox|textbox|radio|img|dialog|navigation|region|option|heading"
    nameless = re.findall(rf"^\s*- (?:{roles})(?:\s*\[[^\]]*\])*:?\s*$", told, flags=re.MULTILINE)
    assert nameless == []
    assert len(re.findall(r"^\s*- link \"", told, flags=re.MULTILINE)) > 20
    assert [name for name, times in Counter(ids).items() if times > 1] == []
    assert pictures
    assert all(re.fullmatch("img.{10,}", picture, flags=re.DOTALL) for picture in pictures)
    assert all(summary.strip() for summary in summaries)


#: 320 and 640 are what is left of 1280 when it is made four times and twice as large (WCAG 2.2, 1.4.10 and 1.4.4).
@pytest.mark.parametrize("width", [320, 360, 480, 640, 768, 1280, 1920, 2560])
def test_only_tables_and_pictures_scroll_sideways(browser: Browser, each_page: Path, width: int) -> None:
    with opened(browser, each_page, width=width, height=256 if width == 320 else 900) as page:
        unfold(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(_WIDE) == []


#: Boxes whose content reaches beyond them sideways, where they neither scroll nor stand in what does.
_WIDE = """() => [...document.querySelectorAll('main *, header *, footer *')].filter(box => {
  if (box.closest('svg') || !box.checkVisibility() || box.closest('.scroll')) return false
  const style = getComputedStyle(box)
  if (style.display === 'inline' || style.position === 'absolute') return false
  if (box.scrollWidth <= box.clientWidth + 1) return false
  return !(box.tagName === 'PRE' && style.overflowX === 'auto') && box.clientWidth > 0
}).map(box => `${box.tagName} ${box.className} ${box.id}: ${box.scrollWidth} in ${box.clientWidth}`)"""


def test_a_first_column_that_stays_leaves_room_for_what_scrolls_by(browser: Browser, each_page: Path) -> None:
    with opened(browser, each_page, width=360) as page:
        unfold(page)
        wide = page.locator(".scroll tbody th:first-child").evaluate_all("""heads => heads.filter(head => {
          const box = head.closest('.scroll')
          const stays = getComputedStyle(head).position === 'sticky' && head.checkVisibility() && head.colSpan === 1
          return stays && box.scrollWidth > box.clientWidth && head.offsetWidth > box.clientWidth / 2
        }).map(head => `${head.textContent.trim()}: ${head.offsetWidth}`)""")
        assert wide == []


@pytest.mark.parametrize(
    "style",
    [
        "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
        " p { margin-bottom: 2em !important }",
        "html { font-size: 200% }",
    ],
    ids=["spacing", "larger"],
)
def test_text_may_be_spaced_and_enlarged(browser: Browser, each_page: Path, style: str) -> None:
    with opened(browser, each_page, bypass_csp=True) as page:
        before = page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)")
        page.add_style_tag(content=style)
        unfold(page)
        after = page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)")
        assert after == pytest.approx(before * (2 if "200%" in style else 1))
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
        assert page.evaluate(_WIDE) == []


def test_nothing_moves_for_those_who_asked_for_less(browser: Browser, small_page: Path) -> None:
    with opened(browser, small_page, reduced_motion="reduce") as page:
        unfold(page)
        assert (
            page.evaluate("""() => [...document.querySelectorAll('*')].filter(each => {
          const style = getComputedStyle(each)
          return style.animationName !== 'none' || style.transitionDuration !== '0s' || style.scrollBehavior !== 'auto'
        }).map(each => each.tagName)""")
            == []
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_the_readers_own_colours_all_is_still_said(browser: Browser, each_page: Path, scheme: Any) -> None:
    with opened(browser, each_page, forced_colors="active", color_scheme=scheme) as page:
        unfold(page)
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        assert page.evaluate(CONTRAST) == []
