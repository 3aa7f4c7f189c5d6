"""How counts are spelt."""

from __future__ import annotations

import pytest

from harness.records.spelling import duration, number, size


@pytest.mark.parametrize(
    ("count", "noun", "several", "spelt"),
    [
        (0, "cell", "", "0 cells"),
        (1, "cell", "", "1 cell"),
        (12345, "cell", "", "12,345 cells"),
        (1, "library", "libraries", "1 library"),
        (2, "library", "libraries", "2 libraries"),
    ],
)
def test_a_count_takes_its_noun(count: int, noun: str, several: str, spelt: str) -> None:
    assert number(count, noun, several) == spelt


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (2048, "2.00 KiB"),
        (66_000_000, "62.9 MiB"),
        (2 * 2**30, "2.00 GiB"),
        (-(2**20), "-1.00 MiB"),
        (5000 * 2**40, "5,000 TiB"),
    ],
)
def test_bytes(count: int, told: str) -> None:
    assert size(count) == told


@pytest.mark.parametrize(("seconds", "told"), [(0.4, "0 s"), (59.4, "59 s"), (65, "1 min 05 s"), (7800, "2 h 10 min")])
def test_durations(seconds: float, told: str) -> None:
    assert duration(seconds) == told
