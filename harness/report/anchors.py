"""Names of places: of an id on the page, of the link to it, and of a file; fit to be each, whatever a run calls things.

A name that the harness gives (a variant's, a scenario's, a shape's) stands as it is. Any other has been chosen by
somebody else: it may hold blanks, quotes or a path, and two that differ must not become one.
"""

from __future__ import annotations

import hashlib
import re

_UNFIT = re.compile(r"[^A-Za-z0-9._~=,+-]+")
#: The most characters: with what a file's name adds, far below the 255 bytes that file systems take.
_LONGEST = 120


def anchored(*parts: str | None) -> str:
    """Parts of a name as one, those that are empty left out; of one that is not fit what is, and a digest."""
    name = "-".join(filter(None, parts))
    fit = _UNFIT.sub("-", name).strip("-.")
    if fit == name and len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{fit[:_LONGEST].strip('-.')}-{digest}".strip("-")
