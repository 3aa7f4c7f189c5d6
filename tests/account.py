"""Where the time of a test run went, in one table at its end, and what was left to `make verify`."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from pathlib import PurePosixPath
from typing import Any

import pytest

from harness.provision.state_folder import Layout
from tests import recorded

#: A test that takes longer is named, in seconds.
LONG_S = 20.0

#: So many of them at most.
_NAMED = 12

_WIDTH = 78


class Account:
    """A plugin of pytest that adds up what tests took, by room; with several workers, in the process that starts them.

    ``began`` is when set-up began, in seconds since the epoch as text; empty where nobody set up.
    """

    def __init__(self, began: str) -> None:
        self._set_up_began = float(began) if began else None
        self._began = time.time()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._tests: Counter[str] = Counter()
        self._each: defaultdict[str, float] = defaultdict(float)
        self._left = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a part of a test: what it prepared, the test, or what it put away."""
        test = report.nodeid
        room = room_of(test)
        self._seconds[room] += report.duration
        self._each[test] += report.duration
        self._tests[room] += report.when == "call"

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Count what is left out."""
        self._left += len(items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Hear from a worker what it left out; all leave out the same."""
        self._left = getattr(node, "workeroutput", {}).get("left", self._left)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        """Print the table."""
        say = terminalreporter.write_line
        workers = len(config.getoption("tx", []) or []) or 1
        terminalreporter.section("where the time went")
        say(f"{'room':<44}{'tests':>8}{'seconds':>10}{'share':>8}")
        total = sum(self._seconds.values()) or 1.0
        for room, seconds in sorted(self._seconds.items(), key=_longest):
            say(f"{room:<44}{self._tests[room]:>8}{seconds:>10.1f}{seconds / total:>8.0%}")
        went_by = time.time() - self._began
        say(f"{f'in all, by {workers} at once':<44}{sum(self._tests.values()):>8}{total:>10.1f}")
        if provisioned := _provisioned():
            say(f"{'provisioned once, beside the first tests':<52}{provisioned:>10.1f}")
        say(f"{'went by':<52}{went_by:>10.1f}")
        if self._set_up_began is not None:
            say(f"{'with set-up':<52}{time.time() - self._set_up_began:>10.1f}")
        for test, seconds in sorted(self._each.items(), key=_longest)[:_NAMED]:
            if seconds >= LONG_S:
                say(f"{seconds:>6.1f} s  {test[-(_WIDTH - 10) :]}")
        if self._tests["integration/check"]:
            say("")
            for line in recorded.told():
                say(line)
        if self._left:
            words = "on record already" if config.getoption("everything") else "left to `make verify`"
            say(f"{words}: {self._left} tests")


def _longest(item: tuple[str, float]) -> float:
    return -item[1]


def room_of(test: str) -> str:
    """What a test is accounted under: unit tests by the harness's room, others by their module."""
    path = PurePosixPath(test.partition("::")[0])
    parts = path.parts[1:]
    if parts[:1] == ("unit",):
        return "/".join(parts[:-1])
    return "/".join([*parts[:-1], path.stem.removeprefix("test_")]) if parts else test


def _provisioned() -> float | None:
    """How many seconds provisioning took in this test run, if it was needed."""
    told = Layout.here().state.parent / "provisioned"
    return float(told.read_text(encoding="utf-8").split()[1]) if told.is_file() else None
