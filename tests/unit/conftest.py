"""What several of the unit tests ask for."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest


@pytest.fixture
def heeded_ctrl_c() -> Iterator[None]:
    """Ctrl-C interrupts, as in a terminal: tests that a script starts in the background inherit that it is ignored."""
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, inherited)
