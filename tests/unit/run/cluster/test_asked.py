"""harness.run.cluster.asked: what --cluster takes."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from harness.errors import InputError
from harness.run.cluster import asked as asked_module
from harness.run.cluster.asked import Asked, asked_cluster, see_cluster
from harness.run.cluster.cores import cores_here


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

    with pytest.raises(InputError, match="disturb each other"):
        see_cluster(f"local:{few + 1}")
    assert see_cluster(f"local:{few + 1},crowded").workers == few + 1


def test_without_dask_the_way_to_get_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec

    def find(name: str) -> Any:
        return None if name == "distributed" else real(name)

    monkeypatch.setattr(asked_module.importlib.util, "find_spec", find)  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="not installed") as raised:
        see_cluster("local:1")
    assert "requirements-cluster.lock" in raised.value.hint
