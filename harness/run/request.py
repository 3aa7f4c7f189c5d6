"""What a session has to do: what a person asked for, checked whole before anything is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from harness.errors import InputError
from harness.findings import experiments
from harness.monorepo.changes import STANDARD
from harness.monorepo.shapes import CANONICAL, Shape
from harness.monorepo.variants import Variant
from harness.monorepo.variants.file import Profile
from harness.plan.cells import ON_REQUEST, REFERENCE, Selection, make_plan
from harness.records.facts import Lane
from harness.records.format import LIMIT_S, Plan
from harness.records.journal import check_new
from harness.run.shapes_asked import left_out, see_grown, see_stated
from harness.scenarios import all_scenarios


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a person asked for, checked: nothing is run before this is whole.

    With ``whole_profile`` no variant was named, but every one there is below ``ours``.
    """

    variants: tuple[Variant, ...]
    lanes: frozenset[Lane]
    scenarios: tuple[str, ...]
    findings: tuple[str, ...]
    shapes: tuple[Shape, ...]
    provider: str
    blocks: int
    budget_s: float | None
    seed: int
    results: Path
    report: Path | None
    run_id: str
    command_line: tuple[str, ...]
    findings_of: Path | None = None
    limit_s: float = LIMIT_S
    keep: bool = False
    whole_profile: bool = False
    ours: Path | None = None
    third_party: bool = False
    leave_out: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()
    shard: tuple[int, int] | None = None
    builders: str = ""
    cluster: str | None = None
    directories: tuple[Path, ...] = ()


def new_run_id(now: datetime) -> str:
    """A run's name from the time it begins: sorts by age, and is a folder's name everywhere."""
    return now.strftime("%Y%m%dT%H%M%SZ")


