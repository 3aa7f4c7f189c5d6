"""What tests of the page share: the browser, the pages to look at, and how all of a page is opened."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

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

_UNFOLD = """() => {
  for (const form of document.querySelectorAll('form')) for (const box of form.querySelectorAll('[type=checkbox]')) {
    if (box.checked !== (box.name === 'variant')) box.click()
  }
  for (const button of document.querySelectorAll('button[name=fold]')) {
    if (button.textContent.startsWith('Open')) button.click()
  }
  for (const fold of document.querySelectorAll('details')) fold.open = true
}"""


@contextmanager
def opened(browser: Browser, path: Path, *, width: int = 1280, height: int = 900, **context: Any) -> Iterator[Page]:
    """The page in a window of its own, which is closed after; ``context`` is handed to Chromium."""
    window = browser.new_context(viewport={"width": width, "height": height}, **context)
    try:
        page = window.new_page()
        page.goto(path.as_uri())
        yield page
    finally:
        window.close()


def unfold(page: Page) -> None:
    """Open everything on the page that can be opened in place, and what opens only once that is open."""
    page.evaluate(_UNFOLD)
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
