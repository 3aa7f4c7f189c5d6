"""The view model of the overview: variants by questions, each question a few measures. Figures are unrounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from harness.records.facts import Lane


class Grade(StrEnum):
    """How a cell bears on its question: a closed set.

    ``BETTER``, ``SAME`` and ``WORSE`` are against the reference; ``UNDECIDED`` is a time that nothing can be said of;
    ``WELCOME``, ``CARE`` and ``HAZARD`` are the tones of findings, ``PLAIN`` is a finding with none of these;
    ``FAILED`` is what has no figure and no answer although it was tried, ``ABSENT`` what was not tried or cannot be.
    """

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    UNDECIDED = "undecided"
    REFERENCE = "reference"
    WELCOME = "welcome"
    CARE = "care"
    HAZARD = "hazard"
    PLAIN = "plain"
    FAILED = "failed"
    ABSENT = "absent"


class Kind(StrEnum):
    """What a measure is: a closed set. All but answers are figures of which less is better."""

    TIME = "time"
    SIZE = "size"
    COUNT = "count"
    ANSWER = "answer"


#: How grades are counted for a whole question: in favour, neither, against.
IN_FAVOUR = frozenset({Grade.BETTER, Grade.WELCOME})
AGAINST = frozenset({Grade.WORSE, Grade.HAZARD, Grade.FAILED})
NEITHER = frozenset({Grade.SAME, Grade.REFERENCE, Grade.CARE, Grade.PLAIN, Grade.UNDECIDED})


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One variant in one measure.

    ``value`` is seconds, bytes or a count, ``None`` for an answer and where there is none; ``word`` is the answer or
    the outcome that stands in its place, and ``meaning`` what an answer means, as a sentence. ``ratio`` is to the
    reference: for times the median over blocks, for sizes and counts the quotient. ``failures`` counts samples that
    are not ok. ``group`` is the place of the group of ties that a time stands in, from fast to slow, ``None`` where
    there is no telling. ``anchor`` is where its proof stands on the page.
    """

    grade: Grade
    value: float | None = None
    word: str = ""
    meaning: str = ""
    ratio: float | None = None
    failures: int = 0
    group: int | None = None
    anchor: str = ""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A row: one thing that is measured, counted or answered, with each variant's tile.

    ``name`` is that of the scenario, size or finding, or a change's with what is counted of it behind a dot.
    ``where`` tells it apart from the same elsewhere (the Nix strategy). ``scenario`` and ``section`` are the slugs of
    what was timed, empty for all else. ``better`` says in words what is better.
    """

    slug: str
    name: str
    lane: Lane
    title: str
    where: str
    kind: Kind
    better: str
    cells: Mapping[str, Tile]
    section: str = ""
    scenario: str = ""

    @property
    def varies(self) -> bool:
        """Whether variants differ: figures are told apart by their grades, since small differences are none."""
        if self.kind is Kind.ANSWER:
            return len({tile.word for tile in self.cells.values()}) > 1
        return bool({tile.grade for tile in self.cells.values()} & {Grade.BETTER, Grade.WORSE, Grade.FAILED})


@dataclass(frozen=True, kw_only=True)
class Score:
    """How a variant's cells of one question fall: in favour, neither, against; cells that are absent count nowhere."""

    in_favour: int
    neither: int
    against: int


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A question of the overview, such as speed, with its measures."""

    slug: str
    title: str
    explain: str
    measures: tuple[Measure, ...]

    def score(self, variant: str) -> Score:
        """The variant's cells, counted. No weights: which measure matters is the reader's to say."""
        found = Counter(item.cells[variant].grade for item in self.measures if variant in item.cells)
        return Score(
            in_favour=sum(found[grade] for grade in IN_FAVOUR),
            neither=sum(found[grade] for grade in NEITHER),
            against=sum(found[grade] for grade in AGAINST),
        )


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Variants by questions. ``variants`` are in the order of the report, ``reference`` is the one held against."""

    reference: str
    variants: tuple[str, ...]
    questions: tuple[Topic, ...]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All rows, in their order."""
        return tuple(item for topic in self.questions for item in topic.measures)

    def named(self, name: str, lane: Lane) -> tuple[Measure, ...]:
        """The rows of a name in a lane: one, or one for each strategy, none where it was not established."""
        return tuple(item for item in self.measures if item.name == name and item.lane is lane)
