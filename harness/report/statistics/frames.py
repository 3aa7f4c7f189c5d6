"""Samples as a data frame: one row a sample, one column a field, and the sizes in a frame of their own.

What comes in is a table of Arrow, column by column, so that a million samples are read by a library that does so in all
threads. Names are stored once, as categories, and what only matters of a sample that failed (its reason, its log) is
kept in the frame for those alone; the table has all of it, for those who export samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from harness.records.facts import Outcome
from harness.records.format import CONTROL_SUFFIX, Sample

NAMES = (
    "run_id",
    "host_id",
    "variant",
    "variant_digest",
    "lane",
    "provider",
    "strategy",
    "scenario",
    "shape",
    "outcome",
    "worker",
)
COUNTS = ("block", "position")
FIGURES = ("wall_s", "user_s", "system_s", "max_rss_bytes", "requests", "bytes_downloaded", "files_written")
TEXTS = ("reason", "log_path")

#: What an absent provider or strategy is in a frame, where a category cannot be ``None``.
ABSENT = ""

_TYPES: dict[str, pa.DataType] = {
    **{name: pa.string() for name in (*NAMES, *TEXTS, "started_at")},
    **{name: pa.int32() for name in ("schema_version", *COUNTS, "exit_code", "signal")},
    **{name: pa.float64() if name.endswith("_s") else pa.int64() for name in FIGURES},
}

#: The columns of a table of samples, in the order of the record; ``sizes`` comes last, with the fields that occur.
SCHEMA = pa.schema(
    [(name, _TYPES[name]) for name in Sample.__dataclass_fields__ if name in _TYPES],
)
SIZES = "sizes"


@dataclass(frozen=True, kw_only=True)
class Frames:
    """``samples``: one row a sample. ``sizes``: ``row`` (of ``samples``), ``name``, ``value``.

    Absent figures are NaN inside the frame, where pandas leaves them out; nothing that comes out of the analysis is.
    ``reason`` and ``log_path`` are empty for samples that are ``ok``. ``table`` is what both were made from: every
    field of :data:`SCHEMA`, and each size in a column ``sizes.`` with its name behind it, absent ones null.
    """

    samples: pd.DataFrame
    sizes: pd.DataFrame
    table: pa.Table

    @cached_property
    def ok(self) -> pd.DataFrame:
        """The samples which have a time: all that statistics may see."""
        frame = self.samples
        return frame[(frame["outcome"] == Outcome.OK.value) & frame["wall_s"].notna()]


def frames(samples: Iterable[Sample]) -> Frames:
    """Samples that are at hand as values, as frames."""
    return as_frames([table_of(samples)])


def table_of(samples: Iterable[Sample]) -> pa.Table:
    """Samples that are at hand as values, as a table with :data:`SCHEMA` and a column of sizes.

    Raises:
        pa.ArrowException: a count is too large for its column.
    """
    rows = [asdict(sample) for sample in samples]
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    return table.append_column(SIZES, pa.array([row[SIZES] for row in rows], type=None if rows else pa.struct([])))


def as_frames(tables: Sequence[pa.Table]) -> Frames:
    """Tables with :data:`SCHEMA` and a column of sizes, one a run, as frames in the same order."""
    table = pa.concat_tables([_flat(item) for item in tables] or [SCHEMA.empty_table()], promote_options="default")
    for name in NAMES:
        column = pc.dictionary_encode(pc.fill_null(table[name], ABSENT) if table[name].null_count else table[name])
        table = table.set_column(table.schema.get_field_index(name), name, column.unify_dictionaries())
    data: dict[str, Any] = {name: _categories(table[name]) for name in NAMES}
    data |= {name: table[name].to_numpy() for name in COUNTS}
    data |= {name: pc.cast(table[name], pa.float64()).to_numpy() for name in FIGURES}
    data |= _texts(table)
    return Frames(samples=pd.DataFrame(data), sizes=_sizes(table), table=table)


def base_variant(name: str) -> str:
    """The variant a cell's name stands for: the reference's own for the A/A cell."""
    return name.removesuffix(CONTROL_SUFFIX)


def _flat(table: pa.Table) -> pa.Table:
    """Each size in a column of its own, behind those of the schema."""
    flat = table.select(SCHEMA.names)
    for name in sorted(field.name for field in table[SIZES].type):
        flat = flat.append_column(f"{SIZES}.{name}", pc.cast(pc.struct_field(table[SIZES], name), pa.int64()))
    return flat


def _categories(column: pa.ChunkedArray) -> pd.Categorical:
    if not column.num_chunks:
        return pd.Categorical([])
    names = column.chunk(0).dictionary.to_pylist()
    codes = np.concatenate([chunk.indices.to_numpy() for chunk in column.chunks])
    return pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype=object))


def _texts(table: pa.Table) -> dict[str, NDArray[Any]]:
    """Reasons and logs of the samples that are not ok; a million empty ones are one text."""
    rows = np.flatnonzero(pc.not_equal(pc.cast(table["outcome"], pa.string()), Outcome.OK.value).to_numpy())
    found = {}
    for name in TEXTS:
        texts = np.full(table.num_rows, "", dtype=object)
        texts[rows] = table[name].take(pa.array(rows)).to_pylist()
        found[name] = texts
    return found


def _sizes(table: pa.Table) -> pd.DataFrame:
    """All sizes one below the other, in the order of their samples and then of their names."""
    parts: list[tuple[NDArray[Any], str, NDArray[Any]]] = []
    for name in table.column_names[len(SCHEMA) :]:
        rows = np.flatnonzero(table[name].is_valid().to_numpy())
        parts.append((rows, name.removeprefix(f"{SIZES}."), table[name].drop_null().to_numpy()))
    frame = pd.DataFrame(
        {
            "row": np.concatenate([rows for rows, _, _ in parts] or [np.array([], dtype=np.int64)]),
            "name": [name for rows, name, _ in parts for _ in range(len(rows))],
            "value": np.concatenate([values for _, _, values in parts] or [np.array([], dtype=np.int64)]),
        }
    )
    return frame.sort_values("row", kind="stable", ignore_index=True)


#: Each column, with what it holds; ``docs/data.md`` shows this table.
COLUMNS = {
    "schema_version": "of the results format",
    "run_id": "the run",
    "host_id": "the machine, without naming it",
    "variant": "the variant; with `~aa` behind it, the reference a second time",
    "variant_digest": "names exactly the variant's files",
    "lane": "`local` or `nix`",
    "provider": "where Nix took Python from, null in the local lane",
    "strategy": "how members were described to Nix, null in the local lane",
    "scenario": "what was measured",
    "shape": "which members there are; of backends alone, how many files",
    "block": "the pass in which it was taken, from 0",
    "position": "its place in the block, from 0",
    "outcome": "`ok`, `failed`, `timed-out`, `unsupported` or `setup-failed`",
    "reason": "why it is not ok",
    "exit_code": "of the step that ended it",
    "signal": "that ended it, null for none",
    "wall_s": "seconds by the clock, null unless it is ok",
    "user_s": "seconds of processor time outside the kernel",
    "system_s": "seconds of processor time inside the kernel",
    "max_rss_bytes": "peak memory of the largest process",
    "requests": "to the index",
    "bytes_downloaded": "that the index served",
    "files_written": "made or changed below the scratch folder",
    "started_at": "when it began, UTC",
    "log_path": "its log, relative to the run's folder",
    "worker": "which of several workers on its machine took it; empty for a run on one machine",
}
