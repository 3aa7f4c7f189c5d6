"""Paths of ``variant.toml``: each lies below a folder of the run, for what is there is written to and removed."""

from __future__ import annotations

import string
from collections.abc import Callable

from harness.monorepo.variants.placeholders import repeated_for

#: What may stand in a path after its beginning: names, which cannot lead elsewhere.
_NAMES = frozenset({"app", "module", "member"})


def below(*folders: str, itself: bool = False) -> Callable[[str], str]:
    """A check that a path begins with the placeholder of one of ``folders`` and lies below it, or is it if ``itself``.

    The check raises ``ValueError`` for any other path: a bare relative one, an absolute one, one with ``..`` in it.
    """

    def check(text: str) -> str:
        # What stands before the first / is the folder, so that {root}-copy is none.
        start, *parts = text.split("/")
        where = " or ".join(f"{{{name}}}" for name in folders)
        if start not in {f"{{{name}}}" for name in folders}:
            raise ValueError(f"{text!r} has to begin with {where}, as in '{{{folders[0]}}}/name'")
        if not parts and not itself:
            raise ValueError(f"{text!r} has to lie below {where}, and is all of it")
        for part in parts:
            if part in ("", ".", ".."):
                raise ValueError(f"{text!r} has to be a plain path, without {part!r} as a part of it")
            if used := sorted({name for _, name, _, _ in string.Formatter().parse(part) if name} - _NAMES):
                raise ValueError(f"{text!r} has {{{used[0]}}} within it: after the beginning only names may stand")
        repeated_for([text])
        return text

    return check
