"""How a count is spelt wherever people read one: on the terminal, in errors, in the report."""

from __future__ import annotations


def number(count: int, noun: str, several: str = "") -> str:
    """A count with its noun: ``1 cell``, ``2,000 cells``; ``several`` is for one that takes no s."""
    return f"{count:,} {noun if count == 1 else several or noun + 's'}"
