"""Goes on with a run that was cut off, whoever its contestants are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.errors import ResultsError
from harness.findings import experiments
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.shapes.facts import shape_of_facts
from harness.monorepo.shapes.packages import is_of_backends
from harness.monorepo.variants import Variant, load_variants
from harness.provision.state_folder import Layout
from harness.records.format import RunInfo
from harness.records.journal import read_info
from harness.records.renamed import renamed_in
from harness.run.contestants.backends import resumed_backends
from harness.run.contestants.base import Contestants
from harness.run.contestants.variants import VariantContestants
from harness.run.request import VariantAssignment, left_aside, measured
from harness.run.start import see_resumable, see_unchanged
from harness.scenarios import all_scenarios


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
        ResultsError: its plan or a contestant is not what it was, or it cannot be gone on with here.
    """
    if is_of_backends(read_info(folder).plan):
        return resumed_backends(folder, report, layout.backends, keep=keep, cluster=cluster)
    assignment = resumed_assignment(folder, report, layout, directories, keep=keep, cluster=cluster)
    return VariantContestants(assignment=assignment)


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
    for then, now in renamed_in(info).items():
        raise ResultsError(
            f"--resume: the run {folder.name} is an earlier one: `{then}` of earlier runs is now `{now}`.",
            hint=f"Begin a new run; `report` and `compare` read {folder.name} as it is.",
        )
    see_resumable(info, folder, all_scenarios(), cluster)
    if unknown := sorted(set(info.plan.experiments) - set(experiments())):
        raise ResultsError(f"--resume: the run {folder.name} has experiments that are gone: {', '.join(unknown)}.")
    places = [*directories, *([layout.pinned] if any(layout.pinned.glob("*/variant.toml")) else [])]
    variants = load_variants(layout.variants, info.variants, more=places)
    see_unchanged(info, folder, "variant", variants)
    return replace(
        assignment_of(info, variants, folder),
        report=report,
        keep=keep,
        cluster=cluster,
        directories=tuple(directories),
    )


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
