"""Pictures in a real browser: saved from the page, and on their own."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser

from harness.report import html
from harness.report.charts.sections import draw_charts
from harness.report.writer import read_report
from tests.integration.pages import IN_A_BROWSER, opened
from tests.unit.report.made_up_run import FIXTURE

pytestmark = IN_A_BROWSER

#: Both pictures drawn on white: how many pixels of the first have ink, and how many differ clearly.
_ALIKE = """async pair => {
  const drawn = text => new Promise((done, failed) => {
    const image = new Image()
    image.onload = () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height })
      const pen = canvas.getContext('2d')
      pen.fillStyle = '#fff'
      pen.fillRect(0, 0, canvas.width, canvas.height)
      pen.drawImage(image, 0, 0)
      done(pen.getImageData(0, 0, canvas.width, canvas.height).data)
    }
    image.onerror = failed
    image.src = 'data:image/svg+xml,' + encodeURIComponent(text)
  })
  const [one, other] = await Promise.all(pair.map(drawn))
  let ink = 0, differ = one.length === other.length ? 0 : one.length
  for (let at = 0; at < one.length; at += 4) {
    if (one[at] + one[at + 1] + one[at + 2] < 700) ink++
    if (Math.abs(one[at] - other[at]) + Math.abs(one[at + 1] - other[at + 1]) > 120) differ++
  }
  return [ink, differ]
}"""

#: Everything that a page says, as a browser has understood it; space at the edges of text is never seen.
_UNDERSTOOD = """text => {
  const found = []
  const walk = node => {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) {
        const kept = child.parentElement.closest('pre, script, style')
        const said = kept ? child.data : child.data.replace(/\\s+/g, ' ').trim()
        if (said) found.push(said)
      } else if (child.nodeType === Node.ELEMENT_NODE) {
        found.push(child.localName + [...child.attributes].map(each => ` ${each.name}=${each.value}`).join(''))
        walk(child.localName === 'template' ? child.content : child)
        found.push('end')
      }
    }
  }
  walk(new DOMParser().parseFromString(text, 'text/html'))
  return found
}"""


@pytest.mark.parametrize("scheme", ["dark", pytest.param("light", marks=pytest.mark.verify)])
def test_each_picture_is_saved_from_the_page_as_it_is_in_its_folder(
    browser: Browser, small_page: Path, tmp_path: Path, scheme: str
) -> None:
    with opened(browser, small_page, color_scheme=scheme) as page:
        buttons = page.locator("figcaption button").all()
        assert len(buttons) > 5
        saved: dict[str, str] = {}
        for button in buttons:
            with page.expect_download() as waiting:
                button.click()
            path = tmp_path / waiting.value.suggested_filename
            waiting.value.save_as(path)
            saved[path.name] = path.read_text(encoding="utf-8")
        assert len(saved) == len(buttons)
        blank = page.context.new_page()
        for name, text in saved.items():
            root = ET.fromstring(text)  # noqa: S314 - saved from a page of ours
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            assert root.attrib["role"] == "img"
            assert root.attrib["aria-label"].endswith(".")
            assert "system-ui" in root.attrib["font-family"]
            ink, differ = blank.evaluate(_ALIKE, [(small_page.parent / "figures" / name).read_text("utf-8"), text])
            assert ink > 500, name
            assert differ <= ink / 100, name


def test_the_button_is_named_after_its_picture_and_works_by_keyboard(browser: Browser, small_page: Path) -> None:
    with opened(browser, small_page) as page:
        button = page.get_by_role("button", name="Download SVG: Where the time goes")
        button.focus()
        with page.expect_download() as waiting:
            page.keyboard.press("Enter")
        assert waiting.value.suggested_filename == "phases-local-canonical.svg"


def test_without_a_script_each_picture_links_to_its_file(browser: Browser, overview_page: Path) -> None:
    with opened(browser, overview_page, java_script_enabled=False) as page:
        assert page.locator("figcaption button").count() == 0
        links = page.locator("figcaption a.svg").all()
        assert len(links) == page.locator("figure svg[role=img]").count()
        for link in links:
            address = link.get_attribute("href")
            assert address
            assert (overview_page.parent / address).is_file()


def test_a_compacted_page_is_understood_as_the_whole_one(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    report = read_report([FIXTURE])
    charts = draw_charts(report)
    small = html.render_html(report, charts)
    monkeypatch.setattr(html, "compact", lambda page: page)
    whole = html.render_html(report, charts)
    assert len(small) < 0.96 * len(whole)
    page = browser.new_page()
    try:
        assert page.evaluate(_UNDERSTOOD, small) == page.evaluate(_UNDERSTOOD, whole)
    finally:
        page.close()


def test_the_overview_stands_on_paper_of_its_own(browser: Browser, overview_page: Path) -> None:
    picture = (overview_page.parent / "figures" / "overview.svg").read_text(encoding="utf-8")
    page = browser.new_page(viewport={"width": 800, "height": 600})
    try:
        page.set_content(f"<body style='margin:0;background:#0d1117'>{picture}")
        box = page.locator("svg > rect").first.bounding_box()
        assert box is not None
        assert box["width"] >= 755
        beyond = page.locator("svg text").evaluate_all(
            """found => {
              const picture = found[0].ownerSVGElement
              const paper = picture.getBoundingClientRect()
              const tiles = [...picture.querySelectorAll('rect[rx="4"]')].map(each => each.getBoundingClientRect())
              return found.filter(each => {
                const box = each.getBoundingClientRect()
                const below = tiles.filter(on => on.left <= box.left && box.left < on.right)
                const tile = below.find(on => on.top <= box.top && box.top < on.bottom)
                return box.right > (tile || paper).right
              }).map(each => each.textContent)
            }"""
        )
        assert beyond == []
    finally:
        page.close()
