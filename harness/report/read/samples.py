"""``samples.jsonl``, read and held to the format: by Arrow in all threads, and line by line where anything is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pa_json
from pydantic import ValidationError

from harness.errors import ResultsError
from harness.records.facts import Lane, Outcome
from harness.records.format import SAMPLE, SCHEMA_VERSION, Sample
from harness.report.read.visible import visible
from harness.report.statistics.frames import COUNTS, FIGURES, SCHEMA, SIZES, table_of

_BLOCK_BYTES = 1 << 20
#: Fields that every line has; the others have a default, so that a line may leave them out.
_REQUIRED = (
    "run_id",
    "host_id",
    "variant",
    "variant_digest",
    "lane",
    "scenario",
    *COUNTS,
    "outcome",
    "started_at",
    "log_path",
)
_DEFAULTED = ("schema_version", "shape", "reason")
_LARGEST = 2**31 - 1


def read_samples(path: Path) -> tuple[pa.Table, int]:
    """The samples of a file as a table with :data:`SCHEMA` and a column of sizes, and the number of a torn last line.

    A last line without its end is left out: the run was cut off while it wrote, or writes right now. The number is 0
    where no line was. Characters that act in a terminal or a page are signs in what is returned.

    Raises:
        ResultsError: a line is damaged, which is named.
    """
    if not path.exists() or not path.stat().st_size:
        return table_of([]), 0
    lines, torn = _lines(path)
    table = table_of([])
    if lines > torn:
        # A stream and no map of the file: mapped, all of it would count as memory of this process.
        source = pa.BufferReader(_whole(path)) if torn else pa.OSFile(str(path))
        table = _parsed(source, lines - torn)
    if table is None:
        table = table_of(_validated(path, _whole(path)))
    return _seen(table), lines if torn else 0


def _lines(path: Path) -> tuple[int, bool]:
    """How many lines a file has, and whether the last of them has no end."""
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while data := file.read(_BLOCK_BYTES):
            count += data.count(b"\n")
            last = data[-1:]
    torn = last != b"\n"
    return count + torn, torn


def _whole(path: Path) -> bytes:
    """The lines of a file that have their end."""
    data = path.read_bytes()
    return data[: data.rfind(b"\n") + 1]


def _parsed(source: pa.NativeFile, lines: int) -> pa.Table | None:
    """The table, or nothing if any line may be damaged, which is then for the exact way to say."""
    try:
        table = pa_json.read_json(
            source,
            read_options=pa_json.ReadOptions(block_size=_BLOCK_BYTES),
            parse_options=pa_json.ParseOptions(explicit_schema=SCHEMA, unexpected_field_behavior="infer"),
        )
        table.validate(full=True)
    except (pa.ArrowException, UnicodeDecodeError):
        return None
    return table if table.num_rows == lines and _holds(table) else None


def _holds(table: pa.Table) -> bool:
    """Whether every column is what the format says of it."""
    if set(table.column_names) != {*SCHEMA.names, SIZES}:
        return False
    sizes = table[SIZES].type
    if not pa.types.is_struct(sizes) or not all(pa.types.is_int64(field.type) for field in sizes):
        return False
    if any(table[name].null_count for name in (*_REQUIRED, *_DEFAULTED, SIZES)):
        return False
    ok = pc.equal(table["outcome"], Outcome.OK.value)
    weighed = [pc.struct_field(table[SIZES], field.name) for field in sizes]
    return bool(
        pc.all(pc.equal(table["schema_version"], SCHEMA_VERSION)).as_py()
        and set(pc.unique(table["outcome"]).to_pylist()) <= {item.value for item in Outcome}
        and set(pc.unique(table["lane"]).to_pylist()) <= {item.value for item in Lane}
        and pc.all(pc.equal(ok, pc.is_valid(table["wall_s"]))).as_py()
        and all(_sound(column) for column in (*(table[name] for name in (*COUNTS, *FIGURES)), *weighed))
    )


def _sound(column: pa.ChunkedArray) -> bool:
    """Whether figures are finite and not below 0, as far as there are any."""
    ends = pc.min_max(column)
    low, high = ends["min"].as_py(), ends["max"].as_py()
    return low is None or (low >= 0 and high < float("inf") and not _has_nan(column))


def _has_nan(column: pa.ChunkedArray) -> bool:
    return pa.types.is_floating(column.type) and bool(pc.any(pc.is_nan(column)).as_py())


def _validated(path: Path, data: bytes) -> Iterator[Sample]:
    """The exact way: the first damaged line is named; lines that leave out what has a default are read."""
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        try:
            sample = SAMPLE.validate_json(line, strict=True)
        except ValidationError as error:
            raise damaged(path, number, first(error)) from error
        if sample.schema_version != SCHEMA_VERSION:
            raise damaged(path, number, f"schema version {sample.schema_version}, not {SCHEMA_VERSION}")
        if (sample.wall_s is None) is (sample.outcome is Outcome.OK):
            raise damaged(path, number, f"wall_s is {sample.wall_s} although the outcome is {sample.outcome}")
        if max(sample.block, sample.position, abs(sample.exit_code or 0), abs(sample.signal or 0)) > _LARGEST:
            raise damaged(path, number, "a count is too large to be one")
        yield sample


def _seen(table: pa.Table) -> pa.Table:
    """The table with signs in place of the characters that act; mostly there are none, and it is the same."""
    for place, field in enumerate(SCHEMA):
        if not pa.types.is_string(field.type):
            continue
        column = table[field.name]
        acting = pc.invert(pc.fill_null(pc.ascii_is_printable(column), fill_value=True))
        if pc.any(acting).as_py():
            column, acting = column.combine_chunks(), acting.combine_chunks()
            told = pa.array([visible(text) for text in column.filter(acting).to_pylist()], type=pa.string())
            table = table.set_column(place, field, pc.replace_with_mask(column, acting, told))
    return table


def damaged(path: Path, line: int, why: str) -> ResultsError:
    """The error that names a damaged line."""
    return ResultsError(
        f"{path}, line {line} is damaged: {why}.",
        hint="Restore the file, or remove that line if you accept that its sample is lost.",
    )


def first(error: ValidationError) -> str:
    """The first thing that is wrong, in a line."""
    found = error.errors()[0]
    place = ".".join(str(part) for part in found["loc"])
    return f"{place}: {found['msg']}" if place else str(found["msg"])
