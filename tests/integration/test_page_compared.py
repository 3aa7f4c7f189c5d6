"""The section that holds a run against another, in a browser: what axe-core finds, and whether it fits."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from harness.reporting.compare.writer import read_compared, write_compared
from tests.integration.pages import IN_A_BROWSER, opened, unfold
from tests.integration.test_page_accessibility import _assert_nothing, _axe
from tests.unit.reporting.made_up_nights import FIRST, made_up_night

pytestmark = IN_A_BROWSER

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_in_the_comparison(browser: Browser, compared_page: Path, width: int, scheme: str) -> None:
    with opened(browser, compared_page, width=width, color_scheme=scheme) as page:
        unfold(page)
        assert page.locator(f"{_SECTION} table").count() == 7
        _assert_nothing(_axe(page, ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], _SECTION))


@pytest.mark.parametrize("width", [360, 768, 1280, 2560])
def test_the_comparison_fits(browser: Browser, compared_page: Path, width: int) -> None:
    with opened(browser, compared_page, width=width) as page:
        unfold(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("nav a[href='#compared']").inner_text() == "Compared with base"
