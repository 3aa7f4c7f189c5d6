"""One variant, proven: looked at, then every phase, change and Nix build carried out once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from harness.errors import HarnessError
from harness.measure.command import Executor
from harness.monorepo.changes import STANDARD
from harness.monorepo.variants import variant_digest
from harness.records.facts import Lane
from harness.records.format import Cell
from harness.run.check.doing import carry_out, placeholders_of, shown, step_name
from harness.run.check.model import Report, Result, StepFailure, StepVerdict
from harness.scenarios.base import Scenario
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt
from harness.workspace.warm_up import warm_up

PHASES = (
    *("tool-install", "lock", "install-cold", "noop"),
    *("run", "run-direct", "refresh", "refresh-direct", "build", "deploy"),
)
NIX = ("nix-eval", "nix-build", "nix-refresh")
NIX_CHANGES = tuple(f"nix-{name}" for name in STANDARD)

#: What a check carries out, in order; what else is measured differs from these by its state before alone.
CARRIED_OUT = (*PHASES, *STANDARD, *NIX, *NIX_CHANGES)

#: What has to have passed for a step to be worth the time.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "install-cold": ("lock",),
    "noop": ("lock",),
    "run": ("noop",),
    "run-direct": ("noop",),
    "refresh": ("run",),
    "refresh-direct": ("run-direct",),
    "build": ("lock",),
    "deploy": ("lock",),
    **dict.fromkeys(STANDARD, ("run",)),
    "nix-build": ("nix-eval",),
    "nix-refresh": ("nix-build",),
    **dict.fromkeys(NIX_CHANGES, ("nix-build",)),
}


def chosen(steps: Collection[str]) -> tuple[str, ...]:
    """What is carried out for these steps: they and what they need, in order; everything if none is named."""
    wanted = set(steps)
    while more := {need for name in wanted for need in NEEDS.get(name, ())} - wanted:
        wanted |= more
    return tuple(name for name in CARRIED_OUT if not steps or name in wanted)


def _forget(step: str) -> None:
    """Where nothing is kept on record."""


@dataclass(frozen=True, kw_only=True)
class Means:
    """What proving works with. ``confined`` runs commands so that they can write to their own folders alone.

    Where the machine cannot do that, it is nothing, for the reason ``not_confined``. ``nix_changes`` is the salt of
    all changes in the Nix lane: what is the same in several of them, strategies or variants is built once, as it counts
    here that they build, not how long that takes. ``known`` has the steps that need not be carried out, each with the
    day on which it passed, and ``passed`` is told of each that does now.
    """

    scenarios: Mapping[str, Scenario]
    free: Executor
    confined: Executor | None
    not_confined: str = ""
    nix_changes: str = "check"
    known: Mapping[str, str] = field(default_factory=dict)
    passed: Callable[[str], None] = _forget


def prove(bench: Bench, attempt: Attempt, cells: Sequence[Cell], means: Means, report: Report) -> list[Result]:
    """Carry out every cell once, each as a step; ``report`` is told of each as it ends."""
    results: list[Result] = []
    hidden = placeholders_of(bench)

    def add(result: Result) -> None:
        results.append(shown(result, hidden))
        report(results[-1])

    prover = _Prover(bench, attempt, means)
    warmed = False
    for cell in sorted(cells, key=lambda cell: (CARRIED_OUT.index(cell.scenario), cell.strategy or "")):
        name = step_name(cell)
        if day := means.known.get(name):
            add(recorded(bench.variant.name, name, day))
            continue
        if not warmed and cell.scenario not in ("tool-install", "lock"):
            prover.warm()
            warmed = True
        if lacking := _lacking(cell, results):
            detail = f"left out, as {lacking} failed"
            add(Result(variant=bench.variant.name, step=name, verdict=StepVerdict.SKIPPED, detail=detail))
            continue
        add(prover.step(cell))
        if counts(results[-1]) and prover.confined_itself(name):
            means.passed(name)
    add(prover.wrote_nowhere_else(results))
    add(_is_unchanged(bench))
    return results


class _Prover:
    """Carries cells out, confined where that is possible, and keeps what only a confined command failed at."""

    def __init__(self, bench: Bench, attempt: Attempt, means: Means) -> None:
        self._bench = bench
        self._free = replace(attempt, executor=means.free)
        self._sharing = replace(self._free, nonce=lambda: means.nix_changes)
        self._confined = replace(attempt, executor=means.confined) if means.confined else None
        self._means = means
        self._outside: list[Result] = []

    def warm(self) -> None:
        """Write the lock files, install, and keep a copy of the caches: what other steps begin with.

        What fails here fails again in the step that is about it, and is told there.
        """
        with suppress(HarnessError):
            warm_up(self._bench, self._free, {"lock", "settled", "caches"})

    def step(self, cell: Cell) -> Result:
        """Carry out one cell."""
        scenario = self._means.scenarios[cell.scenario]
        if cell.scenario in NIX_CHANGES:
            return carry_out(scenario, self._bench, self._sharing, cell)
        if cell.lane is Lane.NIX or self._confined is None:
            return carry_out(scenario, self._bench, self._free, cell)
        result = carry_out(scenario, self._bench, self._confined, cell)
        if not result.failed:
            return result
        again = carry_out(scenario, self._bench, self._free, cell)
        if not again.failed:
            self._outside.append(result)
        return again

    def confined_itself(self, step: str) -> bool:
        """Whether a step did not have to be repeated where it can write to any folder."""
        return all(result.step != step for result in self._outside)

    def wrote_nowhere_else(self, results: Iterable[Result]) -> Result:
        """Whether any step of the local lane wrote, or had to write, to other folders than its own."""
        name, step = self._bench.variant.name, "writes"
        if self._confined is None:
            return Result(variant=name, step=step, verdict=StepVerdict.UNSUPPORTED, detail=self._means.not_confined)
        for result in self._outside:
            told = result.failure or StepFailure(ran=result.step, expected="", came="")
            expected = "it works although it can write to its own folders alone"
            failure = replace(told, expected=expected)
            return Result(variant=name, step=step, verdict=StepVerdict.FAILED, detail=result.step, failure=failure)
        done = [
            result for result in results if result.verdict is StepVerdict.PASSED and not result.step.startswith("nix-")
        ]
        if not done:
            known = any(result.verdict is StepVerdict.RECORDED for result in results)
            why = "what passed is on record" if known else "no step of the local lane passed"
            return Result(variant=name, step=step, verdict=StepVerdict.SKIPPED, detail=why)
        detail = f"{len(done)} steps passed while they could write to their own folders alone"
        return Result(variant=name, step=step, verdict=StepVerdict.PASSED, detail=detail)


def counts(result: Result) -> bool:
    """Whether a step is proven: it passed, or was seen not to be possible."""
    return result.verdict in (StepVerdict.PASSED, StepVerdict.UNSUPPORTED)


def recorded(variant: str, step: str, day: str) -> Result:
    """A step that need not be carried out, as it passed on that day."""
    detail = f"on record since {day}: the same files, code and versions"
    return Result(variant=variant, step=step, verdict=StepVerdict.RECORDED, detail=detail)


def _lacking(cell: Cell, results: Sequence[Result]) -> str:
    """The step that failed, or was left out, and without which this one is not worth the time."""
    for name in NEEDS.get(cell.scenario, ()):
        for result in results:
            same = result.step in (name, step_name(replace(cell, scenario=name)))
            if same and result.verdict in (StepVerdict.FAILED, StepVerdict.SKIPPED):
                return result.step
    return ""


def _is_unchanged(bench: Bench) -> Result:
    """Whether the variant's own folder is as it was before."""
    variant = bench.variant
    if variant_digest(variant.folder, variant.spec) == variant.digest:
        return Result(
            variant=variant.name,
            step="unchanged",
            verdict=StepVerdict.PASSED,
            detail="the variant's folder is as it was",
        )
    failure = StepFailure(
        ran="a look at the variant's folder",
        expected="the same bytes as before",
        came="files in it were changed, added or removed",
        cause="A step names a path of the variant's own folder, or somebody edited it meanwhile.",
    )
    return Result(variant=variant.name, step="unchanged", verdict=StepVerdict.FAILED, failure=failure)
