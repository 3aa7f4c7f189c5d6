"""The pages that tests look at in a browser, and the browser."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from harness.records.format import log_name
from harness.records.reading import read_info
from harness.report.writer import write_report
from tests.integration.pages import ARGUMENTS, CHROMIUM
from tests.places import CHECKOUT
from tests.unit.report.made_up_backends import made_up_backends
from tests.unit.report.made_up_run import made_up_run
from tests.unit.report.made_up_scale import made_up_scale_run

#: What the small page has figures of: every kind, and every outcome among them.
_SCENARIOS = (
    *("lock", "install-cold", "install-warm", "refresh", "build", "deploy"),
    *("nix-build", "nix-refresh", "add-dependency", "nix-add-dependency"),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def _once(factory: pytest.TempPathFactory, name: str, write: Callable[[Path], Path]) -> Path:
    """The page that ``write`` makes in a folder of its own: made by the worker that asks first, and read by all."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "pages" / name
    folder.mkdir(parents=True, exist_ok=True)
    told = folder / "page"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            told.write_text(str(write(folder)), encoding="utf-8")
    return Path(told.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def small_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of three made-up runs, of variants with every outcome, on scale, and of backends alone."""

    def write(folder: Path) -> Path:
        runs = [_small_run(folder), made_up_scale_run(folder), made_up_backends(folder, files=(1, 10_000))]
        return write_report(runs, folder / "report").page

    return _once(tmp_path_factory, "small", write)


def _small_run(folder: Path) -> Path:
    """With the logs of a scenario's last block."""
    run = made_up_run(folder, blocks=6, variants=("hatch", "uv", "poetry", "venv"), scenarios=_SCENARIOS)
    for cell in read_info(run).plan.cells:
        if cell.scenario == "install-cold":
            path = run / log_name(cell, 5)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"said by {cell.variant} <b>in bold</b>\n", encoding="utf-8")
    return run


@pytest.fixture(scope="session")
def reference_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the runs that the repository keeps, with all variants: no other is as wide and as heavy."""
    runs = [CHECKOUT / "results" / name for name in ("reference", "reference-scale", "reference-backends")]
    return _once(tmp_path_factory, "reference", lambda folder: write_report(runs, folder).page)
