"""Run folders in tests: read back, changed by hand, and what made them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from harness.cli.main import main
from harness.provision.state_folder import Layout
from harness.records.format import RUN_INFO, SAMPLE, RunInfo, Sample

Line = dict[str, Any]


def read_run(run: Path) -> tuple[RunInfo, list[Sample]]:
    """What a run's folder says of it, and its samples."""
    return info_of(run), [SAMPLE.validate_json(line) for line in (run / "samples.jsonl").read_bytes().splitlines()]


def info_of(run: Path) -> RunInfo:
    """What a run's folder says of it."""
    return RUN_INFO.validate_json((run / "run.json").read_bytes())


def lines_of(run: Path, name: str = "samples.jsonl") -> list[Line]:
    """The lines of one of a run's files."""
    return [json.loads(line) for line in (run / name).read_text(encoding="utf-8").splitlines()]


def write_lines(run: Path, lines: Iterable[Line], name: str = "samples.jsonl") -> None:
    """Put lines in place of those of one of a run's files."""
    (run / name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def change_info(run: Path, change: Callable[[RunInfo], RunInfo]) -> None:
    """Have a run's folder say something else of it."""
    (run / "run.json").write_bytes(RUN_INFO.dump_json(change(info_of(run))))


def change_lines(run: Path, change: Callable[[Line], Line | None], name: str = "samples.jsonl") -> None:
    """Change each line of one of a run's files; those that become nothing are left out."""
    write_lines(run, [changed for line in lines_of(run, name) if (changed := change(line)) is not None], name)


def invoke(*words: str | Path, columns: int = 80) -> Result:
    """The command line in this process, at so many columns."""
    runner = CliRunner(env={"COLUMNS": str(columns)})
    return runner.invoke(main, [str(word) for word in words], catch_exceptions=False)


def harness(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, to its end."""
    command = [sys.executable, "-m", "harness", *words]
    return subprocess.run(command, cwd=Layout.here().checkout, capture_output=True, text=True, check=False, **more)
