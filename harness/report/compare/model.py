"""The view model of one run against another: everything a comparison says, unrounded, before it is laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from harness.records.facts import Lane, Tone
from harness.records.format import RunStatus
from harness.report.statistics.across import Change, Doubt, Held


class Basis(StrEnum):
    """What cells are judged by: seconds, or the ratio to the reference inside each block."""

    SECONDS = "seconds"
    RATIO = "ratio"


class Machine(StrEnum):
    """What is known of the machine in two runs: a closed set.

    ``SAME`` was shown, ``CHANGED`` was shown, ``OPEN`` is neither, ``UNKNOWN`` could not be looked at, and ``OTHER``
    are two machines.
    """

    SAME = "same"
    CHANGED = "changed"
    OPEN = "open"
    UNKNOWN = "unknown"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two runs. ``name`` tells it from the other: its id or, where both have the same, with its time."""

    name: str
    run_id: str
    started_at: str
    status: RunStatus
    host_id: str
    blocks: int
    samples: int


@dataclass(frozen=True, kw_only=True)
class Control:
    """Something that no tool bears on, timed in both runs: where it differs, it was the machine."""

    name: str
    held: Held


@dataclass(frozen=True, kw_only=True)
class CellChange:
    """A cell with figures in both runs. ``cell`` names all of it, ``scenario`` all but variant and lane.

    ``held`` is in the unit of the basis; ``base_s`` and ``new_s`` are median seconds in any case.
    """

    cell: str
    variant: str
    lane: Lane
    scenario: str
    held: Held
    base_s: float
    new_s: float


@dataclass(frozen=True, kw_only=True)
class OutcomeChange:
    """A cell that both runs measured and that ended in other ways in one than in the other.

    ``before`` and ``after`` count the outcomes in words. ``lost`` says that it was ok and never is any more; ``reason``
    is the last one that the new run gave.
    """

    cell: str
    before: str
    after: str
    lost: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """An answer in one run: its value and tone, the tone's sign, and the value as it is read."""

    value: str
    tone: Tone
    sign: str
    text: str


@dataclass(frozen=True, kw_only=True)
class FindingChange:
    """A finding of a variant whose value changed.

    ``where`` is the lane and the strategy, where they matter. ``hazard`` says that it is one now and was none.
    ``redefined`` says that the experiment is another one, so that the two answers are to different questions.
    """

    finding: str
    title: str
    variant: str
    lane: Lane
    strategy: str | None
    where: str
    before: Told
    after: Told
    hazard: bool
    redefined: bool


@dataclass(frozen=True, kw_only=True)
class SizeChange:
    """A size of a cell that changed: medians, in bytes (``unit`` is ``bytes``) or a count (empty)."""

    cell: str
    name: str
    unit: str
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class VersionChange:
    """A version, or a variant's files, that differ. ``of`` is the variant, empty for what all of them share.

    ``before`` and ``after`` are empty where the run has none.
    """

    of: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Two runs, held against each other.

    ``counts`` says in words how many cells came out how, ``opening`` what a reader has to know before the figures, and
    ``doubts`` why cells are undecided. ``cells`` are those with figures in both runs, without the reference's where
    they are the measure. ``without_figures`` counts cells that both runs measured and one has no successful sample of.
    ``only_base`` and ``only_new`` name cells measured in one run alone. ``sizes_held`` counts sizes that both runs
    have, ``sizes_wavering`` those of them that differ by no more than they do inside a run; ``answers_held`` counts
    answers that both have, ``answers_base`` and ``answers_new`` those that one has alone.
    """

    base: Side
    new: Side
    reference: str
    basis: Basis
    machine: Machine
    counts: str
    opening: tuple[str, ...]
    doubts: tuple[str, ...]
    controls: tuple[Control, ...]
    cells: tuple[CellChange, ...]
    without_figures: int
    only_base: tuple[str, ...]
    only_new: tuple[str, ...]
    outcomes: tuple[OutcomeChange, ...]
    findings: tuple[FindingChange, ...]
    sizes: tuple[SizeChange, ...]
    versions: tuple[VersionChange, ...]
    sizes_held: int
    sizes_wavering: int
    answers_held: int
    answers_base: int
    answers_new: int

    @property
    def changed(self) -> tuple[CellChange, ...]:
        """The cells that a change was shown of: slower ones first, the largest change at the top of each."""
        found = [(item.held.ratio.median, item) for item in self.cells if item.held.verdict.changed and item.held.ratio]
        return tuple(item for ratio, item in sorted(found, key=lambda pair: -pair[0] if pair[0] > 1 else pair[0]))

    @property
    def rest(self) -> tuple[CellChange, ...]:
        """All other cells."""
        return tuple(item for item in self.cells if not item.held.verdict.changed)

    @property
    def tally(self) -> Mapping[Change, int]:
        """How many cells came out how."""
        return {verdict: sum(item.held.verdict is verdict for item in self.cells) for verdict in Change}

    @property
    def by_doubt(self) -> Mapping[Doubt, tuple[CellChange, ...]]:
        """The undecided cells by why they are."""
        return {
            doubt: found for doubt in Doubt if (found := tuple(item for item in self.cells if item.held.doubt is doubt))
        }
