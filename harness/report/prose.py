"""Lists and commands as they stand in a sentence."""

from __future__ import annotations

import shlex
from collections.abc import Sequence


def command(argv: Sequence[str]) -> str:
    """An argument list as one would type it; placeholders such as ``{app}`` stay readable."""
    return " ".join(
        part if part.startswith("{") and "'" not in part and " " not in part else shlex.quote(part) for part in argv
    )


def join(names: Sequence[str]) -> str:
    """Names as in a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def inside(title: str) -> str:
    """A title as it stands inside a sentence; abbreviations at its beginning stay as they are."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]
