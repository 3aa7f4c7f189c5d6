"""What a run of backends has to do: what a person asked for, checked whole before anything is run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.assignment import changed
from harness.backends.catalogue import Backend, FrontEnds, load_backends, load_front_ends
from harness.backends.planning import make_backend_plan
from harness.backends.scenarios import BY_NAME
from harness.errors import ResultsError
from harness.journal import check_new, read_info
from harness.plan import digest_of
from harness.records import Plan
from harness.shapes.packages import is_of_backends


@dataclass(frozen=True, kw_only=True)
class BackendRequest:
    """What a person asked for, checked: nothing is run before this is whole."""

    backends: tuple[str, ...]
    scenarios: tuple[str, ...]
    files: tuple[int, ...]
    blocks: int
    seed: int
    results: Path
    report: Path | None
    run_id: str
    command_line: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class BackendAssignment:
    """What a run of backends has to do, from the beginning or where an earlier session was cut off."""

    backends: tuple[Backend, ...]
    front_ends: FrontEnds
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


def new_assignment(request: BackendRequest, directory: Path) -> BackendAssignment:
    """A request as an assignment; ``directory`` holds the backends.

    Raises:
        InputError: it names a backend that is not there, or there is a run of that id, or it cannot be written.
    """
    check_new(request.results, request.run_id)
    backends = load_backends(directory, request.backends)
    wanted = request.scenarios or tuple(BY_NAME)
    plan = make_backend_plan(
        [backend.name for backend in backends],
        {name: scenario.spread for name, scenario in BY_NAME.items() if name in wanted},
        request.files,
        blocks=request.blocks,
        seed=request.seed,
    )
    return BackendAssignment(
        backends=backends,
        front_ends=load_front_ends(directory),
        plan=plan,
        results=request.results,
        report=request.report,
        run_id=request.run_id,
        command_line=request.command_line,
    )


def resumed_assignment(folder: Path, report: Path | None, directory: Path) -> BackendAssignment:
    """The rest of the run in ``folder``.

    Raises:
        ResultsError: it is no run of backends, or its plan or a backend is not what it was.
    """
    info = read_info(folder)
    if not is_of_backends(info.plan):
        raise ResultsError(
            f"--resume: the run {folder.name} is not one of backends.",
            hint=f"Go on with it: python -m harness run --resume {folder.name}",
        )
    if (now := digest_of(info.plan)) != info.plan.digest:
        raise changed(folder, "its plan", info.plan.digest[:12], now[:12])
    if unknown := sorted({cell.scenario for cell in info.plan.cells} - set(BY_NAME)):
        raise ResultsError(
            f"--resume: the run {folder.name} has scenarios that are gone: {', '.join(unknown)}.",
            hint="Begin a new run.",
        )
    backends = load_backends(directory, info.variants)
    for backend in backends:
        if (then := info.variants[backend.name].digest) != backend.digest:
            raise changed(folder, f"the backend {backend.name}", then[:12], backend.digest[:12])
    return BackendAssignment(
        backends=backends,
        front_ends=load_front_ends(directory),
        plan=info.plan,
        results=folder.parent,
        report=report,
        run_id=folder.name,
        command_line=info.command_line,
        resumes=True,
    )
