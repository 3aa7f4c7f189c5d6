"""Made-up runs for tests of analysis and reporting, and for looking at a page: ``python -m`` this to write one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from harness.records.facts import DocumentedFacts, HostFacts, Lane, Outcome, ScenarioFacts, VariantFacts
from harness.records.format import CONTROL_SUFFIX, Cell, Plan, RunInfo, RunStatus, Sample
from harness.records.journal import Journal
from tests.made_up import made_up_sample
from tests.places import CHECKOUT
from tests.unit.report.made_up_findings import CHANGES, FACTS, made_up_findings

#: Seconds a scenario takes with each variant: hatch, uv, pdm, poetry, venv.
SECONDS: dict[str, tuple[float, ...]] = {
    "tool-install": (3.1, 0.9, 4.2, 5.6, 2.9),
    "lock": (6.9, 0.15, 1.9, 2.4, 3.3),
    "install-cold": (9.4, 0.62, 5.1, 6.0, 7.9),
    "install-warm": (7.2, 0.21, 4.0, 4.9, 7.6),
    "noop": (0.44, 0.05, 0.71, 0.82, 3.4),
    "run": (0.47, 0.09, 0.51, 0.66, 0.043),
    "refresh": (7.9, 0.12, 0.52, 0.67, 0.044),
    "build": (2.6, 1.1, 3.0, 2.4, 6.2),
    "deploy": (3.3, 0.5, 3.9, 4.1, 4.7),
    "nix-eval": (0.21, 0.2, 0.22, 0.21, 0.21),
    "nix-build": (3.4, 3.1, 3.5, 3.6, 4.4),
    "nix-noop": (0.22, 0.21, 0.22, 0.23, 0.22),
    "nix-refresh": (2.4, 2.1, 2.5, 2.5, 3.3),
    "add-dependency": (9.8, 0.3, 4.4, 5.9, 10.2),
    "nix-add-dependency": (2.7, 2.2, 2.6, 2.9, 3.5),
}
#: What only some runs measure: in the activated environment, over a network, in containers.
MORE_SECONDS: dict[str, tuple[float, ...]] = {
    "run-direct": (0.043, 0.042, 0.044, 0.043, 0.043),
    "refresh-direct": (7.5, 0.045, 0.044, 0.045, 0.044),
    "install-cold-broadband": (14.1, 2.3, 9.8, 11.2, 12.9),
    "image": (31.0, 12.4, 28.2, 33.1, 26.0),
    "image-rebuild": (9.4, 1.8, 8.1, 9.9, 7.2),
}
#: Changes that are timed take turns; these are in the first block alone.
TURNS = ("add-dependency", "nix-add-dependency")
VARIANTS = ("hatch", "uv", "pdm", "poetry", "venv")
REFERENCE = "venv"

#: A small run that never changes, as it stands in the repository: four variants, every outcome.
FIXTURE = CHECKOUT / "tests" / "fixtures" / "run-small"
_PACKAGES = {
    "hatch": ("hatch", "hatchling", {"hatch": "1.18.2", "hatchling": "1.27.0"}),
    "uv": ("uv", "uv_build", {"uv": "0.13.9", "uv_build": "0.13.9"}),
    "pdm": ("pdm", "pdm-backend", {"pdm": "2.29.3", "pdm-backend": "2.4.5"}),
    "poetry": ("poetry", "poetry-core", {"poetry": "2.5.1", "poetry-core": "2.2.1"}),
    "venv": ("venv + pip", "setuptools", {"pip": "25.3", "setuptools": "80.9.0"}),
}
_SIZES = {
    "tool-install": {"toolchain_bytes": 45_000_000},
    "install-cold": {"environment_bytes": 12_300_000, "cache_bytes": 3_100_000},
    "deploy": {"deploy_bytes": 9_800_000},
    "build": {"wheels_bytes": 5_600, "sdists_bytes": 7_400},
    "nix-build": {"runtime_closure_bytes": 66_000_000, "build_closure_bytes": 181_000_000},
}


def made_up_run(
    folder: Path,
    *,
    variants: Sequence[str] = VARIANTS,
    scenarios: Sequence[str] = tuple(SECONDS),
    blocks: int = 6,
    seed: int = 7,
    run_id: str = "made-up",
    status: RunStatus = RunStatus.COMPLETE,
    mishaps: bool = True,
    noise: float = 0.03,
    strategies: Sequence[str] = ("handwritten",),
) -> Path:
    """Write a run's folder below ``folder``; with ``mishaps``, every outcome is in it. The folder is returned."""
    rng = np.random.default_rng(seed)
    cells = [
        _cell(name, scenario, strategy)
        for variant in variants
        for name in ((variant, variant + CONTROL_SUFFIX) if variant == REFERENCE else (variant,))
        for scenario in scenarios
        for strategy in (strategies if scenario.startswith("nix-") else strategies[:1])
    ]
    info = made_up_info(cells, variants, blocks=blocks, seed=seed, run_id=run_id)
    journal = Journal.create(folder, info)
    for block in range(blocks):
        for position, index in enumerate(rng.permutation(len(cells))):
            cell = cells[index]
            if cell.scenario in TURNS and block:
                continue
            sample = _sample(cell, block, position, rng, noise, run_id)
            journal_sample = _mishap(sample) if mishaps else sample
            _append(journal, journal_sample)
    for finding in made_up_findings(variants, run_id):
        journal.add_finding(finding)
    finished = None if status is RunStatus.RUNNING else "2026-11-02T10:18:41Z"
    journal.write_info(replace(info, status=status, finished_at=finished))
    return journal.folder


