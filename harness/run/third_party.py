"""The third party of a run's shapes: resolved before anything is measured, and kept with the run to be resumed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console

from harness.errors import ResultsError
from harness.monorepo.variants.lock import read_lock, render_lock
from harness.provision.interpreters import python_of
from harness.provision.outside import Resolving, ThirdParty, counting, lock_name, names_of, resolved
from harness.run.request import VariantAssignment


def third_party_of(
    assignment: VariantAssignment, folder: Path, resolver: Callable[[], Resolving], console: Console
) -> dict[str, ThirdParty]:
    """What the shapes of an assignment have from outside, by their names; nothing if that does not count.

    Each is resolved once, into a lock below ``folder``. A run that is resumed has its locks already. Requirements whose
    marker holds for none of the Pythons here are not needed, and are told.

    Raises:
        ShapeError: requirements cannot be had; the message has all of one shape.
        ProvisionError: the index cannot be asked.
        ResultsError: a lock of the run to be resumed is gone.
    """
    found: dict[str, ThirdParty] = {}
    if not assignment.third_party:
        return found
    environments = [python.markers for python in {python_of(item): None for item in assignment.variants}]
    builds = {str(pin.name): pin.version for item in assignment.variants for pin in read_lock(item.build_lock)}
    for shape in assignment.shapes:
        if not names_of(shape):
            continue
        wanted, useless = counting(shape, assignment.leave_out, environments)
        for text in useless:
            line = f"{shape.name}: not needed on this machine: {text}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        lock = (assignment.folder if assignment.resumes else folder) / lock_name(shape.name)
        if not assignment.resumes:
            with console.status(f"{shape.name}: looking for what it requires from outside"):
                pins = resolved(shape, wanted, resolver(), builds)
            folder.mkdir(parents=True, exist_ok=True)
            lock.write_text(render_lock(pins), encoding="utf-8")
        elif not lock.is_file():
            raise ResultsError(
                f"--resume: the run {assignment.run_id} has no {lock.name}, so nobody knows what it had from outside.",
                hint="Put it back, or begin a new run.",
            )
        found[shape.name] = ThirdParty(requirements=tuple(wanted), lock=lock)
    return found


def keep_locks(outside: Mapping[str, ThirdParty], run: Path) -> None:
    """Keep the locks in a run's folder, so that the run can be resumed with the same versions."""
    for found in outside.values():
        if found.lock.parent != run:
            shutil.copyfile(found.lock, run / found.lock.name)
