"""The page as assistive technology has it: what axe-core finds, contrast, landmarks, headings, names."""

from __future__ import annotations

from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.integration.contrast import CONTRAST
from tests.integration.pages import DEAD, IN_A_BROWSER, SCHEMES, STYLE, opened, unfold

pytestmark = IN_A_BROWSER

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = """([rules, where, contrast]) => axe.run(where, {
  runOnly: rules, resultTypes: ['violations'], selectors: false, elementRef: true,
  rules: {'color-contrast': {enabled: contrast}},
}).then(found => found.violations.flatMap(
  rule => rule.nodes.slice(0, 5).map(node => `${rule.id}: ${node.html.slice(0, 200)}`)))"""


def _axe(page: Page, where: str = "html", *, contrast: bool = False) -> list[str]:
    """What axe says breaks a rule. For contrast it takes very long: :data:`CONTRAST` judges every text in no time."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_AXE, [_TAGS, where, contrast])
    return found


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing(browser: Browser, small_page: Path, width: int) -> None:
    with opened(browser, small_page, width=width) as page:
        unfold(page)
        assert _axe(page) == []


@pytest.mark.verify
def test_axe_finds_nothing_on_the_reference(browser: Browser, reference_page: Path) -> None:
    with opened(browser, reference_page) as page:
        unfold(page)
        assert _axe(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_stands_out(browser: Browser, small_page: Path, scheme: Any) -> None:
    with opened(browser, small_page, color_scheme=scheme) as page:
        unfold(page)
        assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_opens_on_a_click_is_accessible_too(browser: Browser, small_page: Path, scheme: Any) -> None:
    with opened(browser, small_page, color_scheme=scheme) as page:
        page.locator("#main [data-p]").first.click()
        page.locator("dialog[open] pre").get_by_text("Measured:").wait_for()
        assert _axe(page, "dialog", contrast=True) == []
        page.keyboard.press("Escape")
        page.locator("#measures").click()
        page.locator("#measures-out table").wait_for()
        assert _axe(page, "#measures-out") == []
        assert page.locator("#measures-out").evaluate_all(CONTRAST) == []


def test_axe_and_our_own_judge_would_find_something(browser: Browser, small_page: Path) -> None:
    with opened(browser, small_page) as page:
        page.evaluate("""() => {
          document.querySelector('main').insertAdjacentHTML('afterbegin',
            '<section id=x><h5>x</h5><input><img src="data:,"><p id="pale">pale</p></section>')
        }""")
        page.evaluate(STYLE, "#pale { color: #bbb; background: #fff }")
        found = _axe(page, "#x", contrast=True)
        poor = page.evaluate(CONTRAST)
    assert {line.split(":")[0] for line in found} >= {"label", "image-alt", "color-contrast"}
    assert len(poor) == 1


def test_links_lead_somewhere_and_headings_go_down_step_by_step(browser: Browser, small_page: Path) -> None:
    with opened(browser, small_page) as page:
        unfold(page)
        dead = [name for name in page.evaluate(DEAD) if not name.startswith("proof=")]
        assert dead == []
        levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(each => Number(each.tagName[1]))")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.get_by_role("main").count() == page.get_by_role("banner").count() == 1