def made_up_info(cells: Sequence[Cell], variants: Sequence[str], *, blocks: int, seed: int, run_id: str) -> RunInfo:
    """What ``run.json`` says of a made-up run that is still going on."""
    return RunInfo(
        run_id=run_id,
        status=RunStatus.RUNNING,
        started_at="2026-11-02T10:00:00Z",
        command_line=("python", "-m", "harness", "run", "--blocks", str(blocks)),
        harness_version="0.1.0",
        git_revision="0123456789abcdef0123456789abcdef01234567",
        plan=Plan(cells=tuple(cells), blocks=blocks, seed=seed, reference=REFERENCE, digest="d" * 64),
        findings=FACTS,
        changes=CHANGES,
        host=HostFacts(
            host_id="made-up-host",
            system="Linux",
            release="6.1.0",
            machine="x86_64",
            cpu_model="Made-up CPU at 2.5 GHz",
            cpu_count=2,
            memory_bytes=25_769_803_776,
            filesystem="ext4",
            python_version="3.11.7",
            python_implementation="CPython",
            libc="glibc 2.36",
        ),
        tools={"python": "3.11.7", "nix": "2.8.0", "pip": "25.3"},
        variants={name: _variant_facts(name) for name in variants},
        scenarios={
            cell.scenario: ScenarioFacts(
                title=cell.scenario.replace("-", " ").capitalize(),
                before="Lock present, cache empty, no environment.",
                measured="The install steps.",
                verified="Both applications print their line.",
            )
            for cell in cells
        },
    )


def _variant_facts(name: str) -> VariantFacts:
    manager, backend, tools = _PACKAGES.get(name, (name, name, {name: "1.0"}))
    return VariantFacts(
        title=f"{manager} with {backend}",
        summary=f"One project per member, built with {backend}.",
        manager=manager,
        backend=backend,
        digest=f"digest-of-{name}",
        tools=tools,
        commands={"install-cold": ((manager.split()[0], "sync", "--all"),), "run": (("{app}",), ("true", "a b"))},
        documented=DocumentedFacts(page=f"https://docs.invalid/{name}", read="2026-12-01"),
        unsupported={"lock": "pip has no lock command that covers editable members."} if name == "venv" else {},
        files={"pyproject.toml": f'[build-system]\nrequires = ["{backend}"]\n'},
    )


def _cell(variant: str, scenario: str, strategy: str = "handwritten") -> Cell:
    if scenario.startswith("nix-"):
        return Cell(variant=variant, lane=Lane.NIX, scenario=scenario, provider="host", strategy=strategy)
    return Cell(variant=variant, lane=Lane.LOCAL, scenario=scenario)


def _sample(cell: Cell, block: int, position: int, rng: np.random.Generator, noise: float, run_id: str) -> Sample:
    variant = cell.variant.removesuffix(CONTROL_SUFFIX)
    place = VARIANTS.index(variant) if variant in VARIANTS else 0
    seconds = (SECONDS | MORE_SECONDS)[cell.scenario][place] * float(rng.lognormal(0, noise))
    scale = 1 + place / 10
    local = cell.lane is Lane.LOCAL
    return made_up_sample(
        cell,
        run_id=run_id,
        host_id="made-up-host",
        variant_digest=f"digest-of-{variant}",
        block=block,
        position=position,
        exit_code=0,
        wall_s=seconds,
        user_s=seconds * 0.7,
        system_s=seconds * 0.2,
        max_rss_bytes=int(40_000_000 * scale),
        requests=(34 if cell.scenario == "install-cold" else 0) if local else None,
        bytes_downloaded=(2_345_678 if cell.scenario == "install-cold" else 0) if local else None,
        files_written=120,
        started_at=f"2026-11-02T10:{block:02d}:{position % 60:02d}Z",
        log_path=f"logs/block-{block}/{cell.variant}_{cell.lane.value}_{cell.scenario}.log",
        sizes={name: int(size * scale) for name, size in _SIZES.get(cell.scenario, {}).items()},
    )


def _mishap(sample: Sample) -> Sample:
    what = {
        ("venv", "lock"): (Outcome.UNSUPPORTED, "pip has no lock command that covers editable members."),
        ("venv" + CONTROL_SUFFIX, "lock"): (
            Outcome.UNSUPPORTED,
            "pip has no lock command that covers editable members.",
        ),
        ("hatch", "refresh"): (Outcome.FAILED, "hello printed 'Hello, PolyWolf', not 'Hello, Fresh'."),
        ("poetry", "deploy"): (Outcome.SETUP_FAILED, "The state before was not reached: the cache is not warm."),
    }.get((sample.variant, sample.scenario))
    if (sample.variant, sample.scenario, sample.block) == ("uv", "build", 1):
        what = (Outcome.TIMED_OUT, "No end within 120 s.")
    if what is None:
        return sample
    outcome, reason = what
    return replace(
        sample,
        outcome=outcome,
        reason=reason,
        wall_s=None,
        user_s=None,
        system_s=None,
        max_rss_bytes=None,
        exit_code=1 if outcome is Outcome.FAILED else None,
        sizes={},
    )


def _append(journal: Journal, sample: Sample) -> None:
    if sample.outcome is not Outcome.OK and sample.outcome is not Outcome.UNSUPPORTED:
        log = journal.folder / sample.log_path
        log.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"line {number}\n" for number in range(60))
        log.write_text(f"$ tool {sample.scenario}\n{lines}error: it did not work\n", encoding="utf-8")
    journal.add_samples([sample])


if __name__ == "__main__":
    made_up_run(Path(sys.argv[1]), blocks=int(sys.argv[2]), run_id=sys.argv[3])
