"""A run's files, read and held to the format: what one reader refuses of a record, every other refuses too."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from harness.errors import ResultsError, did_you_mean
from harness.records.facts import Outcome
from harness.records.format import (
    FINDING,
    RUN_INFO,
    SAMPLE,
    SCHEMA_VERSION,
    Cell,
    Finding,
    FindingKey,
    RunInfo,
    Sample,
)

T = TypeVar("T")

#: The largest that a count in a sample may be.
LARGEST_COUNT = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class Resumed:
    """What a run's record held already; ``torn`` says whether a line of it was cut off while it was written.

    ``failed`` names the findings whose experiment could not be carried out, each with its variant.
    """

    samples: Mapping[tuple[int, Cell], Sample] = field(default_factory=dict)
    findings: frozenset[FindingKey] = frozenset()
    torn: bool = False
    failed: tuple[str, ...] = ()

    @property
    def late(self) -> frozenset[Cell]:
        """The cells that took longer than they may, once: they are not tried again."""
        return frozenset(sample.cell for sample in self.samples.values() if sample.outcome is Outcome.TIMED_OUT)


def read_info(folder: Path, *, seen: Callable[[bytes], bytes] = bytes) -> RunInfo:
    """A run's ``run.json``; ``seen`` makes of its text what a reader is to see.

    Raises:
        ResultsError: there is none, it is damaged, or it is of another version of the format.
    """
    path = folder / "run.json"
    try:
        data = seen(path.read_bytes())
    except OSError as error:
        raise ResultsError(
            f"{folder} holds no run: run.json cannot be read ({error.strerror}).",
            hint="Name the folder of a run, such as results/<run-id>.",
        ) from error
    try:
        version = json.loads(data).get("schema_version", SCHEMA_VERSION)
    except (ValueError, AttributeError, RecursionError) as error:
        raise ResultsError(f"{path} is damaged: it is not a JSON object.", hint="Measure again.") from error
    if version != SCHEMA_VERSION:
        raise ResultsError(
            f"{path} has schema version {version}; this harness reads version {SCHEMA_VERSION}.",
            hint="Read it with the version of the harness that wrote it.",
        )
    try:
        return RUN_INFO.validate_json(data)
    except ValidationError as error:
        raise ResultsError(f"{path} is damaged: {first(error)}.", hint="Measure again.") from error


def read_samples(folder: Path) -> list[Sample]:
    """The whole lines of a run's ``samples.jsonl``; the file is left as it is.

    Raises:
        ResultsError: a line is damaged or doubled, or of another run; the message names it.
    """
    path = folder / "samples.jsonl"
    return list(checked_samples(path, whole_lines(path)[0], read_info(folder).run_id))


def read_findings(folder: Path) -> list[Finding]:
    """The whole lines of a run's ``findings.jsonl``; the file is left as it is.

    Raises:
        ResultsError: a line is damaged; the message names it.
    """
    path = folder / "findings.jsonl"
    return list(checked_findings(path, whole_lines(path)[0]))


def read_done(folder: Path) -> Resumed:
    """What a run's record holds; nothing is changed.

    Raises:
        ResultsError: as :func:`read_samples` and :func:`read_findings` raise it.
    """
    samples, findings = read_samples(folder), read_findings(folder)
    return Resumed(
        samples={(sample.block, sample.cell): sample for sample in samples},
        findings=frozenset(item.key for item in findings),
        torn=any(whole_lines(folder / name)[1] for name in ("samples.jsonl", "findings.jsonl")),
        failed=tuple(f"{item.finding} of {item.variant}" for item in findings if item.value == Outcome.FAILED),
    )


def whole_lines(path: Path) -> tuple[bytes, int]:
    """The lines of a file that have their end, and how many bytes come after them; nothing where there is no file.

    A last line without its end was cut off while it was written, or is being written right now.

    Raises:
        ResultsError: the file cannot be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return b"", 0
    except OSError as error:
        raise ResultsError(
            f"{path} cannot be read: {error.strerror}.", hint="See that it is a file and that you may read it."
        ) from error
    end = data.rfind(b"\n") + 1
    return data[:end], len(data) - end


