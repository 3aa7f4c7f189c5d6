"""How a check looks on a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.cli.pasted import pasted
from harness.cli.shown import as_text
from harness.run.check.model import Checked, CheckStanding, Result, StepFailure, StepVerdict

_MARKS = {
    StepVerdict.PASSED: ("✓", "green"),
    StepVerdict.FAILED: ("✗", "bold red"),
    StepVerdict.UNSUPPORTED: ("–", "yellow"),
    StepVerdict.SKIPPED: ("·", "dim"),
    StepVerdict.RECORDED: ("✓", "dim green"),
}

_STANDINGS = {
    CheckStanding.PASSED: "green",
    CheckStanding.FAILED: "bold red",
    CheckStanding.UNSUPPORTED: "yellow",
    CheckStanding.BROKEN: "yellow",
}


def to_be_pasted(result: Result, directories: Sequence[Path]) -> Result:
    """The same result with commands that can be typed as they stand."""
    if result.failure is None:
        return result

    def told(text: str) -> str:
        return pasted(text.replace("update NAME", f"update {result.variant}"), directories)

    failure = replace(result.failure, ran=told(result.failure.ran), cause=told(result.failure.cause))
    return replace(result, failure=failure)


def print_step(console: Console, result: Result) -> None:
    """One line for a step, and what there is to say of a failure below it."""
    mark, style = _MARKS[result.verdict]
    detail = f"unsupported: {result.detail}" if result.verdict is StepVerdict.UNSUPPORTED else result.detail
    line = Text.assemble((mark, style), " ", result.variant, " · ", (result.step, "bold"))
    if detail and result.failure is None:
        line.append_text(as_text(f"  {detail}", "dim"))
    console.print(line, soft_wrap=not console.is_terminal)
    if result.failure is not None:
        console.print(_as_table(result.failure))


def _as_table(failure: StepFailure) -> Padding:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name in ("ran", "expected", "came", "cause", "log"):
        if text := getattr(failure, name):
            table.add_row(name, as_text(text, "bold" if name == "cause" else ""))
    return Padding(table, (0, 0, 0, 4))


def summary(checked: Sequence[Checked]) -> Table:
    """Each variant and what its check comes to."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column()
    table.add_column(overflow="fold")
    for item in checked:
        table.add_row(item.variant, Text(item.standing, _STANDINGS[item.standing]), as_text(item.words))
    return table


def as_data(checked: Sequence[Checked]) -> list[dict[str, Any]]:
    """A check for other programs."""
    return [
        {
            "variant": item.variant,
            "standing": item.standing.value,
            "words": item.words,
            "steps": [
                {
                    "step": result.step,
                    "verdict": result.verdict.value,
                    "detail": result.detail,
                    "failure": asdict(result.failure) if result.failure else None,
                }
                for result in item.results
            ],
        }
        for item in checked
    ]
