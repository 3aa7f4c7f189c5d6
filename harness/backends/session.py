"""One run of backends from beginning to end: set up, look, warm up, measure block by block, renew the report."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from harness import VERSION
from harness.backends.assignment import BackendAssignment
from harness.backends.bench import BackendBench
from harness.backends.catalogue import Backend
from harness.backends.equipping import Benches, equipped, make_benches
from harness.backends.kinds import BackendScenario
from harness.backends.looking import FACTS, look
from harness.backends.planning import smallest_of
from harness.backends.scenarios import BY_NAME
from harness.bench import Attempt, Unready, how_it_ended
from harness.benches import STEP_LIMIT_S, nonce
from harness.concluding import conclude, cut_off, interrupted, render_report
from harness.errors import HarnessError, StateError
from harness.facts import git_revision
from harness.host import host_facts
from harness.journal import Journal, Resumed
from harness.measure.executor import LauncherExecutor
from harness.measure.trees import remove_tree
from harness.measuring import Prober, add_observation
from harness.opening import SystemClock, go_on
from harness.plan import schedule, unmeasured
from harness.progress import RunProgress, SetupProgress
from harness.provision.layout import Layout
from harness.records import CONTROL_SUFFIX, Cell, Plan, RunInfo, RunStatus, VariantFacts
from harness.runner import Means, run_blocks
from harness.shapes.packages import files_of


def run_backends(assignment: BackendAssignment, layout: Layout, console: Console) -> int:
    """Do what was assigned, from set-up to the last report; the exit status for the command line.

    Raises:
        HarnessError: set-up failed, or the run cannot be resumed.
    """
    scratch = layout.scratch(assignment.run_id)
    journal: Journal | None = None
    try:
        with equipped(assignment, layout, console) as equipment, ExitStack() as stack:
            # While the state folder is this run's own: another of that name may wait for it.
            stack.callback(remove_tree, scratch)
            journal, done = _journal(assignment, layout, console)
            try:
                benches = make_benches(assignment, equipment, scratch)
                benches = _warm_all(benches, assignment.plan, journal, done, console)
                _measure(assignment, journal, done, benches, scratch, console)
            except KeyboardInterrupt:
                return cut_off(journal, f"backends --resume {assignment.run_id}", assignment.report, console)
            return conclude(journal, assignment.report, console)
    except KeyboardInterrupt:
        return interrupted(journal, console)


def _journal(assignment: BackendAssignment, layout: Layout, console: Console) -> tuple[Journal, Resumed]:
    info = backend_run_info(assignment, layout)
    if not assignment.resumes:
        return Journal.create(assignment.results, info), Resumed(samples={}, findings=frozenset(), torn=False)
    return go_on(assignment.folder, info, console)


def backend_run_info(assignment: BackendAssignment, layout: Layout) -> RunInfo:
    """``run.json`` of a run of backends that is about to begin."""
    used = {cell.scenario for cell in assignment.plan.cells}
    scenarios = {name: scenario for name, scenario in BY_NAME.items() if name in used}
    return RunInfo(
        run_id=assignment.run_id,
        status=RunStatus.RUNNING,
        started_at=SystemClock().now().isoformat(timespec="seconds"),
        command_line=assignment.command_line,
        harness_version=VERSION,
        git_revision=git_revision(layout.checkout),
        plan=assignment.plan,
        host=host_facts(layout.state),
        tools={"python": platform.python_version(), **assignment.front_ends.pins},
        variants={backend.name: backend_facts(backend, scenarios) for backend in assignment.backends},
        scenarios={name: scenario.facts for name, scenario in scenarios.items()},
        findings=dict(FACTS),
    )


def backend_facts(backend: Backend, scenarios: Mapping[str, BackendScenario]) -> VariantFacts:
    """What a reader of the results has to know of a backend."""
    named = ("backend.toml", "pyproject.toml")
    return VariantFacts(
        title=backend.spec.title,
        summary=backend.spec.summary,
        manager="",
        backend=backend.spec.title,
        digest=backend.digest,
        tools=backend.pins,
        commands={name: scenario.steps(backend.name, backend.spec.module) for name, scenario in scenarios.items()},
        files={name: (backend.folder / name).read_text(encoding="utf-8") for name in named},
    )


def _warm_all(benches: Benches, plan: Plan, journal: Journal, done: Resumed, console: Console) -> Benches:
    """Get every bench ready, two at a time: nothing is measured yet, so they may disturb each other."""
    left = unmeasured(plan, done.samples)

    def warm(name: str) -> BackendBench | Unready:
        bench = benches[name]
        if isinstance(bench, Unready):
            return bench
        with LauncherExecutor() as executor:
            log = journal.folder / "logs" / "warm-up" / f"{name}.log"
            log.parent.mkdir(parents=True, exist_ok=True)
            attempt = Attempt(
                executor=executor, log_path=log, limit_s=STEP_LIMIT_S, nonce=nonce, shape=smallest_of(plan, name)
            )
            try:
                bench.hooks = frozenset(_hooks(bench, attempt))
                if not name.endswith(CONTROL_SUFFIX):
                    _look(name, bench, attempt, journal, done)
            except HarnessError as error:
                return Unready(variant=bench.variant, reason=error.message)
            for problem in _warm_up(bench, [cell for cell in left if cell.variant == name], attempt):
                console.print(f"{name}: {problem}", markup=False, highlight=False, soft_wrap=True)
            return bench

    with SetupProgress(console) as progress, ThreadPoolExecutor(max_workers=2) as pool:
        warmed: Benches = {}
        for name, bench in zip(benches, pool.map(warm, benches), strict=True):
            warmed[name] = bench
            progress.doing(f"warming up: {len(warmed)} of {len(benches)} done")
    return warmed


def _hooks(bench: BackendBench, attempt: Attempt) -> list[str]:
    """The names of the hooks that a backend has."""
    project = bench.project(attempt.shape)
    bench.fresh(project)
    asked = bench.hook(attempt, project, "hooks")
    told = attempt.executor.run(asked)
    if not told.ok:
        raise StateError(how_it_ended(asked.argv, told))
    return list(bench.answer())


def _look(name: str, bench: BackendBench, attempt: Attempt, journal: Journal, done: Resumed) -> None:
    known = {finding for variant, _, _, finding, _ in done.findings if variant == name}
    for found in look(bench, attempt) if known != set(FACTS) else ():
        if found.finding not in known:
            add_observation(journal, name, found, log_path=journal.relative(attempt.log_path))


def _warm_up(bench: BackendBench, cells: Sequence[Cell], attempt: Attempt) -> list[str]:
    """Do every scenario once with the smallest package it is measured with, so that caches are warm; what failed."""
    smallest: dict[str, str] = {}
    for cell in sorted(cells, key=lambda cell: files_of(cell.shape)):
        smallest.setdefault(cell.scenario, cell.shape)
    problems = []
    for scenario, shape in smallest.items():
        try:
            _once(BY_NAME[scenario], bench, replace(attempt, shape=shape))
        except HarnessError as error:
            problems.append(f"{scenario}: {error.message}")
    return problems


def _once(scenario: BackendScenario, bench: BackendBench, attempt: Attempt) -> None:
    if scenario.unsupported(bench):
        return
    scenario.prepare(bench, attempt)
    for command in scenario.measured(bench, attempt):
        done = attempt.executor.run(command)
        if not done.ok:
            raise StateError(how_it_ended(command.argv, done))


def _measure(
    assignment: BackendAssignment,
    journal: Journal,
    done: Resumed,
    benches: Benches,
    scratch: Path,
    console: Console,
) -> None:
    plan = assignment.plan
    with LauncherExecutor() as executor:
        means = Means[BackendBench](
            scenarios=BY_NAME, executor=executor, clock=SystemClock(), nonce=nonce, limit_s=STEP_LIMIT_S
        )
        probe = Prober(executor, journal, scratch, console)
        probe.take(-1)

        def between(block: int) -> None:
            probe.take(block)
            render_report(journal.folder, assignment.report, summary=False)

        blocks = schedule(plan, done=done.samples.keys(), settled=frozenset, time_is_up=lambda: False)
        with RunProgress(plan, console, after_block=between, done=done.samples.keys()) as progress:
            run_blocks(blocks, benches, journal, means, progress)
