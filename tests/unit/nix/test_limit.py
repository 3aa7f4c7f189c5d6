"""The limit of the private store, and how numbers of bytes are written."""

from __future__ import annotations

import pytest

from harness.errors import InputError
from harness.nix.limit import DEFAULT_LIMIT, STORE_LIMIT, store_limit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2GiB", 2 * 2**30),
        ("500MiB", 500 * 2**20),
        ("1.5 GB", 1_500_000_000),
        ("0B", 0),
        ("3kb", 3_000),
        (" 1tib ", 2**40),
    ],
)
def test_a_limit_has_a_number_and_a_unit(text: str, expected: int) -> None:
    assert store_limit({STORE_LIMIT: text}) == expected


@pytest.mark.parametrize("host", [{}, {STORE_LIMIT: ""}, {STORE_LIMIT: " "}])
def test_without_one_it_is_the_default(host: dict[str, str]) -> None:
    assert store_limit(host) == DEFAULT_LIMIT


@pytest.mark.parametrize("text", ["much", "2", "2G", "-1GiB", "1e3MiB", "GiB", "1,5GiB", "nanGiB", "infGiB"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match=f"HARNESS_STORE_LIMIT: '{text}' is not a number of bytes") as caught:
        store_limit({STORE_LIMIT: text})

    assert "2GiB" in caught.value.hint
    assert caught.value.exit_status == 2
