"""How large the private Nix store may become."""

from __future__ import annotations

import re
from collections.abc import Mapping

from harness.errors import InputError
from harness.records.spelling import _UNITS

#: Names the limit, as ``2GiB``.
STORE_LIMIT = "HARNESS_STORE_LIMIT"

#: Room for the base of every variant four times over, in bytes.
DEFAULT_LIMIT = 2 * 2**30

_UNITS |= {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_BY_NAME = {name.lower(): size for name, size in _UNITS.items()}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]+)")


def store_limit(host: Mapping[str, str]) -> int:
    """The most that the private Nix store may take on disk before garbage is collected, in bytes.

    Raises:
        InputError: the environment ``host`` names a limit that is no number of bytes.
    """
    text = host.get(STORE_LIMIT, "").strip()
    if not text:
        return DEFAULT_LIMIT
    match = _SIZE.fullmatch(text)
    if match is None or match[2].lower() not in _BY_NAME:
        raise InputError(
            f"{STORE_LIMIT}: {text!r} is not a number of bytes.", hint="Write it as 2GiB, 500MiB or 1.5GB."
        )
    return int(float(match[1]) * _BY_NAME[match[2].lower()])
