"""The page as assistive technology has it: what axe-core finds, contrast, landmarks, headings, names."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.integration.contrast import CONTRAST
from tests.integration.pages import IN_A_BROWSER, SCHEMES, STYLE, opened

pytestmark = IN_A_BROWSER

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: In the dark only colours differ, and on a narrow screen only sizes: what is looked at there is what they decide.
_COLOURS = ["color-contrast", "link-in-text-block"]
_SIZES = ["target-size", "scrollable-region-focusable"]

#: What axe cannot tell and a test below can: it does not see the cells below a row that heads a group of rows.
_TOLD_BELOW = ("th-has-data-cells",)

#: Runs axe, and lets ``contrast`` judge each text whose contrast axe leaves open.
_AXE = """([rules, where, contrast]) => axe.run(where, {
  runOnly: rules, resultTypes: ['violations', 'incomplete'], selectors: false, elementRef: true,
  rules: {'color-contrast': {enabled: contrast}},
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


def _axe(page: Page, rules: list[str], where: str = "html", *, contrast: bool = False) -> dict[str, Any]:
    """What axe says of a part of the page that breaks a rule, and what it leaves open and nothing here settles.

    For contrast axe takes ten seconds on a page, and minutes on a large one. ``contrast`` judges every text in no time.
    """
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    asked = [rule for rule in rules if contrast or rule != "color-contrast"]
    found: dict[str, Any] = page.evaluate(_AXE, [asked, where, contrast])
    return found


def _assert_nothing(found: dict[str, Any]) -> None:
    assert found["broken"] == []
    assert [told for told in found["open"] if not told.startswith(_TOLD_BELOW)] == []
    assert found["poor"] == []


def test_axe_finds_nothing(unfolded: Page) -> None:
    _assert_nothing(_axe(unfolded, _TAGS))
    unfolded.set_viewport_size({"width": 360, "height": 900})
    _assert_nothing(_axe(unfolded, _SIZES))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_and_links_stand_out(unfolded: Page, scheme: Any) -> None:
    unfolded.emulate_media(color_scheme=scheme)
    assert unfolded.evaluate(CONTRAST) == []
    _assert_nothing(_axe(unfolded, _COLOURS))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_says_the_same_of_contrast(browser: Browser, small_page: Path, scheme: Any) -> None:
    with opened(browser, small_page, color_scheme=scheme) as page:
        _assert_nothing(_axe(page, _COLOURS, "section[aria-labelledby=situations]", contrast=True))


#: axe takes minutes for contrast on a page this large.
_LARGE = 1_000_000


@pytest.mark.verify
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_by_any_rule(unfolded: Page, width: int, scheme: Any) -> None:
    unfolded.set_viewport_size({"width": width, "height": 900})
    unfolded.emulate_media(color_scheme=scheme)
    assert unfolded.evaluate(CONTRAST) == []
    small = len(unfolded.content()) < _LARGE
    _assert_nothing(_axe(unfolded, _TAGS if scheme == "light" else _COLOURS, contrast=small))


def test_axe_would_find_something(browser: Browser, small_page: Path) -> None:
    with opened(browser, small_page) as page:
        page.evaluate("""() => {
          document.querySelector('main').insertAdjacentHTML('afterbegin',
            '<section><h5>x</h5><input><img src="data:,"><p id="pale">pale</p><p id="arrow">⇒</p></section>')
        }""")
        page.evaluate(STYLE, "#pale { color: #bbb; background: #fff } #arrow { color: #ccc; background: #fff }")
        found = _axe(page, _TAGS, "main > section:first-of-type", contrast=True)
    assert {line.split(":")[0] for line in found["broken"]} >= {"label", "image-alt", "color-contrast"}
    assert found["poor"] == ["⇒: 1.61"]


def test_axe_finds_nothing_in_a_cell_that_was_opened(browser: Browser, overview_page: Path) -> None:
    with opened(browser, overview_page) as page:
        page.get_by_role("button", name="Open all").click()
        for kind in ("m-local", "m-finding", "m-change"):
            page.locator(f"table.heat tr[id^='{kind}'] td a").first.click()
            page.locator("dialog[open]").wait_for()
            page.emulate_media(color_scheme="light")
            _assert_nothing(_axe(page, _TAGS, "dialog", contrast=True))
            page.emulate_media(color_scheme="dark")
            _assert_nothing(_axe(page, _COLOURS, "dialog", contrast=True))
            page.keyboard.press("Escape")


def test_landmarks_are_few_and_sections_are_named_by_their_headings(unfolded: Page) -> None:
    assert unfolded.locator("html").get_attribute("lang") == "en"
    assert unfolded.title() == unfolded.locator("h1").inner_text()
    for role in ("banner", "main", "contentinfo", "navigation"):
        assert unfolded.get_by_role(role).count() == 1, role
    sections = unfolded.locator("section").evaluate_all(
        "found => found.map(each => each.querySelector('h2').id === each.getAttribute('aria-labelledby'))"
    )
    assert sections
    assert all(sections)
    # A box that scrolls is named, but it is no landmark: there are too many of them to go through.
    assert unfolded.locator("[role=region]").count() == 0
    assert unfolded.get_by_role("region").count() == len(sections)


def test_headings_form_an_outline(unfolded: Page) -> None:
    levels = unfolded.locator("h1, h2, h3, h4, h5, h6").evaluate_all(
        "found => found.map(each => Number(each.tagName[1]))"
    )
    titles = unfolded.locator("h1, h2, h3, h4, h5, h6").all_inner_texts()
    assert levels.count(1) == 1
    assert levels[0] == 1
    skips = [titles[place] for place in range(1, len(levels)) if levels[place] > levels[place - 1] + 1]
    assert skips == []
    assert all(title.strip() for title in titles)


def test_tables_are_named_and_their_headers_say_what_they_head(unfolded: Page) -> None:
    poor = unfolded.locator("table").evaluate_all("""tables => tables.flatMap(table => {
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
    labels = unfolded.locator("[role=group][aria-label]:not(.pair *)").evaluate_all(
        "found => found.map(each => each.getAttribute('aria-label'))"
    )
    assert poor == []
    assert [label for label, times in Counter(labels).items() if times > 1] == []


def test_everything_that_can_be_used_or_seen_has_a_name(unfolded: Page) -> None:
    told = unfolded.locator("body").aria_snapshot()
    ids = unfolded.locator("[id]").evaluate_all("found => found.map(each => each.id)")
    pictures = unfolded.locator("svg").evaluate_all("found => found.map(each => each.role + each.ariaLabel)")
    summaries = unfolded.locator("summary").all_inner_texts()
    roles = "link|button|checkbox|combobox|searchbox|textbox|radio|img|dialog|navigation|region|option|heading"
    nameless = re.findall(rf"^\s*- (?:{roles})(?:\s*\[[^\]]*\])*:?\s*$", told, flags=re.MULTILINE)
    assert nameless == []
    assert len(re.findall(r"^\s*- link \"", told, flags=re.MULTILINE)) > 20
    assert [name for name, times in Counter(ids).items() if times > 1] == []
    assert pictures
    assert all(re.fullmatch("img.{10,}", picture, flags=re.DOTALL) for picture in pictures)
    assert all(summary.strip() for summary in summaries)
