"""The page's controls, by keyboard and mouse: sorting, finding, opening, choosing a pair, links that carry it all."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.integration.pages import IN_A_BROWSER, opened

pytestmark = IN_A_BROWSER


def _names(page: Page) -> list[str]:
    names: list[str] = page.locator("#main tbody tr:visible").evaluate_all("rows => rows.map(row => row.dataset.n)")
    return names


def test_few_stops_before_the_table_and_all_of_it_by_keyboard(browser: Browser, small_page: Path) -> None:
    with opened(browser, small_page) as page:
        stops = 0
        while page.evaluate("document.activeElement.id") != "find":
            page.keyboard.press("Tab")
            stops += 1
            assert stops < 30
        page.keyboard.type("editable")
        assert page.locator("#found a").count() > 0
        header = page.locator("#main thead button").nth(1)
        header.focus()
        page.keyboard.press("Enter")
        assert page.locator("#main th[aria-sort=ascending]").count() == 1
        figure = page.locator("#main [data-p]").first
        figure.focus()
        page.keyboard.press("Enter")
        page.locator("dialog[open]").wait_for()
        page.keyboard.press("Escape")
        assert page.locator("dialog[open]").count() == 0
        assert figure.evaluate("each => each === document.activeElement")


def test_a_link_shows_what_its_sender_saw(browser: Browser, small_page: Path) -> None:
    with opened(browser, small_page) as page:
        page.locator("#main thead button").nth(1).click()
        page.locator("#main thead button").nth(1).click()
        page.locator("#one").select_option("uv")
        page.locator("#other").select_option("venv")
        page.locator("#pair-out tbody tr").first.wait_for()
        seen, told, address = _names(page), page.locator("#pair-out").inner_text(), page.url
        figures = page.locator("#main tbody td:nth-of-type(1)[data-v]").evaluate_all(
            "cells => cells.map(cell => Number(cell.dataset.v))"
        )
        assert figures == sorted(figures, reverse=True)
    with opened(browser, small_page) as page:
        page.goto(address)
        page.reload()
        page.locator("#pair-out tbody tr").first.wait_for()
        assert _names(page) == seen
        assert page.locator("#pair-out").inner_text() == told
        assert page.locator("#main th[aria-sort=descending]").count() == 1


def test_one_idiom_a_tool_until_asked_for_more(browser: Browser, reference_page: Path) -> None:
    with opened(browser, reference_page) as page:
        few = _names(page)
        assert {"uv", "hatch", "pdm-path", "poetry", "venv"} <= set(few)
        assert "uv-hatchling" not in few
        page.get_by_role("button", name="more idioms of uv").click()
        assert "uv-hatchling" in _names(page)
        page.locator("#tool").select_option("hatch")
        assert all(name.startswith("hatch") for name in _names(page))
        page.locator("#tool").select_option("")
        page.get_by_role("button", name="All idioms").click()
        assert len(_names(page)) == 22


@pytest.mark.parametrize("wanted", ["size", "editable", "offline", "nix", "reproducible"])
def test_find_knows_what_people_look_for(browser: Browser, reference_page: Path, wanted: str) -> None:
    with opened(browser, reference_page) as page:
        page.locator("#find").fill(wanted)
        links = page.locator("#found a")
        assert links.count() > 0
        links.first.click()
        assert page.evaluate("document.querySelector(':target') !== null")


def test_evidence_is_beside_the_page_or_is_said_to_be_missing(browser: Browser, small_page: Path) -> None:
    with opened(browser, small_page) as page:
        page.locator("#main tr[data-n=uv] [data-p]").first.click()
        page.locator("dialog pre").get_by_text("round 1:").wait_for()
    moved = small_page.parent.parent / "alone" / "index.html"
    moved.parent.mkdir(exist_ok=True)
    moved.write_bytes(small_page.read_bytes())
    window = browser.new_page()
    window.goto(moved.as_uri())
    window.locator("#main [data-p]").first.click()
    window.locator("dialog pre").get_by_text(".js is not beside this page").wait_for()
    window.close()
