"""What a run of backends works with, all there before anything is measured: wheels, index, environments, projects."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from harness.backends.assignment import BackendAssignment
from harness.backends.bench import BackendBench
from harness.backends.catalogue import Backend, alone_lock
from harness.backends.planning import smallest_of
from harness.backends.project import Project, write_project
from harness.backends.scenarios import BY_NAME
from harness.bench import Unready
from harness.errors import ProvisionError
from harness.measure.executor import LauncherExecutor
from harness.measure.trees import remove_tree
from harness.progress import SetupProgress
from harness.provision.cachelock import occupied
from harness.provision.index import Index
from harness.provision.interpreters import base_python
from harness.provision.layout import Layout
from harness.provision.toolchains import ensure_toolchain
from harness.provision.wheelhouse import Wheelhouse
from harness.records import CONTROL_SUFFIX, Plan
from harness.shapes.packages import files_of

Benches = dict[str, BackendBench | Unready]


@dataclass(frozen=True, kw_only=True)
class BackendEquipment:
    """The index, the folder of the front ends that stand alone, and each backend's environments.

    ``environments`` maps a backend to the interpreter that has it alone and the one that has front ends too (the first
    again where the run takes none), or to the reason why there is none.
    """

    index: Index
    front_ends: Path
    environments: dict[str, tuple[Path, Path] | str]


@contextmanager
def equipped(assignment: BackendAssignment, layout: Layout, console: Console) -> Iterator[BackendEquipment]:
    """Put everything in place, keep the index running meanwhile, and keep other runs out of the state folder.

    Raises:
        ProvisionError: wheels cannot be had, the front ends cannot be installed, or the index does not start.
        InputError: the state folder lies in a project.
    """
    with ExitStack() as stack:
        stack.enter_context(occupied(layout, console))
        progress = stack.enter_context(SetupProgress(console))
        beside = any(BY_NAME[cell.scenario].beside for cell in assignment.plan.cells)
        locks = [lock for backend in assignment.backends for lock in (backend.hooks_lock, backend.front_ends_lock)]
        locks.append(alone_lock(layout.backends))
        house = Wheelhouse(layout.wheelhouse)
        found = house.fetch(locks, progress.fetching)
        progress.done(f"wheels: {found.fetched} fetched, {found.present} there already")
        shelf = layout.scratch(assignment.run_id) / "wheels"
        link_wheels(house, locks, shelf)
        index = stack.enter_context(Index([shelf], layout.state / "index"))
        front_ends = _environment("front-ends", alone_lock(layout.backends), layout, index)
        environments = _environments(assignment.backends, layout, index, progress, beside=beside)
        ready = sum(not isinstance(item, str) for item in environments.values())
        progress.done(f"backends: {ready} of {len(environments)} ready")
        progress.stop()
        yield BackendEquipment(index=index, front_ends=front_ends, environments=environments)


def link_wheels(house: Wheelhouse, locks: Sequence[Path], shelf: Path) -> None:
    """Put the wheels of the locks on a shelf of their own.

    An isolated build takes the newest version that the index has, and the wheelhouse has those of other runs too.
    """
    remove_tree(shelf)
    for wheel in {wheel for lock in locks for wheel in house.wheels(lock)}:
        place = shelf / wheel.parent.name / wheel.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.hardlink_to(wheel)


def _environments(
    backends: Sequence[Backend], layout: Layout, index: Index, progress: SetupProgress, *, beside: bool
) -> dict[str, tuple[Path, Path] | str]:
    """The environments of each backend, two backends at a time; one that fails does not stop the others."""

    def make(backend: Backend) -> tuple[Path, Path] | str:
        progress.doing(f"installing {backend.name}")
        try:
            hooks = _environment(backend.name, backend.hooks_lock, layout, index)
            both = _environment(backend.name, backend.front_ends_lock, layout, index) if beside else hooks
        except ProvisionError as error:
            return error.message
        return hooks / "python", both / "python"

    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip((backend.name for backend in backends), pool.map(make, backends), strict=True))


def _environment(name: str, lock: Path, layout: Layout, index: Index) -> Path:
    layout.toolchains.mkdir(parents=True, exist_ok=True)
    with LauncherExecutor() as executor:
        return ensure_toolchain(
            name,
            lock=lock,
            root=layout.toolchains,
            python=base_python(),
            index_url=index.url,
            executor=executor,
            host=os.environ,
        )


def make_benches(assignment: BackendAssignment, equipment: BackendEquipment, scratch: Path) -> Benches:
    """A bench for every entrant of the plan, its projects written; the reference's A/A cells have one of their own."""
    known = {backend.name: backend for backend in assignment.backends}
    benches: Benches = {}
    for entrant in dict.fromkeys(cell.variant for cell in assignment.plan.cells):
        # The A/A cell's entrant has the same environments, and projects of its own.
        backend = known[entrant.removesuffix(CONTROL_SUFFIX)]
        made = equipment.environments[backend.name]
        if isinstance(made, str):
            benches[entrant] = Unready(variant=backend, reason=made)
            continue
        folder = scratch / entrant
        benches[entrant] = BackendBench(
            variant=backend,
            folder=folder,
            python=made[0],
            beside=made[1],
            plain=base_python(),
            front_ends=equipment.front_ends,
            index=equipment.index.url,
            meter=equipment.index,
            host_environment=os.environ,
            projects=_written(folder, backend, _built(assignment.plan, entrant)),
            linked=_written(folder / "linked", backend, _linked(assignment.plan, entrant)),
        )
    return benches


def _built(plan: Plan, entrant: str) -> set[tuple[int, bool]]:
    """The projects that are built: by their number of files, the smallest flat too, to be looked at."""
    wanted = {(files_of(cell.shape), False) for cell in plan.cells if cell.variant == entrant}
    if not entrant.endswith(CONTROL_SUFFIX):
        wanted.add((files_of(smallest_of(plan, entrant)), True))
    return wanted


def _linked(plan: Plan, entrant: str) -> set[tuple[int, bool]]:
    """The projects that editable installs lead to."""
    found = set()
    for cell in plan.cells:
        flat = BY_NAME[cell.scenario].linked if cell.variant == entrant else None
        if flat is not None:
            found.add((files_of(cell.shape), flat))
    return found


def _written(folder: Path, backend: Backend, wanted: set[tuple[int, bool]]) -> dict[tuple[int, bool], Project]:
    return {
        (files, flat): write_project(folder / f"{'flat' if flat else 'src'}-{files}", backend, files, flat=flat)
        for files, flat in sorted(wanted)
    }
