"""What variants have in common to the letter, so that a page can say it once."""

from __future__ import annotations

from collections.abc import Mapping

from harness.records.facts import VariantFacts


def files_alike(variants: Mapping[str, VariantFacts]) -> dict[str, str]:
    """The files that every one of several variants has, with the same text; patches of changes are left aside."""
    if len(variants) < 2:
        return {}
    first, *others = variants.values()
    return {
        name: text
        for name, text in first.files.items()
        if not name.startswith("changes/") and all(facts.files.get(name) == text for facts in others)
    }
