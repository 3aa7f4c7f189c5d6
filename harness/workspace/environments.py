"""Where the virtual environments are that a toolchain made, whatever folders of its own it puts them in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

#: What an interpreter is asked for its version with; nothing of the environment is imported and nothing is written.
VERSION_WORDS = ("-I", "-S", "-B", "-c", "import sys; print(sys.version.split()[0])")


def interpreters_below(folders: Iterable[Path]) -> Iterator[Path]:
    """The interpreter of every virtual environment at or below ``folders``, in order of path."""
    for folder in folders:
        for place, inside, files in os.walk(folder):
            inside.sort()
            if "pyvenv.cfg" in files:
                inside.clear()
                yield Path(place) / "bin" / "python"
