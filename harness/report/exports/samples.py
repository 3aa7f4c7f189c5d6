"""``samples.parquet``: every sample, unrounded, in types that last."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from harness.records.format import SCHEMA_VERSION
from harness.report.model import Report
from harness.report.statistics.frames import COLUMNS, SIZES


def samples_parquet(reports: Sequence[Report]) -> bytes:
    """The table as a file: names as dictionaries, what is absent is null, each size in a column ``sizes.NAME``.

    The same samples make the same bytes. The file's metadata name the schema's version and the runs.
    """
    frames = [item for report in reports for item in (report.past, report.frames) if item is not None]
    table = pa.concat_tables([item.table for item in frames], promote_options="default").unify_dictionaries()
    runs = [run for report in reports for run in (*report.history, *report.runs)]
    names = [f"{SIZES}.{name}" for name in _sizes(table)]
    told = {"schema_version": str(SCHEMA_VERSION), "runs": ",".join(run.run_id for run in runs)}
    table = _absent(table.select([*COLUMNS, *names])).replace_schema_metadata(told)
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", compression_level=1, store_schema=True)
    return out.getvalue()


def _sizes(table: pa.Table) -> list[str]:
    return [name.removeprefix(f"{SIZES}.") for name in table.column_names if name.startswith(f"{SIZES}.")]


def _absent(table: pa.Table) -> pa.Table:
    """Null again where a frame needs an empty name."""
    for name in ("provider", "strategy"):
        column = table[name].cast(pa.string())
        empty = pa.compute.equal(column, "")
        column = pa.compute.if_else(empty, pa.scalar(None, pa.string()), column).dictionary_encode()
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table
