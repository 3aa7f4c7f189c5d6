"""How counts are spelt."""

from __future__ import annotations

import pytest

from harness.spelling import number


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
