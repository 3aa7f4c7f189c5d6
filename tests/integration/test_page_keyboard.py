"""The page without a pointer: where the Tab key leads, what can be seen of it, and what Enter and Space open."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.integration.pages import IN_A_BROWSER, opened, unfold

pytestmark = IN_A_BROWSER

_REACHABLE = """() => {
  const wanted = 'a[href], button, input, select, textarea, summary, [tabindex]'
  const scrolls = box => box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight
  const found = [...document.querySelectorAll(wanted)].filter(each => each.checkVisibility() && !each.disabled)
  found.forEach((each, place) => { each.dataset.stop = place })
  return {
    count: found.length,
    ahead: found.filter(each => each.tabIndex > 0).length,
    idle: found.filter(each => each.matches('.scroll, pre') && !scrolls(each)).length,
  }
}"""

#: Of what has the focus: which stop it is, where it is, and how it shows that it has it.
_STOP = """() => {
  const at = document.activeElement
  if (!at || at === document.body) return null
  const style = getComputedStyle(at)
  const box = at.getBoundingClientRect()
  const channel = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  const light = text => {
    const [r, g, b] = text.match(/[\\d.]+/g).map(Number)
    return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
  }
  const paper = light(getComputedStyle(document.body).backgroundColor)
  const ring = light(style.outlineColor)
  return {
    stop: at.dataset.stop === undefined ? null : Number(at.dataset.stop),
    what: `${at.tagName} ${at.id || at.getAttribute('href') || at.textContent.trim().slice(0, 30)}`,
    ring: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    contrast: (Math.max(ring, paper) + 0.05) / (Math.min(ring, paper) + 0.05),
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    top: box.top + scrollY, bottom: box.bottom + scrollY, left: box.left, right: box.right,
  }
}"""


def _settled(page: Page) -> int:
    """How many stops there are, once the page has settled which boxes scroll; they are numbered in reading order."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    found = page.evaluate(_REACHABLE)
    assert found["ahead"] == 0
    assert found["idle"] == 0
    return int(found["count"])


def _walk(page: Page, count: int, key: str = "Tab") -> list[dict[str, Any]]:
    """What has the focus after each press of a key, until nothing on the page has it any more."""
    stops: list[dict[str, Any]] = []
    while len(stops) <= count:
        page.keyboard.press(key)
        stop = page.evaluate(_STOP)
        if stop is None:
            break
        stops.append(stop)
    return stops


def _assert_seen(stops: list[dict[str, Any]]) -> None:
    assert [stop["what"] for stop in stops if stop["ring"] < 2] == []
    assert [stop["what"] for stop in stops if stop["contrast"] < 3] == []
    assert [stop["what"] for stop in stops if not stop["seen"]] == []


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), pytest.param(1280, "light", marks=pytest.mark.verify)])
def test_tab_leads_through_all_of_the_page_in_reading_order(
    browser: Browser, overview_page: Path, width: int, scheme: Any
) -> None:
    with opened(browser, overview_page, width=width, color_scheme=scheme) as page:
        count = _settled(page)
        stops = _walk(page, count)
        assert [stop["stop"] for stop in stops] == list(range(count))
        _assert_seen(stops)
        for one, other in pairwise(stops):
            beside = other["left"] >= one["left"]
            assert other["bottom"] > one["top"] or beside, f"from {one['what']} up to {other['what']}"
        back = [stop["stop"] for stop in _walk(page, 19, "Shift+Tab")]
        assert back == list(reversed(range(count)))[:20]
        unfold(page)
        assert _settled(page) > count


@pytest.mark.verify
def test_tab_leads_through_all_that_is_open_and_back(browser: Browser, small_page: Path) -> None:
    with opened(browser, small_page) as page:
        unfold(page)
        count = _settled(page)
        stops = _walk(page, count)
        assert [stop["stop"] for stop in stops] == list(range(count))
        _assert_seen(stops)
        back = [stop["stop"] for stop in _walk(page, count - 1, "Shift+Tab")]
        assert back == list(reversed(range(count)))


def test_the_first_stop_skips_to_the_answers(browser: Browser, overview_page: Path) -> None:
    with opened(browser, overview_page) as page:
        page.keyboard.press("Tab")
        link = page.locator(":focus")
        assert link.get_attribute("class") == "skip"
        box = link.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert page.evaluate(_STOP)["ring"] >= 2
        target = str(link.get_attribute("href"))
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == target
        page.keyboard.press("Tab")
        assert page.evaluate("hash => document.querySelector(hash).contains(document.activeElement)", target)
        inside = "hash => document.querySelector(hash).querySelectorAll('a[href], summary, button, input, select')"
        first = f"({inside})(hash)"
        assert page.evaluate(
            f"hash => [...{first}].find(each => each.checkVisibility()) === document.activeElement", target
        )