def checked_samples(path: Path, lines: bytes, run_id: str) -> Iterator[Sample]:
    """The samples in ``lines`` of ``path``, each held to the format and to the run it belongs to.

    Raises:
        ResultsError: one is damaged, of another run or of another version, or its cell was executed in that block
            before; the message names the line.
    """
    before: dict[tuple[int, Cell], int] = {}
    for number, sample in _lines(path, lines, SAMPLE):
        if sample.schema_version != SCHEMA_VERSION:
            raise damaged(path, number, f"schema version {sample.schema_version}, not {SCHEMA_VERSION}")
        if (sample.wall_s is None) is (sample.outcome is Outcome.OK):
            raise damaged(path, number, f"wall_s is {sample.wall_s} although the outcome is {sample.outcome}")
        if max(sample.block, sample.position, abs(sample.exit_code or 0), abs(sample.signal or 0)) > LARGEST_COUNT:
            raise damaged(path, number, "a count is too large to be one")
        if sample.run_id != run_id:
            raise damaged(path, number, f"it is of run {sample.run_id!r}, and run.json of run {run_id!r}")
        earlier = before.setdefault((sample.block, sample.cell), number)
        if earlier != number:
            raise damaged(path, number, f"its cell was executed in block {sample.block} before, see line {earlier}")
        yield sample


def checked_findings(path: Path, lines: bytes) -> Iterator[Finding]:
    """The findings in ``lines`` of ``path``; those of other runs were taken over from them.

    Raises:
        ResultsError: one is damaged; the message names the line.
    """
    for _, finding in _lines(path, lines, FINDING):
        yield finding


def _lines(path: Path, lines: bytes, kind: TypeAdapter[T]) -> Iterator[tuple[int, T]]:
    for number, line in enumerate(lines.split(b"\n")[:-1], start=1):
        try:
            yield number, kind.validate_json(line, strict=True)
        except ValidationError as error:
            raise damaged(path, number, first(error)) from error


def damaged(path: Path, line: int, why: str) -> ResultsError:
    """The error that names a damaged line."""
    return ResultsError(
        f"{path}, line {line} is damaged: {why}.",
        hint="Restore the file, or remove that line if you accept that what it says is lost.",
    )


def first(error: ValidationError) -> str:
    """The first thing that is wrong, in a line."""
    found = error.errors()[0]
    place = ".".join(str(part) for part in found["loc"])
    return f"{place}: {found['msg']}" if place else str(found["msg"])


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
        if not _holds(folder / "run.json"):
            if _holds(folder):
                raise ResultsError(
                    f"{folder} holds no run: there is no run.json in it that you may read.",
                    hint="Name runs alone, for instance by a pattern that only their folders match: results/2026-*",
                )
            raise ResultsError(f"There is no run {name!r} in {results}.", hint=did_you_mean(name, known))
        found.append(folder)
    return found


def newest_run(results: Path) -> list[Path]:
    """The run below ``results`` that began last, or none; one that cannot be read stands before all others."""
    return sorted(_runs(results).values(), key=lambda folder: (_started(folder), folder.name))[-1:]


def _runs(results: Path) -> dict[str, Path]:
    try:
        return {path.parent.name: path.parent for path in sorted(results.glob("*/run.json"))}
    except OSError:
        return {}


def _holds(path: Path) -> bool:
    """Whether something is there; what nobody may look at, or no file system takes for a name, is not."""
    try:
        return path.exists()
    except OSError:
        return False


def _started(folder: Path) -> str:
    try:
        return read_info(folder).started_at
    except ResultsError:
        return ""  # Reading it for the report will say what is wrong with it.
