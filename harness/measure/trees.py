"""Removing what a run made, and nothing else: the one place in which folders are removed or set aside."""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from harness.errors import StateError


def remove_tree(path: Path, *, within: Path | None = None) -> None:
    """Remove a file, a link, or a folder with all that is in it; what is not there is fine.

    ``within`` is a folder that is ours; if none is named, the one that ``path`` lies in. Nothing outside it is removed,
    whatever became of the folders on the way: links are removed and never followed. Folders that nobody may read or
    write are opened up first, and nothing that is no folder is opened.

    Raises:
        StateError: ``path`` does not lie below ``within``, or something on the way there is no folder.
        OSError: something belongs to somebody else.
    """
    base = path.parent if within is None else within
    # As it is written: to resolve it would be to follow links.
    parts = path.relative_to(base).parts if path.is_relative_to(base) else ()
    if not parts or ".." in parts:
        raise StateError(f"{path} is not removed: it does not lie below {base}.")
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(_opened(str(base), None))
            for name in parts[:-1]:
                folder = stack.enter_context(_opened(name, folder))
        except FileNotFoundError:
            return
        except NotADirectoryError as error:
            raise StateError(f"{path} is not removed: on the way there is a link, or no folder.") from error
        _remove(parts[-1], folder)


@contextmanager
def set_aside(folder: Path) -> Iterator[None]:
    """Have a folder empty meanwhile, and as it was afterwards, whatever became of it."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder.with_name(f"{folder.name}-set-aside")
    folder.rename(kept)
    folder.mkdir()
    try:
        yield
    finally:
        remove_tree(folder)
        kept.rename(folder)


@contextmanager
def temporary_folder(place: Path, prefix: str) -> Iterator[Path]:
    """A new folder in ``place`` that is gone at the end, whatever is in it then."""
    folder = Path(tempfile.mkdtemp(dir=place, prefix=prefix))
    try:
        yield folder
    finally:
        remove_tree(folder)


def _remove(name: str, parent: int) -> None:
    """Remove what has a name in an open folder.

    Folders in folders are brought up to the top before they are emptied: neither the length of paths nor the number of
    open folders grows with the depth of the tree.
    """
    if not _is_folder(name, parent):
        return
    with _opened(name, parent) as top:
        while names := os.listdir(top):  # noqa: PTH208 - an open folder has no path
            for inner in names:
                if not _is_folder(inner, top):
                    continue
                with _opened(inner, top) as folder:
                    for below in os.listdir(folder):  # noqa: PTH208
                        if _is_folder(below, folder):
                            os.rename(below, secrets.token_hex(8), src_dir_fd=folder, dst_dir_fd=top)
                os.rmdir(inner, dir_fd=top)
    os.rmdir(name, dir_fd=parent)


def _is_folder(name: str, parent: int) -> bool:
    """Whether a folder has that name, which is made ours to change; anything else is removed."""
    try:
        mode = os.lstat(name, dir_fd=parent).st_mode
        if not stat.S_ISDIR(mode):
            os.unlink(name, dir_fd=parent)
            return False
        if mode & stat.S_IRWXU != stat.S_IRWXU:
            os.chmod(name, stat.S_IMODE(mode) | stat.S_IRWXU, dir_fd=parent)
    except FileNotFoundError:
        # Something else took it away meanwhile.
        return False
    return True


@contextmanager
def _opened(name: str, parent: int | None) -> Iterator[int]:
    """A folder, open; below another one only if it is no link."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | (0 if parent is None else os.O_NOFOLLOW)
    folder = os.open(name, flags, dir_fd=parent)
    try:
        yield folder
    finally:
        os.close(folder)
