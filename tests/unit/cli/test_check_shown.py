"""harness.cli.check_shown: a line for a step, the whole in a table, and all of it for other programs."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from harness.cli.check_shown import as_data, print_step, summary
from harness.run.check.model import Checked, Result, StepFailure, StepVerdict

FAILURE = StepFailure(
    ran="uv sync", expected="exit status 0", came="exit status 2\n[/red] odd", cause="Why.", log="/x/log"
)


def printed(*results: Result) -> str:
    console = Console(file=io.StringIO(), width=80, force_terminal=False)
    for result in results:
        print_step(console, result)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("verdict", "line"),
    [
        (StepVerdict.PASSED, "✓ uv · run  As it has to be."),
        (StepVerdict.UNSUPPORTED, "– uv · run  unsupported: As it has to be."),
        (StepVerdict.SKIPPED, "· uv · run  As it has to be."),
    ],
)
def test_a_step_is_a_line(verdict: StepVerdict, line: str) -> None:
    assert printed(Result(variant="uv", step="run", verdict=verdict, detail="As it has to be.")) == f"{line}\n"


def test_a_failure_says_what_was_run_what_was_expected_what_came_and_why() -> None:
    text = printed(Result(variant="uv", step="run", verdict=StepVerdict.FAILED, failure=FAILURE))

    lines = [line.strip() for line in text.splitlines()]
    assert lines[0] == "✗ uv · run"
    assert [line.split(maxsplit=1)[0] for line in lines[1:]] == ["ran", "expected", "came", "[/red]", "cause", "log"]
    assert max(map(len, text.splitlines())) <= 80


def test_the_whole_is_a_table_and_json() -> None:
    good = Checked(variant="uv", results=[Result(variant="uv", step="run", verdict=StepVerdict.PASSED, detail="x")])
    bad = Checked(
        variant="pdm", results=[Result(variant="pdm", step="run", verdict=StepVerdict.FAILED, failure=FAILURE)]
    )
    console = Console(file=io.StringIO(), width=80)
    console.print(summary([good, bad]))

    assert isinstance(console.file, io.StringIO)
    assert [line.split() for line in console.file.getvalue().splitlines()] == [
        ["uv", "passed", "1", "passed"],
        ["pdm", "failed", "1", "failed"],
    ]
    data = json.loads(json.dumps(as_data([good, bad])))
    assert data[0]["steps"] == [{"step": "run", "verdict": "passed", "detail": "x", "failure": None}]
    assert data[1]["steps"][0]["failure"]["cause"] == "Why."


def test_what_a_variant_says_is_text_and_nothing_of_it_acts() -> None:
    odd = "\x1b]0;owned\x07\x1b[31mred[/red] \u202eback"
    failure = StepFailure(ran=odd, expected=odd, came=odd, cause=odd)
    lines = printed(
        Result(variant="uv", step="run", verdict=StepVerdict.PASSED, detail=odd),
        Result(variant="uv", step="run", verdict=StepVerdict.FAILED, failure=failure),
    )
    console = Console(file=io.StringIO(), width=200)
    console.print(
        summary(
            [
                Checked(
                    variant="uv",
                    results=[Result(variant="uv", step="files", verdict=StepVerdict.UNSUPPORTED, detail=odd)],
                )
            ]
        )
    )
    assert isinstance(console.file, io.StringIO)
    for text in (lines, console.file.getvalue()):
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "␛[31mred[/red] ⟨U+202E⟩back" in lines
