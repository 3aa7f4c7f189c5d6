"""Goes on with a run that was cut off, whoever its contestants are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.errors import ResultsError
from harness.findings import experiments
from harness.monorepo.backends.catalogue import load_backends, load_front_ends
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.shapes.facts import shape_of_facts
from harness.monorepo.shapes.packages import is_of_backends
from harness.monorepo.variants import Variant, load_variants
from harness.plan.cells import digest_of
from harness.provision.state_folder import Layout
from harness.records.format import RunInfo
from harness.records.reading import read_info
from harness.records.renamed import renamed_in
from harness.records.run_lock import see_free
from harness.run.contestants.backends import BackendContestants
from harness.run.contestants.base import Contestants
from harness.run.contestants.variants import VariantContestants
from harness.run.recorder import changed
from harness.run.request import Assignment, VariantAssignment, left_aside, measured
from harness.scenarios import all_scenarios
from harness.scenarios.backends.catalogue import BY_NAME
from harness.workspace.prepared import Contestant


def resumed(
    folder: Path,
    report: Path | None,
    layout: Layout,
    directories: Sequence[Path] = (),
    *,
    keep: bool = False,
    cluster: str | None = None,
) -> Contestants[Any]:
    """The rest of the run in ``folder``; ``directories`` hold variants beside our own.

    Raises:
        ResultsError: its plan or a contestant is not what it was; the message has both digests. Or it was made of other
            runs, or is one of a cluster and none is named, or the other way round.
    """
    info = read_info(folder)
    of_backends = is_of_backends(info.plan)
    _see_resumable(info, folder, BY_NAME if of_backends else all_scenarios(), cluster)
    if of_backends:
        backends = load_backends(layout.backends, info.variants)
        _see_unchanged(info, folder, "backend", backends)
        assignment = Assignment(
            plan=info.plan,
            results=folder.parent,
            report=report,
            run_id=folder.name,
            command_line=info.command_line,
            resumes=True,
            keep=keep,
        )
        front_ends = load_front_ends(layout.backends)
        return BackendContestants(assignment=assignment, backends=backends, front_ends=front_ends)
    places = [*directories, *([layout.pinned] if any(layout.pinned.glob("*/variant.toml")) else [])]
    variants = load_variants(layout.variants, info.variants, more=places)
    _see_unchanged(info, folder, "variant", variants)
    rest = replace(assignment_of(info, variants, folder), report=report, keep=keep, cluster=cluster)
    rest = replace(rest, directories=tuple(directories))
    return VariantContestants(assignment=rest)


def assignment_of(info: RunInfo, variants: Sequence[Variant], folder: Path) -> VariantAssignment:
    """What is to be done for the run that ``info`` describes, which lies in ``folder``."""
    return VariantAssignment(
        variants=measured(variants),
        aside=left_aside(variants),
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


def _see_unchanged(info: RunInfo, folder: Path, what: str, contestants: Iterable[Contestant]) -> None:
    """See that contestants are what they were when their run was begun.

    Raises:
        ResultsError: one is not; the message has both digests.
    """
    for contestant in contestants:
        then = info.variants[contestant.name].digest
        if contestant.digest != then:
            raise changed(folder, f"the {what} {contestant.name}", then[:12], contestant.digest[:12])


def _see_resumable(info: RunInfo, folder: Path, scenarios: Collection[str], cluster: str | None = None) -> None:
    """See that there is a rest of a run to be done, here, with the ``scenarios`` there are.

    Raises:
        ResultsError: there is none, or not here, or its plan is not what it was, or somebody is doing it.
    """
    see_free(folder)
    for then, now in renamed_in(info).items():
        raise ResultsError(
            f"--resume: the run {folder.name} is an earlier one: `{then}` of earlier runs is now `{now}`.",
            hint=f"Begin a new run; `report` and `compare` read {folder.name} as it is.",
        )
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
    if (digest := digest_of(info.plan)) != info.plan.digest:
        raise changed(folder, "its plan", info.plan.digest[:12], digest[:12])
    known = {"scenarios": scenarios, "experiments": experiments()}
    planned = {"scenarios": {cell.scenario for cell in info.plan.cells}, "experiments": set(info.plan.experiments)}
    for what, names in planned.items():
        if unknown := sorted(names.difference(known[what])):
            raise ResultsError(
                f"--resume: the run {folder.name} has {what} that are gone: {', '.join(unknown)}.",
                hint="Begin a new run.",
            )
