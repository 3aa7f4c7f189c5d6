"""The overview in a real browser: it folds, finds, sorts, and every cell opens to its proof."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.integration.pages import DEAD, IN_A_BROWSER, opened, run_of

pytestmark = IN_A_BROWSER

_HEAT = "table.heat >> nth=0"


def controls(page: Page) -> Locator:
    return page.get_by_role("form", name="What the table shows")


def visible_rows(page: Page) -> list[str]:
    rows = page.locator(_HEAT).locator("tbody tr:not(.topic):visible th")
    return [text.strip() for text in rows.all_inner_texts()]


def heads(page: Page) -> list[str]:
    return page.locator(_HEAT).locator("thead th:visible").all_inner_texts()[1:]


def cold(path: Path) -> str:
    """What the page calls a cold install."""
    return str(run_of(path)["scenarios"]["install-cold"]["title"])


def test_questions_are_folded_and_open_one_by_one_or_together(browser: Browser, overview_page: Path) -> None:
    with opened(browser, overview_page) as page:
        assert visible_rows(page) == []
        speed = page.get_by_role("button", name="Speed")
        assert speed.get_attribute("aria-expanded") == "false"
        speed.press("Enter")
        assert speed.get_attribute("aria-expanded") == "true"
        assert cold(overview_page) in visible_rows(page)
        page.get_by_role("button", name="Open all").click()
        assert len(visible_rows(page)) == page.locator(_HEAT).locator("tbody tr:not(.topic)").count() > 20
        page.get_by_role("button", name="Close all").click()
        assert visible_rows(page) == []


def test_measures_are_found_by_name_by_question_and_by_difference(browser: Browser, overview_page: Path) -> None:
    with opened(browser, overview_page) as page:
        form = controls(page)
        form.get_by_role("searchbox", name="Find").fill(cold(overview_page)[:-2].upper())
        assert all(text.startswith(cold(overview_page)) for text in visible_rows(page))
        assert visible_rows(page)
        expect(form.get_by_role("status")).to_contain_text(f"{len(visible_rows(page))} of")
        form.get_by_role("button", name="Reset").click()
        expect(form.get_by_role("status")).to_contain_text("0 of")
        form.get_by_label("Question").select_option("Freshness")
        everything = visible_rows(page)
        form.get_by_label("only where variants differ").check()
        assert 0 < len(visible_rows(page)) <= len(everything)
        form.get_by_label("Question").select_option("Nix")
        for row in page.locator(_HEAT).locator("tbody tr:not(.topic):visible").all():
            assert row.get_attribute("data-varies") is not None


def test_variants_are_put_in_the_order_of_a_measure_and_left_out(browser: Browser, overview_page: Path) -> None:
    with opened(browser, overview_page) as page:
        form = controls(page)
        before = heads(page)
        form.get_by_label("Sort variants by").select_option(label=cold(overview_page))
        form.get_by_label("Question").select_option("Speed")
        cells = page.locator("tr[id$=-install-cold] td")
        figures = [float(str(cell.get_attribute("data-n"))) for cell in cells.all()]
        assert figures == sorted(figures)
        assert sorted(heads(page)) == sorted(before) != heads(page)
        expect(form.get_by_role("status")).to_contain_text(f"sorted by {cold(overview_page)}")
        first = heads(page)[0]
        form.get_by_label(first, exact=True).uncheck()
        assert heads(page) == [name for name in heads(page) if name != first]
        assert len(heads(page)) == len(before) - 1
        form.get_by_label("Sort measures").select_option(label="largest difference first")
        spread = [
            float(row.get_attribute("data-varies") or 0) for row in page.locator("#overview-speed tr:not(.topic)").all()
        ]
        assert spread == sorted(spread, reverse=True)


def test_a_time_opens_to_its_figures_commands_and_state_before(browser: Browser, overview_page: Path) -> None:
    run = run_of(overview_page)
    with opened(browser, overview_page) as page:
        page.get_by_role("button", name="Speed").click()
        place = heads(page).index("uv")
        cell = page.locator("tr[id$=local-canonical-install-cold] td").nth(place).locator("a")
        cell.focus()
        cell.press("Enter")
        dialog = page.get_by_role("dialog", name=f"{cold(overview_page)}: uv")
        expect(dialog).to_be_visible()
        text = dialog.inner_text()
        assert run["scenarios"]["install-cold"]["before"] in text
        assert " ".join(run["variants"]["uv"]["commands"]["install-cold"][0]) in text
        assert all(name in text for name in ("Median", "Verdict", "6 ok"))
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        assert cell.evaluate("link => link === document.activeElement")


def test_a_finding_opens_to_its_evidence_and_a_change_to_its_patch(browser: Browser, overview_page: Path) -> None:
    rows = (("stale-value", "it is so & so"), ("add-dependency-by-hand", "$ tool add-dependency.lines-added <hatch>"))
    if "leaks-path" in run_of(overview_page)["findings"]:
        rows = (("leaks-path", "METADATA"), ("add-library-by-hand", "+"))
    with opened(browser, overview_page) as page:
        page.get_by_role("button", name="Open all").click()
        place = heads(page).index("hatch")
        for row, proof in rows:
            page.locator(f"[id^=m-][id*='-{row}']:not([id*=nix]) td").nth(place).locator("a").click()
            dialog = page.get_by_role("dialog")
            assert proof in dialog.inner_text()
            assert page.evaluate("[...document.querySelectorAll('dialog [id]')].map(item => item.id)") == ["cell-title"]
            dialog.get_by_role("button", name="Close").click()
            expect(dialog).to_be_hidden()


def test_a_log_at_hand_is_unpacked_when_its_cell_is_opened(browser: Browser, small_page: Path) -> None:
    with opened(browser, small_page) as page:
        page.get_by_role("button", name="Speed").click()
        page.locator("tr[id$=local-canonical-install-cold] td a").nth(heads(page).index("uv")).click()
        log = page.get_by_role("dialog").locator("pre").last
        expect(log).to_have_text("said by uv <b>in bold</b>")


@pytest.mark.parametrize("pair", [("uv", "poetry"), pytest.param(("hatch", "venv"), marks=pytest.mark.verify)])
def test_any_two_variants_stand_side_by_side(browser: Browser, overview_page: Path, pair: tuple[str, str]) -> None:
    with opened(browser, overview_page) as page:
        form = page.get_by_role("form", name="Which two variants")
        form.get_by_label("This").select_option(pair[0])
        form.get_by_label("against").select_option(pair[1])
        table = page.locator(".pair table.heat")
        assert table.locator("thead th").all_inner_texts() == ["Measure", *pair, "Ratio"]
        shown = table.locator("tbody tr:not(.topic)").count()
        form.get_by_label("only where they differ").uncheck()
        assert table.locator("tbody tr:not(.topic)").count() > shown > 0
        row = table.locator("tbody tr:not(.topic)", has_text=cold(overview_page)).locator("td").all_inner_texts()
        assert row[2].endswith("×") or "×, " in row[2]
        page.get_by_text("Files of both").click()
        assert page.locator(".columns > div > :first-child").first.inner_text() == pair[0]
        assert "pyproject.toml" in page.locator(".columns").inner_text()


def test_without_a_script_the_same_is_said_and_no_control_is_offered(browser: Browser, overview_page: Path) -> None:
    with opened(browser, overview_page, java_script_enabled=False) as page:
        assert cold(overview_page) in visible_rows(page)
        assert page.locator("form:visible").count() == 0
        assert page.get_by_text("takes a script").is_visible()


@pytest.mark.verify
def test_the_page_with_every_variant_works_as_the_core_s_does(browser: Browser, whole_page: Path) -> None:
    with opened(browser, whole_page) as page:
        names = heads(page)
        assert {"una", "pythonpath", "virtualenv"} < set(names)
        # So many variants are rows of the table of situations, and not its columns.
        assert page.locator(".fits tbody th").all_inner_texts() == sorted(names)
        assert page.evaluate(DEAD) == []
        form = page.get_by_role("form", name="Which two variants")
        form.get_by_label("This").select_option("una")
        form.get_by_label("against").select_option("virtualenv")
        assert page.locator(".pair table.heat thead th").all_inner_texts() == ["Measure", "una", "virtualenv", "Ratio"]
