"""A fixed computation, timed between blocks: when its time changes, the machine did.

It is run by the same executor as everything that is measured, so it sees the same scheduler, the same clock speed and
the same neighbours. It touches neither disk nor network, so that it says something of the processor alone.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from harness.errors import MeasureError
from harness.measure.command import Command, Executor
from harness.measure.environment import prepare_home, scrubbed
from harness.provision.interpreters import base_python
from harness.records.format import Probe
from harness.records.host import busy_s, load_average

#: Times round the computation: about 0.2 s on a processor of 2020, long enough for the clock's and the start-up's own
#: share of the time to stay small, short enough to be nothing beside a block.
ROUNDS = 1_000_000

#: What the computation ends with and prints: one that was cut short is not taken for a fast machine.
EXPECTED = "345801665"

TIMEOUT_S = 60.0

# A linear congruential generator: each round needs the result of the one before, in integers that never grow.
_PROGRAM = f"""\
def work():
    value = 1
    for _ in range({ROUNDS}):
        value = (value * 1103515245 + 12345) % 2147483648
    return value
print(work())
"""


def take_probe(executor: Executor, home: Path, log_path: Path, *, block: int) -> Probe:
    """What the same computation as ever costs after ``block`` (-1: before the first one); ``home`` is a folder for it.

    Python runs isolated (``-I``), without site packages (``-S``) and without writing byte code (``-B``): what is
    installed beside it makes no difference.

    Raises:
        MeasureError: the computation did not come to its end, so its time says nothing.
    """
    prepare_home(home)
    log_path.parent.mkdir(parents=True, exist_ok=True)
    load, busy, began = load_average(), busy_s(), time.monotonic()
    execution = executor.run(
        Command(
            argv=(str(base_python()), "-I", "-S", "-B", "-c", _PROGRAM),
            cwd=home,
            env=scrubbed(home=home, path=("/usr/bin", "/bin"), extra={}, host=os.environ),
            timeout_s=TIMEOUT_S,
            log_path=log_path,
        )
    )
    own_s, wall_s = execution.user_s + execution.system_s, time.monotonic() - began
    others = busy_others(busy, busy_s(), own_s=own_s, wall_s=wall_s)
    if not execution.ok or execution.stdout.strip() != EXPECTED:
        raise MeasureError(
            f"the probe of the processor did not come to its end: {execution.ended}, exit status"
            f" {execution.exit_code}{', ' + execution.reason if execution.reason else ''}",
            hint="See that the Python that runs the harness still starts, then resume the run.",
        )
    return Probe(block=block, wall_s=execution.wall_s, user_s=execution.user_s, others=others, load=load)


def busy_others(before: float | None, after: float | None, *, own_s: float, wall_s: float) -> float | None:
    """How many cores anything but the probe kept busy while it ran; ``None`` where the system does not tell.

    ``before`` and ``after`` are the seconds that all cores had been at work by then, ``own_s`` is the probe's processor
    time. Linux counts in hundredths of a second, so this is right to within some tenth of a core.
    """
    if before is None or after is None or wall_s <= 0:
        return None
    return max(0.0, after - before - own_s) / wall_s
