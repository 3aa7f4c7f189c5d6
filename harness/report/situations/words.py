"""Situations as a person reads them: signs and figures that page and Markdown share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from harness.records.facts import Tone
from harness.report import words
from harness.report.overview import tiles
from harness.report.prose import join
from harness.report.situations.model import Fit, SituationView, Weight

_SIGNS = {Fit.FITS: "✓", Fit.CARE: "~", Fit.UNFIT: "✗", Fit.UNKNOWN: "?"}
_TONES = {Fit.FITS: Tone.GOOD, Fit.CARE: Tone.FAIR, Fit.UNFIT: Tone.BAD, Fit.UNKNOWN: Tone.NEUTRAL}


#: With more variants than these, each has a row in the table of situations: so many columns nobody can read.
_ABREAST = 8


def by_variant(variants: Collection[str]) -> bool:
    """Whether variants are the rows of the table of situations and not its columns."""
    return len(variants) > _ABREAST


def untold(situations: Sequence[SituationView]) -> str:
    """The situations that nothing is known of, in a sentence; empty if there is none."""
    names = [item.title for item in situations if not item.known]
    if not names:
        return ""
    whole = len(names) == len(situations)
    what = "any of these situations" if whole else "these"
    return f"Of {what} this run says nothing, as what their rules rest on was not measured: {'; '.join(names)}."


def sign(fit: str) -> str:
    """A sign that says the same as the colour."""
    return _SIGNS[Fit(fit)]


def tone(fit: str) -> str:
    """The name of a fit's colour."""
    return _TONES[Fit(fit)].value


def ahead(weights: Sequence[Weight]) -> tuple[tuple[str, str, str, str], ...]:
    """Who is ahead in each measure: title, anchor, names (empty if nobody is) and figures, or why nobody is.

    What is the same with several Nix strategies stands in one row.
    """
    alike: dict[tuple[str, tuple[str, ...], str], list[Weight]] = {}
    for weight in weights:
        names = tuple(sorted(weight.ahead)) if weight.decided else ()
        alike.setdefault((weight.measure.title, names, weight.why), []).append(weight)
    titles = Counter(weight.measure.title for weight in weights)
    return tuple(
        (
            title,
            anchor(same[0]),
            join(names) if names else "",
            ", ".join(_told(weight, several=titles[title] > 1) for weight in same)
            if names
            else why + (f" ({join([weight.measure.where for weight in same])})" if titles[title] > len(same) else ""),
        )
        for (title, names, why), same in alike.items()
    )


def _told(weight: Weight, *, several: bool) -> str:
    return " ".join(filter(None, (figures(weight), weight.measure.where if several else "")))


def figures(weight: Weight) -> str:
    """The figures of those ahead: one, or from the least to the most."""
    found = sorted(value for name in weight.ahead if (value := weight.measure.cells[name].value) is not None)
    if not found:
        return words.NONE
    kind = weight.measure.kind
    return words.between(tiles.figure(kind, found[0]), tiles.figure(kind, found[-1]))


def anchor(weight: Weight) -> str:
    """Where the figures of what tells variants apart stand."""
    return next((tile.anchor for tile in weight.measure.cells.values() if tile.anchor), "")
