"""What a session has to do: what a person asked for, checked whole before anything is run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from harness.errors import InputError, ResultsError
from harness.journal import check_new, read_info
from harness.plan import Selection, digest_of, make_plan
from harness.provision.layout import Layout
from harness.records import Lane, Plan
from harness.scenarios import all_scenarios
from harness.shapes import Shape, find_shape
from harness.variants import Variant, load_variants


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a person asked for, checked: nothing is run before this is whole."""

    variants: tuple[Variant, ...]
    lanes: frozenset[Lane]
    scenarios: tuple[str, ...]
    shape: Shape
    blocks: int
    budget_s: float | None
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
            budget_s=request.budget_s,
            seed=request.seed,
        )
    )
    if not plan.cells:
        raise InputError(
            "--scenario and --lane together leave nothing to measure.",
            hint="Scenarios whose names begin with nix- belong to the lane nix, all others to local.",
        )
    return plan


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """What a session has to do: a plan for variants, from the beginning or where an earlier session was cut off.

    ``done`` are the samples there are already, ``found`` the findings. ``info`` is the earlier session's ``run.json``.
    """

    variants: tuple[Variant, ...]
    shape: Shape
    plan: Plan
    results: Path
    report: Path | None
    run_id: str
    command_line: tuple[str, ...]
    resumes: bool = False

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
        variants=request.variants,
        shape=request.shape,
        plan=plan_of(request),
        results=request.results,
        report=request.report,
        run_id=request.run_id,
        command_line=request.command_line,
    )


def resumed_assignment(folder: Path, report: Path | None, layout: Layout) -> Assignment:
    """The rest of the run in ``folder``.

    Raises:
        ResultsError: its plan or a variant is not what it was; the message has both digests.
    """
    info = read_info(folder)
    if (now := digest_of(info.plan)) != info.plan.digest:
        raise changed(folder, "its plan", info.plan.digest[:12], now[:12])
    if unknown := sorted({cell.scenario for cell in info.plan.cells} - set(all_scenarios())):
        raise ResultsError(f"--resume: the run {folder.name} has scenarios that are gone: {', '.join(unknown)}.")
    variants = load_variants(layout.variants, info.variants)
    for variant in variants:
        if variant.digest != info.variants[variant.name].digest:
            then = info.variants[variant.name].digest
            raise changed(folder, f"the variant {variant.name}", then[:12], variant.digest[:12])
    return Assignment(
        variants=variants,
        shape=find_shape(info.plan.cells[0].shape),
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
