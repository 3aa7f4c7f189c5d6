"""harness.run.cluster.asked: what --cluster takes, who gets which cores, and how many workers are too many."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import InputError
from harness.run.cluster import asked as asked_module
from harness.run.cluster.asked import Asked, asked_cluster, cores_here, cores_of, see_cluster, share_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("local:2", Asked(workers=2)),
        ("local:12,crowded", Asked(workers=12, crowded=True)),
        ("tcp://10.0.0.1:8786", Asked(address="tcp://10.0.0.1:8786")),
        ("tls://scheduler:8786", Asked(address="tls://scheduler:8786")),
        ("127.0.0.1:8786", Asked(address="127.0.0.1:8786")),
        ("tcp://10.0.0.1:8786,crowded", Asked(address="tcp://10.0.0.1:8786", crowded=True)),
    ],
)
def test_addresses_and_numbers_of_workers(text: str, expected: Asked) -> None:
    assert asked_cluster(text) == expected


@pytest.mark.parametrize("text", ["", "local", "local:", "local:0", "local:two", "local:2,quiet", "here", "tcp://"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no cluster") as raised:
        asked_cluster(text)
    assert "local:N" in raised.value.hint


def test_too_many_workers_are_refused_before_anything_is_started() -> None:
    few = len(cores_here())

    with pytest.raises(InputError, match=f"{few} cores?, and workers that share one disturb each other") as raised:
        see_cluster(f"local:{few + 1}")
    assert f"at most local:{few}, or" in raised.value.hint
    assert see_cluster(f"local:{few}").workers == few
    assert see_cluster(f"local:{few + 1},crowded").workers == few + 1


def test_without_dask_the_way_to_get_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec

    def find(name: str) -> Any:
        return None if name == "distributed" else real(name)

    monkeypatch.setattr(asked_module.importlib.util, "find_spec", find)  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="not installed") as raised:
        see_cluster("local:1")
    assert "requirements-cluster.lock" in raised.value.hint


FOUR = tuple(frozenset({number, number + 4}) for number in range(4))


def test_processors_of_one_core_are_one_core() -> None:
    siblings = {number: {number % 2, number % 2 + 2} for number in range(4)}

    assert cores_of(siblings) == (frozenset({0, 2}), frozenset({1, 3}))


def test_a_processor_that_may_not_be_used_does_not_count() -> None:
    assert cores_of({1: {1, 3}}) == (frozenset({1}),)


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
