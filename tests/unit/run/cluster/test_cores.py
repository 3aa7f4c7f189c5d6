"""harness.run.cluster.cores: who gets which cores, and how many workers are too many."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import InputError
from harness.run.cluster.cores import cores_here, cores_of, see_quiet, share_of

FOUR = tuple(frozenset({number, number + 4}) for number in range(4))


def test_processors_of_one_core_are_one_core() -> None:
    siblings = {number: {number % 2, number % 2 + 2} for number in range(4)}

    assert cores_of(siblings) == (frozenset({0, 2}), frozenset({1, 3}))


def test_a_processor_that_may_not_be_used_does_not_count() -> None:
    assert cores_of({1: {1, 3}}) == (frozenset({1}),)


def test_this_machine_has_a_core() -> None:
    assert cores_here()


def test_the_kernels_ranges_are_read(tmp_path: Path) -> None:
    for number in range(64):
        folder = tmp_path / f"cpu{number}" / "topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text("0-1,4\n" if number in (0, 1, 4) else f"{number}\n")

    allowed = {number for core in cores_here(tmp_path) for number in core}
    expected = frozenset({0, 1, 4}) & allowed
    assert expected in cores_here(tmp_path)


@given(workers=st.integers(1, 4))
def test_shares_are_disjoint_whole_cores(workers: int) -> None:
    shares = [share_of(worker, workers, FOUR) for worker in range(workers)]

    assert sum(map(len, shares)) == 8
    assert frozenset().union(*shares) == frozenset(range(8))
    assert all(core <= share or not core & share for core in FOUR for share in shares)


def test_of_too_many_workers_some_share() -> None:
    assert share_of(5, 6, FOUR) == share_of(1, 6, FOUR) == FOUR[1]


def test_more_workers_than_cores_are_refused_and_told_why() -> None:
    see_quiet(4, FOUR)
    with pytest.raises(InputError, match="4 cores, and workers that share one disturb") as raised:
        see_quiet(5, FOUR)
    assert "local:4" in raised.value.hint
    assert "crowded" in raised.value.hint
