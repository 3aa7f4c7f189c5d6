"""Giving back what the state folder takes: leftovers of runs and garbage by default, whole parts on demand.

Results and reports are kept elsewhere and are never touched; neither is anything in the state folder that the harness
did not put there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from harness.errors import HarnessError, InputError, MeasureError, NixUnavailableError, StateError
from harness.measure.executor import LauncherExecutor
from harness.measure.sizes import tree_size
from harness.measure.trees import remove_tree
from harness.nix.garbage import collect, garbage
from harness.provision.nix.prepare import private_store
from harness.provision.state_folder import Layout
from harness.provision.state_lock import TAKEN, CacheLock

#: Left by runs and tests that ended or were ended; always removed.
_LEFTOVERS = ("runs", "tests")


@dataclass(frozen=True, kw_only=True)
class Freed:
    """One thing that was removed, or would be: what it is, and the bytes it took on disk.

    ``kept`` is the reason why it was left alone after all, in which case nothing is freed.
    """

    what: str
    disk_bytes: int = 0
    kept: str = ""


def clean(layout: Layout, parts: Collection[str], *, dry_run: bool) -> list[Freed]:
    """Remove leftovers, the Nix store's garbage, and the named parts of the state folder, or say what would be.

    Names of parts are those of :attr:`harness.provision.state_folder.Layout.parts`.

    Raises:
        ProvisionError: a run is under way, or a worker whose folder is to be removed lives.
        InputError: the state folder is no folder of its own, or not one that the harness made.
        HarnessError: something belongs to somebody else.
    """
    if not layout.state.is_dir():
        return []
    _refuse_shared(layout)
    with CacheLock(layout.state), ExitStack() as stack:
        if "workers" in parts:
            for folder in layout.workers.glob("*/"):
                stack.enter_context(CacheLock(folder / TAKEN))
        return list(_clean(layout, parts, dry_run=dry_run))


def _clean(layout: Layout, parts: Collection[str], *, dry_run: bool) -> Iterator[Freed]:
    for name, path in layout.parts.items():
        if name in {*parts, *_LEFTOVERS} and (path.exists() or path.is_symlink()):
            what, size = f"{name}: {path}", 0
            try:
                size = tree_size(path).disk_bytes
            except MeasureError:
                # A step closed a folder of its own to everybody; that is no reason to keep it.
                what += " (not all of it can be counted)"
            if not dry_run:
                _remove(path)
            yield Freed(what=what, disk_bytes=size)
    if "Nix" not in parts and (layout.nix / "store").is_dir():
        yield _collected(layout, dry_run=dry_run)


def _remove(path: Path) -> None:
    try:
        remove_tree(path)
    except OSError as error:
        raise HarnessError(
            f"{path} cannot be removed: {error.filename}: {error.strerror}.",
            hint="What was there before it is removed; do it again as the user who owns it.",
        ) from error


def _collected(layout: Layout, *, dry_run: bool) -> Freed:
    what = "garbage in the Nix store"
    with LauncherExecutor() as executor:
        try:
            nix = private_store(layout, executor)
            found = garbage(nix)
            freed = found.disk_bytes if dry_run else collect(nix).freed_bytes
        except (NixUnavailableError, StateError) as error:
            return Freed(what=what, kept=error.message)
    return Freed(what=f"{what}: {found.paths} paths", disk_bytes=freed)


def _refuse_shared(layout: Layout) -> None:
    """See that the state folder holds the harness's things alone.

    Raises:
        InputError: it is a folder that other things live in: the checkout, a home folder, or what they are in. Or it
            does not carry the harness's mark.
    """
    for other, what in ((layout.checkout, "this checkout"), (Path.home(), "your home folder")):
        if other.resolve().is_relative_to(layout.state.resolve()):
            raise InputError(
                f"{layout.state} holds {what}, so nothing is cleaned there.",
                hint="Name a folder of its own in HARNESS_STATE.",
            )
    if not layout.is_ours:
        raise InputError(
            f"{layout.state} was not made by the harness, so nothing is cleaned there.",
            hint="Name the folder that runs were given in HARNESS_STATE.",
        )
