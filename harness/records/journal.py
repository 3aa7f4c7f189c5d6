"""The record of a run: written as it happens, never rewritten, readable whenever the run is cut off."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from harness.errors import MeasureError, ResultsError, did_you_mean
from harness.records.facts import Outcome
from harness.records.format import (
    FINDING,
    RUN_INFO,
    SAMPLE,
    Cell,
    Finding,
    FindingKey,
    RunInfo,
    RunStatus,
    Sample,
    log_name,
)
from harness.records.uninterrupted import uninterrupted

T = TypeVar("T")

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Journal:
    """A run's folder: ``run.json``, ``samples.jsonl``, ``findings.jsonl`` and ``logs/``.

    A sample or finding is on disk (fsync) when the call that appends it returns; a Ctrl-C meanwhile takes effect then.
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
            journal.write_info(info)
        except OSError as error:
            raise unwritable(results, error) from error
        return journal

    @classmethod
    def resume(cls, folder: Path) -> tuple[Journal, Resumed]:
        """Go on with a run's record. A line that was cut off while it was written is taken away.

        Raises:
            ResultsError: the record is damaged in another way than by being cut off; the message names the line.
        """
        info = read_info(folder)
        samples, torn = _repaired(folder / "samples.jsonl", SAMPLE)
        findings, torn_finding = _repaired(folder / "findings.jsonl", FINDING)
        done: dict[tuple[int, Cell], Sample] = {}
        for number, sample in enumerate(samples, start=1):
            if (sample.block, sample.cell) in done:
                where = f"{folder.name}/samples.jsonl, line {number}"
                raise ResultsError(
                    f"{where}: this cell was executed in block {sample.block} before.",
                    hint="Lines were doubled by hand or by merging; remove the doubled ones.",
                )
            done[sample.block, sample.cell] = sample
        return cls(folder, info), Resumed(
            samples=done,
            findings=frozenset(item.key for item in findings),
            torn=torn or torn_finding,
            failed=tuple(f"{item.finding} of {item.variant}" for item in findings if item.value == Outcome.FAILED),
        )

    def write_info(self, info: RunInfo) -> None:
        """Put ``run.json`` in place of the one before, whole or not at all."""
        self.info = info
        temporary = self.folder / "run.json.new"
        with uninterrupted():
            with temporary.open("wb") as file:
                file.write(RUN_INFO.dump_json(info, indent=1) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.folder / "run.json")

    def finish(self, status: RunStatus, at: str) -> None:
        """Say how the run ended, and when (UTC, ISO 8601)."""
        self.write_info(replace(self.info, status=status, finished_at=at))

    def add_sample(self, sample: Sample) -> None:
        """Append a sample."""
        self.add_samples([sample])

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
        with path.open("r+b") as file:
            file.truncate(sum(map(len, lines[:kept])))
            file.flush()
            os.fsync(file.fileno())

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


@dataclass(frozen=True, kw_only=True)
class Resumed:
    """What a run's record held already; ``torn`` says whether a line that was cut off had to be taken away.

    ``failed`` names the findings whose experiment could not be carried out, each with its variant.
    """

    samples: Mapping[tuple[int, Cell], Sample]
    findings: frozenset[FindingKey]
    torn: bool
    failed: tuple[str, ...] = ()


def read_info(folder: Path) -> RunInfo:
    """A run's ``run.json``.

    Raises:
        ResultsError: it is missing or damaged, or of another version of the format.
    """
    try:
        return RUN_INFO.validate_json((folder / "run.json").read_bytes())
    except (OSError, ValidationError) as error:
        raise ResultsError(
            f"{folder.name}/run.json cannot be read: {str(error).splitlines()[0]}",
            hint="It was written by another version of the harness, or changed by hand.",
        ) from error


def read_samples(folder: Path) -> list[Sample]:
    """The whole lines of a run's ``samples.jsonl``; the file is left as it is.

    Raises:
        ResultsError: a line is damaged; the message names it.
    """
    return _whole_lines(folder / "samples.jsonl", SAMPLE)[0]


