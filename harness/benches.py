"""A bench for every entrant of a plan, warmed up before anything is measured."""

from __future__ import annotations

import itertools
import os
import secrets
from collections.abc import Collection, Sequence
from pathlib import Path

from rich.console import Console

from harness.bench import Attempt, Bench, Unready
from harness.equipment import Equipment
from harness.errors import HarnessError, MeasureError
from harness.journal import Journal
from harness.measure.crew import Crew
from harness.plan import variant_of
from harness.progress import SetupProgress
from harness.provision.interpreters import python_of
from harness.records import LIMIT_S, Cell, Plan
from harness.shapes import Shape
from harness.variants import Variant
from harness.warmup import phases_needed, warm_up
from harness.workspace import Surroundings, Workspace

#: The longest that a phase or a step outside of what is measured may take, in seconds.
STEP_LIMIT_S = LIMIT_S


def nonce() -> str:
    """A text that was never there before."""
    return secrets.token_hex(4)


def make_benches(
    known: Sequence[Variant], shape: Shape, plan: Plan, equipment: Equipment, scratch: Path
) -> dict[str, Bench | Unready]:
    """A bench for every entrant of the plan; the reference's A/A cells have one of their own."""
    variants = {variant.name: variant for variant in known}
    benches: dict[str, Bench | Unready] = {}
    for cell in plan.cells:
        if cell.variant in benches:
            continue
        variant = variants[variant_of(cell)]
        tools = equipment.tools.get(variant.name)
        if tools is None:
            benches[cell.variant] = Unready(variant=variant, reason=equipment.problems[variant.name])
            continue
        python = python_of(variant)
        surroundings = Surroundings(
            python=python.path, python_version=python.version, tools=tools, index=equipment.index.url
        )
        folder = scratch / cell.variant

        def workspace(
            name: str, variant: Variant = variant, folder: Path = folder, surroundings: Surroundings = surroundings
        ) -> Workspace:
            return Workspace(variant=variant, shape=shape, folder=folder / name, surroundings=surroundings)

        benches[cell.variant] = Bench(
            variant=variant,
            shape=shape,
            warm=workspace("warm"),
            settled=workspace("settled"),
            cold=workspace("cold"),
            meter=equipment.index,
            host_environment=os.environ,
            nix=equipment.nix_bench(variant, workspace("nix")),
            nix_unavailable=equipment.without_nix(variant),
            provider=plan.provider,
            strategies=_strategies(plan, cell.variant),
        )
    return benches


def _strategies(plan: Plan, name: str) -> tuple[str, ...]:
    """The ways of describing an entrant's members to Nix that a plan measures."""
    return tuple(dict.fromkeys(cell.strategy for cell in plan.cells if cell.variant == name and cell.strategy))


def warm_all(
    benches: dict[str, Bench | Unready],
    cells: Collection[Cell],
    limit_s: float,
    journal: Journal,
    console: Console,
    *,
    progress: Console | None = None,
) -> dict[str, Bench | Unready]:
    """Warm up every bench for these cells, two at a time: nothing is measured yet, so they may disturb each other.

    A bench that none of them is measured on stays as it is.

    What failed is said on ``console``, and how far it is on ``progress``, if that is another.
    """
    crew = Crew()
    phases = {name: phases_needed({cell.scenario for cell in cells if cell.variant == name}) for name in benches}

    def warm(name: str) -> Bench | Unready:
        bench = benches[name]
        if isinstance(bench, Unready):
            return bench
        with crew.executor() as executor:
            log = journal.folder / "logs" / "warm-up" / f"{name}.log"
            log.parent.mkdir(parents=True, exist_ok=True)
            attempt = Attempt(executor=executor, log_path=log, limit_s=limit_s, nonce=nonce)
            try:
                problems = warm_up(bench, attempt, phases[name])
            except HarnessError as error:
                late = isinstance(error, MeasureError) and error.timed_out
                unready = Unready(variant=bench.variant, reason=error.message, timed_out=late)
                if bench.nix is None:
                    return unready
                # Through Nix members are built without the lock file that could not be had.
                bench.local_unready = unready
                return bench
            for problem in problems:
                console.print(f"{name}: {problem}", markup=False, highlight=False, soft_wrap=True)
            return bench

    done = itertools.count(1)
    with SetupProgress(progress or console) as shown:

        def warm_and_say(name: str) -> Bench | Unready:
            bench = warm(name)
            shown.doing(f"warming up: {next(done)} of {len(benches)} done")
            return bench

        return dict(zip(benches, crew.do(warm_and_say, list(benches)), strict=True))
