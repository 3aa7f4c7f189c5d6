"""How large a tree of files is, and which of its files were written between two looks at it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR

from harness.errors import MeasureError

BLOCK_BYTES = 512  # what st_blocks counts in, whatever the file system's own block size


@dataclass(frozen=True, kw_only=True)
class TreeSize:
    """What a tree holds: each file once, however many names it has, and links as themselves.

    ``files`` counts everything but folders. ``apparent_bytes`` adds up the lengths of those files, the same on every
    file system; ``disk_bytes`` the room that they and the folders take on this one.
    """

    files: int = 0
    apparent_bytes: int = 0
    disk_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class FileStamp:
    """What tells one writing of a file from another.

    The time of a file's last *status* change is no part of it: a hard link to a file, as installers make from their
    caches, changes that time without a byte being written.
    """

    device: int
    inode: int
    size_bytes: int
    modified_ns: int


def tree_size(path: Path) -> TreeSize:
    """The size of the tree, or of the one file, at ``path``; zero if nothing is there.

    Symbolic links are not followed, ``path`` itself included. MeasureError if a folder cannot be read.
    """
    files = apparent = disk = 0
    seen: set[tuple[int, int]] = set()
    for _, facts in _walk(path):
        if not S_ISDIR(facts.st_mode):
            if (facts.st_dev, facts.st_ino) in seen:
                continue
            if facts.st_nlink > 1:
                seen.add((facts.st_dev, facts.st_ino))
            files += 1
            apparent += facts.st_size
        disk += facts.st_blocks * BLOCK_BYTES
    return TreeSize(files=files, apparent_bytes=apparent, disk_bytes=disk)


def list_files(*paths: Path) -> dict[str, FileStamp]:
    """Every file (not folder) below the given paths with its stamp; links are not followed, missing paths are empty.

    MeasureError if a folder cannot be read.
    """
    return {
        name: FileStamp(
            device=facts.st_dev, inode=facts.st_ino, size_bytes=facts.st_size, modified_ns=facts.st_mtime_ns
        )
        for path in paths
        for name, facts in _walk(path)
        if not S_ISDIR(facts.st_mode)
    }


def files_written(before: Mapping[str, FileStamp], after: Mapping[str, FileStamp]) -> int:
    """How many files are in ``after`` that were not in ``before`` as they are now; what was removed is not counted."""
    return sum(1 for name, stamp in after.items() if before.get(name) != stamp)


def _walk(path: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Every entry from ``path`` down, itself included, without following links."""
    waiting = [os.fspath(path)]
    while waiting:
        name = waiting.pop()
        try:
            facts = os.lstat(name)
            names = os.listdir(name) if S_ISDIR(facts.st_mode) else []  # noqa: PTH208 - as below
        except (FileNotFoundError, NotADirectoryError):
            # Missing from the start, or removed while we look: either way it takes no room.
            continue
        except OSError as error:
            raise MeasureError(
                f"the size of {path} cannot be taken: {name}: {error.strerror}",
                hint="Run the harness as the user who owns its folders, or remove them and let it make them again.",
            ) from error
        yield name, facts
        waiting.extend(os.path.join(name, entry) for entry in names)  # noqa: PTH118 - a Path per file is slow
