"""What tests of the page share: the browser, the pages to look at, and how all of a page is opened."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request

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

IN_A_BROWSER = [
    pytest.mark.integration,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: install the package 'chromium'"),
]

SCHEMES = ["light", "dark"]

#: Lays a style over the page's own, which its policy lets nobody do with an element.
STYLE = """text => {
  const style = new CSSStyleSheet()
  style.replaceSync(text)
  document.adoptedStyleSheets = [style]
}"""

#: Where the links lead that lead nowhere on the page.
DEAD = """() => [...document.querySelectorAll("a[href^='#']")].map(link => link.getAttribute('href').slice(1))
  .filter(name => !document.getElementById(name))"""

#: Boxes whose content reaches beyond them sideways, where they neither scroll nor stand in what does.
_WIDE = """() => [...document.querySelectorAll('main *, header *, footer *')].filter(box => {
  if (box.closest('svg') || !box.checkVisibility() || box.closest('.scroll')) return false
  const style = getComputedStyle(box)
  if (style.display === 'inline' || style.position === 'absolute') return false
  if (box.scrollWidth <= box.clientWidth + 1) return false
  return !(box.tagName === 'PRE' && style.overflowX === 'auto') && box.clientWidth > 0
}).map(box => `${box.tagName} ${box.className} ${box.id}: ${box.scrollWidth} in ${box.clientWidth}`)"""


@contextmanager
def opened(browser: Browser, path: Path, *, width: int = 1280, height: int = 900, **context: Any) -> Iterator[Page]:
    """The page in a window of its own, which is closed after; ``context`` is handed to Chromium.

    Whatever is done there: nothing is to fail or to be refused by the page's policy, and it needs nothing but itself.
    """
    window = browser.new_context(viewport={"width": width, "height": height}, **context)
    told: list[str] = []
    try:
        page = window.new_page()
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("dialog", lambda dialog: told.append(dialog.message))
        page.on("request", lambda request: told.extend(_beyond(request)))
        page.goto(path.as_uri())
        yield page
    finally:
        window.close()
    assert told == [], told


def _beyond(request: Request) -> list[str]:
    """The address, if it is neither a page that is gone to, nor what the page holds itself or has beside it."""
    own = ("data:", "blob:") if not request.is_navigation_request() else ("file:",)
    beside = request.url.startswith("file:") and "/proofs/" in request.url
    return [] if beside or request.url.startswith(own) else [request.url]


def unfold(page: Page) -> None:
    """Open everything on the page that can be opened in place."""
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")


def too_wide(page: Page) -> list[str]:
    """What is wider than the window or the box that it stands in, and does not scroll inside it."""
    found: list[str] = page.evaluate(_WIDE)
    beyond = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*found, "the page"] if beyond else found
