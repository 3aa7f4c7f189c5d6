"""Tests of the command that says which cells of a run need no further block."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness.records.facts import Lane
from harness.records.format import Cell
from harness.report.settled import CELLS, main, read_settled
from tests.places import CHECKOUT
from tests.runs import info_of
from tests.unit.report.made_up_run import made_up_run


def test_a_quiet_run_is_settled_and_one_that_just_began_is_not(tmp_path: Path) -> None:
    quiet = made_up_run(tmp_path, scenarios=("run", "nix-build"), blocks=8, noise=0.01, mishaps=False)
    info = info_of(quiet)
    assert read_settled(quiet) == info.plan.cells
    begun = made_up_run(tmp_path, scenarios=("run",), blocks=0, run_id="begun")
    assert read_settled(begun) == ()


def test_the_command_prints_one_list_of_cells(tmp_path: Path) -> None:
    run = made_up_run(tmp_path, variants=("uv", "venv"), scenarios=("lock",), noise=0.01)
    done = subprocess.run(
        [sys.executable, "-m", "harness.report.settled", str(run)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.count("\n") == 1
    assert json.loads(done.stdout)[0]["variant"] == "uv"
    assert CELLS.validate_json(done.stdout) == tuple(
        Cell(variant=variant, lane=Lane.LOCAL, scenario="lock") for variant in ("uv", "venv", "venv~aa")
    )


def test_what_is_wrong_is_said_and_nothing_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert main([]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "holds no run" in printed.err
    assert "Name the folder of one run." in printed.err
