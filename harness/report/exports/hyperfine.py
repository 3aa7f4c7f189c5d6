"""``hyperfine.json``: the times in the shape of hyperfine's ``--export-json``, for the tools that read it.

Each cell is a result; failed samples have no time and are in none. What hyperfine calls parameters are the names of the
cell. As there, ``mean`` and ``stddev`` (of a sample, absent for one time) are given though this report quotes medians.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from pydantic_core import to_json

from harness.records.format import CONTROL_SUFFIX
from harness.report.facts import describe_scenario
from harness.report.model import Report
from harness.report.tables import CELL


def hyperfine_json(reports: Sequence[Report]) -> bytes:
    """The file: one result for each cell that has a time, in the order of the run."""
    results = []
    cells = (cell for report in reports for cell in report.frames.ok.groupby(list(CELL), observed=True, sort=False))
    for names, group in cells:
        parameters = {name: str(value) for name, value in zip(CELL, names, strict=True) if str(value)}
        if not parameters["variant"].endswith(CONTROL_SUFFIX):
            results.append(_result(parameters, group))
    return bytes(to_json({"results": results}, indent=1)) + b"\n"


def _result(parameters: dict[str, str], group: pd.DataFrame) -> dict[str, Any]:
    times = group["wall_s"].to_numpy(dtype=np.float64)
    return {
        "command": f"{parameters['variant']} {describe_scenario(parameters)}",
        "mean": float(times.mean()),
        "stddev": float(times.std(ddof=1)) if len(times) > 1 else None,
        "median": float(np.median(times)),
        "user": _mean(group["user_s"]),
        "system": _mean(group["system_s"]),
        "min": float(times.min()),
        "max": float(times.max()),
        "times": times.tolist(),
        # A sample is ok only if every one of its steps ended with 0.
        "exit_codes": [0] * len(times),
        "parameters": parameters,
    }


def _mean(seconds: pd.Series[float]) -> float | None:
    known = seconds.dropna()
    return float(known.mean()) if len(known) else None
