"""The page in a real browser: it needs nothing but itself (see ``opened``), and what it links to is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.integration.pages import DEAD, IN_A_BROWSER, SCHEMES, opened

pytestmark = IN_A_BROWSER


def test_the_page_stands_alone_and_all_links_lead_somewhere(browser: Browser, every_page: Path) -> None:
    with opened(browser, every_page) as page:
        assert page.evaluate(DEAD) == []
        links = page.locator("nav a").all()
        assert len(links) > 5
        for link in links:
            link.click()
        page.go_back()
        assert page.locator("h1").inner_text()
        assert page.locator("svg[role=img]").count() >= 3


def test_what_a_page_says_or_asks_for_is_noticed(browser: Browser, small_page: Path) -> None:
    with pytest.raises(AssertionError, match=r"said.*Content Security Policy"), opened(browser, small_page) as page:
        page.evaluate("console.log('said'), fetch('https://example.invalid/').catch(() => null)")


_ON_BARS = """pictures => {
  const channel = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  const light = text => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number)
    return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b) }
  const fill = shape => light(getComputedStyle(shape).fill)
  const poor = []
  for (const picture of pictures) {
    const bars = [...picture.querySelectorAll('.mark-rect.role-mark path')].map(fill)
    const inks = [...picture.querySelectorAll('.mark-text.role-mark text')].map(fill)
    if (!bars.length || !inks.length) poor.push('nothing drawn')
    for (const bar of bars) for (const ink of inks) {
      const ratio = (Math.max(bar, ink) + 0.05) / (Math.min(bar, ink) + 0.05)
      if (ratio < 4.5) poor.push(ratio)
    }
  }
  return poor
}"""


def test_a_link_to_evidence_opens_the_row_it_is_in(browser: Browser, small_page: Path) -> None:
    with opened(browser, small_page) as page:
        link = page.locator("article > ul a[href^='#finding-']").first
        target = page.locator(f"[id='{str(link.get_attribute('href'))[1:]}']")
        assert not target.is_visible()
        link.click()
        assert target.is_visible()


def test_a_row_of_the_matrix_opens_by_keyboard_and_names_each_variant(browser: Browser, small_page: Path) -> None:
    with opened(browser, small_page) as page:
        row = page.locator("#finding-stale-value-local")
        assert "hatch" in str(row.locator("summary").text_content())
        assert not row.locator("pre").first.is_visible()
        row.locator("summary").focus()
        page.keyboard.press("Enter")
        assert row.locator("pre").first.is_visible()


def test_a_row_of_the_nix_story_opens_to_variants_that_lead_to_the_proof(
    browser: Browser, strategies_page: Path
) -> None:
    with opened(browser, strategies_page) as page:
        row = page.locator("#nix-story-host-canonical-costs-drift")
        assert not row.locator("table").is_visible()
        row.locator("summary").focus()
        page.keyboard.press("Enter")
        link = row.locator("tbody a").first
        proof = page.locator(f"[id='{str(link.get_attribute('href'))[1:]}']")
        assert not proof.is_visible()
        link.click()
        assert proof.is_visible()


def test_names_inside_a_closure_stand_out_from_their_bars(browser: Browser, strategies_page: Path) -> None:
    with opened(browser, strategies_page) as page:
        pictures = page.locator("figure svg[aria-label*='in every variant']")
        assert pictures.count() == 2
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert pictures.evaluate_all(_ON_BARS) == [], scheme
