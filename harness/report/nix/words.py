"""Figures of the Nix story as a person reads them, in cells and in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from harness.records.spelling import number
from harness.records.strategies import DERIVED, HANDWRITTEN
from harness.report import words
from harness.report.nix.model import Measure, NixFigure, NixRow, StrategyView
from harness.report.statistics.compare import Verdict

#: Verdicts in the order in which they are counted.
_VERDICTS = (Verdict.FASTER, Verdict.SLOWER, Verdict.TIE, Verdict.UNDECIDED)


def value(measure: Measure, figure: float | None) -> str:
    """A figure in the unit of its row."""
    if figure is None:
        return words.NONE
    say = {
        Measure.SECONDS: words.seconds,
        Measure.BYTES: words.size,
        Measure.FACTOR: words.factor,
        Measure.RATIO: words.ratio,
    }.get(measure, words.count)
    return say(figure)


def exact(measure: Measure, figure: NixFigure) -> str:
    """The bytes that a size was rounded from; empty for all else."""
    return f"{figure.value:,.0f} bytes" if measure is Measure.BYTES and figure.value is not None else ""


def one(row: NixRow, figure: NixFigure | None) -> str:
    """What one variant has to show: its figure, its answers, or why there is none."""
    if figure is None:
        return words.NONE
    if figure.parts:
        single = row.measure is Measure.ANSWER
        if not any(figure.parts.values()):
            return "nothing"
        return ", ".join(name if single else f"{count} {name}" for name, count in figure.parts.items())
    return value(row.measure, figure.value) if figure.value is not None else figure.missing or words.NONE


def across(row: NixRow, strategy: StrategyView) -> str:
    """All variants together: one figure where they agree, else from the least to the most; never blank."""
    known = row.known(strategy.name)
    if not known:
        missing = [item.missing for item in row.figures.get(strategy.name, ()) if item.missing]
        return "unsupported" if strategy.refused else missing[0] if missing else "not established"
    if row.measure in (Measure.TALLY, Measure.ANSWER):
        return _tallied(row, known)
    figures = sorted(item.value for item in known if item.value is not None)
    return words.between(value(row.measure, figures[0]), value(row.measure, figures[-1]))


def compared(row: NixRow, strategy: str) -> str:
    """The ratios of all variants and how many verdicts of each kind there are; empty where nothing is compared."""
    found = [item.comparison for item in row.known(strategy) if item.comparison is not None]
    ratios = sorted(item.ratio.median for item in found if item.ratio is not None)
    if not ratios:
        return ""
    counts = [(verdict.value, sum(item.verdict is verdict for item in found)) for verdict in _VERDICTS]
    told = ", ".join(f"{word} ({count})" for word, count in counts if count)
    if row.measure is Measure.RATIO:
        return told
    return f"{words.between(words.ratio(ratios[0]), words.ratio(ratios[-1]))}: {told}"


def differs(row: NixRow, strategies: Sequence[StrategyView]) -> bool:
    """Whether variants show anything that all of them together do not: different figures, or ratios."""
    return any(
        compared(row, strategy.name) or len({one(row, figure) for figure in row.known(strategy.name)}) > 1
        for strategy in strategies
    )


def filled(rows: Iterable[NixRow], strategies: Sequence[StrategyView]) -> list[StrategyView]:
    """The strategies that have anything to show in some row."""
    found = list(rows)
    return [strategy for strategy in strategies if any(row.known(strategy.name) for row in found)]


def _tallied(row: NixRow, known: Sequence[NixFigure]) -> str:
    names = dict.fromkeys(name for item in known for name in item.parts)
    if row.measure is Measure.ANSWER:
        return ", ".join(f"{name} ({sum(name in item.parts for item in known)})" for name in names)
    if not any(count for item in known for count in item.parts.values()):
        return "nothing"
    told = []
    for name in names:
        counts = [item.parts.get(name, 0) for item in known]
        told.append(f"{words.between(str(min(counts)), str(max(counts)))} {name}")
    return ", ".join(told)


def sentences(rows: Iterable[NixRow], strategies: Sequence[StrategyView]) -> Iterator[str]:
    """What can be said of other strategies against those written by hand; each sentence follows from one row."""
    by_name = {row.name: row for row in rows}
    hand = next((item for item in strategies if item.name == HANDWRITTEN), None)
    for other in strategies:
        if hand is not None and other is not hand:
            yield from _counts(by_name, hand, other)
            yield from _times(by_name, hand, other)


_COUNTED = {
    "configuration-lines": "a variant's Nix files have {} lines",
    "must-agree-by-hand": "the Nix files state {} facts again",
    "friction": "the changes take {} lines of Nix",
}


def _counts(rows: Mapping[str, NixRow], hand: StrategyView, other: StrategyView) -> Iterator[str]:
    for name, told in _COUNTED.items():
        row = rows.get(name)
        if row is not None and row.known(hand.name) and row.known(other.name):
            yield f"{_how(hand)}, {told.format(across(row, hand))}; {_how(other).lower()}, {across(row, other)}."
    row = rows.get("drift")
    if row is not None and row.known(hand.name) and row.known(other.name):
        slipped = []
        for strategy in (hand, other):
            counts = [item.parts.get("unnoticed", 0) for item in row.known(strategy.name)]
            slipped.append(words.between(str(min(counts)), str(max(counts))))
        of = max(sum(item.parts.values()) for item in row.known(hand.name))
        yield f"{_how(hand)}, {slipped[0]} of {of} disagreements go unnoticed; {_how(other).lower()}, {slipped[1]}."

    row = rows.get("rebuilt-library")
    if row is not None and row.known(hand.name) and row.known(other.name):
        own, others = across(row, hand), across(row, other)
        yield f"Built again after an edit of the library: {_how(hand).lower()}, {own}; {_how(other).lower()}, {others}."


def _times(rows: Mapping[str, NixRow], hand: StrategyView, other: StrategyView) -> Iterator[str]:
    for name in ("nix-eval", "nix-build", "nix-refresh"):
        row = rows.get(name)
        made = [item.comparison for item in row.known(other.name) if item.comparison] if row is not None else []
        if row is None or not any(item.ratio for item in made):
            continue
        verdicts = [item.verdict for item in made]
        counts = ", ".join(f"{word.value} for {verdicts.count(word)}" for word in _VERDICTS if word in verdicts)
        of = number(len(made), "variant")
        yield f"{row.title}, {_how(other).lower()} against {_how(hand).lower()}, of {of}: {counts}."


def _how(strategy: StrategyView) -> str:
    """A strategy as the beginning of a sentence; a library's name is not written in capitals where it has none."""
    return strategy.title if strategy.name in (HANDWRITTEN, DERIVED) else f"With {strategy.title}"


def detail(row: NixRow, strategy: StrategyView, variant: str) -> str:
    """One variant with one strategy on one line, with its ratio and verdict; never blank."""
    figure = row.of(strategy.name, variant)
    if figure is None or not figure.known:
        return "unsupported" if strategy.refused else figure.missing if figure and figure.missing else words.NONE
    made = figure.comparison
    if made is None or made.ratio is None:
        return one(row, figure)
    told = (
        made.verdict.value if row.measure is Measure.RATIO else f"{words.ratio(made.ratio.median)} {made.verdict.value}"
    )
    return f"{one(row, figure)} ({told})"
