"""Commands that are told a person: with what they need besides to be typed as they stand."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

#: Those that look for variants.
_COMMAND = re.compile(r"python -m harness (?:check|list|new|outdated|run|setup|update)(?![\w-])")


def pasted(text: str, directories: Sequence[Path]) -> str:
    """A text in which every command that looks for variants looks for them in these ``directories`` too."""
    more = "".join(f" --variants-dir {shlex.quote(str(directory))}" for directory in directories)
    return _COMMAND.sub(lambda found: found[0] + more, text)
