"""Keeps two processes from writing one run's record, whatever state folders and machines they work on."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from harness.errors import ResultsError


def hold(folder: Path) -> int:
    """Take the record of a run for this process.

    What is returned is an open file; the record is held until it is closed, or the process ends, however that happens.
    Nothing is put into the folder for it. Network file systems that have no locks let everybody in.

    Raises:
        ResultsError: another process holds it, or it cannot be written.
    """
    try:
        handle = os.open(folder / "samples.jsonl", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise ResultsError(
            f"The run {folder.name} cannot be written: {error.strerror}.",
            hint="Go on with it as the user who began it.",
        ) from error
    # Any other error says that the file system has no locks.
    with contextlib.suppress(OSError):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            raise ResultsError(
                f"The run {folder.name} is under way: another process writes its record.",
                hint="Wait for it to end, or interrupt it where it was started; what it measured is kept.",
            ) from error
    return handle


def see_free(folder: Path) -> None:
    """See that nobody writes the record of a run.

    Raises:
        ResultsError: somebody does.
    """
    os.close(hold(folder))
