"""What a run of backends does: pure, values in and a plan out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum

from harness.plan import digest_of
from harness.records import CONTROL_SUFFIX, Cell, Lane, Plan
from harness.shapes.packages import files_of, shape_of

#: The backend all others are compared with: the oldest, and what a project without a [build-system] gets.
REFERENCE = "setuptools"

#: How many files the package has, unless somebody says otherwise.
FILES = (1, 100, 10_000)

#: Up to so many files everything is measured; of larger packages what grows with them.
SMALL = 100

#: The scenarios in which the reference runs twice in each block, with the smallest package.
CONTROLLED = frozenset({"backend-import", "backend-wheel"})


class Sizes(Enum):
    """Of which projects a scenario is measured: one of them, those of a person's size, or all that were asked for."""

    ONE = "one"
    SMALL = "small"
    ALL = "all"


def make_backend_plan(
    backends: Sequence[str],
    scenarios: Mapping[str, Sizes],
    files: Sequence[int],
    *,
    blocks: int,
    seed: int,
    reference: str = REFERENCE,
) -> Plan:
    """All cells, by backend, scenario and number of files; the reference has A/A cells."""
    plan = Plan(
        cells=tuple(_cells(backends, scenarios, sorted(set(files)), reference)),
        blocks=blocks,
        seed=seed,
        reference=reference,
        digest="",
        lanes=(Lane.LOCAL,),
    )
    return replace(plan, digest=digest_of(plan))


def _cells(
    backends: Sequence[str], scenarios: Mapping[str, Sizes], files: Sequence[int], reference: str
) -> Iterator[Cell]:
    for backend in backends:
        for scenario, spread in scenarios.items():
            for count in measured_of(spread, files):
                yield Cell(variant=backend, lane=Lane.LOCAL, scenario=scenario, shape=shape_of(count))
        for scenario in scenarios if backend == reference else ():
            if scenario in CONTROLLED:
                shape = shape_of(files[0])
                yield Cell(variant=backend + CONTROL_SUFFIX, lane=Lane.LOCAL, scenario=scenario, shape=shape)


def measured_of(spread: Sizes, files: Sequence[int]) -> Sequence[int]:
    """Of which of these numbers of files, from few to many, a scenario is measured; always of one at least."""
    match spread:
        case Sizes.ONE:
            return files[:1]
        case Sizes.SMALL:
            return [count for count in files if count <= SMALL] or files[:1]
        case Sizes.ALL:
            return files


def smallest_of(plan: Plan, backend: str) -> str:
    """The shape with the fewest files that a backend is measured with."""
    return min((cell.shape for cell in plan.cells if cell.variant == backend), key=files_of)
