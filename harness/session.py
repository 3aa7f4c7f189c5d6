"""One run from beginning to end: provision, warm up, measure block by block, renew the report after each."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from harness.bench import Attempt, Bench, Unready
from harness.equipment import Equipment, equipped
from harness.errors import HarnessError, InputError
from harness.facts import run_info
from harness.findings import establish_all
from harness.journal import Journal, check_new
from harness.measure.executor import LauncherExecutor
from harness.plan import Selection, make_plan, variant_of
from harness.progress import RunProgress, SetupProgress
from harness.provision.layout import Layout
from harness.provision.supplies import base_python
from harness.records import Finding, Lane, Outcome, Plan, RunInfo, RunStatus
from harness.runner import Means, run_plan
from harness.scenarios import all_scenarios
from harness.shapes import CANONICAL, Shape
from harness.variants import Variant
from harness.warmup import phases_needed, warm_up
from harness.workspace import Surroundings, Workspace, remove

#: The longest a single step may take, in seconds; the slowest of the committed variants takes a tenth of it.
STEP_LIMIT_S = 300.0

INTERRUPTED = 130


class SystemClock:
    """The system's clock."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a person asked for, checked: nothing is run before this is whole."""

    variants: tuple[Variant, ...]
    lanes: frozenset[Lane]
    scenarios: tuple[str, ...]
    shape: Shape
    blocks: int
    seed: int
    results: Path
    report: Path | None
    run_id: str
    command_line: tuple[str, ...]


def new_run_id(now: datetime) -> str:
    """A run's name from the time it begins: sorts by age, and is a folder's name everywhere."""
    return now.strftime("%Y%m%dT%H%M%SZ")


def plan_of(request: Request) -> Plan:
    """The plan of a request.

    Raises:
        InputError: it holds nothing to measure.
    """
    scenarios = {
        name: scenario.lane
        for name, scenario in all_scenarios().items()
        if not request.scenarios or name in request.scenarios
    }
    plan = make_plan(
        Selection(
            strategies={variant.name: variant.spec.nix.strategies for variant in request.variants},
            scenarios=scenarios,
            lanes=request.lanes,
            shape=request.shape.name,
            blocks=request.blocks,
            seed=request.seed,
        )
    )
    if not plan.cells:
        raise InputError(
            "--scenario and --lane together leave nothing to measure.",
            hint="Scenarios whose names begin with nix- belong to the lane nix, all others to local.",
        )
    return plan


def run_session(request: Request, layout: Layout, console: Console) -> int:
    """Do what was asked, from set-up to the last report; the exit status for the command line.

    Raises:
        HarnessError: set-up failed, or there is a run of that id already.
    """
    plan = plan_of(request)
    check_new(request.results, request.run_id)
    scratch = layout.scratch(request.run_id)
    try:
        lanes = {cell.lane for cell in plan.cells}
        with equipped(request.variants, request.shape, layout, console, nix=Lane.NIX in lanes) as equipment:
            journal = Journal.create(request.results, _info(request, plan, layout, equipment))
            try:
                outcomes = _measure(request, plan, journal, equipment, scratch, console)
            except KeyboardInterrupt:
                journal.finish(RunStatus.INTERRUPTED, _timestamp())
                console.print(f"interrupted; what was measured is in {journal.folder}", soft_wrap=True)
                render_report(journal.folder, request.report, summary=True)
                return INTERRUPTED
            journal.finish(RunStatus.COMPLETE, _timestamp())
            render_report(journal.folder, request.report, summary=True)
            bad = sum(count for outcome, count in outcomes.items() if outcome not in (Outcome.OK, Outcome.UNSUPPORTED))
            return 1 if bad else 0
    except KeyboardInterrupt:
        console.print("interrupted before anything was measured")
        return INTERRUPTED
    finally:
        remove(scratch)


def _info(request: Request, plan: Plan, layout: Layout, equipment: Equipment) -> RunInfo:
    return run_info(
        run_id=request.run_id,
        plan=plan,
        variants=request.variants,
        scenarios=all_scenarios(),
        command_line=request.command_line,
        checkout=layout.checkout,
        scratch=layout.state,
        now=SystemClock().now(),
        nix_version=equipment.nix_version,
        nix_unavailable=equipment.nix_unavailable,
    )


