"""The page in a real browser: it needs nothing but itself and fits every screen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from harness.reporting.writer import write_report
from tests.unit.reporting.made_up_nix import made_up_nix_run
from tests.unit.reporting.made_up_run import FIXTURE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: install the package 'chromium'"),
]


@pytest.fixture(scope="module")
def page_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report([FIXTURE], tmp_path_factory.mktemp("report")).html


@pytest.fixture(scope="module")
def nix_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = made_up_nix_run(tmp_path_factory.mktemp("runs"), variants=("venv", "uv", "hatch"))
    return write_report([run], tmp_path_factory.mktemp("report")).html


@pytest.fixture(params=["page_path", "nix_page"])
def any_page(request: pytest.FixtureRequest) -> Path:
    """The page of a run with all scenarios, and that of the Nix lane with every strategy."""
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280, 2560])
def test_the_page_stands_alone_and_fits(browser: Browser, any_page: Path, width: int, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    messages: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(any_page.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert messages == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    assert page.locator("h1").inner_text()
    assert page.locator("svg[role=img]").count() >= 4
    context.close()


_CONTRAST = """() => {
  const channel = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  const parse = text => text.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
  const paper = element => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor)
      if (color.length === 3 || color[3] === 1) return color
    }
    return [255, 255, 255]
  }
  const poor = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    if (!walker.currentNode.textContent.trim() || element.closest('.skip')) continue
    const style = getComputedStyle(element)
    const ink = parse(element.closest('svg') ? style.fill : style.color)
    const pair = [light(ink), light(paper(element))].sort((a, b) => b - a)
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05)
    if (ratio < 4.5) poor.push(`${walker.currentNode.textContent.trim()}: ${ratio.toFixed(2)}`)
  }
  return poor
}"""


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
def test_all_text_has_enough_contrast(browser: Browser, any_page: Path, scheme: str) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(any_page.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
    assert page.evaluate(_CONTRAST) == []
    context.close()


def test_a_link_to_evidence_opens_the_row_it_is_in(browser: Browser, page_path: Path) -> None:
    page = browser.new_page()
    page.goto(page_path.as_uri())
    link = page.locator("#variant-hatch ~ ul a[href^='#finding-']").first
    target = page.locator(f"[id='{str(link.get_attribute('href'))[1:]}']")
    assert not target.is_visible()
    link.click()
    assert target.is_visible()
    page.close()


def test_a_row_of_the_matrix_opens_by_keyboard_and_names_each_variant(browser: Browser, page_path: Path) -> None:
    page = browser.new_page()
    page.goto(page_path.as_uri())
    row = page.locator("#finding-stale-value-local")
    assert "hatch" in str(row.locator("summary").text_content())
    assert not row.locator("pre").first.is_visible()
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    assert row.locator("pre").first.is_visible()
    page.close()


def test_every_link_inside_the_page_leads_somewhere(browser: Browser, any_page: Path) -> None:
    page = browser.new_page()
    page.goto(any_page.as_uri())
    links = page.locator("a[href^='#']").evaluate_all("links => links.map(link => link.getAttribute('href').slice(1))")
    ids = page.locator("[id]").evaluate_all("items => items.map(item => item.id)")
    assert links
    assert set(links) <= set(ids)
    page.close()


def test_a_row_of_the_nix_story_opens_to_variants_that_lead_to_the_proof(browser: Browser, nix_page: Path) -> None:
    page = browser.new_page()
    page.goto(nix_page.as_uri())
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
def test_names_inside_a_closure_stand_out_from_their_bars(browser: Browser, nix_page: Path, scheme: str) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(nix_page.as_uri())
    pictures = page.locator("figure svg[aria-label*='in every variant']")
    assert pictures.count() == 2
    assert pictures.evaluate_all(_ON_BARS) == []
    context.close()
