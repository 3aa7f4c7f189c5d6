"""The committed variants' changes, edited in by hand alone: no tool is run, so what tools write is not there."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from harness.monorepo.changes import STANDARD, VariantChange, load_change
from harness.monorepo.changes.patch import Patch, apply_command, edits
from harness.monorepo.shapes import CANONICAL, Shape
from harness.monorepo.variants import Variant, load_variants
from tests.places import CHECKOUT
from tests.unit.monorepo.changes.made_up_changes import git, repository

ROOT = CHECKOUT
VARIANTS = load_variants(ROOT / "variants")


def change_of(variant: Variant, name: str) -> VariantChange:
    """How a committed variant makes a change; that it says so is asserted."""
    change = load_change(variant, name)
    assert change is not None, f"{variant.name} says nothing of {name}"
    return change


def in_order(variant: Variant, name: str) -> tuple[VariantChange, ...]:
    """A change after the one it builds on, if it builds on any."""
    return tuple(change_of(variant, item) for item in (STANDARD[name].base, name) if item)


def possible(variant: Variant, name: str) -> bool:
    """Whether a variant can make a change, and what it builds on."""
    return not any(change.file.unsupported for change in in_order(variant, name))


def shape_after(name: str) -> Shape:
    """The members there are after a change."""
    change = STANDARD[name]
    return change.reshape(STANDARD[change.base].reshape(CANONICAL) if change.base else CANONICAL)


def typed_before(change: VariantChange, patch: Patch) -> tuple[str, ...]:
    """Every word that is typed before a patch's turn, commands that only bring an environment up to date aside."""
    words: list[str] = []
    for deed in change.deeds:
        if deed.patch == patch.name:
            break
        if not deed.environment_only:
            words += (word for step in deed.steps for word in step)
    return tuple(words)


@dataclass(frozen=True, kw_only=True)
class Edited:
    """A variant's checkout after a change's edits.

    ``refused`` says which patches Git did not take, and why. ``waiting`` are patches of nothing but files that are not
    there yet, since a command that is typed before writes them.
    """

    root: Path
    refused: tuple[str, ...]
    waiting: tuple[tuple[VariantChange, Patch], ...]

    def texts(self, *suffixes: str) -> dict[str, str]:
        """The files whose names end so, by their path."""
        return {name: (self.root / name).read_text(encoding="utf-8") for name in self._named(suffixes)}

    @cached_property
    def sources(self) -> dict[str, bytes]:
        """Every Python source, to the byte."""
        return {name: (self.root / name).read_bytes() for name in self._named((".py",))}

    def _named(self, suffixes: tuple[str, ...]) -> list[str]:
        return [name for name in self._files if Path(name).suffix in suffixes]

    @cached_property
    def _files(self) -> list[str]:
        """Every file but Git's own, by its path."""
        names = (path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file())
        return sorted(name for name in names if not name.startswith(".git/"))


def _clone(variant: Variant, folder: Path) -> Path:
    root = repository(folder)
    for relative, source in variant.files().items():
        (root / relative).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, root / relative)
    return root


def _edit(variant: Variant, name: str, folder: Path) -> Edited:
    root = _clone(variant, folder)
    refused: list[str] = []
    waiting: list[tuple[VariantChange, Patch]] = []
    for change in in_order(variant, name):
        for patch in (*change.patches, *filter(None, map(change.nix_patch, variant.spec.nix.strategies))):
            there = [item for item in edits([patch]) if (root / item.path).exists()]
            done = git(root, *apply_command(patch.written(folder.with_suffix(".patches")))[1:])
            if not done.returncode:
                continue
            if not there and typed_before(change, patch):
                waiting.append((change, patch))
            else:
                refused.append(f"{patch.shown}: {done.stderr.strip()}")
    return Edited(root=root, refused=tuple(refused), waiting=tuple(waiting))


@dataclass
class Editor:
    """Edits each change of each variant in once, below ``folder``: patches as they come, Nix files included."""

    folder: Path
    _done: dict[tuple[str, str], Edited] = field(default_factory=dict)

    def edited(self, variant: Variant, name: str) -> Edited:
        """A variant's checkout after a change and the one it builds on; not to be written to."""
        key = (variant.name, name)
        if key not in self._done:
            self._done[key] = _edit(variant, name, self.folder / variant.name / name)
        return self._done[key]
