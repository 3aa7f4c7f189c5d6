"""harness.backends.planning: which cells a run of backends has."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from harness.backends.planning import FILES, SMALL, Sizes, make_backend_plan, measured_of, smallest_of
from harness.backends.scenarios import BY_NAME
from harness.plan import digest_of, planned
from harness.records import CONTROL_SUFFIX, Plan
from harness.shapes.packages import files_of, is_of_backends, shape_of

SPREADS = {name: scenario.spread for name, scenario in BY_NAME.items()}
_files = st.lists(st.integers(1, 100_000), min_size=1, max_size=5)


def plan(files: list[int], backends: tuple[str, ...] = ("hatchling", "setuptools"), blocks: int = 2) -> Plan:
    return make_backend_plan(backends, SPREADS, files, blocks=blocks, seed=1)


@given(_files)
def test_every_scenario_is_measured_of_every_backend_with_some_package_that_was_asked_for(files: list[int]) -> None:
    cells = plan(files).cells
    for backend in ("hatchling", "setuptools"):
        assert {cell.scenario for cell in cells if cell.variant == backend} == set(BY_NAME)
    assert {files_of(cell.shape) for cell in cells} == set(files)
    assert len(cells) == len(set(cells))


@given(_files, st.sampled_from(Sizes))
def test_what_is_measured_was_asked_for_from_few_to_many(files: list[int], spread: Sizes) -> None:
    wanted = sorted(set(files))
    found = list(measured_of(spread, wanted))
    assert found
    assert found == sorted(set(found) & set(wanted))
    if spread is Sizes.SMALL and len(found) > 1:
        assert max(found) <= SMALL
    if spread is Sizes.ALL:
        assert found == wanted


@given(_files)
def test_the_order_and_number_of_files_asked_for_does_not_matter(files: list[int]) -> None:
    assert plan(files).digest == plan([*reversed(files), *files]).digest


def test_the_reference_is_repeated_with_the_smallest_package() -> None:
    control = [cell for cell in plan(list(FILES)).cells if cell.variant == f"setuptools{CONTROL_SUFFIX}"]
    assert Counter(cell.scenario for cell in control) == {"backend-import": 1, "backend-wheel": 1}
    assert {cell.shape for cell in control} == {"files=1"}


def test_without_the_reference_nothing_is_repeated() -> None:
    assert all(CONTROL_SUFFIX not in cell.variant for cell in plan([1], backends=("hatchling",)).cells)


def test_a_plan_is_known_by_its_shapes_and_its_digest() -> None:
    made = plan([1, 100])
    assert made.digest == digest_of(made)
    assert is_of_backends(made)
    assert planned(made) == 2 * len(made.cells)
    assert smallest_of(made, "hatchling") == "files=1"


@given(st.integers(1, 10**6))
def test_a_number_of_files_survives_being_a_shape(files: int) -> None:
    assert files_of(shape_of(files)) == files
