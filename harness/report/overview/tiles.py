"""Cells of the overview as a person reads them: signs and figures that say the same without colour."""

from __future__ import annotations

from harness.report import words
from harness.report.overview.model import Grade, Kind, Measure, Score, Tile

#: One sign for each grade; the words of the legend stand beside them.
SIGNS = {
    Grade.BETTER: "▲",
    Grade.SAME: "=",
    Grade.WORSE: "▼",
    Grade.UNDECIDED: "?",
    Grade.REFERENCE: "●",
    Grade.WELCOME: "✓",
    Grade.CARE: "~",
    Grade.HAZARD: "✗",
    Grade.PLAIN: "·",
    Grade.FAILED: "!",
    Grade.ABSENT: words.NONE,
}

#: What each grade means, for the legend and for those who hear the page.
MEANINGS = {
    Grade.BETTER: "better than the reference",
    Grade.SAME: "no difference shown",
    Grade.WORSE: "worse than the reference",
    Grade.UNDECIDED: "undecided",
    Grade.REFERENCE: "the reference",
    Grade.WELCOME: "welcome",
    Grade.CARE: "with care",
    Grade.HAZARD: "a hazard",
    Grade.PLAIN: "neither",
    Grade.FAILED: "failed",
    Grade.ABSENT: "not measured, or unsupported",
}

_ORDER = (
    Grade.WELCOME,
    Grade.BETTER,
    Grade.REFERENCE,
    Grade.SAME,
    Grade.PLAIN,
    Grade.UNDECIDED,
    Grade.CARE,
    Grade.WORSE,
    Grade.HAZARD,
    Grade.FAILED,
    Grade.ABSENT,
)

#: Ratios from which a better or worse cell is shaded more deeply.
_STEPS = (1.5, 4.0)


def rank(grade: Grade) -> int:
    """The place of a grade from the most welcome to the least, for sorting answers."""
    return _ORDER.index(grade)


def sign(grade: Grade) -> str:
    """The sign of a grade."""
    return SIGNS[grade]


def meaning(grade: Grade) -> str:
    """What a grade means."""
    return MEANINGS[grade]


def figure(kind: Kind, value: float | None) -> str:
    """A figure of a measure."""
    say = {Kind.TIME: words.seconds, Kind.SIZE: words.size}.get(kind, words.count)
    return say(value)


def shown(kind: Kind, tile: Tile) -> str:
    """What stands in a cell: its figure, or its word."""
    return tile.word if tile.value is None else figure(kind, tile.value)


def depth(tile: Tile) -> int:
    """How deeply a cell is shaded, 1 to 3: by the ratio, whichever way it goes."""
    if not tile.ratio:
        return 2
    away = max(tile.ratio, 1 / tile.ratio)
    return 1 + sum(away >= step for step in _STEPS)


def span(measure: Measure) -> str:
    """From the least to the most of all variants."""
    values = sorted(tile.value for tile in measure.cells.values() if tile.value is not None)
    if not values:
        return words.NONE
    return words.between(figure(measure.kind, values[0]), figure(measure.kind, values[-1]))


def alike(measure: Measure) -> str:
    """What all variants have, where each has just the same; empty where any differs or one is missing."""
    found = {
        (tile.value, tile.word, tile.grade) for tile in measure.cells.values() if tile.grade is not Grade.REFERENCE
    }
    values = {(tile.value, tile.word) for tile in measure.cells.values()}
    if measure.kind is Kind.TIME or len(values) > 1 or len({grade for _, _, grade in found}) > 1:
        return ""
    return shown(measure.kind, next(iter(measure.cells.values())))


def score(found: Score) -> str:
    """A question's cells in a few characters: in favour, neither, against."""
    return f"▲ {found.in_favour}  = {found.neither}  ▼ {found.against}"


def sort_value(tile: Tile) -> float:
    """By what a cell is sorted: its figure; answers by the place of their grade, what is missing last."""
    if tile.value is not None:
        return tile.value
    return float(rank(tile.grade)) if tile.word and tile.grade not in (Grade.ABSENT, Grade.FAILED) else 1e18


def spread(measure: Measure) -> str:
    """How many times the least the most is, for sorting; 0 for answers and where the least is nothing."""
    values = [tile.value for tile in measure.cells.values() if tile.value is not None]
    least = min(values, default=0.0)
    return f"{max(values) / least:.4g}" if least else "0"


def shared_grade(measure: Measure) -> Grade:
    """The grade of a row in which all have the same; the reference's own says nothing of it."""
    grades = [tile.grade for tile in measure.cells.values() if tile.grade is not Grade.REFERENCE]
    return grades[0] if grades else Grade.REFERENCE
