"""The pages that tests look at in a browser, and the browser."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from harness.monorepo.variants import load_variants
from harness.monorepo.variants.file import Profile
from harness.plan.cells import variant_of
from harness.provision.state_folder import Layout
from harness.records.format import SAMPLE, log_name
from harness.records.journal import Journal, read_findings, read_info
from harness.report.either import write_either
from harness.report.writer import write_report
from tests.integration.pages import ARGUMENTS, CHROMIUM, opened, unfold
from tests.unit.report.backends.made_up_backends import made_up_backends
from tests.unit.report.made_up_nix import made_up_nix_run
from tests.unit.report.made_up_run import made_up_run
from tests.unit.report.made_up_scale import made_up_scale_run

_REFERENCE = Path(__file__).parents[2] / "results" / "reference"
_BACKENDS = Path(__file__).parents[2] / "results" / "reference-backends"

#: What the small page has figures of: every kind, and every outcome among them.
_SCENARIOS = (
    *("lock", "install-cold", "refresh", "build", "deploy"),
    *("nix-build", "add-dependency", "nix-add-dependency"),
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


def _reported(run: Path) -> Path:
    """The page of a run, in the folder beside it (see ``pages.run_of``)."""
    return write_report([run], run.parent / "report").html


@pytest.fixture(scope="session")
def small_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a made-up run with scenarios of each kind and every outcome."""
    return _once(tmp_path_factory, "small", lambda folder: _reported(_small_run(folder)))


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
def strategies_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a made-up run of the Nix lane with every strategy."""
    return _once(
        tmp_path_factory,
        "strategies",
        lambda folder: _reported(made_up_nix_run(folder, variants=("venv", "uv", "hatch"))),
    )


@pytest.fixture(scope="session")
def scale_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a made-up run of five sizes, one of which not all variants can bear."""
    return _once(tmp_path_factory, "scale", lambda folder: _reported(made_up_scale_run(folder)))


@pytest.fixture(scope="session")
def backends_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a made-up run of build backends."""
    return _once(
        tmp_path_factory,
        "backends",
        lambda folder: write_either([made_up_backends(folder, files=(1, 10_000))], None).page,
    )


@pytest.fixture(scope="session")
def all_backends_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the run of build backends that the repository keeps."""
    return _once(tmp_path_factory, "all-backends", lambda folder: write_either([_BACKENDS], folder).page)


@pytest.fixture(scope="session")
def reference_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the run that the repository keeps, of the core's variants alone: what a default run writes."""
    return _once(tmp_path_factory, "reference", lambda folder: _reported(of_core(_REFERENCE, folder)))


@pytest.fixture(scope="session")
def whole_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the run that the repository keeps, with every variant."""
    return _once(tmp_path_factory, "whole", lambda folder: write_report([_REFERENCE], folder).html)


def of_core(run: Path, results: Path) -> Path:
    """A run with what it has of the core's variants; the folder is returned."""
    core = {item.name for item in load_variants(Layout.here().variants) if item.spec.profile is Profile.CORE}
    info = read_info(run)
    plan = replace(info.plan, cells=tuple(cell for cell in info.plan.cells if variant_of(cell) in core))
    variants = {name: facts for name, facts in info.variants.items() if name in core}
    journal = Journal.create(results, replace(info, plan=plan, variants=variants))
    samples = [SAMPLE.validate_json(line) for line in (run / "samples.jsonl").read_bytes().splitlines()]
    for sample in samples:
        if variant_of(sample.cell) in core:
            journal.add_sample(sample)
    for finding in read_findings(run):
        if finding.variant in core:
            journal.add_finding(finding)
    return journal.folder


_VERIFY = pytest.mark.verify
_LARGE = pytest.param("reference_page", marks=_VERIFY)
_OTHERS = [
    pytest.param(name, marks=_VERIFY)
    for name in ("strategies_page", "scale_page", "backends_page", "all_backends_page")
]


@pytest.fixture(scope="module", params=["small_page", _LARGE])
def overview_page(request: pytest.FixtureRequest) -> Path:
    """A page whose run has what the tests of the overview ask for."""
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module", params=["small_page", _LARGE, *_OTHERS])
def every_page(request: pytest.FixtureRequest) -> Path:
    """Each page of a run in turn, and that of build backends."""
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def _window(browser: Browser, every_page: Path) -> Iterator[Page]:
    with opened(browser, every_page) as page:
        unfold(page)
        yield page


@pytest.fixture
def unfolded(_window: Page) -> Page:
    """Each page in turn with all of it open: loaded once, for tests that look and do not touch."""
    _window.set_viewport_size({"width": 1280, "height": 900})
    _window.emulate_media(media="screen", color_scheme="light", forced_colors="none", reduced_motion="no-preference")
    _window.evaluate("document.adoptedStyleSheets = []")
    return _window
