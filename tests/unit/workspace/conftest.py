"""A made-up bench whose checkout is a fresh clone, for tests that make changes in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt
from tests.made_up import Toolbox, made_up_attempt, made_up_bench
from tests.unit.monorepo.changes.made_up_changes import GitAndToolbox


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = made_up_bench(tmp_path)
    bench.warm.renew(lock=False)
    return bench


@pytest.fixture
def toolbox(bench: Bench) -> Toolbox:
    return Toolbox([bench.warm])


@pytest.fixture
def attempt(toolbox: Toolbox, tmp_path: Path) -> Attempt:
    return made_up_attempt(GitAndToolbox(toolbox), tmp_path)
