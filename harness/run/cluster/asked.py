"""What ``--cluster`` was given, a scheduler's address or so many workers on this machine, and which cores each gets."""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import InputError

_LOCAL = re.compile(r"local:(\d{1,3})")
_ADDRESS = re.compile(r"[a-z]+://[^\s,]+|[\w.-]+:\d{1,5}")

#: Behind what is asked for: workers may share cores.
_CROWDED = ",crowded"

_TOPOLOGY = Path("/sys/devices/system/cpu")

#: The processors of one core, which share its caches and units: what runs on one slows what runs on the other.
Core = frozenset[int]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """``address`` is a scheduler's; without one, ``workers`` are started here. ``crowded`` lets them share cores."""

    address: str = ""
    workers: int = 0
    crowded: bool = False


def asked_cluster(text: str) -> Asked:
    """What was asked for.

    Raises:
        InputError: it is neither an address nor a number of workers here.
    """
    what, crowded = text.removesuffix(_CROWDED), text.endswith(_CROWDED)
    if (local := _LOCAL.fullmatch(what)) and int(local[1]) > 0:
        return Asked(workers=int(local[1]), crowded=crowded)
    if _ADDRESS.fullmatch(what) and not what.startswith("local:"):
        return Asked(address=what, crowded=crowded)
    raise InputError(
        f"--cluster: {text!r} is no cluster.",
        hint="Give a Dask scheduler's address, such as tcp://10.0.0.1:8786, or local:N for N workers on this machine.",
    )


def see_cluster(text: str) -> Asked:
    """What was asked for, if it can be: Dask is there, and each worker here gets a core of its own.

    Raises:
        InputError: it is malformed, Dask is not installed, or this machine has too few cores.
    """
    asked = asked_cluster(text)
    if importlib.util.find_spec("distributed") is None:
        raise InputError(
            "--cluster needs Dask distributed, which is not installed.",
            hint="python -m pip install --require-hashes -r requirements-cluster.lock",
        )
    if asked.workers and not asked.crowded:
        _see_quiet(asked.workers, cores_here())
    return asked


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


def _see_quiet(workers: int, cores: Sequence[Core]) -> None:
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
