"""Says which cells of a run need no further block: ``python -m harness.report.settled RUN_FOLDER``.

The process that measures never imports pandas, so it asks another process after each block.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter

from harness.errors import HarnessError, InputError
from harness.records.format import Cell
from harness.report.read.runs import load_runs
from harness.report.statistics.settle import settled_cells

CELLS: TypeAdapter[tuple[Cell, ...]] = TypeAdapter(tuple[Cell, ...])


def read_settled(folder: Path) -> tuple[Cell, ...]:
    """The settled cells of the run in ``folder``, which may still be going on, in the order of its plan.

    Raises:
        ResultsError: there is no run, or a file of it is damaged.
    """
    loaded = load_runs([folder])
    (run,) = loaded.runs
    settled = settled_cells(loaded.frames, run.plan)
    return tuple(cell for cell in run.plan.cells if cell in settled)


def main(arguments: Sequence[str]) -> int:
    """Write one JSON list of cells on standard output, or what is wrong on standard error; the exit status."""
    try:
        if len(arguments) != 1:
            raise InputError(f"{len(arguments)} folders were named.", hint="Name the folder of one run.")
        cells = read_settled(Path(arguments[0]))
    except HarnessError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    sys.stdout.write(CELLS.dump_json(cells).decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
