"""The view model: everything a report says, in its order, before anything is laid out.

Figures are unrounded; page, Markdown, table and terminal round them with the same functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.analysis.compare import Comparison
from harness.analysis.noise import Noise
from harness.analysis.statistics import Summary
from harness.records import HostFacts, Lane, Outcome, RunInfo, VariantFacts


@dataclass(frozen=True, kw_only=True)
class Row:
    """One variant in one scenario.

    ``summary`` is ``None`` without a successful sample, ``comparison`` is ``None`` for the reference itself.
    ``user_s``, ``system_s``, ``max_rss_bytes``, ``requests`` and ``bytes_downloaded`` are medians. ``reason`` is the
    last one that a sample gave which is not ok.
    """

    variant: str
    is_reference: bool
    summary: Summary | None
    comparison: Comparison | None
    outcomes: Mapping[Outcome, int]
    reason: str
    user_s: float | None
    system_s: float | None
    max_rss_bytes: float | None
    requests: float | None
    bytes_downloaded: float | None

    @property
    def status(self) -> str:
        """How it went in a word: ``ok`` if any sample is, else the most frequent outcome, else ``not yet measured``."""
        if self.summary is not None:
            return Outcome.OK.value
        return max(self.outcomes, key=lambda key: self.outcomes[key]).value if self.outcomes else "not yet measured"


@dataclass(frozen=True, kw_only=True)
class SizeRow:
    """One kind of size by variant: medians in bytes (``unit`` is ``bytes``) or counts (empty)."""

    name: str
    unit: str
    scenario: str
    values: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class ScenarioView:
    """One scenario of one section: its words, its rows, its groups of ties and what was run.

    ``trusted`` is false where the reference differed from itself, so that no verdict is given.
    """

    name: str
    title: str
    before: str
    measured: str
    verified: str
    rows: tuple[Row, ...]
    groups: tuple[tuple[str, ...], ...]
    commands: Mapping[str, tuple[tuple[str, ...], ...]]
    trusted: bool = True

    def row(self, variant: str) -> Row | None:
        """The row of a variant, if it has one."""
        return next((row for row in self.rows if row.variant == variant), None)


@dataclass(frozen=True, kw_only=True)
class Section:
    """Figures that may be held against each other: one lane, one shape and, for Nix, one provider and strategy."""

    slug: str
    title: str
    note: str
    lane: Lane
    scenarios: tuple[ScenarioView, ...]
    sizes: tuple[SizeRow, ...]
    variants: tuple[str, ...]

    def scenario(self, name: str) -> ScenarioView | None:
        """A scenario by name, if the section has it."""
        return next((item for item in self.scenarios if item.name == name), None)


@dataclass(frozen=True, kw_only=True)
class HeadlineColumn:
    """One scenario at the top of the page."""

    section: Section
    scenario: ScenarioView


@dataclass(frozen=True, kw_only=True)
class FindingCell:
    """What was found of one variant in one lane."""

    value: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class FindingTable:
    """One kind of finding: by variant, by lane."""

    name: str
    title: str
    explanation: str
    lanes: tuple[Lane, ...]
    cells: Mapping[str, Mapping[Lane, FindingCell]]


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Samples of one cell that ended alike. ``tail`` is the end of the last one's log, empty if there is none."""

    cell: str
    outcome: Outcome
    reason: str
    count: int
    blocks: tuple[int, ...]
    run_id: str
    log_path: str
    tail: str = ""


@dataclass(frozen=True, kw_only=True)
class Unsupported:
    """A cell that a variant or the machine cannot do, and why."""

    cell: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """All of a report.

    ``samples`` and ``planned`` count executions; ``outcomes`` count samples. ``hidden_failures`` counts those beyond
    what is shown. ``nix_unavailable`` is the reason for a Nix lane that could not run, empty where it could.
    """

    runs: tuple[RunInfo, ...]
    host: HostFacts
    reference: str
    variants: Mapping[str, VariantFacts]
    headline: tuple[HeadlineColumn, ...]
    sections: tuple[Section, ...]
    friction: tuple[FindingTable, ...]
    findings: tuple[FindingTable, ...]
    failures: tuple[Failure, ...]
    hidden_failures: int
    unsupported: tuple[Unsupported, ...]
    noise: tuple[Noise, ...]
    notes: tuple[str, ...]
    nix_unavailable: str
    samples: int
    planned: int
    blocks: int
    outcomes: Mapping[Outcome, int]
