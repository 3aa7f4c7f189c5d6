"""How many workers one machine can keep quiet, and which of its cores each gets."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from harness.errors import InputError

_TOPOLOGY = Path("/sys/devices/system/cpu")

#: The processors of one core, which share its caches and units: what runs on one slows what runs on the other.
Core = frozenset[int]


def cores_here(topology: Path = _TOPOLOGY) -> tuple[Core, ...]:
    """The cores that this process may use, each with those of its processors that it may use."""
    if hasattr(os, "sched_getaffinity"):
        allowed: Collection[int] = os.sched_getaffinity(0)
    else:  # pragma: no cover - macOS has no affinity, and no way to pin a worker to a core either
        allowed = range(os.cpu_count() or 1)
    return cores_of({number: _siblings(topology, number) for number in allowed})


def cores_of(siblings: Mapping[int, Collection[int]]) -> tuple[Core, ...]:
    """The cores that processors make up, from those that each shares its core with: pure."""
    found = {frozenset({number, *shared} & siblings.keys()) for number, shared in siblings.items()}
    return tuple(sorted(found, key=min))


def _siblings(topology: Path, number: int) -> set[int]:
    """The processors of the same core; the processor alone where the kernel does not say."""
    try:
        text = (topology / f"cpu{number}" / "topology" / "thread_siblings_list").read_text(encoding="ascii")
    except OSError:
        return {number}
    found: set[int] = set()
    for part in text.strip().split(","):
        low, _, high = part.partition("-")
        found |= set(range(int(low), int(high or low) + 1))
    return found


def see_quiet(workers: int, cores: Sequence[Core]) -> None:
    """See that each worker can have a core of its own.

    Raises:
        InputError: there are too few.
    """
    if workers > len(cores):
        have = f"{len(cores)} core{'' if len(cores) == 1 else 's'}"
        raise InputError(
            f"--cluster local:{workers}: this machine has {have}, and workers that share one disturb each other's"
            " figures.",
            hint=f"Ask for at most local:{len(cores)}, or, if throughput is all that counts, for"
            f" local:{workers},crowded: the report then says so. What side by side costs: python -m benchmarks"
            " side-by-side",
        )


def share_of(worker: int, workers: int, cores: Sequence[Core]) -> frozenset[int]:
    """The processors that a worker of so many gets, counted from 0: whole cores, of which no other has any.

    With more workers than cores they go round, and some share.
    """
    if workers > len(cores):
        return cores[worker % len(cores)]
    own = [core for place, core in enumerate(cores) if place % workers == worker]
    return frozenset().union(*own)
