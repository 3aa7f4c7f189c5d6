"""Variants of earlier runs by the names they have now."""

from __future__ import annotations

from dataclasses import replace

from harness.records.facts import Lane
from harness.records.format import CONTROL_SUFFIX, Cell, RunInfo
from harness.records.renamed import as_now, renamed_in, run_as_now
from tests.unit.report.made_up_run import VARIANTS, made_up_info


def today() -> RunInfo:
    cells = [Cell(variant=name, lane=Lane.LOCAL, scenario="noop") for name in (*VARIANTS, f"venv{CONTROL_SUFFIX}")]
    return made_up_info(cells, VARIANTS, blocks=1, seed=1, run_id="run")


def earlier() -> RunInfo:
    """A run as it was written before variants said where their idiom is documented."""
    run = today()
    return replace(run, variants={name: replace(facts, documented=None) for name, facts in run.variants.items()})


def test_a_variant_of_an_earlier_run_has_todays_name_everywhere_and_both_in_its_title() -> None:
    run = earlier()

    read = run_as_now(run)

    assert renamed_in(run) == {"hatch": "hatch-direct", "pdm": "pdm-path"}
    assert "hatch-direct" in read.variants
    assert "hatch" not in read.variants
    assert read.variants["hatch-direct"].title == "hatch (now hatch-direct)"
    assert {cell.variant.removesuffix(CONTROL_SUFFIX) for cell in read.plan.cells} == set(read.variants)


def test_a_run_that_says_where_idioms_are_documented_is_left_as_it_is() -> None:
    run = today()

    assert run_as_now(run) is run


def test_the_cells_that_repeat_the_reference_follow_it() -> None:
    assert as_now("pdm~aa", {"pdm": "pdm-path"}) == "pdm-path~aa"
    assert as_now("uv", {"pdm": "pdm-path"}) == "uv"


def test_a_swap_of_names_is_made_at_once() -> None:
    run = earlier()
    both = replace(run, variants={**run.variants, "hatch-workspace": run.variants["hatch"]})

    assert list(run_as_now(both).variants).count("hatch") == 1
    assert run_as_now(both).variants["hatch"].title == "hatch-workspace (now hatch)"
