"""Variants: folders of ``variants/`` as values, and what is made of them: new ones, other versions, other Pythons."""

from __future__ import annotations

from harness.monorepo.variants.model import (
    HARNESS_FILES,
    VARIANT_NAME,
    Variant,
    folder_digest,
    load_variant,
    load_variants,
    variant_digest,
    variant_folders,
)

__all__ = [
    "HARNESS_FILES",
    "VARIANT_NAME",
    "Variant",
    "folder_digest",
    "load_variant",
    "load_variants",
    "variant_digest",
    "variant_folders",
]
