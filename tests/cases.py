"""Which cases of a parametrized test `make test` has, and which are left to `make verify`."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pytest

from tests.recorded import core

CORE = frozenset(core())


def each(names: Iterable[str], now: Collection[str] = CORE) -> list[object]:
    """Every name as a case: those of ``now``, by default the core, in `make test`, and the others in `make verify`."""
    return [name if name in now else pytest.param(name, marks=pytest.mark.verify) for name in names]
