"""harness.records.strategies: which files belong to which strategy, and which provider can build it."""

from __future__ import annotations

import pytest

from harness.plan.cells import STANDS_FOR, Selection, make_plan
from harness.records.facts import Lane
from harness.records.strategies import STRATEGIES, offered, refusal, strategies_of


@pytest.mark.parametrize(
    ("path", "strategies"),
    [
        ("overlay.nix", ("handwritten",)),
        ("shared/package.nix", ("handwritten",)),
        ("libs/shared/package.nix", ("handwritten",)),
        ("derived.nix", ("derived",)),
        ("uv2nix.nix", ("uv2nix",)),
        ("flake.nix", ()),
    ],
)
def test_a_file_is_of_the_strategies_it_is_written_for(path: str, strategies: tuple[str, ...]) -> None:
    assert strategies_of(path) == strategies


def test_what_a_provider_cannot_build_has_a_reason() -> None:
    assert offered(STRATEGIES, "host") == ("handwritten", "derived")
    assert offered(STRATEGIES, "nixpkgs") == tuple(STRATEGIES)
    assert refusal("derived", "host") == ""
    assert refusal("uv2nix", "host").endswith(".")


def test_a_strategy_that_the_provider_does_not_have_is_planned_once() -> None:
    plan = make_plan(
        Selection(
            strategies={"uv": ("handwritten", "uv2nix")},
            scenarios={"nix-eval": Lane.NIX, STANDS_FOR: Lane.NIX},
            lanes=frozenset(Lane),
        )
    )
    planned = [(cell.strategy, cell.scenario) for cell in plan.cells]
    assert planned == [("handwritten", "nix-eval"), ("handwritten", STANDS_FOR), ("uv2nix", STANDS_FOR)]