def plan_of(request: Request) -> Plan:
    """The plan of a request.

    Who names neither scenarios nor findings gets all of both, but for what is measured on request, and the changes take
    turns; who names some of the one gets none of the other. A toolchain is installed in the first block alone,
    unless it is all that is measured. Who asks for every variant gets those outside the core in what is done every day
    alone. Changes and experiments are made with the canonical members, so without them there are none.

    Raises:
        InputError: it holds nothing to measure and no experiment, or asks for what the shapes do not have.
    """
    if request.strategies:
        _see_offered(request)
    canonical = any(shape.name == CANONICAL.name for shape in request.shapes)
    if not canonical:
        _see_possible(request)
    everything = not request.scenarios and not request.findings
    scenarios = {
        name: scenario.lane
        for name, scenario in all_scenarios().items()
        if (name not in ON_REQUEST if everything else name in request.scenarios)
    }
    asked_for = {name for name, lane in scenarios.items() if lane in request.lanes}
    plan = make_plan(
        Selection(
            strategies={variant.name: variant.spec.nix.strategies for variant in measured(request.variants)},
            scenarios=scenarios,
            lanes=request.lanes,
            shapes=[shape.name for shape in request.shapes],
            only_with=_only_with(request.shapes),
            everyday=frozenset(variant.name for variant in request.variants if _in_passing(request, variant)),
            rare=RARE if everything else frozenset(),
            only_strategies=frozenset(request.strategies),
            provider=request.provider,
            blocks=request.blocks,
            budget_s=request.budget_s,
            seed=request.seed,
            reference=reference_among([variant.name for variant in measured(request.variants)]),
            turns=tuple((name, f"nix-{name}") for name in STANDARD) if everything and canonical else (),
            # Who asks for it alone wants to know it well.
            only_first=INSTALLING if asked_for - INSTALLING else frozenset(),
            experiments=tuple(experiments() if canonical else ()) if everything else kinds_of(request.findings),
            limit_s=request.limit_s,
            shard=request.shard,
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


def _only_with(shapes: Sequence[Shape]) -> dict[str, set[str]]:
    """The scenarios that are planned with some shapes alone, and with which.

    Changes are patches to the files that variants are committed with; members make no difference to installing.
    """
    first = shapes[0].name
    return {name: {CANONICAL.name} for name in OF_CHANGES} | {name: {first} for name in INSTALLING}


def reference_among(names: Sequence[str], usual: str = REFERENCE) -> str:
    """What the others of a run are held against: the usual one, or, where that is not measured, the first of them.

    One alone has nothing to be held against, and is not measured twice for it.
    """
    return usual if usual in names or len(names) < 2 else names[0]


def measured(variants: Sequence[Variant]) -> tuple[Variant, ...]:
    """Those of ``variants`` that are measured; the others are shown with their reason."""
    return tuple(variant for variant in variants if not variant.set_aside)


#: The scenarios of changes: they are made by patches to the files that variants are committed with.
OF_CHANGES = frozenset(name for change in STANDARD for name in (change, f"nix-{change}"))

#: The scenarios about the toolchain itself, which a person installs once, and the harness with pip whatever it is.
INSTALLING = frozenset({"tool-install"})

#: What is not done every day, or says the same of every toolchain with a backend: it takes half of a run's time.
RARE = OF_CHANGES | {"nix-refresh-application", "nix-refresh-outside"}


def makes_changes(plan: Plan) -> bool:
    """Whether anything of a plan brings packages in from outside, as changes do and some experiments."""
    return bool(plan.experiments) or any(cell.scenario in OF_CHANGES for cell in plan.cells)


def _in_passing(request: Request, variant: Variant) -> bool:
    """Whether a variant is there because every one of ours is, and not for its own sake."""
    return request.whole_profile and variant.spec.profile is Profile.ALL and variant.folder.parent == request.ours


def _see_offered(request: Request) -> None:
    first = request.strategies[0]
    if Lane.NIX not in request.lanes:
        raise InputError(f"--strategy {first}: that is of lane nix, which --lane leaves out.", hint="Leave one out.")
    known = {name for variant in measured(request.variants) for name in variant.spec.nix.strategies}
    for name in request.strategies:
        if name not in known:
            raise InputError(
                f"--strategy {name}: none of the variants chosen is described to Nix in this way.",
                hint=f"They are in these: {', '.join(sorted(known)) or 'none'}.",
            )


def _see_possible(request: Request) -> None:
    asked = next((name for name in request.scenarios if name in OF_CHANGES), None)
    what = f"--scenario {asked}" if asked else f"--finding {request.findings[0]}" if request.findings else ""
    if what:
        raise InputError(
            f"{what}: changes and experiments are made with the canonical members, which no --shape given here has.",
            hint=f"Add --shape {CANONICAL.name}, or leave it out.",
        )


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
    """What a session has to do: a plan, from the beginning or where an earlier session was cut off.

    ``shapes`` are the members that variants are measured with; backends alone have none. ``findings_of`` is the folder
    of an earlier run whose findings are taken over where they still hold. With ``keep`` the folders that commands
    worked in stay. ``cluster`` is the address of the one that does the work, if one does. ``directories`` are those
    with variants beside ours.
    """

    shapes: tuple[Shape, ...] = ()
    plan: Plan
    results: Path
    report: Path | None
    run_id: str
    command_line: tuple[str, ...]
    resumes: bool = False
    findings_of: Path | None = None
    keep: bool = False
    cluster: str | None = None
    directories: tuple[Path, ...] = ()

    @property
    def to_resume(self) -> tuple[str, ...]:
        """The options besides with which the rest of it is done."""
        options = [("--variants-dir", str(directory)) for directory in self.directories]
        options += [("--cluster", self.cluster)] if self.cluster is not None else []
        options += [("--report", str(self.report))] if self.report is not None else []
        return *(word for option in options for word in option), *(("--keep",) if self.keep else ())

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return self.results / self.run_id

    @property
    def shape_names(self) -> tuple[str, ...]:
        """The shapes that are measured one after the other."""
        return tuple(shape.name for shape in self.shapes) or self.plan.shapes


@dataclass(frozen=True, kw_only=True)
class VariantAssignment(Assignment):
    """An assignment whose contestants are variants: these are measured, those ``aside`` only shown.

    With ``third_party`` members state what they require from outside, but for what is called as one of ``leave_out``.
    ``builders`` are the machines that Nix builds on, in its own notation.
    """

    variants: tuple[Variant, ...]
    aside: tuple[Variant, ...] = ()
    third_party: bool = False
    leave_out: tuple[str, ...] = ()
    builders: str = ""


def new_assignment(request: Request) -> VariantAssignment:
    """A request as an assignment.

    Raises:
        InputError: it holds nothing to measure, or there is a run of that id, or it cannot be written; or a member of
            a shape cannot be called as it is; or what is to be left out is required by none.
    """
    check_new(request.results, request.run_id)
    _see_dealt(request)
    see_grown(request.shapes, measured(request.variants))
    leave_out = left_out(request.shapes, request.leave_out, third_party=request.third_party)
    if request.third_party:
        see_stated(measured(request.variants), request.lanes, request.provider)
    return VariantAssignment(
        variants=measured(request.variants),
        aside=left_aside(request.variants),
        shapes=request.shapes,
        plan=plan_of(request),
        results=request.results,
        report=request.report,
        run_id=request.run_id,
        command_line=request.command_line,
        findings_of=request.findings_of,
        keep=request.keep,
        third_party=request.third_party,
        leave_out=leave_out,
        builders=request.builders,
        cluster=request.cluster,
        directories=request.directories,
    )


def _see_dealt(request: Request) -> None:
    """See that what is dealt out to several machines can be."""
    how = "--shard" if request.shard is not None else "--cluster" if request.cluster is not None else ""
    if how and request.budget_s is not None:
        raise InputError(
            f"{how} and --budget exclude each other: what is dealt out has to be known before it begins.",
            hint="Say with --blocks how often each cell runs.",
        )
    if request.shard is not None and request.cluster is not None:
        raise InputError(
            "--shard and --cluster exclude each other: both deal the work out to several machines.",
            hint="Give --shard to runs made by hand, --cluster where Dask deals it out.",
        )
    if request.builders and Lane.NIX not in request.lanes:
        raise InputError("--builders: that is of lane nix, which --lane leaves out.", hint="Leave one of the two out.")


def shard_of(variants: Sequence[Variant], shard: tuple[int, int] | None) -> tuple[Variant, ...]:
    """The variants that a shard conducts the experiments with: they are dealt round, so that each has one."""
    if shard is None:
        return tuple(variants)
    number, shards = shard
    return tuple(variant for place, variant in enumerate(variants) if place % shards + 1 == number)


def left_aside(variants: Sequence[Variant]) -> tuple[Variant, ...]:
    """Those of which nothing is measured, as they are broken or unavailable."""
    return tuple(variant for variant in variants if variant.set_aside)
