"""harness.assignment: what a request comes to."""

from __future__ import annotations

import pytest

from harness.assignment import reference_among


@pytest.mark.parametrize(
    ("names", "reference"),
    [
        (["hatch", "uv", "venv"], "venv"),
        (["venv"], "venv"),
        (["uv", "uv-0.12.0"], "uv"),
        (["hatch", "poetry"], "hatch"),
        (["uv"], "venv"),
        ([], "venv"),
    ],
)
def test_a_run_without_the_usual_reference_holds_its_variants_against_the_first(
    names: list[str], reference: str
) -> None:
    assert reference_among(names) == reference
