"""What holds for all tests."""

import os

import pytest
from hypothesis import HealthCheck, settings

from harness.provision.layout import Layout

# How long an example takes says something of the machine and nothing of what is tested.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# One run at a time has a state folder, so workers that test side by side have one each.
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
if _WORKER != "gw0":
    os.environ["HARNESS_STATE"] = str(Layout.here().state / "tests" / _WORKER)

#: What takes longest begins first, so that nobody waits for it in the end.
_FIRST = (
    "test_check",
    "test_run",
    "test_cluster",
    "test_store",
    "test_page_accessibility",
    "test_tutorial",
    "test_your_monorepo",
    "test_third_party",
    "test_pythons",
    "test_isolation",
    "test_backends",
    "test_faults",
    "test_nix",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take what makes the tests longer than CI needs them."""
    parser.addoption("--every-step", action="store_true", help="check carries out every step of every variant")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first; all tests of a file have one worker, as they share what they prepare (see Makefile)."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    if not item.get_closest_marker("integration"):
        return len(_FIRST) + 1
    return _FIRST.index(item.path.stem) if item.path.stem in _FIRST else len(_FIRST)
