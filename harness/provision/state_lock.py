"""Keeps two runs from working in one state folder at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from rich.console import Console

from harness.errors import ProvisionError
from harness.provision.state_folder import Layout

#: The folder, below a worker's own state folder, with the lock that it holds for as long as it lives.
TAKEN = "taken"


class CacheLock:
    """Holds a state folder for this process. The lock goes with the process, however that ends.

    ``on_wait`` is told the process id of the holder when the lock has to be waited for; without it, a held lock is
    an error.
    """

    def __init__(self, folder: Path, *, on_wait: Callable[[str], None] | None = None) -> None:
        self._path = folder / "lock"
        self._on_wait = on_wait
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            ProvisionError: another process holds it, and nobody wants to wait; or the folder cannot be written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("a+", encoding="ascii")
        except OSError as error:
            raise _unwritable(self._path.parent, error) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            if self._on_wait is None:
                file.close()
                raise ProvisionError(
                    f"Another run (process {holder}) is using {self._path.parent}.",
                    hint="Wait for it to end, or name another folder in HARNESS_STATE.",
                ) from None
            self._on_wait(holder)
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()


def _unwritable(folder: Path, error: OSError) -> ProvisionError:
    return ProvisionError(
        f"{folder} cannot be written: {error.strerror}.", hint="Name a folder that you may write to in HARNESS_STATE."
    )


def occupied(layout: Layout, console: Console) -> CacheLock:
    """The lock that a run holds on the state folder; waiting for another run is said on ``console``.

    Raises:
        InputError: the state folder lies in a project, or has folders that the harness did not make.
        ProvisionError: it cannot be written.
    """
    layout.refuse_project_above()
    try:
        layout.claim()
    except OSError as error:
        raise _unwritable(layout.state, error) from error
    return CacheLock(
        layout.state,
        on_wait=lambda holder: console.print(
            f"waiting for another run (process {holder}) to be done with {layout.state}", soft_wrap=True
        ),
    )
