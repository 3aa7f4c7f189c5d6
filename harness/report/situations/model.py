"""The view model of the answers that stand first: which variants fit a situation, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from harness.report.overview.model import Measure


class Fit(StrEnum):
    """How a variant fits a situation: a closed set."""

    FITS = "fits"
    CARE = "with care"
    UNFIT = "does not fit"
    UNKNOWN = "not known"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a variant does not fit, or only with care: what was asked, the answer, what it means, where the proof is."""

    title: str
    word: str
    meaning: str
    anchor: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """One variant in one situation. ``reasons`` are what its fit rests on; a variant that fits has none."""

    variant: str
    fit: Fit
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What tells the variants that fit apart: one measure, and who is ahead in it.

    ``ahead`` are the best, several where they cannot be told apart; with ``decided`` false there is no telling, and
    ``why`` says why.
    """

    measure: Measure
    ahead: tuple[str, ...]
    decided: bool
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class SituationView:
    """One situation: its variants by fit, what decides between those that fit, and what was not measured.

    ``open`` are plain sentences about what the data do not decide.
    """

    slug: str
    title: str
    what: str
    places: tuple[Place, ...]
    weights: tuple[Weight, ...]
    open: tuple[str, ...]

    @property
    def known(self) -> bool:
        """Whether anything is known of any variant."""
        return any(place.fit is not Fit.UNKNOWN for place in self.places)

    def of(self, fit: Fit) -> tuple[Place, ...]:
        """The variants that fit so."""
        return tuple(place for place in self.places if place.fit is fit)

    @property
    def by_reason(self) -> Mapping[Fit, tuple[tuple[tuple[str, ...], tuple[Reason, ...]], ...]]:
        """For each fit, variants with the same reasons together; the reasons lead to the first one's proof."""
        found: dict[Fit, dict[tuple[tuple[str, str], ...], list[Place]]] = {}
        for place in self.places:
            same = tuple((reason.title, reason.word) for reason in place.reasons)
            found.setdefault(place.fit, {}).setdefault(same, []).append(place)
        return {
            fit: tuple(
                (tuple(place.variant for place in alike), alike[0].reasons)
                for alike in sorted(found[fit].values(), key=lambda alike: len(alike[0].reasons))
            )
            for fit in Fit
            if fit in found
        }


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """A piece of a sentence, linked to its proof where ``anchor`` is not empty."""

    text: str
    anchor: str = ""


@dataclass(frozen=True, kw_only=True)
class Brief:
    """A question that people ask, and the answer in a few sentences, each a row of phrases."""

    slug: str
    question: str
    sentences: tuple[tuple[Phrase, ...], ...]
