"""A made-up run of backends: round figures with a little noise, the same each time, written to a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from harness.findings.backends import FACTS
from harness.monorepo.shapes.packages import files_of
from harness.plan.cells import variant_of
from harness.records.facts import Lane, Outcome, VariantFacts
from harness.records.format import Cell, Finding, Plan, RunInfo, RunStatus, Sample
from harness.records.journal import Journal
from harness.run.contestants.backends import plan_of_backends
from harness.scenarios.backends.catalogue import BY_NAME
from tests.made_up import made_up_info, made_up_sample

#: The machine of the made-up runs of variants too.
HOST = "made-up-host"
BACKENDS = ("flit-core", "setuptools", "uv-build")
SCENARIOS = (
    "backend-import",
    "backend-wheel",
    "backend-sdist",
    "backend-editable",
    "front-build",
    "front-uv",
    "front-uv-standard",
    "front-uv-isolated",
    "installed-start",
    "editable-start",
    "editable-start-flat",
)
#: Seconds: to start and import, for the hook itself, and for each file.
COST = {"flit-core": (0.04, 0.02, 0.0002), "setuptools": (0.2, 0.1, 0.0008), "uv-build": (0.02, 0.01, 0.00005)}
#: Seconds that a front end adds, and that isolating adds to that.
ADDS = {"front-build": 0.3, "front-uv": 0.02, "front-uv-standard": 0.02, "front-uv-isolated": 0.12}


def seconds(cell: Cell) -> float:
    """What a cell takes without noise."""
    started, hook, each = COST[variant_of(cell)]
    grown = each * files_of(cell.shape)
    if cell.scenario == "backend-import":
        return started
    if cell.scenario.startswith("front-"):
        # uv does uv_build's work itself.
        inside = variant_of(cell) == "uv-build" and cell.scenario in ("front-uv", "front-uv-isolated")
        return 0.005 + grown if inside else started + hook + grown + ADDS[cell.scenario]
    if cell.scenario == "editable-start-flat":
        return 0.3 if variant_of(cell) == "setuptools" else 0.2
    if cell.scenario.endswith("-start"):
        return 0.2
    return started + hook + (grown if cell.scenario != "backend-editable" else 0.0)


def made_up_backends(
    folder: Path,
    *,
    files: Sequence[int] = (1, 100, 10_000),
    scenarios: Sequence[str] = SCENARIOS,
    backends: Sequence[str] = BACKENDS,
    blocks: int = 6,
    run_id: str = "made-up-backends",
    mishap: bool = True,
) -> Path:
    """Write a run's folder below ``folder``, which is returned; with a ``mishap``, one cell always fails."""
    plan = plan_of_backends(backends, scenarios, files, blocks=blocks, seed=7)
    journal = Journal.create(folder, _info(plan, backends, scenarios, run_id))
    noise = np.random.default_rng(7)
    for block in range(blocks):
        for position, cell in enumerate(plan.cells):
            journal.add_samples(
                [_sample(cell, block, position, float(noise.lognormal(0, 0.01)), run_id, mishap=mishap)]
            )
    for backend in backends:
        for finding, (value, evidence) in _found(backend).items():
            journal.add_finding(
                Finding(
                    run_id=run_id, variant=backend, lane=Lane.LOCAL, finding=finding, value=value, evidence=evidence
                )
            )
    journal.finish(RunStatus.COMPLETE, "2026-01-01T00:10:00+00:00")
    return journal.folder


def _info(plan: Plan, backends: Sequence[str], scenarios: Sequence[str], run_id: str) -> RunInfo:
    info = made_up_info(plan, run_id)
    return replace(
        info,
        host=replace(info.host, host_id=HOST),
        command_line=("backends", "--blocks", str(plan.blocks)),
        tools={"build": "1.6.1", "uv": "0.13.9"},
        variants={name: _facts(name, scenarios) for name in backends},
        scenarios={name: BY_NAME[name].facts for name in scenarios},
        findings=dict(FACTS),
    )


def _facts(name: str, scenarios: Sequence[str]) -> VariantFacts:
    return VariantFacts(
        title=name,
        summary=f"The backend {name}.",
        manager="",
        backend=name,
        digest=f"digest-of-{name}",
        tools={name: "1.0"},
        commands={scenario: BY_NAME[scenario].steps(name, name.replace("-", "_")) for scenario in scenarios},
        files={"backend.toml": "schema_version = 1\n"},
    )


def _found(backend: str) -> dict[str, tuple[str, str]]:
    flat = "import-hook" if backend == "setuptools" else "path-file"
    return {
        "editable-mode": ("path-file", "madeup.pth\n  {project}/src"),
        "editable-mode-flat": (flat, "madeup.pth"),
        "metadata-hook": ("has-one", "build_wheel, prepare_metadata_for_build_wheel"),
        "uv-asks": ("in-process" if backend == "uv-build" else "through-pep-517", "$ uv build"),
    }


def _sample(cell: Cell, block: int, position: int, noise: float, run_id: str, *, mishap: bool) -> Sample:
    backend = variant_of(cell)
    outcome, reason = Outcome.OK, ""
    if cell.scenario == "front-uv-standard" and backend != "uv-build":
        outcome, reason = Outcome.UNSUPPORTED, "That is how uv asks it without being told."
    elif mishap and (backend, cell.scenario, cell.shape) == ("flit-core", "backend-sdist", "files=10000"):
        outcome, reason = Outcome.FAILED, "flit-core.tar.gz has 1 of the package's 10000 modules"
    wall = seconds(cell) * noise if outcome is Outcome.OK else None
    return made_up_sample(
        cell,
        outcome,
        run_id=run_id,
        host_id=HOST,
        variant_digest=f"digest-of-{backend}",
        block=block,
        position=position,
        reason=reason,
        exit_code=0 if wall else None,
        wall_s=wall,
        user_s=wall and wall * 0.7,
        system_s=wall and wall * 0.2,
        max_rss_bytes=30_000_000 if wall else None,
        requests=0 if wall else None,
        bytes_downloaded=0 if wall else None,
        files_written=1 if wall else None,
        started_at=f"2026-01-01T00:{block:02d}:{position % 60:02d}+00:00",
        log_path=f"logs/block-{block}/{cell.variant}_{cell.scenario}.log",
        sizes={"wheel_bytes": 2048} if wall and cell.scenario == "backend-wheel" else {},
    )
