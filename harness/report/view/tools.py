"""Which tool a variant belongs to, and which variant is that tool's recommended idiom. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.records.facts import VariantFacts

#: Managers that are the same tool to a reader: pip with whatever makes the environment.
_SAME = {"virtualenv": "pip", "pip-tools": "pip", "none": "no tool"}
#: Names of idioms that are recommended although they are not called as the tool.
_BARE = {"pip": "venv"}


def tool_of(facts: VariantFacts) -> str:
    """The tool a variant belongs to, as its manager is called."""
    return _SAME.get(facts.manager, facts.manager)


def recommended(variants: Mapping[str, VariantFacts]) -> Mapping[str, str]:
    """The recommended idiom by tool: the one of the bare name, else the first of that tool."""
    found: dict[str, str] = {}
    for name, facts in variants.items():
        tool = tool_of(facts)
        if name == _BARE.get(tool, tool) or tool not in found:
            found[tool] = name
    return found


def by_tool(names: Iterable[str], variants: Mapping[str, VariantFacts]) -> tuple[str, ...]:
    """Names with one for each tool: its recommended idiom where that is among them, else the first."""
    first = recommended(variants)
    kept: dict[str, str] = {}
    for name in names:
        tool = tool_of(variants[name])
        if tool not in kept or name == first[tool]:
            kept[tool] = name
    return tuple(kept.values())
