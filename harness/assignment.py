"""What a session has to do: what a person asked for, checked whole before anything is run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from harness.changes import STANDARD
from harness.errors import InputError, ResultsError
from harness.findings import experiments
from harness.journal import check_new, read_info
from harness.package_shapes import is_of_backends
from harness.plan import Selection, digest_of, make_plan
from harness.provision.layout import Layout
from harness.records import Lane, Plan
from harness.scenarios import all_scenarios
from harness.shapes import CANONICAL, Shape, find_shape
from harness.variants import Variant, load_variants


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a person asked for, checked: nothing is run before this is whole."""

    variants: tuple[Variant, ...]
    lanes: frozenset[Lane]
    scenarios: tuple[str, ...]
    findings: tuple[str, ...]
    shape: Shape
    provider: str
    blocks: int
    budget_s: float | None
    seed: int
    results: Path
    report: Path | None
    run_id: str
    command_line: tuple[str, ...]
    findings_of: Path | None = None


def new_run_id(now: datetime) -> str:
    """A run's name from the time it begins: sorts by age, and is a folder's name everywhere."""
    return now.strftime("%Y%m%dT%H%M%SZ")


def plan_of(request: Request) -> Plan:
    """The plan of a request.

    Who names neither scenarios nor findings gets all of both, and the changes take turns; who names some of the one
    gets none of the other.

    Raises:
        InputError: it holds nothing to measure and no experiment.
    """
    everything = not request.scenarios and not request.findings
    scenarios = {
        name: scenario.lane for name, scenario in all_scenarios().items() if everything or name in request.scenarios
    }
    plan = make_plan(
        Selection(
            strategies={variant.name: variant.spec.nix.strategies for variant in measured(request.variants)},
            scenarios=scenarios,
            lanes=request.lanes,
            shape=request.shape.name,
            provider=request.provider,
            blocks=request.blocks,
            budget_s=request.budget_s,
            seed=request.seed,
            turns=tuple(_turns()) if everything else (),
            experiments=tuple(experiments()) if everything else kinds_of(request.findings),
        )
    )
    if not measured(request.variants):
        first = request.variants[0]
        raise InputError(
            f"--variant: nothing is left to measure: {first.name} is {first.set_aside}",
            hint=f"What can be tried is: python -m harness check {first.name}",
        )
    if not plan.cells and not plan.experiments:
        raise InputError(
            "--scenario and --lane together leave nothing to measure.",
            hint="Scenarios whose names begin with nix- belong to the lane nix, all others to local.",
        )
    return plan


def measured(variants: Sequence[Variant]) -> tuple[Variant, ...]:
    """Those of ``variants`` that are measured; the others are shown with their reason."""
    return tuple(variant for variant in variants if not variant.set_aside)


def _turns() -> Iterator[tuple[str, ...]]:
    """The groups of scenarios that take turns: one change a block, and every other block what parallel builds save."""
    parallel = tuple(name for name in all_scenarios() if name.startswith("nix-build-jobs-"))
    for number, name in enumerate(STANDARD):
        yield name, f"nix-{name}", *(parallel if number % 2 else ())


def finding_names() -> tuple[str, ...]:
    """What ``--finding`` takes: the kinds of experiments, and each finding that one of them establishes."""
    return tuple(dict.fromkeys(name for kind, found in experiments().items() for name in (kind, *found.facts)))


def kinds_of(findings: tuple[str, ...]) -> tuple[str, ...]:
    """The experiments that establish these findings."""
    return tuple(
        name for name, kind in experiments().items() if name in findings or any(item in kind.facts for item in findings)
    )


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """What a session has to do: a plan for variants, from the beginning or where an earlier session was cut off.

    ``variants`` are measured, ``aside`` only shown. ``findings_of`` is the folder of an earlier run whose findings are
    taken over where they still hold.
    """

    variants: tuple[Variant, ...]
    aside: tuple[Variant, ...] = ()
    shape: Shape
    plan: Plan
    results: Path
    report: Path | None
    run_id: str
    command_line: tuple[str, ...]
    resumes: bool = False
    findings_of: Path | None = None

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return self.results / self.run_id


def new_assignment(request: Request) -> Assignment:
    """A request as an assignment.

    Raises:
        InputError: it holds nothing to measure, or there is a run of that id, or it cannot be written.
    """
    check_new(request.results, request.run_id)
    return Assignment(
        variants=measured(request.variants),
        aside=_aside(request.variants),
        shape=request.shape,
        plan=plan_of(request),
        results=request.results,
        report=request.report,
        run_id=request.run_id,
        command_line=request.command_line,
        findings_of=request.findings_of,
    )


def _aside(variants: Sequence[Variant]) -> tuple[Variant, ...]:
    return tuple(variant for variant in variants if variant.set_aside)


def resumed_assignment(
    folder: Path, report: Path | None, layout: Layout, directories: Sequence[Path] = ()
) -> Assignment:
    """The rest of the run in ``folder``; ``directories`` hold variants beside our own.

    Raises:
        ResultsError: its plan or a variant is not what it was; the message has both digests.
    """
    info = read_info(folder)
    if is_of_backends(info.plan):
        raise ResultsError(
            f"--resume: the run {folder.name} is one of backends alone.",
            hint=f"Go on with it: python -m harness backends --resume {folder.name}",
        )
    if (now := digest_of(info.plan)) != info.plan.digest:
        raise changed(folder, "its plan", info.plan.digest[:12], now[:12])
    if unknown := sorted({cell.scenario for cell in info.plan.cells} - set(all_scenarios())):
        raise ResultsError(f"--resume: the run {folder.name} has scenarios that are gone: {', '.join(unknown)}.")
    if unknown := sorted(set(info.plan.experiments) - set(experiments())):
        raise ResultsError(f"--resume: the run {folder.name} has experiments that are gone: {', '.join(unknown)}.")
    places = [*directories, *([layout.pinned] if any(layout.pinned.glob("*/variant.toml")) else [])]
    variants = load_variants(layout.variants, info.variants, more=places)
    for variant in variants:
        if variant.digest != info.variants[variant.name].digest:
            then = info.variants[variant.name].digest
            raise changed(folder, f"the variant {variant.name}", then[:12], variant.digest[:12])
    return Assignment(
        variants=measured(variants),
        aside=_aside(variants),
        shape=find_shape(info.plan.cells[0].shape) if info.plan.cells else CANONICAL,
        plan=info.plan,
        results=folder.parent,
        report=report,
        run_id=folder.name,
        command_line=info.command_line,
        resumes=True,
    )


def changed(folder: Path, what: str, then: str, now: str) -> ResultsError:
    """The error for a run that cannot be resumed because ``what`` was ``then`` and is ``now``."""
    return ResultsError(
        f"--resume: {what} of the run {folder.name} is not what it was: {then} then, {now} now.",
        hint="Figures from before and after a change are not one run: begin a new one.",
    )
