"""The view model of what tells Nix strategies apart. Figures are unrounded; every writer rounds them alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from harness.report.statistics.compare import Comparison


class Measure(StrEnum):
    """What the figures of a row are: a closed set."""

    COUNT = "count"
    SECONDS = "seconds"
    BYTES = "bytes"
    FACTOR = "factor"
    RATIO = "ratio"
    TALLY = "tally"
    ANSWER = "answer"


@dataclass(frozen=True, kw_only=True)
class NixFigure:
    """One variant with one strategy.

    ``value`` is ``None`` where there is none, and then ``missing`` says why in a word; it is also ``None`` where the
    figure is an answer or a tally of several: ``parts`` says how often each was given. ``comparison`` is with what the
    row says it is against. ``anchor`` is where the proof stands, empty where the page has none.
    """

    variant: str
    value: float | None = None
    parts: Mapping[str, int] = field(default_factory=dict)
    missing: str = ""
    comparison: Comparison | None = None
    anchor: str = ""

    @property
    def known(self) -> bool:
        """Whether there is anything to show."""
        return self.value is not None or bool(self.parts)


@dataclass(frozen=True, kw_only=True)
class NixRow:
    """One thing that is counted or measured, by strategy and variant.

    ``against`` says what a comparison is with, empty where nothing is compared.
    """

    name: str
    title: str
    explain: str
    measure: Measure
    figures: Mapping[str, tuple[NixFigure, ...]]
    against: str = ""

    def known(self, strategy: str) -> tuple[NixFigure, ...]:
        """What there is to show of a strategy."""
        return tuple(figure for figure in self.figures.get(strategy, ()) if figure.known)

    def of(self, strategy: str, variant: str) -> NixFigure | None:
        """One variant's figure."""
        return next((item for item in self.figures.get(strategy, ()) if item.variant == variant), None)

    @property
    def variants(self) -> tuple[str, ...]:
        """Every variant that has anything to show."""
        return tuple(dict.fromkeys(item.variant for figures in self.figures.values() for item in figures if item.known))


@dataclass(frozen=True, kw_only=True)
class StrategyView:
    """A column: a way of describing members to Nix.

    ``variants`` are those that offer it. ``refused`` is the reason why nothing was built with it, empty where something
    was, or has yet to be.
    """

    name: str
    title: str
    what: str
    files: tuple[str, ...]
    variants: tuple[str, ...]
    refused: str


@dataclass(frozen=True, kw_only=True)
class PathSize:
    """One path of a closure: its name without the hash, and its bytes."""

    name: str
    size: int


@dataclass(frozen=True, kw_only=True)
class ClosureView:
    """A closure, path by path, the largest first.

    ``shared`` is what has the same name and size with every variant, ``added`` what each has besides.
    ``strategies`` are the titles of those with which it is just this, none where it depends on no strategy.
    """

    slug: str
    title: str
    question: str
    strategies: tuple[str, ...]
    shared: tuple[PathSize, ...]
    added: Mapping[str, tuple[PathSize, ...]]
    missing: Mapping[str, str]

    @property
    def shared_bytes(self) -> int:
        """The shared part."""
        return sum(path.size for path in self.shared)

    def added_bytes(self, variant: str) -> int:
        """What a variant adds."""
        return sum(path.size for path in self.added[variant])


@dataclass(frozen=True, kw_only=True)
class NixTable:
    """Rows that belong together, under a heading of their own."""

    slug: str
    title: str
    explain: str
    rows: tuple[NixRow, ...]


@dataclass(frozen=True, kw_only=True)
class NixStory:
    """Strategies side by side, for one provider and shape. ``sentences`` follow from the rows by rule."""

    slug: str
    provider: str
    shape: str
    strategies: tuple[StrategyView, ...]
    sentences: tuple[str, ...]
    tables: tuple[NixTable, ...]
    closures: tuple[ClosureView, ...]
