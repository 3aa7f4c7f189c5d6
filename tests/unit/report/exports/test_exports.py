"""The files for other tools: each says what the report says, and what failed has no time in any of them."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from harness.records.facts import Outcome
from harness.records.format import CONTROL_SUFFIX, SAMPLE
from harness.report.exports import findings, summary
from harness.report.exports.findings import findings_csv
from harness.report.exports.hyperfine import hyperfine_json
from harness.report.exports.samples import samples_parquet
from harness.report.exports.summary import summary_csv
from harness.report.model import Report
from harness.report.statistics.frames import COLUMNS
from tests.places import CHECKOUT
from tests.unit.report.made_up_run import FIXTURE, made_up_run
from tests.unit.report.made_up_scale import made_up_scale_run
from tests.unit.report.reading import report_of

LINES = [SAMPLE.validate_json(line) for line in (FIXTURE / "samples.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(name="report")
def _report(small: Report) -> Report:
    return small


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def loaded(data: bytes) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(data), dtype_backend="numpy_nullable")


def test_the_summary_has_a_line_for_each_cell_with_the_figures_of_the_report(report: Report) -> None:
    lines = table(summary_csv([report]))
    rows = [
        (section, scenario, row)
        for section in report.sections
        for scenario in section.scenarios
        for row in scenario.rows
    ]
    assert len(lines) == len(rows)
    for line, (section, scenario, row) in zip(lines, rows, strict=True):
        assert (line["section"], line["scenario"], line["variant"]) == (section.slug, scenario.name, row.variant)
        assert line["median_s"] == (str(row.summary.median) if row.summary else "")
        assert int(line["all_samples"]) == sum(row.outcomes.values())
        assert (line["verdict"] == "reference") is (row.comparison is None)
        if row.summary is None:
            assert not any(line[name] for name in ("low_s", "high_s", "spread", "outliers", "ratio"))


def test_a_single_block_has_no_interval(tmp_path: Path) -> None:
    run = made_up_run(tmp_path, variants=("venv", "uv"), scenarios=("run",), blocks=1, mishaps=False)
    for line in table(summary_csv([report_of(run)])):
        assert not any(line[name] for name in ("low_s", "high_s", "spread", "ratio_low", "ratio_high"))
        assert line["median_s"]


def test_findings_of_every_kind_are_there_with_their_tone(tmp_path: Path) -> None:
    report = report_of(made_up_scale_run(tmp_path, blocks=1))
    lines = table(findings_csv([report]))
    questions = [item for group in report.questions for item in group.questions]
    told = (*questions, *report.elsewhere)
    assert len([line for line in lines if line["group"] != "changes"]) == sum(len(item.answers) for item in told)
    assert {line["strategy"] for line in lines} >= {"", "handwritten"}
    made = {line["finding"] for line in lines if line["group"] == "changes"}
    assert made >= {f"{change.name}.works" for change in report.changes}
    for line in lines:
        assert line["tone"] in ("good", "fair", "bad", "neutral")


def test_every_sample_is_in_the_parquet_file_unrounded(report: Report) -> None:
    frame = loaded(samples_parquet([report]))
    assert len(frame) == len(LINES)
    for line, (_, row) in zip(LINES, frame.iterrows(), strict=True):
        for name in COLUMNS:
            value = getattr(line, name)
            assert (None if pd.isna(row[name]) else row[name]) == value, name
        sizes = {name.removeprefix("sizes."): row[name] for name in frame.columns if name.startswith("sizes.")}
        assert {name: size for name, size in sizes.items() if not pd.isna(size)} == line.sizes


def test_its_types_last_and_what_is_absent_is_null(report: Report) -> None:
    file = pq.ParquetFile(io.BytesIO(samples_parquet([report])))
    kinds = {field.name: str(field.type) for field in file.schema_arrow}
    assert kinds["variant"].startswith("dictionary<values=string")
    assert (kinds["block"], kinds["wall_s"], kinds["max_rss_bytes"]) == ("int32", "double", "int64")
    assert file.schema_arrow.metadata[b"runs"] == b"run-small"
    failed = [line for line in LINES if line.outcome is not Outcome.OK]
    assert file.read()["wall_s"].null_count == len(failed) > 0


def test_the_same_samples_make_the_same_bytes(report: Report) -> None:
    again = report_of(FIXTURE)
    assert samples_parquet([report]) == samples_parquet([again])
    assert hyperfine_json([report]) == hyperfine_json([again])


def test_the_times_have_hyperfines_shape_and_failed_samples_are_in_none(report: Report) -> None:
    results = json.loads(hyperfine_json([report]))["results"]
    ok = [line for line in LINES if line.outcome is Outcome.OK and not line.variant.endswith(CONTROL_SUFFIX)]
    assert sum(len(item["times"]) for item in results) == len(ok)
    for item in results:
        assert list(item) == [
            *("command", "mean", "stddev", "median", "user", "system", "min", "max", "times", "exit_codes"),
            "parameters",
        ]
        names = item["parameters"]
        own = [
            line.wall_s
            for line in ok
            if (line.variant, line.lane.value, line.scenario) == (names["variant"], names["lane"], names["scenario"])
        ]
        assert item["times"] == own
        assert item["min"] <= item["median"] <= item["max"]
        assert len(item["exit_codes"]) == len(item["times"])
        assert (item["stddev"] is None) is (len(own) == 1)
    assert len({item["command"] for item in results}) == len(results)


def test_a_run_without_samples_has_empty_files(tmp_path: Path) -> None:
    report = report_of(made_up_run(tmp_path, blocks=0))
    assert loaded(samples_parquet([report])).empty
    assert json.loads(hyperfine_json([report])) == {"results": []}
    assert all(line["ok_samples"] == "0" for line in table(summary_csv([report])))


@pytest.mark.parametrize(
    ("file", "columns"),
    [("summary.csv", summary.COLUMNS), ("findings.csv", findings.COLUMNS), ("samples.parquet", COLUMNS)],
)
def test_every_column_is_described_and_nothing_else(file: str, columns: dict[str, str]) -> None:
    text = (CHECKOUT / "docs" / "data.md").read_text(encoding="utf-8")
    section = text.partition(f"\n## {file}\n")[2].partition("\n## ")[0]
    described = dict(re.findall(r"^\| `([^`]+)` \| (.*) \|$", section, re.MULTILINE))
    described.pop("sizes.NAME", None)
    assert list(described.items()) == list(columns.items())


def test_the_headers_are_the_columns(report: Report) -> None:
    assert table(summary_csv([report]))[0].keys() == summary.COLUMNS.keys()
    assert table(findings_csv([report]))[0].keys() == findings.COLUMNS.keys()
    names = pq.read_schema(io.BytesIO(samples_parquet([report]))).names
    assert [name for name in names if not name.startswith("sizes.")] == list(COLUMNS)
