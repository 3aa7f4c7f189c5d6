"""The view model of the one report: everything that is said, in its order, before anything is laid out.

Made from several runs of different kinds (canonical, scale, build backends alone …). Figures are unrounded; page,
Markdown, README and terminal round them with the same functions. Nothing here is HTML, and no sentence about a tool is
written by hand: each follows by rule from what was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from harness.records.facts import DocumentedFacts, Environment, Lane, Tone
from harness.report.compare.model import Compared


class RunKind(StrEnum):
    """What a run in view is about: a closed set."""

    CANONICAL = "canonical"
    SERVICE = "service"
    REPOSITORY = "repository"
    SCALE = "scale"
    BACKENDS = "backends"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where figures are from: a run, or several that measured the same, on one machine.

    ``title`` names it in running text ("the run of 22 variants"). ``limit_s`` is how long a command was let run.
    """

    slug: str
    kind: RunKind
    title: str
    run_ids: tuple[str, ...]
    contestants: int
    rounds: int
    samples: int
    machine: str
    date: str
    limit_s: float
    reference: str


class Standing(StrEnum):
    """How a figure or an answer bears on the choice: a closed set, each with a sign so that colour is not needed."""

    BEST = "best"
    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"
    FAILED = "failed"
    NEUTRAL = "neutral"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One thing known of one contestant: a figure or an answer.

    ``value`` is seconds, bytes, a count or a ratio as ``unit`` says (``s``, ``bytes``, ``count``, ``ratio``), ``None``
    where ``word`` stands in its place: an answer ("ships the edit"), or why there is none ("not measured in these
    runs", "hit the 3-minute limit"). ``low`` and ``high`` are the 95% interval. ``verdict`` is against the source's
    reference: ``faster``, ``slower``, ``same``, ``undecided`` or empty. ``meaning`` is a sentence for a tooltip.
    ``source`` is a slug of :class:`Source`, ``proof`` the anchor of the evidence (see :class:`Proof`), both may be
    empty.
    """

    value: float | None = None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    word: str = ""
    meaning: str = ""
    verdict: str = ""
    standing: Standing = Standing.NEUTRAL
    rounds: int = 0
    source: str = ""
    proof: str = ""


@dataclass(frozen=True, kw_only=True)
class Pick:
    """The answer to one situation, in a line.

    ``winners`` is one name, several where there is no clear winner, empty where no contestant fits or nothing was
    measured: then ``why`` says which. ``key`` is the first winner's figure in the primary measure, ``price`` what one
    takes with it, in a few words ("ships old code from its cache unless told"), empty where there is nothing.
    """

    slug: str
    title: str
    measure: str
    winners: tuple[str, ...]
    key: Figure | None
    price: str
    why: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Staying:
    """For who stays with a tool: its best idiom, what that gains over its worst, and what it still lacks."""

    tool: str
    best: str
    gains: str
    lacks: str


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar of the chart on the first screen."""

    name: str
    figure: Figure


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the table: what is measured, in which unit, and what it is from.

    ``missing`` is the sentence where no run in view has it ("not measured in these runs").
    """

    slug: str
    title: str
    what: str
    unit: str
    source: str
    missing: str = ""


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """One variant in the table. ``recommended`` says that it is its tool's recommended idiom (``note`` says else)."""

    variant: str
    tool: str
    recommended: bool
    note: str
    cells: Mapping[str, Figure]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Screen 2: rows by tool, the recommended idiom of each first, its further variants right behind it."""

    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    reference: str


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a contestant is excluded from a situation, or what its price is: what was asked, answer, meaning, proof."""

    title: str
    word: str
    meaning: str
    proof: str


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One contestant in one situation: fits (no ``excluded``), with its prices, and its primary figure."""

    variant: str
    figure: Figure
    excluded: tuple[Reason, ...]
    prices: tuple[Reason, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SituationInFull:
    """A situation with its rule and every contestant, the best first, the excluded last.

    ``rule`` says the primary measure, what excludes, what counts as a price if anything does, and how a tie is said.
    """

    slug: str
    title: str
    what: str
    rule: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    missing: str


@dataclass(frozen=True, kw_only=True)
class Grown:
    """One contestant's figures at one size; ``limit`` says that it hit the limit there."""

    members: int
    figure: Figure
    limit: bool


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One contestant's times by number of members; ``grows`` is the power of that number they go with, and a word."""

    variant: str
    points: tuple[Grown, ...]
    grows: Figure


@dataclass(frozen=True, kw_only=True)
class GrowthPanel:
    """One scenario as members are added."""

    slug: str
    title: str
    lane: Lane
    curves: tuple[Curve, ...]
    told: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A plain table of figures: contestants by columns, for sections such as Nix, backends, changes, containers.

    ``told`` are the sentences above it that follow from it by rule; ``missing`` stands in place of the rows where no
    run in view has them.
    """

    slug: str
    title: str
    what: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    told: tuple[str, ...] = ()
    missing: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A finding as "what breaks": the question, how it was tried, and who answered what (variants by answer).

    ``proof`` by variant is the anchor of its evidence. Questions that all answer alike have one answer.
    """

    slug: str
    title: str
    question: str
    experiment: str
    lane: Lane
    group: str
    answers: tuple[GivenAnswer, ...]


@dataclass(frozen=True, kw_only=True)
class GivenAnswer:
    """One answer to a question, and who gave it."""

    word: str
    meaning: str
    tone: Tone
    variants: tuple[str, ...]
    proof: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Toolchain:
    """One variant's own part: its files and commands, and the surprises that differ from others'.

    ``files`` are name and address-free path; their texts are in the proofs. ``commands`` are by scenario's title.
    ``documented`` is the page that shows the idiom and when it was read, if that is known, ``environment_of`` whom
    installing makes an environment for.
    """

    variant: str
    tool: str
    title: str
    summary: str
    versions: Mapping[str, str]
    documented: DocumentedFacts | None
    environment_of: Environment | None
    commands: Mapping[str, tuple[str, ...]]
    files: tuple[str, ...]
    surprises: tuple[Reason, ...]
    unsupported: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Evidence behind a click: ``anchor`` is named by figures, ``bundle`` is the file ``proofs/BUNDLE.js`` it is in."""

    anchor: str
    bundle: str
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Measures:
    """Behind a click: every measure, and the samples and commands of a contestant; loaded from ``proofs``."""

    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, kw_only=True)
class View:
    """All that the one report says.

    ``question`` is the question, ``done`` what was done in a sentence, ``limits`` one line of limits for the first
    screen; ``members`` whose members they are, where not the canonical ones; ``alerts`` what a reader has to know
    first (a run still going on, a machine too noisy), often nothing. ``howto`` are the eight lines for
    first-time visitors, ``caveat`` the line above the table. ``bars`` are warm installs, one bar a tool in its
    recommended idiom. ``method``, ``noise``, ``machine`` and ``all_limits`` stand last. ``breaks`` are the findings,
    those that tell contestants apart first. ``compared`` holds the newest run against another one, where that was
    asked for.
    """

    question: str
    done: str
    limits: str
    members: tuple[str, ...]
    alerts: tuple[str, ...]
    sources: tuple[Source, ...]
    picks: tuple[Pick, ...]
    bars: tuple[Bar, ...]
    bars_title: str
    growth: tuple[GrowthPanel, ...]
    growth_missing: str
    staying: tuple[Staying, ...]
    howto: tuple[str, ...]
    caveat: str
    table: Table
    situations: tuple[SituationInFull, ...]
    container: Grid
    nix: tuple[Grid, ...]
    backends: tuple[Grid, ...]
    changes: tuple[Grid, ...]
    breaks: tuple[Question, ...]
    toolchains: tuple[Toolchain, ...]
    measures: Measures
    failures: tuple[Reason, ...]
    method: tuple[str, ...]
    noise: tuple[str, ...]
    machine: tuple[tuple[str, str], ...]
    all_limits: tuple[str, ...]
    proofs: tuple[Proof, ...]
    compared: Compared | None = None
