"""Goes on with a run that was cut off, whoever its contestants are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.monorepo.shapes.packages import is_of_backends
from harness.provision.state_folder import Layout
from harness.records.journal import read_info
from harness.run.contestants.backends import resumed_backends
from harness.run.contestants.base import Contestants
from harness.run.contestants.variants import VariantContestants
from harness.run.resume import resumed_assignment


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
