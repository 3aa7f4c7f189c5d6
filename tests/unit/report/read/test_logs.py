"""The logs that a page has among its proofs."""

from __future__ import annotations

from pathlib import Path

from harness.records.format import CONTROL_SUFFIX, log_name
from harness.report.read.logs import read_logs
from harness.report.read.runs import load_runs
from tests.unit.report.made_up_run import made_up_run


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
