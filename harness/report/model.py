"""The view model: everything a report says, in its order, before anything is laid out.

Figures are unrounded; page, Markdown, table and terminal round them with the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from harness.records.facts import ChangeFacts, FindingFacts, HostFacts, Lane, Outcome, Tone, VariantFacts
from harness.records.format import RunInfo
from harness.report.anchors import anchored
from harness.report.compare.model import Compared
from harness.report.scale.model import ScaleView
from harness.report.shapes import NO_SHAPES, Shapes
from harness.report.statistics.compare import Comparison
from harness.report.statistics.frames import Frames
from harness.report.statistics.noise import Noise
from harness.report.statistics.statistics import Summary


@dataclass(frozen=True, kw_only=True)
class Row:
    """One variant in one scenario.

    ``summary`` is ``None`` without a successful sample, ``comparison`` is ``None`` for the reference itself.
    ``user_s``, ``system_s``, ``max_rss_bytes``, ``requests`` and ``bytes_downloaded`` are medians, and so is ``cores``,
    the processor's time divided by the clock's, which is known in the Nix lane. ``reason`` is the last one that a
    sample gave which is not ok. ``kind`` says of a lock what it covers, where a finding knows: times are held against
    each other within a kind alone.
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
    cores: float | None = None
    kind: str = ""

    @property
    def status(self) -> str:
        """How it went in a word: ``ok`` if any sample is, else the most frequent outcome, else ``not yet measured``."""
        if self.summary is not None:
            return Outcome.OK.value
        return max(self.outcomes, key=lambda key: self.outcomes[key]).value if self.outcomes else "not yet measured"


