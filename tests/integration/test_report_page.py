"""The page in a real browser: it needs nothing but itself and fits every screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.integration.contrast import CONTRAST
from tests.integration.pages import IN_A_BROWSER, unfold

pytestmark = IN_A_BROWSER


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280, 2560])
def test_the_page_stands_alone_and_fits(browser: Browser, each_page: Path, width: int, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    messages: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(each_page.as_uri())
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if page.locator("table.heat").count():
        page.locator("table.heat").first.locator("td a").first.click()
        page.keyboard.press("Escape")
    for link in page.locator("nav a").all():
        link.click()
    page.go_back()
    assert messages == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    assert page.locator("h1").inner_text()
    assert page.locator("svg[role=img]").count() >= 4
    context.close()


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_enough_contrast(browser: Browser, each_page: Path, scheme: str) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(each_page.as_uri())
    unfold(page)
    assert page.evaluate(CONTRAST) == []
    context.close()


def test_a_link_to_evidence_opens_the_row_it_is_in(browser: Browser, small_page: Path) -> None:
    page = browser.new_page()
    page.goto(small_page.as_uri())
    link = page.locator("article > ul a[href^='#finding-']").first
    target = page.locator(f"[id='{str(link.get_attribute('href'))[1:]}']")
    assert not target.is_visible()
    link.click()
    assert target.is_visible()
    page.close()


def test_a_row_of_the_matrix_opens_by_keyboard_and_names_each_variant(browser: Browser, small_page: Path) -> None:
    page = browser.new_page()
    page.goto(small_page.as_uri())
    row = page.locator("#finding-stale-value-local")
    assert "hatch" in str(row.locator("summary").text_content())
    assert not row.locator("pre").first.is_visible()
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    assert row.locator("pre").first.is_visible()
    page.close()


def test_every_link_inside_the_page_leads_somewhere(browser: Browser, each_page: Path) -> None:
    page = browser.new_page()
    page.goto(each_page.as_uri())
    links = page.locator("a[href^='#']").evaluate_all("links => links.map(link => link.getAttribute('href').slice(1))")
    ids = page.locator("[id]").evaluate_all("items => items.map(item => item.id)")
    assert links
    assert set(links) <= set(ids)
    page.close()


def test_a_row_of_the_nix_story_opens_to_variants_that_lead_to_the_proof(
    browser: Browser, strategies_page: Path
) -> None:
    page = browser.new_page()
    page.goto(strategies_page.as_uri())
    row = page.locator("#nix-story-host-canonical-costs-drift")
    assert not row.locator("table").is_visible()
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    link = row.locator("tbody a").first
    proof = page.locator(f"[id='{str(link.get_attribute('href'))[1:]}']")
    assert not proof.is_visible()
    link.click()
    assert proof.is_visible()
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_inside_a_closure_stand_out_from_their_bars(browser: Browser, strategies_page: Path, scheme: str) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(strategies_page.as_uri())
    pictures = page.locator("figure svg[aria-label*='in every variant']")
    assert pictures.count() == 2
    assert pictures.evaluate_all(_ON_BARS) == []
    context.close()
