"""What a person sees first, and that all of it can be seen: desktop, phone, wide screens, dark, paper, no script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.integration.pages import IN_A_BROWSER, opened, too_wide, unfold

pytestmark = IN_A_BROWSER

SITUATIONS = 7


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_first_screen_has_the_question_and_every_pick(
    browser: Browser, reference_page: Path, width: int, height: int
) -> None:
    with opened(browser, reference_page, width=width, height=height) as page:
        assert "toolchain" in page.locator("h1").inner_text()
        rows = page.locator(".pick tbody tr")
        assert rows.count() == SITUATIONS
        lowest = max(box["y"] + box["height"] for row in rows.all() if (box := row.bounding_box()) is not None)
        assert lowest <= height
        if width > 1000:
            box = page.locator(".bars").bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= height


@pytest.mark.parametrize("width", [360, 768, 1280, 2560])
def test_nothing_is_wider_than_its_place(browser: Browser, small_page: Path, width: int) -> None:
    with opened(browser, small_page, width=width) as page:
        unfold(page)
        assert too_wide(page) == []


def test_header_and_first_column_stay_in_view(browser: Browser, reference_page: Path) -> None:
    with opened(browser, reference_page, width=390, height=844) as page:
        page.get_by_role("button", name="All idioms").click()
        box = page.locator("#table .scroll")
        box.evaluate("each => { each.scrollTop = 400; each.scrollLeft = 300 }")
        left, top = box.evaluate("each => [each.getBoundingClientRect().left, each.getBoundingClientRect().top]")
        head = page.locator("#main thead th").first.bounding_box()
        assert head is not None
        assert abs(head["x"] - left) < 2
        assert abs(head["y"] - top) < 2


def test_the_reference_is_light_enough_to_send_and_to_print(
    browser: Browser, reference_page: Path, tmp_path: Path
) -> None:
    assert reference_page.stat().st_size <= 1_000_000
    assert (reference_page.parent / "report.md").stat().st_size <= 20_000
    with opened(browser, reference_page) as page:
        assert page.evaluate("document.querySelectorAll('*').length") <= 15_000
        pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 12


def test_without_a_script_the_page_says_the_same(browser: Browser, reference_page: Path) -> None:
    with opened(browser, reference_page, java_script_enabled=False) as page:
        assert page.locator(".pick tbody tr").count() == SITUATIONS
        assert page.locator("#main tbody tr:visible").count() == 22
        assert page.locator(".controls:visible").count() == 0
        page.locator("#situation-wheels summary").click()
        assert page.locator("#situation-wheels table").is_visible()
