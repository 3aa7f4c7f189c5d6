"""What was opened and what was finished meanwhile, in order: Linux' inotify(7), which keeps it until it is read."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.errors import MeasureError

# <sys/inotify.h>
_OPEN, _CLOSE_WRITE, _MOVED_TO = 0x20, 0x8, 0x80
_NONBLOCK = 0o4000
_OVERFLOW = 0x4000
_EVENT = struct.Struct("iIII")


@dataclass(frozen=True, kw_only=True)
class Event:
    """A file was opened, or it was finished: written and closed, or moved to where it is."""

    path: Path
    finished: bool


class Watch:
    """Watches files for being opened, under whatever name, and folders for files that are finished in them."""

    def __init__(self, *, files: Iterable[Path], folders: Iterable[Path]) -> None:
        self._wanted = [*((path, _OPEN) for path in files), *((path, _CLOSE_WRITE | _MOVED_TO) for path in folders)]
        self._places: dict[int, Path] = {}
        self._descriptor = -1

    def __enter__(self) -> Self:
        libc = ctypes.CDLL(None, use_errno=True)
        if not hasattr(libc, "inotify_init1"):
            raise MeasureError("Files are watched with Linux' inotify, and this is another system.")
        self._descriptor = libc.inotify_init1(_NONBLOCK)
        for path, mask in self._wanted:
            number = libc.inotify_add_watch(self._descriptor, os.fsencode(path), mask)
            if number < 0:
                self.__exit__(None, None, None)
                raise MeasureError(f"{path.name} cannot be watched: {os.strerror(ctypes.get_errno())}")
            self._places[number] = path
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def events(self) -> Iterator[Event]:
        """What happened since it was asked for the last time.

        Raises:
            MeasureError: more than the kernel keeps.
        """
        while True:
            try:
                data = os.read(self._descriptor, 1 << 16)
            except BlockingIOError:
                return
            start = 0
            while start < len(data):
                number, mask, _, length = _EVENT.unpack_from(data, start)
                name = os.fsdecode(data[start + _EVENT.size : start + _EVENT.size + length].rstrip(b"\0"))
                start += _EVENT.size + length
                if mask & _OVERFLOW:
                    raise MeasureError("More happened to the watched files than the kernel keeps.")
                if mask & (_OPEN | _CLOSE_WRITE | _MOVED_TO):
                    place = self._places[number]
                    yield Event(path=place / name if name else place, finished=not mask & _OPEN)