def _measure(
    request: Request, plan: Plan, journal: Journal, equipment: Equipment, scratch: Path, console: Console
) -> dict[Outcome, int]:
    benches = make_benches(request, plan, equipment, scratch)
    with LauncherExecutor() as executor:
        benches = warm_all(benches, plan, journal, console)
        for finding in _findings(request, equipment):
            journal.add_finding(finding)
        means = Means(
            scenarios=all_scenarios(),
            executor=executor,
            clock=SystemClock(),
            nonce=_nonce,
            limit_s=STEP_LIMIT_S,
        )
        with RunProgress(
            plan, console, after_block=lambda _: render_report(journal.folder, request.report, summary=False)
        ) as progress:
            return run_plan(plan, benches, journal, means, progress)


def make_benches(request: Request, plan: Plan, equipment: Equipment, scratch: Path) -> dict[str, Bench | Unready]:
    """A bench for every entrant of the plan; the reference's A/A cells have one of their own."""
    variants = {variant.name: variant for variant in request.variants}
    benches: dict[str, Bench | Unready] = {}
    for cell in plan.cells:
        if cell.variant in benches:
            continue
        variant = variants[variant_of(cell)]
        tools = equipment.tools.get(variant.name)
        if tools is None:
            benches[cell.variant] = Unready(variant=variant, reason=equipment.problems[variant.name])
            continue
        surroundings = Surroundings(python=base_python(), tools=tools, index=equipment.index.url)
        folder = scratch / cell.variant

        def workspace(
            name: str, variant: Variant = variant, folder: Path = folder, surroundings: Surroundings = surroundings
        ) -> Workspace:
            return Workspace(variant=variant, shape=request.shape, folder=folder / name, surroundings=surroundings)

        benches[cell.variant] = Bench(
            variant=variant,
            shape=request.shape,
            warm=workspace("warm"),
            settled=workspace("settled"),
            cold=workspace("cold"),
            meter=equipment.index,
            host_environment=os.environ,
            nix=equipment.nix_bench(variant, workspace("nix")),
            nix_unavailable=equipment.nix_unavailable,
        )
    return benches


def warm_all(
    benches: dict[str, Bench | Unready], plan: Plan, journal: Journal, console: Console
) -> dict[str, Bench | Unready]:
    """Warm up every bench, two at a time: nothing is measured yet, so they may disturb each other."""
    phases = {
        name: phases_needed({cell.scenario for cell in plan.cells if cell.variant == name and cell.lane is Lane.LOCAL})
        for name in benches
    }

    def warm(name: str) -> Bench | Unready:
        bench = benches[name]
        if isinstance(bench, Unready):
            return bench
        with LauncherExecutor() as executor:
            log = journal.folder / "logs" / "warm-up" / f"{name}.log"
            log.parent.mkdir(parents=True, exist_ok=True)
            attempt = Attempt(executor=executor, log_path=log, limit_s=STEP_LIMIT_S, nonce=_nonce)
            try:
                problems = warm_up(bench, attempt, phases[name])
            except HarnessError as error:
                return Unready(variant=bench.variant, reason=error.message)
            for problem in problems:
                console.print(f"{name}: {problem}", markup=False, highlight=False, soft_wrap=True)
            return bench

    with SetupProgress(console) as progress, ThreadPoolExecutor(max_workers=2) as pool:
        warmed = {}
        for name, bench in zip(benches, pool.map(warm, benches), strict=True):
            warmed[name] = bench
            progress.doing(f"warming up: {len(warmed)} of {len(benches)} done")
    return warmed


def _findings(request: Request, equipment: Equipment) -> Iterator[Finding]:
    for variant in request.variants:
        for observation in establish_all(equipment.subject(variant, request.shape)):
            if observation.lane in request.lanes:
                yield Finding(
                    run_id=request.run_id,
                    variant=variant.name,
                    lane=observation.lane,
                    finding=observation.finding,
                    value=observation.value,
                    evidence=observation.evidence,
                )


def render_report(run: Path, report: Path | None, *, summary: bool) -> None:
    """Write a run's report in a process of its own: the one that measures never imports pandas."""
    command = [sys.executable, "-m", "harness", "report", str(run), "--report", str(report or run / "report")]
    subprocess.run([*command, *(() if summary else ("--quiet",))], check=False, stdin=subprocess.DEVNULL)


def _timestamp() -> str:
    return SystemClock().now().isoformat(timespec="seconds")


def _nonce() -> str:
    return secrets.token_hex(4)


def set_up(variants: tuple[Variant, ...], layout: Layout, console: Console) -> int:
    """Put everything in place that a run needs, and measure nothing; the exit status for the command line.

    Raises:
        ProvisionError: wheels cannot be had, or the index does not start.
    """
    with equipped(variants, CANONICAL, layout, console, nix=True) as equipment:
        for name, problem in equipment.problems.items():
            console.print(f"{name}: {problem}", markup=False, highlight=False, soft_wrap=True)
        return 1 if equipment.problems else 0
