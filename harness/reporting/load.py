"""A run's folder, read: the one place where results come off the disk.

Samples are read in chunks and checked column by column (see ``lines``); only a chunk with something wrong in it is gone
through line by line, to say which line it is.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from harness.analysis.frames import FrameBuilder, Frames
from harness.errors import ResultsError
from harness.records import FINDING, RUN_INFO, SAMPLE, SCHEMA_VERSION, Finding, Lane, Outcome, RunInfo, Sample
from harness.reporting.lines import read_chunk

_CHUNK_BYTES = 2 << 20
_OUTCOMES = frozenset(item.value for item in Outcome)
_LANES = frozenset(item.value for item in Lane)
_SAMPLES: TypeAdapter[tuple[Sample, ...]] = TypeAdapter(tuple[Sample, ...])
#: What the names of a sample that is ok are tried with: they stand for many lines and are held to the format once.
_ANY_OK = {"block": 0, "position": 0, "wall_s": 1.0, "started_at": "", "log_path": ""}
_closed = itemgetter("outcome", "lane", "schema_version")
_timed = itemgetter("wall_s", "outcome")


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """Runs as they stand on disk. ``notes`` are plain sentences about what a reader has to know of their files."""

    folders: Mapping[str, Path]
    runs: tuple[RunInfo, ...]
    frames: Frames
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def load_runs(folders: Sequence[Path]) -> Loaded:
    """Read runs of one machine, which may still be going on.

    A last line that was cut off is left out and noted. Missing samples or findings are none.

    Raises:
        ResultsError: there is no run, a file is damaged (with its line), it is of another schema version, or the runs
            cannot be read together.
    """
    if not folders:
        raise ResultsError("No run was named.", hint="Name the folder of a run, such as results/<run-id>.")
    runs = [_load_info(folder) for folder in folders]
    for run in runs[1:]:
        _check_together(runs[0], run)
    named = dict(zip((run.run_id for run in runs), folders, strict=True))
    if len(named) < len(runs):
        raise ResultsError("The same run was named twice.", hint="Name each run once.")
    notes: list[str] = []
    builder = FrameBuilder()
    findings: list[Finding] = []
    for folder in folders:
        _load_samples(folder / "samples.jsonl", builder, notes)
        findings += _load_findings(folder / "findings.jsonl", notes)
    return Loaded(
        folders=named,
        runs=tuple(runs),
        frames=builder.build(),
        findings=tuple(findings),
        notes=tuple(notes),
    )


def _check_together(first: RunInfo, other: RunInfo) -> None:
    """See that figures of two runs may be put into one median."""
    changed = [
        name
        for name in first.variants.keys() & other.variants.keys()
        if first.variants[name].digest != other.variants[name].digest
    ]
    why = (
        "they were made on different machines"
        if first.host.host_id != other.host.host_id
        else f"their reference differs ({first.plan.reference}, {other.plan.reference})"
        if first.plan.reference != other.plan.reference
        else f"the variant {sorted(changed)[0]!r} changed between them"
        if changed
        else ""
    )
    if why:
        raise ResultsError(
            f"Runs {first.run_id!r} and {other.run_id!r} cannot be put into one report: {why}.",
            hint="Write a report of each, with another --report folder.",
        )


def _load_info(folder: Path) -> RunInfo:
    path = folder / "run.json"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ResultsError(
            f"{folder} holds no run: run.json cannot be read ({error.strerror}).",
            hint="Name the folder of a run, such as results/<run-id>.",
        ) from error
    try:
        version = json.loads(data).get("schema_version", SCHEMA_VERSION)
    except (ValueError, AttributeError) as error:
        raise ResultsError(f"{path} is damaged: it is not a JSON object.", hint="Measure again.") from error
    if version != SCHEMA_VERSION:
        raise ResultsError(
            f"{path} has schema version {version}; this harness reads version {SCHEMA_VERSION}.",
            hint="Read it with the version of the harness that wrote it.",
        )
    try:
        return RUN_INFO.validate_json(data)
    except ValidationError as error:
        raise ResultsError(f"{path} is damaged: {_first(error)}.", hint="Measure again.") from error


def _load_samples(path: Path, builder: FrameBuilder, notes: list[str]) -> None:
    if not path.exists():
        return
    number = 0
    with path.open("rb") as file, _no_collecting():
        while data := file.read(_CHUNK_BYTES):
            data += file.readline()
            if not data.endswith(b"\n"):
                end = data.rfind(b"\n") + 1
                lines = number + data.count(b"\n")
                notes.append(f"The last line of {path.name}, line {lines + 1}, was cut off and is left out.")
                data = data[:end]
            number += _add_chunk(builder, path, number, data)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Keep the garbage collector from walking each chunk over and over: nothing in it refers in circles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _add_chunk(builder: FrameBuilder, path: Path, before: int, data: bytes) -> int:
    """Take in whole lines, of which there are so many."""
    try:
        chunk = read_chunk(data.decode())
        for kind in chunk.kinds:
            SAMPLE.validate_python({**_ANY_OK, **kind})
            if kind["schema_version"] != SCHEMA_VERSION:
                raise ValueError(f"schema version {kind['schema_version']}")
        builder.add_columns(chunk.kinds, chunk.which, chunk.columns, chunk.sizes, chunk.places)
        others = "[" + ",".join(chunk.others) + "]"
        _SAMPLES.validate_json(others, strict=True)
        rows = from_json(others, allow_inf_nan=False, cache_strings="all")
        _check(rows, len(chunk.others))
        builder.add(rows, places=chunk.other_places)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        _name_damage(path, before, data.split(b"\n")[:-1], SAMPLE)
    builder.end_chunk(chunk.count)
    return chunk.count


def _check(rows: Sequence[Any], lines: int) -> None:
    """See that rows are samples as far as anything that is read from them here goes.

    Raises:
        ValueError: one is not (or KeyError, TypeError).
    """
    if len(rows) != lines:
        raise ValueError("more or fewer samples than lines")
    for outcome, lane, version in set(map(_closed, rows)):
        if outcome not in _OUTCOMES or lane not in _LANES or version != SCHEMA_VERSION:
            raise ValueError(f"{outcome}, {lane}, {version}")
    if any((wall is None) is (outcome == "ok") for wall, outcome in map(_timed, rows)):
        raise ValueError("wall_s")


def _name_damage(path: Path, before: int, lines: Sequence[bytes], adapter: TypeAdapter[Any]) -> NoReturn:
    for number, line in enumerate(lines, before + 1):
        try:
            value = adapter.validate_json(line, strict=True)
        except ValidationError as error:
            raise _damaged(path, number, _first(error)) from error
        if getattr(value, "schema_version", SCHEMA_VERSION) != SCHEMA_VERSION:
            raise _damaged(path, number, f"schema version {value.schema_version}, not {SCHEMA_VERSION}")
        outcome = getattr(value, "outcome", None)
        if outcome is not None and (value.wall_s is None) is (outcome is Outcome.OK):
            raise _damaged(path, number, f"wall_s is {value.wall_s} although the outcome is {outcome}")
    raise _damaged(path, before + 1, "it or a line soon after it is not one sample")


def _load_findings(path: Path, notes: list[str]) -> tuple[Finding, ...]:
    if not path.exists():
        return ()
    lines = path.read_bytes().splitlines(keepends=True)
    if lines and not lines[-1].endswith(b"\n"):
        _drop_torn(path, lines, 0, notes)
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(FINDING.validate_json(line))
        except ValidationError as error:
            raise _damaged(path, number, _first(error)) from error
    return tuple(found)


def _drop_torn(path: Path, lines: list[bytes], before: int, notes: list[str]) -> None:
    """Leave out a last line without its end: the run was cut off while it wrote, or writes right now."""
    lines.pop()
    notes.append(f"The last line of {path.name}, line {before + len(lines) + 1}, was cut off and is left out.")


def _damaged(path: Path, line: int, why: str) -> ResultsError:
    return ResultsError(
        f"{path}, line {line} is damaged: {why}.",
        hint="Restore the file, or remove that line if you accept that its sample is lost.",
    )


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])
