"""harness.run.request: what a request comes to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.monorepo.shapes import CANONICAL
from harness.plan.cells import ON_REQUEST
from harness.records.facts import Lane
from harness.records.format import CONTROL_SUFFIX
from harness.run.request import Request, makes_changes, plan_of, reference_among
from harness.scenarios import all_scenarios
from tests.made_up import made_up_variant


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    return Request(
        variants=tuple(made_up_variant(tmp_path, name) for name in ("one", "two")),
        lanes=frozenset(Lane),
        scenarios=(),
        findings=(),
        shapes=(CANONICAL,),
        provider="host",
        blocks=6,
        budget_s=None,
        seed=0,
        results=tmp_path,
        report=None,
        run_id="asked",
        command_line=(),
    )


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


@pytest.mark.parametrize("scenarios", [(), ("tool-install", "run"), ("tool-install", "nix-build")])
def test_the_toolchain_is_installed_in_the_first_block_alone(request_: Request, scenarios: tuple[str, ...]) -> None:
    plan = plan_of(replace(request_, scenarios=scenarios))

    assert plan.only_first == ("tool-install",)
    controlled = {cell.scenario for cell in plan.cells if cell.variant.endswith(CONTROL_SUFFIX)}
    assert controlled
    assert "tool-install" not in controlled


@pytest.mark.parametrize(
    "change",
    [
        {"scenarios": ("tool-install",)},
        {"scenarios": ("tool-install", "nix-build"), "lanes": frozenset({Lane.LOCAL})},
    ],
)
def test_who_measures_the_installation_alone_has_it_in_every_block(
    request_: Request, change: dict[str, object]
) -> None:
    plan = plan_of(replace(request_, **change))

    assert plan.only_first == ()
    assert {cell.variant for cell in plan.cells} == {"one", "two", "one" + CONTROL_SUFFIX}


@pytest.mark.parametrize(
    ("asked", "makes"),
    [
        ({}, True),
        ({"scenarios": ("add-library",)}, True),
        ({"scenarios": ("nix-add-dependency",)}, True),
        ({"findings": ("stale-value",)}, True),
        ({"scenarios": ("run", "nix-build")}, False),
    ],
)
def test_what_changes_bring_in_is_needed_where_one_may_be_made(
    request_: Request, asked: dict[str, tuple[str, ...]], makes: bool
) -> None:
    assert makes_changes(plan_of(replace(request_, **asked))) is makes


def test_what_is_measured_on_request_is_in_no_run_of_everything(request_: Request) -> None:
    everything = {cell.scenario for cell in plan_of(request_).cells}
    named = {cell.scenario for cell in plan_of(replace(request_, scenarios=tuple(ON_REQUEST))).cells}

    assert everything == {name for name in all_scenarios() if name not in ON_REQUEST}
    assert named == ON_REQUEST
