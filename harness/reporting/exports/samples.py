"""``samples.parquet``: every sample, unrounded, in types that last."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq

from harness.analysis.frames import SIZES
from harness.records import SCHEMA_VERSION
from harness.reporting.model import Report

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


def samples_parquet(report: Report) -> bytes:
    """The table as a file: names as dictionaries, what is absent is null, each size in a column ``sizes.NAME``.

    The same samples make the same bytes. The file's metadata name the schema's version and the runs.
    """
    frames = [item for item in (report.past, report.frames) if item is not None]
    table = pa.concat_tables([item.table for item in frames], promote_options="default").unify_dictionaries()
    runs = (*report.history, *report.runs)
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
