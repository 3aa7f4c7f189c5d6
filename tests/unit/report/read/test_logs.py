"""The logs that a page unpacks on demand."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from harness.records.format import CONTROL_SUFFIX, log_name
from harness.report.read.logs import pack, read_logs
from harness.report.read.runs import load_runs
from tests.unit.report.made_up_run import made_up_run


def unpacked(text: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(gzip.decompress(base64.b64decode(text)))
    return found


def test_the_log_of_the_last_sample_is_found_where_the_journal_puts_it(tmp_path: Path) -> None:
    folder = made_up_run(tmp_path, variants=("venv", "uv"), scenarios=("run",), blocks=3, mishaps=False)
    loaded = load_runs([folder])
    cells = {cell.variant: cell for cell in loaded.runs[0].plan.cells}
    for block in range(3):
        for name, cell in cells.items():
            path = folder / log_name(cell, block)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{name} in block {block}\x1b[31m!\n", encoding="utf-8")
    found = read_logs(loaded.folders, loaded.frames)
    assert found == {"local-canonical-run": {"venv": "venv in block 2!", "uv": "uv in block 2!"}}
    assert "venv" + CONTROL_SUFFIX in cells


def test_logs_that_are_gone_are_left_out(tmp_path: Path) -> None:
    folder = made_up_run(tmp_path, variants=("venv",), scenarios=("run",), blocks=2, mishaps=False)
    for path in (folder / "logs").rglob("*.log"):
        path.unlink()
    loaded = load_runs([folder])
    assert read_logs(loaded.folders, loaded.frames) == {}
    assert pack({}) == ""


@given(
    st.dictionaries(
        st.text(max_size=5), st.dictionaries(st.text(max_size=5), st.text(max_size=30), min_size=1), min_size=1
    )
)
def test_what_is_packed_is_unpacked_and_always_the_same(logs: dict[str, dict[str, str]]) -> None:
    assert unpacked(pack(logs)) == logs
    assert pack(logs) == pack(logs)


def test_too_much_is_cut_to_the_ends_and_at_last_left_out() -> None:
    text = "\n".join(f"line {number} {hash(number) % 977}" for number in range(40))
    whole = len(pack({"a": {"b": text}}))
    (cut,) = unpacked(pack({"a": {"b": text}}, most=whole - 4))["a"].values()
    assert text.endswith(cut)
    assert len(cut.splitlines()) < 40
    assert pack({"a": {"b": text}}, most=10) == ""