@pytest.mark.parametrize("step", [30, pytest.param(1, marks=pytest.mark.verify)])
def test_every_fold_opens_and_closes_with_a_key(browser: Browser, small_page: Path, step: int) -> None:
    with opened(browser, small_page) as page:
        unfold(page)
        folds = page.locator("details > summary")
        count = folds.count()
        assert count > 20
        for place in range(0, count, step):
            folds.nth(place).focus()
            for key in ("Enter", "Enter", "Space", "Space"):
                page.keyboard.press(key)
        assert page.locator("details:not([open])").count() == 0
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = false)")
        outermost = page.locator("main section > details > summary").first
        outermost.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.parentElement.open")


def test_a_box_that_scrolls_is_scrolled_by_keys(browser: Browser, overview_page: Path) -> None:
    with opened(browser, overview_page, width=360) as page:
        _settled(page)
        place = page.locator(".scroll").evaluate_all(
            "boxes => boxes.findIndex(box => box.checkVisibility() && box.scrollWidth > box.clientWidth + 40)"
        )
        box = page.locator(".scroll").nth(place)
        box.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("box => box.scrollLeft > 0", arg=box.element_handle())
        assert box.get_attribute("aria-label")


def test_a_cell_of_the_overview_opens_holds_the_focus_and_gives_it_back(browser: Browser, overview_page: Path) -> None:
    with opened(browser, overview_page) as page:
        page.get_by_role("button", name="Open all").click()
        for kind in ("m-local", "m-finding", "m-change"):
            cell = page.locator(f"table.heat tr[id^='{kind}'] td a").first
            cell.focus()
            page.keyboard.press("Enter")
            dialog = page.locator("dialog[open]")
            assert dialog.get_attribute("aria-labelledby")
            name = dialog.get_by_role("heading").first.inner_text()
            assert page.get_by_role("dialog", name=name).count() == 1
            assert page.evaluate("document.activeElement.closest('dialog') !== null")
            for _ in range(12):
                page.keyboard.press("Tab")
                assert page.evaluate(
                    "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
                )
            page.keyboard.press("Escape")
            assert page.locator("dialog[open]").count() == 0
            assert cell.evaluate("link => link === document.activeElement")


def test_the_overview_is_sorted_and_filtered_by_keys_and_says_what_it_shows(
    browser: Browser, overview_page: Path
) -> None:
    with opened(browser, overview_page) as page:
        table = page.locator("table.heat").first
        status = page.locator("section[aria-labelledby=overview] [role=status]")
        controls = page.locator("section[aria-labelledby=overview] form").locator("input, select, button")
        assert controls.count() > 5
        assert (
            controls.evaluate_all("found => found.filter(each => !each.labels?.length && !each.textContent.trim())")
            == []
        )
        before = status.inner_text()
        names = table.locator("thead th").all_inner_texts()
        measures = table.locator("tbody tr:not(.topic)")
        page.get_by_role("searchbox", name="Find").focus()
        page.keyboard.type("install")
        assert status.inner_text() != before
        seen = [measure for measure in measures.all() if measure.is_visible()]
        assert 0 < len(seen) < measures.count()
        assert f"{len(seen)} of {measures.count()} " in status.inner_text()
        by = page.get_by_role("combobox", name="Sort variants by")
        by.focus()
        page.keyboard.press("ArrowDown")
        assert by.input_value() != ""
        chosen = by.evaluate("each => each.selectedOptions[0].textContent")
        assert f"sorted by {chosen}" in status.inner_text()
        assert sorted(table.locator("thead th").all_inner_texts()) == sorted(names)
        folded = table.locator("tbody button").first
        page.get_by_role("searchbox", name="Find").fill("")
        was = folded.get_attribute("aria-expanded")
        folded.focus()
        page.keyboard.press("Enter")
        assert folded.get_attribute("aria-expanded") != was


def test_two_variants_are_chosen_by_keys(browser: Browser, overview_page: Path) -> None:
    with opened(browser, overview_page) as page:
        section = page.locator("section[aria-labelledby=pairs]")
        caption = section.locator("caption").inner_text()
        page.get_by_role("combobox", name="against").focus()
        page.keyboard.press("ArrowDown")
        assert section.locator("caption").inner_text() != caption
        assert section.get_by_role("status").inner_text()
