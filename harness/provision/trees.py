"""Removing folders that were made read-only, as everything in a Nix store is."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path


def remove_tree(path: Path) -> None:
    """Remove a file, a link, or a folder with all that is in it; what is not there is fine.

    Links are removed and never followed, so nothing outside is touched, and folders are made writable first.

    Raises:
        OSError: something belongs to somebody else.
    """
    try:
        kind = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(kind):
        path.unlink()
        return
    _make_writable(path)
    for folder, names, _ in os.walk(path, followlinks=False):
        for name in names:
            inside = Path(folder, name)
            if not inside.is_symlink():
                _make_writable(inside)
    shutil.rmtree(path)


def _make_writable(folder: Path) -> None:
    """Let the owner change what is in a folder that is no link."""
    mode = stat.S_IMODE(folder.lstat().st_mode)
    if mode & stat.S_IRWXU != stat.S_IRWXU:
        folder.chmod(mode | stat.S_IRWXU)
