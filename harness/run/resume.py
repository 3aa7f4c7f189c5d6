"""The rest of a run that was cut off, as an assignment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from harness.errors import ResultsError
from harness.findings import experiments
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.shapes.facts import shape_of_facts
from harness.monorepo.variants import Variant, load_variants
from harness.plan.cells import digest_of
from harness.provision.state_folder import Layout
from harness.records.format import RunInfo
from harness.records.journal import read_info
from harness.run.request import VariantAssignment, _aside, measured
from harness.scenarios import all_scenarios
from harness.workspace.prepared import Contestant


def resumed_assignment(
    folder: Path,
    report: Path | None,
    layout: Layout,
    directories: Sequence[Path] = (),
    *,
    keep: bool = False,
    cluster: str | None = None,
) -> VariantAssignment:
    """The rest of the run in ``folder``, which is one of variants; ``directories`` hold variants beside our own.

    Raises:
        ResultsError: its plan or a variant is not what it was; the message has both digests. Or it was made of other
            runs, or is one of a cluster and none is named, or the other way round.
    """
    info = read_info(folder)
    see_resumable(info, folder, all_scenarios(), cluster)
    if unknown := sorted(set(info.plan.experiments) - set(experiments())):
        raise ResultsError(f"--resume: the run {folder.name} has experiments that are gone: {', '.join(unknown)}.")
    places = [*directories, *([layout.pinned] if any(layout.pinned.glob("*/variant.toml")) else [])]
    variants = load_variants(layout.variants, info.variants, more=places)
    see_unchanged(info, folder, "variant", variants)
    return replace(assignment_of(info, variants, folder), report=report, keep=keep, cluster=cluster)


def assignment_of(info: RunInfo, variants: Sequence[Variant], folder: Path) -> VariantAssignment:
    """What is to be done for the run that ``info`` describes, which lies in ``folder``."""
    return VariantAssignment(
        variants=measured(variants),
        aside=_aside(variants),
        shapes=tuple(
            shape_of_facts(name, info.shapes[name]) if name in info.shapes else CANONICAL for name in info.plan.shapes
        )
        or (CANONICAL,),
        plan=info.plan,
        results=folder.parent,
        report=None,
        run_id=folder.name,
        command_line=info.command_line,
        resumes=True,
        third_party=any(shape.third_party for shape in info.shapes.values()),
        leave_out=tuple({name: None for shape in info.shapes.values() for name in shape.left_out}),
        builders=info.builders,
    )


def see_unchanged(info: RunInfo, folder: Path, what: str, contestants: Iterable[Contestant]) -> None:
    """See that contestants are what they were when their run was begun.

    Raises:
        ResultsError: one is not; the message has both digests.
    """
    for contestant in contestants:
        then = info.variants[contestant.name].digest
        if contestant.digest != then:
            raise changed(folder, f"the {what} {contestant.name}", then[:12], contestant.digest[:12])


def see_resumable(info: RunInfo, folder: Path, scenarios: Collection[str], cluster: str | None = None) -> None:
    """See that there is a rest of a run to be done, here, with the ``scenarios`` there are.

    Raises:
        ResultsError: there is none, or not here, or its plan is not what it was.
    """
    if info.merged:
        raise ResultsError(
            f"--resume: the run {folder.name} was made of {len(info.merged)} others; there is nothing to go on with.",
            hint="Go on with those that were cut off, each where it was made, and merge them anew.",
        )
    if info.cluster and cluster is None:
        raise ResultsError(
            f"--resume: the run {folder.name} was dealt out by {info.cluster}.",
            hint="Say where the rest is to be done: --cluster ADDRESS, or --cluster local:N.",
        )
    if not info.cluster and cluster is not None:
        raise ResultsError(
            f"--resume: the run {folder.name} was begun on one machine; half of its block cannot be another's.",
            hint="Go on with it there, without --cluster.",
        )
    if (now := digest_of(info.plan)) != info.plan.digest:
        raise changed(folder, "its plan", info.plan.digest[:12], now[:12])
    if unknown := sorted({cell.scenario for cell in info.plan.cells} - set(scenarios)):
        raise ResultsError(
            f"--resume: the run {folder.name} has scenarios that are gone: {', '.join(unknown)}.",
            hint="Begin a new run.",
        )


def changed(folder: Path, what: str, then: str, now: str) -> ResultsError:
    """The error for a run that cannot be resumed because ``what`` was ``then`` and is ``now``."""
    return ResultsError(
        f"--resume: {what} of the run {folder.name} is not what it was: {then} then, {now} now.",
        hint="Figures from before and after a change are not one run: begin a new one.",
    )
