"""A fixed computation, timed between blocks: when its time changes, the machine did.

It is run by the same executor as everything that is measured, so it sees the same scheduler, the same clock speed and
the same neighbours. It touches neither disk nor network, so that it says something of the processor alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.errors import MeasureError
from harness.measure.command import Command, Execution
from harness.records.format import Probe

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


def probe_command(python: Path, env: Mapping[str, str], cwd: Path, log_path: Path) -> Command:
    """The probe as a command for an executor: the same work to the letter, each time and on each machine.

    ``python`` runs isolated (``-I``), without site packages (``-S``) and without writing byte code (``-B``): what is
    installed beside it makes no difference.
    """
    return Command(
        argv=(str(python), "-I", "-S", "-B", "-c", _PROGRAM),
        cwd=cwd,
        env=env,
        timeout_s=TIMEOUT_S,
        log_path=log_path,
    )


def probe_of(execution: Execution, *, block: int) -> Probe:
    """What the probe cost that was taken after ``block`` (-1: before the first one).

    Raises:
        MeasureError: the computation did not come to its end, so its time says nothing.
    """
    if not execution.ok or execution.stdout.strip() != EXPECTED:
        raise MeasureError(
            f"the probe of the processor did not come to its end: {execution.ended}, exit status"
            f" {execution.exit_code}{', ' + execution.reason if execution.reason else ''}",
            hint="See that the Python that runs the harness still starts, then resume the run.",
        )
    return Probe(block=block, wall_s=execution.wall_s, user_s=execution.user_s)


def busy_others(before: float | None, after: float | None, *, own_s: float, wall_s: float) -> float | None:
    """How many cores anything but the probe kept busy while it ran; ``None`` where the system does not tell.

    ``before`` and ``after`` are the seconds that all cores had been at work by then, ``own_s`` is the probe's processor
    time. Linux counts in hundredths of a second, so this is right to within some tenth of a core.
    """
    if before is None or after is None or wall_s <= 0:
        return None
    return max(0.0, after - before - own_s) / wall_s
