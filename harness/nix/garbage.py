"""What a private store keeps and what it may lose: roots, garbage, and the room that both take.

Roots are links below the store's own ``gcroots`` folder, which every Nix reads; they name store paths, not places on
this machine's disk. With a derivation for a root, what was built of it and of what it needs is kept as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import StateError
from harness.measure.sizes import tree_size
from harness.measure.trees import remove_tree
from harness.nix import Nix, complaint

# What is live is decided by the roots alone, whatever the Nix at hand has for its defaults.
_KEEPING = ("--option", "keep-derivations", "true", "--option", "keep-outputs", "true")


@dataclass(frozen=True, kw_only=True)
class Garbage:
    """What no root needs: how many paths, and how many bytes they take on disk."""

    paths: int
    disk_bytes: int


@dataclass(frozen=True, kw_only=True)
class Collected:
    """A collection: how many bytes the store took on disk before it and takes after it."""

    before_bytes: int
    after_bytes: int

    @property
    def freed_bytes(self) -> int:
        """How many bytes it gave back."""
        return self.before_bytes - self.after_bytes


def keep(nix: Nix, owner: str, paths: Iterable[str]) -> None:
    """Make store paths the roots of ``owner``, in place of those it had.

    What is new is linked before what is old is let go, so a path that stays is a root at every moment.
    """
    folder = _roots(nix) / owner
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {Path(path).name: path for path in paths}
    for name, path in wanted.items():
        link = folder / name
        if not link.is_symlink():
            link.symlink_to(path)
    for link in folder.iterdir():
        if link.name not in wanted:
            link.unlink()


def keep_only(nix: Nix, owners: Collection[str]) -> None:
    """Drop the roots of every owner that is not among ``owners``."""
    for folder in _owners(nix):
        if folder.name not in owners:
            remove_tree(folder)


def roots(nix: Nix) -> frozenset[str]:
    """Every store path that is a root of somebody."""
    return frozenset(str(link.readlink()) for folder in _owners(nix) for link in folder.iterdir())


def garbage(nix: Nix) -> Garbage:
    """What a collection would remove, removing nothing.

    Raises:
        StateError: Nix cannot say; its own words say why.
    """
    dead = [line for line in _gc(nix, "--print-dead").split() if line.startswith("/nix/store/")]
    return Garbage(paths=len(dead), disk_bytes=sum(tree_size(nix.physical(path)).disk_bytes for path in dead))


def collect(nix: Nix) -> Collected:
    """Remove from the store what no root needs.

    Raises:
        StateError: Nix cannot do it; its own words say why.
    """
    before = store_bytes(nix)
    _gc(nix)
    return Collected(before_bytes=before, after_bytes=store_bytes(nix))


def keep_within(nix: Nix, limit_bytes: int) -> Collected | None:
    """Collect garbage if the store takes more than ``limit_bytes``; what was done, or nothing if it does not.

    Raises:
        StateError: Nix cannot do it; its own words say why.
    """
    return collect(nix) if store_bytes(nix) > limit_bytes else None


def store_bytes(nix: Nix) -> int:
    """How many bytes the store's contents take on disk.

    Nix' records are left out: it puts a file among them that has nothing in it, to have room for collecting garbage.
    """
    return tree_size(nix.physical("/nix/store")).disk_bytes


def _roots(nix: Nix) -> Path:
    return nix.store / "nix" / "var" / "nix" / "gcroots" / "harness"


def _owners(nix: Nix) -> Sequence[Path]:
    folder = _roots(nix)
    return sorted(folder.iterdir()) if folder.is_dir() else ()


def _gc(nix: Nix, *what: str) -> str:
    command = (str(nix.program.programs / "nix-store"), *nix.options, *_KEEPING, "--gc", *what)
    answer = nix.run(command, nix.environment({}))
    if not answer.ok:
        raise StateError(f"nix-store --gc failed: {complaint(answer.stderr)}")
    return answer.stdout
