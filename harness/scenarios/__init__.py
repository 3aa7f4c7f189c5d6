"""One file a scenario: the state before it, the steps measured, and what is verified after.

A module here that has a ``SCENARIO`` is a scenario, one that has ``SCENARIOS`` is several of a kind; adding one is
adding a file.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from harness.scenarios.base import Scenario


@cache
def all_scenarios() -> dict[str, Scenario]:
    """Every scenario by its name, local ones first, in the order a maintainer meets them."""
    found: list[Scenario] = []
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        found += [loaded.SCENARIO] if hasattr(loaded, "SCENARIO") else getattr(loaded, "SCENARIOS", ())
    return {scenario.name: scenario for scenario in sorted(found, key=lambda item: (item.lane, item.order, item.name))}


__all__ = ["Scenario", "all_scenarios"]
