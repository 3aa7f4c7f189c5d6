"""Standard changes: what each is, how a variant makes it, and how its effect is seen."""

from __future__ import annotations

from harness.monorepo.changes.change_file import ChangeFile, Deed, VariantChange, load_change, texts_of_patches
from harness.monorepo.changes.standard import STANDARD, StandardChange

__all__ = ["STANDARD", "ChangeFile", "Deed", "StandardChange", "VariantChange", "load_change", "texts_of_patches"]
