"""The page as assistive technology has it: what axe-core finds, contrast, landmarks, headings, names."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from harness.report.compare.writer import read_compared, write_compared
from tests.integration.contrast import CONTRAST
from tests.integration.pages import DEAD, IN_A_BROWSER, SCHEMES, STYLE, opened, too_wide, unfold
from tests.unit.report.made_up_nights import FIRST, made_up_night

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


@pytest.mark.parametrize("scheme", ["dark", pytest.param("light", marks=pytest.mark.verify)])
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
            _assert_nothing(_axe(page, _TAGS, "dialog"))
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                assert page.locator("dialog").evaluate_all(CONTRAST) == []
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


def _assert_outline(page: Page) -> None:
    levels = page.locator("h1, h2, h3, h4, h5, h6").evaluate_all("found => found.map(each => Number(each.tagName[1]))")
    titles = page.locator("h1, h2, h3, h4, h5, h6").all_inner_texts()
    assert levels.count(1) == 1
    assert levels[0] == 1
    skips = [titles[place] for place in range(1, len(levels)) if levels[place] > levels[place - 1] + 1]
    assert skips == []
    assert all(title.strip() for title in titles)


def _assert_tables(page: Page) -> None:
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


def test_headings_form_an_outline(unfolded: Page) -> None:
    _assert_outline(unfolded)


def test_tables_are_named_and_their_headers_say_what_they_head(unfolded: Page) -> None:
    _assert_tables(unfolded)


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


def test_each_picture_has_a_name_and_a_table_of_its_own(unfolded: Page) -> None:
    names = unfolded.locator("figure svg[role=img]").evaluate_all("found => found.map(each => each.ariaLabel)")
    # On the page of build backends each picture is of the figures of its section.
    tables = 0 if re.search("/pages/[a-z-]*backends/", unfolded.url) else len(names)
    assert names
    assert len(set(names)) == len(names)
    assert unfolded.locator("figure + details.same").count() == tables
    poor = unfolded.locator("details.same").evaluate_all("""folds => folds.filter(fold => {
      const columns = fold.querySelectorAll('thead th[scope=col]').length
      const rows = [...fold.querySelectorAll('tbody tr')]
      return !rows.length || !fold.querySelector('caption')?.checkVisibility() || rows.some(row =>
        row.querySelectorAll('th[scope=row]').length !== 1 || row.querySelectorAll('th, td').length !== columns)
    }).map(fold => fold.textContent.trim().slice(0, 60))""")
    assert poor == []


@pytest.mark.parametrize("name", ["strategies_page", "backends_page"])
def test_what_only_other_pages_have_is_as_sound(browser: Browser, request: pytest.FixtureRequest, name: str) -> None:
    """What the small page has not: in short here, and in full with ``--everything``."""
    with opened(browser, request.getfixturevalue(name)) as page:
        unfold(page)
        _assert_outline(page)
        _assert_tables(page)
        assert page.evaluate(DEAD) == []
        _assert_it_fits_and_stands_out(page)


def _assert_it_fits_and_stands_out(page: Page) -> None:
    for width in (320, 768, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        assert too_wide(page) == [], width
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(CONTRAST) == [], scheme


_SECTION = "section[aria-labelledby=compared]"


def _worse(line: dict[str, Any]) -> dict[str, Any]:
    """A sample of the new run: one cell is lost, and one environment grew."""
    if (line["variant"], line["scenario"]) == ("pdm", "run"):
        return line | {"outcome": "failed", "wall_s": None, "sizes": {}, "reason": "It broke. " * 12}
    if "environment_bytes" in line["sizes"]:
        return line | {"sizes": {**line["sizes"], "environment_bytes": 1_000_000}}
    return line


@pytest.fixture(scope="module")
def compared_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with something in each part of the section."""
    folder = tmp_path_factory.mktemp("runs")
    base = made_up_night(folder, run_id="base", blocks=8, seed=1, noise=0.03)
    new = made_up_night(
        folder,
        run_id="new-with-a-rather-long-name-for-a-run",
        started_at=FIRST + timedelta(days=1),
        blocks=8,
        seed=2,
        noise=0.03,
        variants=("uv", "pdm", "poetry", "venv"),
        factors={("uv", "install-cold"): 1.4, ("poetry", "nix-build"): 0.6},
        versions={"uv": {"uv": "0.14.0"}},
    )
    for name, change in (("samples.jsonl", _worse), ("findings.jsonl", lambda line: line | {"value": "stale"})):
        lines = [change(json.loads(line)) for line in (new / name).read_text(encoding="utf-8").splitlines()]
        (new / name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return write_compared(read_compared(base, new), new, tmp_path_factory.mktemp("report")).html


@pytest.mark.verify
def test_a_comparison_is_as_sound(browser: Browser, compared_page: Path) -> None:
    with opened(browser, compared_page) as page:
        unfold(page)
        assert page.locator("nav a[href='#compared']").inner_text() == "Compared with base"
        assert page.locator(f"{_SECTION} table").count() == 7
        _assert_nothing(_axe(page, _TAGS, _SECTION))
        _assert_it_fits_and_stands_out(page)


@pytest.mark.verify
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_in_the_comparison(browser: Browser, compared_page: Path, width: int, scheme: str) -> None:
    with opened(browser, compared_page, width=width, color_scheme=scheme) as page:
        unfold(page)
        _assert_nothing(_axe(page, _TAGS, _SECTION, contrast=True))
