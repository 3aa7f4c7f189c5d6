"""The view model of many runs: each cell's figures in each of them, what changed in between, and what stands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from harness.analysis.history import Point, Shift
from harness.reporting.anchors import anchored


@dataclass(frozen=True, kw_only=True)
class TrendRun:
    """One run. ``pooled`` says whether the report's other figures are of it too, or it is history alone.

    ``changes`` are what changed against the run before: each with the variant it is of, or empty for the machine and
    the harness.
    """

    run_id: str
    began: datetime
    pooled: bool
    changes: tuple[tuple[str, str], ...]

    @property
    def when(self) -> str:
        """When it began, to the minute, in UTC."""
        return self.began.strftime("%Y-%m-%d %H:%M")


@dataclass(frozen=True, kw_only=True)
class TrendPoint:
    """One run in a series. ``changes`` are those of its variant since the point before; ``shift`` begins here."""

    run: TrendRun
    figures: Point
    changes: tuple[str, ...]
    shift: Shift | None


@dataclass(frozen=True, kw_only=True)
class Series:
    """One variant in one scenario, from old to new; ``level`` is the median of its ratios, ``None`` without any."""

    variant: str
    points: tuple[TrendPoint, ...]
    level: float | None

    def at(self, run: TrendRun) -> TrendPoint | None:
        """Its point in a run, if it has one."""
        return next((point for point in self.points if point.run is run), None)


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One scenario of one section over time. ``shown`` says whether page and Markdown have it, or the table alone.

    ``listed`` are the runs that its short table has a row for, from new to old.
    """

    section: str
    title: str
    scenario: str
    series: tuple[Series, ...]
    listed: tuple[TrendRun, ...]
    shown: bool

    @property
    def slug(self) -> str:
        """Its anchor on the page."""
        return anchored("trend", self.section, self.scenario)


@dataclass(frozen=True, kw_only=True)
class Trends:
    """At least two runs over time, from old to new.

    ``shifts`` are sentences, the newest first, and ``current`` are those of them about runs that still stand apart.
    ``more_shifts`` counts those beyond the ones that are told.
    ``versions`` are the runs before which something changed, the newest first, ``hidden`` how many more there are.
    ``method`` says how shifts are found and how many runs were looked at.
    """

    reference: str
    runs: tuple[TrendRun, ...]
    panels: tuple[Panel, ...]
    shifts: tuple[str, ...]
    current: tuple[str, ...]
    more_shifts: int
    versions: tuple[TrendRun, ...]
    hidden: int
    method: str

    @property
    def shown(self) -> Mapping[str, tuple[Panel, ...]]:
        """The panels that page and Markdown have, by the title of their section."""
        found: dict[str, tuple[Panel, ...]] = {}
        for panel in self.panels:
            if panel.shown:
                found[panel.title] = (*found.get(panel.title, ()), panel)
        return found
