"""harness.cli.shown: what is said of a plan before anything is run."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from harness.cli.shown import as_plan, as_table, in_words, overview, rest_in_words
from harness.plan.cells import Selection, make_plan
from harness.plan.estimate import estimate
from harness.records.facts import Lane, Outcome
from tests.made_up import VARIANT_TOML, made_up_sample, made_up_variant

PLAN = make_plan(
    Selection(
        strategies={"uv": ()},
        scenarios={"lock": Lane.LOCAL, "noop": Lane.LOCAL},
        lanes=frozenset({Lane.LOCAL}),
        blocks=3,
    )
)
LOCK, NOOP = PLAN.cells


def test_the_rest_of_a_run_is_what_is_not_there_and_did_not_take_too_long() -> None:
    expected = estimate(PLAN, [])
    each = expected.by_cell[LOCK]
    taken = [made_up_sample(LOCK), made_up_sample(LOCK, block=1), made_up_sample(NOOP, Outcome.TIMED_OUT)]

    assert expected.by_cell[NOOP] == each == 6.0
    assert rest_in_words(PLAN, expected, taken) == (
        "about 6 s for what is left, set-up not counted (3 of 6 samples are there)"
    )
    assert rest_in_words(PLAN, expected, []) == (
        "about 36 s for what is left, set-up not counted (0 of 6 samples are there)"
    )
    assert in_words(PLAN, expected).startswith("about 12 s a block, 36 s for 3, set-up not counted")


def test_a_plan_says_what_is_in_the_first_block_alone() -> None:
    out = io.StringIO()
    once = replace(PLAN, only_first=("lock",))

    Console(file=out, width=200).print(as_plan(once, estimate(once, [])))

    told = out.getvalue()
    assert "Every other cell runs once in each block; nothing was run now. In the first block alone: lock." in told
    assert "about 8 s a block, 24 s for 3" in told


def test_what_a_variant_says_in_a_list_is_text_and_nothing_of_it_acts(tmp_path: Path) -> None:
    odd = "\\u001b[31mred [/nope] [bold]"
    text = VARIANT_TOML.replace('manager = "tool"', f'manager = "{odd}"').replace(
        'backend = "backend"', 'backend = "b\\u0007\\u202e"'
    )
    found = overview([made_up_variant(tmp_path, "odd", text)])
    console = Console(file=io.StringIO(), width=200)
    console.print(as_table(found))

    assert isinstance(console.file, io.StringIO)
    said = console.file.getvalue()
    assert "␛[31mred [/nope] [bold]" in said
    assert "b␇⟨U+202E⟩" in said
    assert not {"\x1b", "\x07", "\u202e"} & set(said)
