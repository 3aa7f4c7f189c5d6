"""What holds for all tests: which are done, by whom, in which order, in which state folder, and where the time went."""

from __future__ import annotations

import os
import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from harness.records.uninterrupted import heed
from harness.run.check.record import Record
from tests import provisioned, recorded
from tests.account import Account

# How long an example takes says something of the machine and nothing of what is tested.
_UNTIMED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("quick", max_examples=20, **_UNTIMED)
settings.register_profile("thorough", max_examples=200, **_UNTIMED)

# As the product does: a job that a script starts in the background ignores Ctrl-C.
heed()

#: What every worker's state folder is copied from; set before any test module asks where the state folder is.
_BASE = provisioned.move_state(os.environ.get("PYTEST_XDIST_WORKER", "alone"))

#: Of what needs toolchains, what takes longest begins first, so that nobody waits for it in the end.
_LONGEST = ("test_run", "test_check", "test_nix", "test_derive", "test_store", "test_flake")


#: Tests that share nothing with those beside them, and take too long for one worker.
_ALONE = frozenset(
    {
        "test_a_variant_is_as_it_has_to_be",
        "test_what_is_broken_is_named_with_its_cause",
        "test_a_variant_of_a_teams_own_stands_beside_ours_in_the_report",
        "test_nothing_is_found",
    }
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take what makes the tests longer, and what mixes them up."""
    parser.addoption("--everything", action="store_true", help="what is left to `make verify` too")
    parser.addoption("--shuffle", type=int, metavar="SEED", help="in an order that this number decides")


def pytest_configure(config: pytest.Config) -> None:
    """Try few examples of each property, or many; open the account."""
    settings.load_profile("thorough" if config.getoption("--everything") else "quick")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Account(began=os.environ.get("TESTS_BEGAN", "")))
        if config.getoption("--everything") and recorded.takes_whole_modules(config):
            config.pluginmanager.register(recorded.Keeper(recorded.record_of_tests()))


class ByModule(LoadScopeScheduling):  # type: ignore[misc] # xdist brings no types
    """Gives all tests of a module to one worker, as they share what they prepare, but for those that stand alone."""

    def _split_scope(self, nodeid: str) -> str:
        module, _, test = nodeid.partition("::")
        return nodeid if test.partition("[")[0] in _ALONE else module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByModule:
    """Say who does what."""
    return ByModule(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is for `make verify`, and put the rest in order."""
    everything = config.getoption("--everything")
    left = {item for item in items if _is_left_out(item, everything=everything)}
    config.hook.pytest_deselected(items=[item for item in items if item in left])
    told: dict[str, int] | None = getattr(config, "workeroutput", None)
    if told is not None:
        # Of what a worker leaves out, the process that prints the table hears nothing else.
        told["left"] = len(left)
    items[:] = [item for item in items if item not in left]
    seed = config.getoption("--shuffle")
    if seed is None:
        items.sort(key=_rank)
    else:
        _shuffle(items, random.Random(seed))  # noqa: S311 - an order of tests keeps no secret
    if any(map(_needs_tools, items)):
        provisioned.begin(_BASE, os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid())))


def _is_left_out(item: pytest.Item, *, everything: bool) -> bool:
    """Of everything, modules that are on record as they are; otherwise what is for `make verify`."""
    if not everything:
        return item.get_closest_marker("verify") is not None
    module = recorded.module_of(item.nodeid)
    return recorded.is_kept(module) and _on_record().module_stands(module)


@cache
def _on_record() -> Record:
    return recorded.record_of_tests()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Wait for toolchains, wheels and Nix' base where a test needs them, before any fixture looks for them."""
    if _needs_tools(item):
        provisioned.wait(_BASE)


def _needs_tools(item: pytest.Item) -> bool:
    return item.get_closest_marker("tools") is not None


def _rank(item: pytest.Item) -> int:
    """What needs no toolchains first, as these are put in place meanwhile; unit tests last, as they are short."""
    if item.path.parent.name == "lint":
        return 0
    if not item.get_closest_marker("integration"):
        return len(_LONGEST) + 3
    if not _needs_tools(item):
        return 1
    return 2 + (_LONGEST.index(item.path.stem) if item.path.stem in _LONGEST else len(_LONGEST))


def _shuffle(items: list[pytest.Item], order: random.Random) -> None:
    """Mix modules, and the tests of each module."""
    modules: dict[Path, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.path, []).append(item)
    groups = list(modules.values())
    order.shuffle(groups)
    for group in groups:
        order.shuffle(group)
    items[:] = [item for group in groups for item in group]
