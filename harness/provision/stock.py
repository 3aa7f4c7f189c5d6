"""What the state folder holds and how large each part is: counted where nothing is disturbed by counting."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.errors import NixUnavailableError, ProvisionError, StateError
from harness.measure.executor import LauncherExecutor
from harness.measure.sizes import tree_size
from harness.nix.garbage import Garbage, garbage, roots
from harness.provision.nix.prepare import private_store
from harness.provision.state_folder import Layout
from harness.provision.state_lock import CacheLock


@dataclass(frozen=True, kw_only=True)
class StockPart:
    """One part of the state folder: what it is called, where it is, and the bytes it takes on disk."""

    name: str
    path: Path
    disk_bytes: int


@dataclass(frozen=True, kw_only=True)
class Stock:
    """What the state folder holds.

    ``unknown`` is the reason why nothing was counted; ``garbage`` is nothing where Nix could not be asked, for the
    reason ``garbage_unknown``. ``store_bytes`` is what is in the private Nix store, as it lies on disk, ``roots`` the
    number of paths that it keeps.
    """

    parts: tuple[StockPart, ...] = ()
    store: Path
    store_bytes: int = 0
    roots: int = 0
    garbage: Garbage | None = None
    garbage_unknown: str = ""
    unknown: str = ""


def take_stock(layout: Layout) -> Stock:
    """Count what is there, unless a run is under way: it would find the disk busy.

    Raises:
        MeasureError: a part cannot be read.
    """
    store = layout.nix / "store"
    if not layout.state.is_dir():
        return Stock(store=store)
    try:
        with CacheLock(layout.state):
            return _count(layout, store)
    except ProvisionError as error:
        return Stock(store=store, unknown=error.message)


def _count(layout: Layout, store: Path) -> Stock:
    parts = tuple(
        StockPart(name=name, path=path, disk_bytes=tree_size(path).disk_bytes)
        for name, path in layout.parts.items()
        if path.exists()
    )
    if not store.is_dir():
        return Stock(parts=parts, store=store)
    with LauncherExecutor() as executor:
        try:
            nix = private_store(layout, executor)
            found, problem, kept = garbage(nix), "", len(roots(nix))
        except (NixUnavailableError, StateError) as error:
            found, problem, kept = None, error.message, 0
    return Stock(
        parts=parts,
        store=store,
        store_bytes=tree_size(store / "nix" / "store").disk_bytes,
        roots=kept,
        garbage=found,
        garbage_unknown=problem,
    )