@dataclass(frozen=True, kw_only=True)
class SizeRow:
    """One kind of size by variant: medians in bytes (``unit`` is ``bytes``) or counts (empty).

    ``parts`` are what of a variant's size is certain distributions', by their names.
    """

    name: str
    unit: str
    scenario: str
    values: Mapping[str, float]
    parts: Mapping[str, Mapping[str, float]]


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
    shape: str
    provider: str
    strategy: str
    scenarios: tuple[ScenarioView, ...]
    sizes: tuple[SizeRow, ...]
    variants: tuple[str, ...]

    @property
    def refused(self) -> bool:
        """Whether there is nothing to show but why: all that was tried is unsupported."""
        rows = [row for scenario in self.scenarios for row in scenario.rows]
        return bool(rows) and all(set(row.outcomes) == {Outcome.UNSUPPORTED} for row in rows)

    def only(self, wanted: Callable[[str], bool]) -> Section:
        """The section with no other scenarios than those that are wanted."""
        return replace(
            self,
            scenarios=tuple(item for item in self.scenarios if wanted(item.name)),
            sizes=tuple(item for item in self.sizes if wanted(item.scenario)),
        )

    def scenario(self, name: str) -> ScenarioView | None:
        """A scenario by name, if the section has it."""
        return next((item for item in self.scenarios if item.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was found of one variant, last. ``wavers`` are the values that runs disagree on, none where they agree.

    Where it wavers, ``evidence`` has that of each value. ``unit`` is that of a count (``bytes``), and ``sizes`` are the
    parts it is the sum of. ``cure`` is what was typed instead and seen to help, empty where nothing was.
    """

    value: str
    tone: Tone
    meaning: str
    evidence: str
    wavers: tuple[str, ...] = ()
    unit: str = ""
    sizes: Mapping[str, int] = field(default_factory=dict)
    cure: str = ""

    @property
    def meaning_and_cure(self) -> str:
        """What the value means, and what was seen to help."""
        return f"{self.meaning} What helps: {self.cure}" if self.cure else self.meaning


@dataclass(frozen=True, kw_only=True)
class Question:
    """One finding in one lane and, where it depends on it, one Nix strategy, with each variant's answer.

    ``how`` is the strategy's title, empty where there is none. ``shape`` is that of the members it was asked of.
    """

    name: str
    lane: Lane
    facts: FindingFacts
    answers: Mapping[str, Answer]
    strategy: str | None = None
    how: str = ""
    shape: str = "canonical"

    @property
    def slug(self) -> str:
        """Its anchor on the page."""
        return anchored("finding", self.name, self.lane.value, self.strategy)

    @property
    def where(self) -> str:
        """What tells it apart from the same question elsewhere: the lane, if there are several, and the strategy."""
        return ", ".join(filter(None, (self.lane.value if len(self.facts.lanes) > 1 else "", self.how.lower())))


@dataclass(frozen=True, kw_only=True)
class QuestionGroup:
    """Questions that belong together."""

    slug: str
    title: str
    questions: tuple[Question, ...]

    @property
    def judged(self) -> bool:
        """Whether any of its questions has other answers than a count."""
        return any(question.facts.values for question in self.questions)

    def of(self, variant: str) -> tuple[Answer, ...]:
        """A variant's answers."""
        return tuple(item.answers[variant] for item in self.questions if variant in item.answers)


@dataclass(frozen=True, kw_only=True)
class Effort:
    """A change made in one way: what was counted of it, by measure, and the figures of the timed scenario."""

    measures: Mapping[str, Answer]
    time: Row | None


@dataclass(frozen=True, kw_only=True)
class ChangeRow:
    """One variant making one change: in the local lane, and what comes on top with each Nix strategy."""

    variant: str
    local: Effort
    nix: Mapping[str, Effort]


@dataclass(frozen=True, kw_only=True)
class ChangeView:
    """One standard change, with a row for each variant; ``strategies`` are the titles of those it was made with.

    ``shape`` is that of the members it was made with.
    """

    name: str
    facts: ChangeFacts
    rows: tuple[ChangeRow, ...]
    strategies: Mapping[str, str]
    shape: str = "canonical"

    @property
    def slug(self) -> str:
        """Its anchor on the page."""
        return anchored("change", self.name)

    def row(self, variant: str) -> ChangeRow | None:
        """The row of a variant, if it has one."""
        return next((row for row in self.rows if row.variant == variant), None)


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
class Report:
    """What was measured by runs that go together: one run, or several that measured the same on the same machines.

    ``samples`` and ``planned`` count executions; ``outcomes`` count samples. ``hidden_failures`` counts those beyond
    what is shown. ``history`` are runs that all else leaves aside, as something else was measured, and ``past`` are
    their samples. ``compared`` holds the run against another one, where that was asked for. ``aside`` are variants of
    which nothing was measured, as they are broken or unavailable. ``footnotes`` are for who looks closely. All of it is
    about the primary one of ``shapes`` alone, but for ``scale``, and what stands for the exports: the sections of
    ``further`` shapes, and questions asked ``elsewhere``.
    """

    runs: tuple[RunInfo, ...]
    host: HostFacts
    reference: str
    variants: Mapping[str, VariantFacts]
    sections: tuple[Section, ...]
    questions: tuple[QuestionGroup, ...]
    changes: tuple[ChangeView, ...]
    failures: tuple[Failure, ...]
    hidden_failures: int
    noise: tuple[Noise, ...]
    notes: tuple[str, ...]
    frames: Frames = field(repr=False, compare=False)
    samples: int
    planned: int
    blocks: int
    outcomes: Mapping[Outcome, int]
    footnotes: tuple[str, ...] = ()
    logs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    history: tuple[RunInfo, ...] = ()
    past: Frames | None = field(default=None, repr=False, compare=False)
    compared: Compared | None = None
    aside: Mapping[str, VariantFacts] = field(default_factory=dict)
    shapes: Shapes = NO_SHAPES
    scale: ScaleView | None = None
    further: tuple[Section, ...] = ()
    elsewhere: tuple[Question, ...] = ()

    @property
    def nix_unavailable(self) -> str:
        """The reason for a Nix lane that could not run, empty where it could."""
        return next((run.nix_unavailable for run in reversed(self.runs) if run.nix_unavailable), "")
