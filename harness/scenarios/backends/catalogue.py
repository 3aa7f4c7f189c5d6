"""What is measured of a backend: starting, importing, each hook, each front end, and what an editable install costs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.monorepo.backends.project import PACKAGE
from harness.records.facts import ScenarioFacts
from harness.scenarios.backends.kinds import Argv, BackendScenario, Building, Sizes, Starting
from harness.workspace.backend import BackendBench

_WARM = "Sources and nothing else; modules of the backend compiled."


def _hook(name: str, title: str, hook: str, product: str, verified: str) -> Building:
    return Building(
        name=name,
        hook=hook,
        product=product,
        facts=ScenarioFacts(
            title=title,
            before=_WARM,
            measured=f"A Python of its own that imports the backend and calls {hook}, as a front end does it.",
            verified=verified,
        ),
    )


def _front(
    name: str,
    title: str,
    argv: Argv,
    shown: tuple[str, ...],
    *,
    isolated: bool,
    what: str,
    only: str = "",
    spread: Sizes = Sizes.ALL,
) -> Building:
    environment = (
        "The front end makes an environment with the backend, from warm caches and the index on loopback."
        if isolated
        else "The backend is installed already: nothing is isolated."
    )
    return Building(
        name=name,
        product="wheel",
        argv=argv,
        shown=shown,
        only=only,
        with_backend=shown[0] == "python",
        spread=spread,
        facts=ScenarioFacts(
            title=title, before=f"{_WARM} {environment}", measured=what, verified="One wheel, with every module in it."
        ),
    )


def _build(*options: str) -> Argv:
    def argv(bench: BackendBench, shape: str) -> Sequence[str | Path]:
        return (
            *(str(bench.beside), "-m", "build", "--wheel", *options),
            *("--outdir", str(bench.out), str(bench.project(shape).folder)),
        )

    return argv


def _pip(*options: str) -> Argv:
    def argv(bench: BackendBench, shape: str) -> Sequence[str | Path]:
        return (
            *(str(bench.beside), "-m", "pip", "wheel", "--no-deps", *options),
            *("--wheel-dir", str(bench.out), str(bench.project(shape).folder)),
        )

    return argv


def _uv(*options: str) -> Argv:
    def argv(bench: BackendBench, shape: str) -> Sequence[str | Path]:
        return (
            *(str(bench.front_ends / "uv"), "build", "--wheel", *options, "--python", str(bench.python)),
            *("--out-dir", str(bench.out), str(bench.project(shape).folder)),
        )

    return argv


#: So many starts are one sample of what an install costs.
STARTS = 10


def _backend(name: str, title: str, code: str, before: str) -> Starting:
    facts = ScenarioFacts(
        title=title, before=before, measured=f"One start of Python, with -c '{code}'.", verified="It says nothing."
    )
    return Starting(name=name, code=code, facts=facts, spread=Sizes.ONE)


def _starting(
    name: str, title: str, code: str, *, before: str, hook: str, flat: bool = False, spread: Sizes = Sizes.SMALL
) -> Starting:
    facts = ScenarioFacts(
        title=title,
        before=before,
        measured=f"{STARTS} starts of Python, one after another, each with -c '{code}'.",
        verified="None of them says anything.",
    )
    return Starting(name=name, code=code, hook=hook, flat=flat, times=STARTS, facts=facts, spread=spread)


_EDITABLE = "The package is installed editable, as the backend's own wheel says, and was imported before."
_INSTALLED = "The package's wheel is installed, and was imported before."
_FLAT = f"{_EDITABLE} It lies beside pyproject.toml, not in src."

SCENARIOS: tuple[BackendScenario, ...] = (
    _backend("backend-start", "Start Python beside the backend", "pass", "An environment with the backend alone."),
    _backend(
        "backend-import",
        "Import the backend",
        "import {module}",
        "An environment with the backend alone; its modules are compiled.",
    ),
    _hook(
        "backend-metadata",
        "Metadata hook",
        "prepare_metadata_for_build_wheel",
        "metadata",
        "A METADATA file that names the project.",
    ),
    _hook("backend-wheel", "Wheel hook", "build_wheel", "wheel", "A wheel with every module in it."),
    _hook("backend-sdist", "Sdist hook", "build_sdist", "sdist", "An sdist with every module in it."),
    _hook(
        "backend-editable", "Editable hook", "build_editable", "editable", "A wheel whose metadata names the project."
    ),
    _front(
        "front-build",
        "build, not isolated",
        _build("--no-isolation"),
        ("python", "-m", "build", "--wheel", "--no-isolation"),
        isolated=False,
        what="The PyPA's front end build asks for a wheel, through PEP 517.",
    ),
    _front(
        "front-pip",
        "pip wheel, not isolated",
        _pip("--no-build-isolation"),
        ("python", "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "."),
        isolated=False,
        what="pip asks for a wheel, through PEP 517: metadata first, then the wheel.",
    ),
    _front(
        "front-uv",
        "uv build, not isolated",
        _uv("--no-build-isolation"),
        ("uv", "build", "--wheel", "--no-build-isolation"),
        isolated=False,
        what="uv asks for a wheel, through PEP 517; uv_build alone it runs in its own process, past PEP 517.",
    ),
    _front(
        "front-uv-standard",
        "uv build through PEP 517",
        _uv("--no-build-isolation", "--force-pep517"),
        ("uv", "build", "--wheel", "--no-build-isolation", "--force-pep517"),
        isolated=False,
        what="uv asks uv_build for a wheel the standard way, as it asks all others.",
        only="uv_build",
    ),
    _front(
        "front-build-isolated",
        "build, isolated",
        _build(),
        ("python", "-m", "build", "--wheel"),
        isolated=True,
        spread=Sizes.ONE,
        what="The same as it is without an option: an environment for the backend is made first.",
    ),
    _front(
        "front-pip-isolated",
        "pip wheel, isolated",
        _pip(),
        ("python", "-m", "pip", "wheel", "--no-deps", "."),
        isolated=True,
        spread=Sizes.ONE,
        what="The same as it is without an option: an environment for the backend is made first.",
    ),
    _front(
        "front-uv-isolated",
        "uv build, isolated",
        _uv(),
        ("uv", "build", "--wheel"),
        isolated=True,
        spread=Sizes.ONE,
        what="The same as it is without an option: an environment for the backend is made first, for uv_build none.",
    ),
    _starting("installed-start", "Start Python, installed", "pass", before=_INSTALLED, hook="build_wheel"),
    _starting(
        "editable-start", "Start Python, editable", "pass", before=_EDITABLE, hook="build_editable", spread=Sizes.ALL
    ),
    _starting(
        "editable-start-flat", "Start Python, editable and flat", "pass", before=_FLAT, hook="build_editable", flat=True
    ),
    _starting(
        "installed-import", "Import the package, installed", f"import {PACKAGE}", before=_INSTALLED, hook="build_wheel"
    ),
    _starting(
        "editable-import", "Import the package, editable", f"import {PACKAGE}", before=_EDITABLE, hook="build_editable"
    ),
    _starting(
        "editable-import-flat",
        "Import the package, editable and flat",
        f"import {PACKAGE}",
        before=_FLAT,
        hook="build_editable",
        flat=True,
    ),
)

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
