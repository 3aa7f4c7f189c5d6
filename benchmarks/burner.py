"""A load that comes and goes: one process that keeps the CPU of this one busy in seeded phases."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# It ends by itself at its limit, should nobody be left to end it.
_BURN = """
import random, sys, time
seed, phase_s, limit_s = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
chance, ends, busy = random.Random(seed), time.monotonic() + limit_s, True
while time.monotonic() < ends:
    until = time.monotonic() + chance.expovariate(1 / phase_s)
    if busy:
        while time.monotonic() < until:
            pass
    else:
        time.sleep(max(0.0, until - time.monotonic()))
    busy = not busy
"""


@contextmanager
def burning(*, seed: int, phase_s: float, limit_s: float) -> Iterator[None]:
    """Confine this process and its children to one CPU, and load that CPU, on and off for ``phase_s`` on average."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        load = subprocess.Popen([sys.executable, "-I", "-S", "-c", _BURN, str(seed), str(phase_s), str(limit_s)])
        try:
            yield
        finally:
            load.kill()
            load.wait()
    finally:
        os.sched_setaffinity(0, allowed)
