"""Build backends alone as the contestants of a run."""

from __future__ import annotations

import os
import platform
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rich.console import Console

from harness.errors import StateError
from harness.findings.backends import FACTS, look
from harness.monorepo.backends.catalogue import Backend, FrontEnds, alone_lock, load_backends, load_front_ends
from harness.monorepo.shapes.packages import files_of, shape_of
from harness.plan.cells import Selection, make_plan
from harness.provision.equipment import Equipment, equipped
from harness.provision.interpreters import base_python
from harness.provision.state_folder import Layout
from harness.provision.toolchains import PinnedTools
from harness.records.facts import Lane, VariantFacts
from harness.records.format import CONTROL_SUFFIX, Cell, FindingKey, Plan, RunInfo
from harness.records.journal import check_new
from harness.records.spelling import number
from harness.run.contestants.base import Contestants, Stage
from harness.run.info import run_begun
from harness.run.request import Assignment, reference_among
from harness.run.warm import Warmed
from harness.scenarios.backends.catalogue import BY_NAME
from harness.scenarios.backends.kinds import BackendScenario, measured_of
from harness.scenarios.base import Measurable
from harness.workspace.backend import BackendBench
from harness.workspace.prepared import Unready
from harness.workspace.steps import Attempt, explain, how_it_ended

#: The backend all others are compared with: the oldest, and what a project without a [build-system] gets.
REFERENCE = "setuptools"

#: How many files the package has, unless somebody says otherwise.
FILES = (1, 100, 10_000)

#: The scenarios in which the reference runs twice in each block.
CONTROLLED = frozenset({"backend-import", "backend-wheel"})

#: What the tools that a backend is installed with are called, and those that stand alone.
_FRONT_ENDS = "front-ends"


@dataclass(frozen=True, kw_only=True)
class BackendContestants(Contestants[BackendBench]):
    """The backends of a run, and the front ends that ask them."""

    assignment: Assignment
    backends: tuple[Backend, ...]
    front_ends: FrontEnds

    @property
    def scenarios(self) -> Mapping[str, Measurable[BackendBench]]:
        """What is measured of backends."""
        return BY_NAME

    def equipped(self, layout: Layout, early: Path, console: Console) -> AbstractContextManager[Equipment]:  # noqa: ARG002
        """An environment with each backend, another with front ends beside it if they take part, and front ends alone.

        An isolated build takes the newest version that the index has: it has the pinned ones and no other.
        """
        beside = any(BY_NAME[cell.scenario].beside for cell in self.assignment.plan.cells)
        tools = [PinnedTools(name=_FRONT_ENDS, lock=alone_lock(layout.backends))]
        for backend in self.backends:
            tools.append(PinnedTools(name=backend.name, lock=backend.hooks_lock, more=(backend.front_ends_lock,)))
            if beside:
                tools.append(PinnedTools(name=_beside(backend), lock=backend.front_ends_lock))
        return equipped(tools, layout, console, changes=False, pinned_alone=True)

    def info(self, layout: Layout, nix_version: str = "", nix_unavailable: str = "") -> RunInfo:  # noqa: ARG002
        """With the front ends among the tools."""
        info = run_begun(self.assignment, layout, {name: scenario.facts for name, scenario in BY_NAME.items()})
        return replace(
            info,
            tools={"python": platform.python_version(), **self.front_ends.pins},
            variants={backend.name: backend_facts(backend, info.scenarios) for backend in self.backends},
            findings=dict(FACTS),
        )

    def in_words(self, shape: str) -> str:
        """How many files its package has."""
        return f"a package of {number(files_of(shape), 'file')}"

    def stage(
        self,
        shape: str,  # noqa: ARG002 - cells say how many files there are
        plan: Plan,
        equipment: Equipment,
        folder: Path,
        *,
        first: bool,
        known: Collection[FindingKey],
    ) -> Stage[BackendBench]:
        """Backends with a package of so many files; what each does is looked at with the first."""
        return Stage(
            look=tuple,
            make_benches=partial(self._benches, plan, equipment, folder),
            warm=partial(look_and_warm, known) if first else warm_backend,
        )

    def _benches(self, plan: Plan, equipment: Equipment, folder: Path) -> dict[str, BackendBench | Unready]:
        known = {backend.name: backend for backend in self.backends}
        benches: dict[str, BackendBench | Unready] = {}
        for name in dict.fromkeys(cell.variant for cell in plan.cells):
            # The A/A cells have the same environments, and projects of their own.
            backend = known[name.removesuffix(CONTROL_SUFFIX)]
            wanted = (_FRONT_ENDS, backend.name, _beside(backend))
            if reasons := [equipment.problems[item] for item in wanted if item in equipment.problems]:
                benches[name] = Unready(variant=backend, reason=reasons[0])
                continue
            alone = equipment.tools[backend.name]
            benches[name] = BackendBench(
                variant=backend,
                folder=folder / name,
                python=alone / "python",
                beside=equipment.tools.get(_beside(backend), alone) / "python",
                plain=base_python(),
                front_ends=equipment.tools[_FRONT_ENDS],
                index=equipment.index.url,
                meter=equipment.index,
                host_environment=os.environ,
            )
        return benches


