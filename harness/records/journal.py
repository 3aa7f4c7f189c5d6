"""The record of a run: written as it happens, never rewritten, readable whenever the run is cut off."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import weakref
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from harness.errors import MeasureError, ResultsError
from harness.records.format import (
    FINDING,
    RUN_INFO,
    SAMPLE,
    Cell,
    Finding,
    RunInfo,
    RunStatus,
    Sample,
    log_name,
)
from harness.records.reading import Resumed, read_done, read_info, whole_lines
from harness.records.run_lock import hold
from harness.records.uninterrupted import uninterrupted

#: Its folders and reports have it in their names, for which file systems have a limit.
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Journal:
    """A run's folder: ``run.json``, ``samples.jsonl``, ``findings.jsonl`` and ``logs/``.

    A sample or finding is on disk (fsync) when the call that appends it returns; a Ctrl-C meanwhile takes effect then.
    Who begins a record or goes on with it holds it alone for as long as the journal lives.
    """

    def __init__(self, folder: Path, info: RunInfo) -> None:
        self.folder = folder
        self.info = info

    @classmethod
    def create(cls, results: Path, info: RunInfo) -> Journal:
        """Begin a run's record in a folder of its own below ``results``.

        Raises:
            ResultsError: there is a run of that id already, or the folder cannot be written.
        """
        check_new(results, info.run_id)
        folder = results / info.run_id
        try:
            (folder / "logs").mkdir(parents=True)
            (folder / "samples.jsonl").touch()
            (folder / "findings.jsonl").touch()
            journal = cls(folder, info)
            journal._hold()
            journal.write_info(info)
            _sync(results)
        except OSError as error:
            raise unwritable(results, error) from error
        return journal

    @classmethod
    def resume(cls, folder: Path) -> tuple[Journal, Resumed]:
        """Go on with a run's record. A line that was cut off while it was written is taken away.

        Raises:
            ResultsError: the record is damaged in another way than by being cut off (the message names the line), or
                another process writes it.
        """
        journal = cls(folder, read_info(folder))
        journal._hold()
        done = read_done(folder)
        if done.torn:
            for name in ("samples.jsonl", "findings.jsonl"):
                _cut(folder / name, len(whole_lines(folder / name)[0]))
        return journal, done

    def _hold(self) -> None:
        weakref.finalize(self, os.close, hold(self.folder))

    def write_info(self, info: RunInfo) -> None:
        """Put ``run.json`` in place of the one before, whole or not at all.

        Raises:
            MeasureError: it cannot be written any more.
        """
        self.info = info
        temporary = self.folder / "run.json.new"
        with uninterrupted():
            try:
                with temporary.open("wb") as file:
                    file.write(RUN_INFO.dump_json(info, indent=1) + b"\n")
                    file.flush()
                    os.fsync(file.fileno())
                temporary.replace(self.folder / "run.json")
                _sync(self.folder)
            except OSError as error:
                raise _full(self.folder / "run.json", error) from error

    def finish(self, status: RunStatus, at: str) -> None:
        """Say how the run ended, and when (UTC, ISO 8601)."""
        self.write_info(replace(self.info, status=status, finished_at=at))

    def add_samples(self, samples: Sequence[Sample]) -> None:
        """Append samples that belong together, in one go."""
        if samples:
            with uninterrupted():
                _append(self.folder / "samples.jsonl", b"\n".join(map(SAMPLE.dump_json, samples)))

    def take_back(self, keys: Collection[tuple[int, Cell]]) -> None:
        """Cut off the samples with these keys: the last ones, of which others that belong to them are missing.

        Raises:
            ResultsError: they are not the last ones, which being cut off does not explain; nothing is changed.
        """
        path = self.folder / "samples.jsonl"
        lines = path.read_bytes().splitlines(keepends=True)
        samples = [SAMPLE.validate_json(line) for line in lines]
        kept = sum((sample.block, sample.cell) not in keys for sample in samples)
        if any((sample.block, sample.cell) in keys for sample in samples[:kept]):
            raise ResultsError(
                f"{self.folder.name}/samples.jsonl: a block of a scenario is half done, and others come after it.",
                hint="Lines were taken out or moved by hand: restore the file.",
            )
        _cut(path, sum(map(len, lines[:kept])))

    def add_finding(self, finding: Finding) -> None:
        """Append a finding."""
        with uninterrupted():
            _append(self.folder / "findings.jsonl", FINDING.dump_json(finding))

    def log_path(self, cell: Cell, block: int) -> Path:
        """Where the output of one execution of a cell goes; made if it is not there."""
        path = self.folder / log_name(cell, block)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def relative(self, path: Path) -> str:
        """A path below the run's folder, as samples and findings name it."""
        return path.relative_to(self.folder).as_posix()


def check_new(results: Path, run_id: str) -> None:
    """See that a run of that id can be begun below ``results``; nothing is written.

    Raises:
        ResultsError: there is one already, or the folder cannot be written.
    """
    if not _RUN_ID.fullmatch(run_id):
        raise ResultsError(
            f"--run-id: {run_id!r} cannot be a run's name.",
            hint="Use up to 100 letters, digits, dots, hyphens and underscores; begin with a letter or digit.",
        )
    try:
        if (results / run_id).exists():
            raise ResultsError(
                f"--run-id: there is a run {run_id!r} in {results} already.",
                hint="Choose another id, or remove that folder if you no longer need it.",
            )
        nearest = results
        while not nearest.exists():
            nearest = nearest.parent
        writable = nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
    except OSError as error:
        raise unwritable(results, error) from error
    if not writable:
        raise unwritable(results, NotADirectoryError("a file is in the way") if nearest.is_file() else None)


def resuming(folder: Path) -> tuple[str, ...]:
    """The command that goes on with the run in a folder."""
    where = () if folder.parent == Path("results") else ("--results", str(folder.parent))
    return ("python", "-m", "harness", "run", "--resume", folder.name, *where)


def unwritable(results: Path, error: OSError | None) -> ResultsError:
    """The error for a results folder that cannot be written."""
    detail = f": {error.strerror or error}" if error else ""
    return ResultsError(
        f"--results: {results} cannot be written{detail}.", hint="Name a folder you may write to with --results."
    )


def _append(path: Path, line: bytes) -> None:
    size = path.stat().st_size if path.exists() else 0
    try:
        with path.open("ab") as file:
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        # On a full disk half a line may have been written. Cutting a file needs no room; where even that fails, the
        # torn line is recognised when the run is resumed.
        with contextlib.suppress(OSError):
            os.truncate(path, size)
        raise _full(path, error) from error


def _full(path: Path, error: OSError) -> MeasureError:
    return MeasureError(
        f"{path} cannot be written any more: {error.strerror}.",
        hint=f"What was measured is kept. Make room, then: {shlex.join(resuming(path.parent))}",
    )


def _cut(path: Path, length: int) -> None:
    """Cut a file to so many bytes, on disk too when this returns; one that is not there has none."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        file.truncate(length)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Have the names in a folder on disk too: a file that was synced may still be lost with its name."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
