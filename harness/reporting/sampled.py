"""Single samples, for those who open a cell or look at a distribution: few enough of them to be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from harness.records import Cell, Lane, Outcome, log_name

#: A cell with more samples than this is told by its summary alone: nobody reads more one by one.
MOST_PER_CELL = 100
#: With more samples than this in all such cells, no cell has any, so that a report of a million stays small.
MOST = 50_000


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """One sample of a cell. ``seconds`` is the time by the clock, ``None`` where the outcome is not ``ok``.

    ``reason`` is empty for a sample that is ``ok``; ``log_path`` is relative to the run's folder. ``place`` is where it
    was taken: the machine, where there are several, and the worker, where there are any.
    """

    run_id: str
    block: int
    seconds: float | None
    outcome: Outcome
    reason: str
    log_path: str
    place: str = ""


def sampled(samples: pd.DataFrame, cell: Sequence[str]) -> Mapping[tuple[str, ...], tuple[Sampled, ...]]:
    """The samples of each cell in the order of the run, failed ones too; a cell that has too many is left out.

    ``cell`` are the columns that tell cells apart.
    """
    names = list(cell)
    sizes = samples.groupby(names, observed=True, sort=False)["block"].transform("size")
    few = samples[sizes <= MOST_PER_CELL]
    if len(few) > MOST:
        return {}
    found: dict[tuple[str, ...], list[Sampled]] = {}
    columns = [*names, "run_id", "block", "wall_s", "outcome", "reason", "log_path", "host_id", "worker"]
    several = samples["host_id"].nunique() > 1
    for values in few[columns].itertuples(index=False, name=None):
        key = tuple(map(str, values[: len(names)]))
        *own, host, worker = values[len(names) :]
        place = ", ".join(filter(None, (host if several else "", f"worker {worker}" if worker else "")))
        found.setdefault(key, []).append(_one(dict(zip(names, key, strict=True)), *own, place=place))
    return {key: tuple(own) for key, own in found.items()}


def _one(
    names: Mapping[str, str],
    run_id: str,
    block: int,
    seconds: float,
    outcome: str,
    reason: str,
    log_path: str,
    *,
    place: str,
) -> Sampled:
    own = Cell(
        variant=names["variant"],
        lane=Lane(names["lane"]),
        scenario=names["scenario"],
        shape=names["shape"],
        provider=names["provider"] or None,
        strategy=names["strategy"] or None,
    )
    return Sampled(
        run_id=str(run_id),
        block=int(block),
        seconds=float(seconds) if outcome == Outcome.OK.value and pd.notna(seconds) else None,
        outcome=Outcome(str(outcome)),
        reason=str(reason),
        log_path=str(log_path) or log_name(own, int(block)),
        place=place,
    )
