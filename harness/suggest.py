"""What to say about a name that nothing has: the nearest one, or all there are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence that leads from a wrong ``name`` to a right one."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    all_of_them = f"Known: {', '.join(names)}." if names else "There are none."
    return f"Did you mean {near[0]!r}? {all_of_them}" if near else all_of_them
