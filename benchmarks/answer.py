"""What a benchmark answers: rows of a table, for the terminal and for a README."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rich.table import Table
from rich.text import Text


class Row(Protocol):
    """One line of a table."""

    def cells(self) -> Mapping[str, str]:
        """The heading of each column with what stands below it; the same headings in each row."""
        ...


@dataclass(frozen=True, kw_only=True)
class Answer:
    """``title`` is the question in a few words, ``remarks`` are sentences to be read with the rows."""

    title: str
    rows: Sequence[Row]
    remarks: Sequence[str] = ()


def terminal(answer: Answer) -> Table:
    """The answer as a table for the terminal, its remarks below."""
    table = Table(title=Text(answer.title, style="bold"), title_justify="left", box=None, pad_edge=False)
    table.caption = Text("\n".join(answer.remarks)) if answer.remarks else None
    table.caption_justify = "left"
    rows = [row.cells() for row in answer.rows]
    for place, heading in enumerate(rows[0] if rows else ()):
        table.add_column(Text(heading), justify="right" if place else "left")
    for row in rows:
        table.add_row(*map(Text, row.values()))
    return table


def markdown(answer: Answer) -> str:
    """The answer as a section of ``benchmarks/README.md``."""
    parts = [f"## {answer.title}", ""]
    rows = [row.cells() for row in answer.rows]
    if rows:
        parts += [_line(list(rows[0])), "|---" + "|---:" * (len(rows[0]) - 1) + "|"]
        parts += [*(_line(list(row.values())) for row in rows), ""]
    for remark in answer.remarks:
        parts += [remark, ""]
    return "\n".join(parts)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