def read_findings(folder: Path) -> list[Finding]:
    """The whole lines of a run's ``findings.jsonl``; the file is left as it is.

    Raises:
        ResultsError: a line is damaged; the message names it.
    """
    return _whole_lines(folder / "findings.jsonl", FINDING)[0]


def _repaired(path: Path, kind: TypeAdapter[T]) -> tuple[list[T], bool]:
    """What the lines of ``path`` hold, and whether the last of them was cut off (and is now taken away)."""
    found, whole = _whole_lines(path, kind)
    torn = path.exists() and whole < path.stat().st_size
    if torn:
        with path.open("r+b") as file:
            file.truncate(whole)
            file.flush()
            os.fsync(file.fileno())
    return found, torn


def _whole_lines(path: Path, kind: TypeAdapter[T]) -> tuple[list[T], int]:
    """What the lines of ``path`` hold but for a last one that was cut off, and how many bytes they have."""
    text = path.read_bytes() if path.exists() else b""
    whole = text[: text.rfind(b"\n") + 1]
    found = []
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            found.append(kind.validate_json(line))
        except ValidationError as error:
            raise ResultsError(
                f"{path.parent.name}/{path.name}, line {number}: {error.errors()[0]['msg']}",
                hint="A line in the middle is damaged, which being cut off does not explain: restore the file.",
            ) from error
    return found, len(whole)


def check_new(results: Path, run_id: str) -> None:
    """See that a run of that id can be begun below ``results``; nothing is written.

    Raises:
        ResultsError: there is one already, or the folder cannot be written.
    """
    if not _RUN_ID.fullmatch(run_id):
        raise ResultsError(
            f"--run-id: {run_id!r} cannot be a run's name.",
            hint="Use letters, digits, dots, hyphens and underscores; begin with a letter or digit.",
        )
    if (results / run_id).exists():
        raise ResultsError(
            f"--run-id: there is a run {run_id!r} in {results} already.",
            hint="Choose another id, or remove that folder if you no longer need it.",
        )
    nearest = results
    while not nearest.exists():
        nearest = nearest.parent
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise unwritable(results, NotADirectoryError("a file is in the way") if nearest.is_file() else None)


def find_runs(results: Path, names: Sequence[str]) -> list[Path]:
    """The folders of runs: each a path, or an id below ``results``; without names, the run that began last.

    Raises:
        ResultsError: there is no such run.
    """
    known = _runs(results)
    if not names:
        if not known:
            raise ResultsError(f"There is no run in {results}.", hint="Make one with: python -m harness run")
        return newest_run(results)
    found = []
    for name in names:
        folder = known.get(name, Path(name))
        if not (folder / "run.json").is_file():
            if folder.exists():
                raise ResultsError(
                    f"{folder} holds no run: there is no run.json in it.",
                    hint="Name runs alone, for instance by a pattern that only their folders match: results/2026-*",
                )
            raise ResultsError(f"There is no run {name!r} in {results}.", hint=did_you_mean(name, known))
        found.append(folder)
    return found


def newest_run(results: Path) -> list[Path]:
    """The run below ``results`` that began last, or none."""
    return sorted(_runs(results).values(), key=lambda folder: (_started(folder), folder.name))[-1:]


def resuming(folder: Path) -> tuple[str, ...]:
    """The command that goes on with the run in a folder."""
    where = () if folder.parent == Path("results") else ("--results", str(folder.parent))
    return ("python", "-m", "harness", "run", "--resume", folder.name, *where)


def _runs(results: Path) -> dict[str, Path]:
    return {path.parent.name: path.parent for path in sorted(results.glob("*/run.json"))}


def _started(folder: Path) -> str:
    try:
        return RUN_INFO.validate_json((folder / "run.json").read_bytes()).started_at
    except ValidationError:
        return ""  # Reading it for the report will say what is wrong with it.


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
        raise MeasureError(
            f"{path} cannot be written any more: {error.strerror}.",
            hint=f"What was measured is kept. Make room, then: {shlex.join(resuming(path.parent))}",
        ) from error
