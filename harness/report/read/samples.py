"""``samples.jsonl``, read and held to the format: by Arrow in all threads, and line by line where anything is wrong."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pa_json

from harness.records.facts import Lane, Outcome
from harness.records.format import SCHEMA_VERSION
from harness.records.reading import checked_samples, whole_lines
from harness.records.visible import visible, visible_json
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
#: What a sample is told from the others of its run by.
_KEY = ("variant", "lane", "scenario", "shape", "provider", "strategy", "block")


def read_samples(path: Path, run_id: str) -> tuple[pa.Table, int]:
    """A run's samples as a table with :data:`SCHEMA` and a column of sizes, and the number of a torn last line.

    A last line without its end is left out: the run was cut off while it wrote, or writes right now. The number is 0
    where no line was. Characters that act in a terminal or a page are signs in what is returned.

    Raises:
        ResultsError: a line is damaged or doubled, or of another run than ``run_id``; it is named.
    """
    if not path.is_file() or not path.stat().st_size:
        # Where something else is in the way, reading says so.
        return table_of(checked_samples(path, whole_lines(path)[0], run_id)), 0
    lines, torn = _lines(path)
    table = table_of([])
    if lines > torn:
        # A stream and no map of the file: mapped, all of it would count as memory of this process.
        source = pa.BufferReader(whole_lines(path)[0]) if torn else pa.OSFile(str(path))
        table = _parsed(source, lines - torn, run_id)
    if table is None:
        table = table_of(checked_samples(path, visible_json(whole_lines(path)[0]), run_id))
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


def _parsed(source: pa.NativeFile, lines: int, run_id: str) -> pa.Table | None:
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
    return table if table.num_rows == lines and _holds(table) and _of_one_run(table, run_id) else None


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


def _of_one_run(table: pa.Table, run_id: str) -> bool:
    """Whether all samples are of that run, and none is there twice."""
    told_apart = table.group_by(list(_KEY)).aggregate([])
    return told_apart.num_rows == table.num_rows and {*map(visible, pc.unique(table["run_id"]).to_pylist())} == {run_id}


def _sound(column: pa.ChunkedArray) -> bool:
    """Whether figures are finite and not below 0, as far as there are any."""
    ends = pc.min_max(column)
    low, high = ends["min"].as_py(), ends["max"].as_py()
    return low is None or (low >= 0 and high < float("inf") and not _has_nan(column))


def _has_nan(column: pa.ChunkedArray) -> bool:
    return pa.types.is_floating(column.type) and bool(pc.any(pc.is_nan(column)).as_py())


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
