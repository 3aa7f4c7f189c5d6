"""What ``--cluster`` was given: the address of a scheduler, or so many workers on this machine."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass

from harness.errors import InputError
from harness.run.cluster.cores import cores_here, see_quiet

_LOCAL = re.compile(r"local:(\d{1,3})")
_ADDRESS = re.compile(r"[a-z]+://[^\s,]+|[\w.-]+:\d{1,5}")

#: Behind what is asked for: workers may share cores.
_CROWDED = ",crowded"


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
        see_quiet(asked.workers, cores_here())
    return asked