def _beside(backend: Backend) -> str:
    """What the environment is called that has front ends beside a backend."""
    return f"{backend.name}-with-{_FRONT_ENDS}"


def backend_facts(backend: Backend, scenarios: Collection[str]) -> VariantFacts:
    """What a reader of the results has to know of a backend that takes part in these scenarios."""
    named = ("backend.toml", "pyproject.toml")
    return VariantFacts(
        title=backend.spec.title,
        summary=backend.spec.summary,
        manager="",
        backend=backend.spec.title,
        digest=backend.digest,
        tools=backend.pins,
        commands={name: BY_NAME[name].steps(backend.name, backend.spec.module) for name in scenarios},
        files={name: (backend.folder / name).read_text(encoding="utf-8") for name in named},
    )


def plan_of_backends(
    names: Sequence[str], scenarios: Collection[str], files: Collection[int], *, blocks: int, seed: int
) -> Plan:
    """The plan for backends of these names, with packages of so many files."""
    sizes = sorted(set(files))
    wanted = {name: scenario for name, scenario in BY_NAME.items() if name in scenarios}
    return make_plan(
        Selection(
            strategies=dict.fromkeys(names, ()),
            scenarios=dict.fromkeys(wanted, Lane.LOCAL),
            lanes=frozenset({Lane.LOCAL}),
            shapes=[shape_of(count) for count in sizes],
            only_with={
                name: [shape_of(count) for count in measured_of(scenario.spread, sizes)]
                for name, scenario in wanted.items()
            },
            blocks=blocks,
            seed=seed,
            reference=reference_among(names, REFERENCE),
            control=CONTROLLED,
        )
    )


def new_backends(
    directory: Path,
    *,
    names: Sequence[str],
    scenarios: Collection[str],
    files: Collection[int],
    blocks: int,
    seed: int,
    results: Path,
    report: Path | None,
    run_id: str,
    command_line: tuple[str, ...],
) -> BackendContestants:
    """What was asked for of the backends in ``directory``; without names or scenarios, all of them.

    Raises:
        InputError: it names a backend that is not there, or there is a run of that id, or it cannot be written.
    """
    check_new(results, run_id)
    backends = load_backends(directory, names)
    known = [backend.name for backend in backends]
    assignment = Assignment(
        plan=plan_of_backends(known, scenarios or BY_NAME.keys(), files, blocks=blocks, seed=seed),
        results=results,
        report=report,
        run_id=run_id,
        command_line=command_line,
    )
    return BackendContestants(assignment=assignment, backends=backends, front_ends=load_front_ends(directory))


def warm_backend(name: str, bench: BackendBench, attempt: Attempt, cells: Collection[Cell]) -> Warmed:  # noqa: ARG001
    """Ask a backend for its hooks, and do once all that is measured of it, so that caches are warm.

    Raises:
        StateError: it does not answer.
    """
    bench.hooks = frozenset(_hooks(bench, attempt))
    problems = []
    for scenario in dict.fromkeys(cell.scenario for cell in cells):
        try:
            _once(BY_NAME[scenario], bench, attempt)
        except Exception as error:
            problems.append(f"{scenario}: {explain(error, attempt.log_path)}")
    return Warmed(problems=problems)


def look_and_warm(
    known: Collection[FindingKey], name: str, bench: BackendBench, attempt: Attempt, cells: Collection[Cell]
) -> Warmed:
    """The same, and find out what the backend does, unless that is ``known``.

    Raises:
        StateError: it does not answer, or builds no editable wheel.
    """
    warmed = warm_backend(name, bench, attempt, cells)
    found = {finding for contestant, _, _, finding, _ in known if contestant == name}
    if name.endswith(CONTROL_SUFFIX) or found >= FACTS.keys():
        return warmed
    return replace(warmed, seen=tuple(look(bench, attempt)))


def _hooks(bench: BackendBench, attempt: Attempt) -> list[str]:
    """The names of the hooks that a backend has."""
    project = bench.project(attempt.shape)
    bench.fresh(project)
    asked = bench.hook(attempt, project, "hooks")
    told = attempt.executor.run(asked)
    if not told.ok:
        raise StateError(how_it_ended(asked.argv, told))
    return list(bench.answer())


def _once(scenario: BackendScenario, bench: BackendBench, attempt: Attempt) -> None:
    if scenario.unsupported(bench):
        return
    attempt = scenario.prepare(bench, attempt)
    for command in scenario.measured(bench, attempt):
        done = attempt.executor.run(command)
        if not done.ok:
            raise StateError(how_it_ended(command.argv, done))
