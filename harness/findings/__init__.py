"""One file a finding: an untimed fact about a variant, established by looking or by an experiment.

A module here that has an ``ESTABLISH`` function is a finding; adding one is adding a file. The function takes a
:class:`Subject` and returns observations.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from harness.findings.base import Establish, Observation, Subject


def establish_all(subject: Subject) -> Iterator[Observation]:
    """Every finding about one variant."""
    for module in pkgutil.iter_modules(__path__):
        establish: Establish | None = getattr(importlib.import_module(f"{__name__}.{module.name}"), "ESTABLISH", None)
        if establish is not None:
            yield from establish(subject)


__all__ = ["Observation", "Subject", "establish_all"]
