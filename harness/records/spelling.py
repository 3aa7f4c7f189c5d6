"""How counts, sizes and durations are spelt wherever people read one: on the terminal, in errors, in the report."""

from __future__ import annotations

import math

from harness.records.format import Cell

_BYTES = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def number(count: int, noun: str, several: str = "") -> str:
    """A count with its noun: ``1 cell``, ``2,000 cells``; ``several`` is for one that takes no s."""
    return f"{count:,} {noun if count == 1 else several or noun + 's'}"


def digits(value: float) -> str:
    """A figure to three digits: ``0.0432``, ``1.23``, ``1,234``."""
    if value == 0:
        return "0"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(places, 6)}f}"


def size(count: float) -> str:
    """A number of bytes to three digits, in a binary unit that suits it: ``512 B``, ``62.9 MiB``."""
    for factor, unit in _BYTES:
        if abs(count) >= factor:
            return f"{digits(count / factor)} {unit}"
    return f"{count:.0f} B"


def duration(seconds: float) -> str:
    """Seconds as a person says them: ``45 s``, ``3 min 05 s``, ``2 h 10 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


_UNITS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


def describe(cell: Cell) -> str:
    """A cell in a few words."""
    details = [detail for detail in (cell.strategy, cell.shape) if detail and detail != "canonical"]
    how = f" ({', '.join(details)})" if details else ""
    return f"{cell.variant} · {cell.lane} · {cell.scenario}{how}"
