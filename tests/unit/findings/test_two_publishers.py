"""Every value of ``published-resolve``."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from harness.findings.two_publishers import FINDING
from tests.unit.findings.made_up_builds import (
    BY_ADDRESS,
    BY_NAME,
    Builder,
    Market,
    Release,
    established,
    market_lab,
    release,
)


def forgets_library(root: Path, name: str, env: Mapping[str, str]) -> Release:
    return replace(release(root, name, env), requires=())


@pytest.mark.parametrize(
    ("builder", "dependencies", "expected", "proof"),
    [
        (release, BY_NAME, "resolve-and-run", "Goodbye, PolyWolf"),
        (release, BY_ADDRESS, "refused", "No such file: file://{root}/shared"),
        (forgets_library, BY_NAME, "wrong", "No module named 'shared'"),
    ],
)
def test_values(tmp_path: Path, builder: Builder, dependencies: str, expected: str, proof: str) -> None:
    market = Market(builder=builder)

    found = established(FINDING, market_lab(tmp_path, market, dependencies=dependencies))["published-resolve"]

    assert found.value == expected
    assert proof in found.evidence
    assert not market.served
