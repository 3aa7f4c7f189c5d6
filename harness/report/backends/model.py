"""The view model of a report of backends: what it says besides what every report says. Unrounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.report.model import Answer, Report, Row
from harness.report.statistics.compare import Comparison
from harness.report.statistics.statistics import Interval


@dataclass(frozen=True, kw_only=True)
class Extra:
    """How much longer one thing takes than another, in seconds: the median over blocks that have both.

    ``interval`` is a point where there is one block. ``comparison`` is the verdict of the first against the second.
    """

    interval: Interval
    blocks: int
    comparison: Comparison


@dataclass(frozen=True, kw_only=True)
class Growth:
    """How a hook's time grows with the number of files, for one backend.

    ``rows`` are by number of files. ``per_file_s`` is what each file more costs between the fewest and the most,
    ``exponent`` the slope of the logarithms from the second largest number to the largest; nothing where there are
    too few.
    """

    backend: str
    rows: Mapping[int, Row]
    per_file_s: float | None
    exponent: Interval | None


@dataclass(frozen=True, kw_only=True)
class HookGrowth:
    """One hook in all backends, by number of files."""

    scenario: str
    title: str
    lines: tuple[Growth, ...]


@dataclass(frozen=True, kw_only=True)
class FrontEnd:
    """One front end with one backend: its time, what it adds to the wheel hook, and what isolation adds to that.

    ``past`` is true where the front end does the backend's work in its own process, past PEP 517.
    """

    row: Row
    added: Extra | None
    isolated: Row | None
    isolation: Extra | None
    past: bool


@dataclass(frozen=True, kw_only=True)
class FrontEndTable:
    """All front ends with all backends, for one number of files; ``titles`` are by scenario, ``hook`` by backend."""

    files: int
    titles: Mapping[str, str]
    hook: Mapping[str, Row]
    cells: Mapping[str, Mapping[str, FrontEnd]]


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """What a front end takes in its own process and the standard way, and how much less that is."""

    backend: str
    files: int
    inside: Row
    standard: Row
    saved: Extra | None


@dataclass(frozen=True, kw_only=True)
class Editable:
    """One backend's editable install of a package in one layout: its mode, and what it costs to start and to import.

    ``start`` and ``load`` are how much longer it takes than with the wheel installed. A sample is so many ``starts``.
    """

    backend: str
    layout: str
    files: int
    starts: int
    mode: Answer | None
    started: Row | None
    start: Extra | None
    imported: Row | None
    load: Extra | None


@dataclass(frozen=True, kw_only=True)
class BackendReport:
    """All of a report of backends. ``base`` has what every report has: sections, findings, noise, failures."""

    base: Report
    files: tuple[int, ...]
    growth: tuple[HookGrowth, ...]
    front_ends: tuple[FrontEndTable, ...]
    shortcuts: tuple[Shortcut, ...]
    editables: tuple[Editable, ...]
