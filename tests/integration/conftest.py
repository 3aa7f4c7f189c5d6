"""The pages that tests look at in a browser, and the browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from harness.journal import Journal, read_findings, read_info
from harness.plan import variant_of
from harness.provision.layout import Layout
from harness.records import SAMPLE
from harness.reporting.either import write_either
from harness.reporting.writer import write_report
from harness.variants import load_variants
from harness.variants.file import Profile
from tests.integration.pages import ARGUMENTS, CHROMIUM
from tests.unit.reporting.made_up_nix import made_up_nix_run
from tests.unit.reporting.made_up_run import FIXTURE
from tests.unit.reporting.made_up_scale import made_up_scale_run

_REFERENCE = Path(__file__).parents[2] / "results" / "reference"
_BACKENDS = Path(__file__).parents[2] / "results" / "reference-backends"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def small_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a made-up run with all scenarios and every outcome."""
    return write_report([FIXTURE], tmp_path_factory.mktemp("report")).html


@pytest.fixture(scope="session")
def strategies_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a made-up run of the Nix lane with every strategy."""
    run = made_up_nix_run(tmp_path_factory.mktemp("runs"), variants=("venv", "uv", "hatch"))
    return write_report([run], tmp_path_factory.mktemp("report")).html


@pytest.fixture(scope="session")
def scale_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a made-up run of five sizes, one of which not all variants can bear."""
    run = made_up_scale_run(tmp_path_factory.mktemp("runs"))
    return write_report([run], tmp_path_factory.mktemp("report")).html


@pytest.fixture(scope="session")
def reference_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the run that the repository keeps, of the core's variants alone: what a default run writes."""
    run = of_core(_REFERENCE, tmp_path_factory.mktemp("runs"))
    return write_report([run], tmp_path_factory.mktemp("report")).html


@pytest.fixture(scope="session")
def whole_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the run that the repository keeps, with every variant."""
    return write_report([_REFERENCE], tmp_path_factory.mktemp("report")).html


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


@pytest.fixture(scope="session")
def backends_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the run of build backends that the repository keeps."""
    return write_either([_BACKENDS], tmp_path_factory.mktemp("report")).page


@pytest.fixture(params=["small_page", "strategies_page", "scale_page", "reference_page"])
def each_page(request: pytest.FixtureRequest) -> Path:
    """Each of the four pages in turn."""
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["small_page", "strategies_page", "scale_page", "reference_page", "backends_page"])
def every_page(request: pytest.FixtureRequest) -> Path:
    """Each of the four pages in turn, and that of build backends."""
    found: Path = request.getfixturevalue(request.param)
    return found
