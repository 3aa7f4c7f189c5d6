"""Overviews made by hand, small enough to be read in a test."""

from __future__ import annotations

from collections.abc import Mapping

from harness.records.facts import Lane, Outcome
from harness.report.model import Row, ScenarioView, Section
from harness.report.overview.model import Grade, Kind, Measure, Overview, Tile, Topic
from harness.report.statistics.statistics import Summary

TONES = {
    "good": Grade.WELCOME,
    "care": Grade.CARE,
    "bad": Grade.HAZARD,
    "unsupported": Grade.ABSENT,
    "failed": Grade.FAILED,
}


def answered(name: str, answers: Mapping[str, str], *, lane: Lane = Lane.LOCAL, where: str = "") -> Measure:
    """A finding whose answers are the names of their tones."""
    cells = {
        variant: Tile(grade=TONES[word], word=word, meaning=f"It is {word}.", anchor=f"finding-{name}-{variant}")
        for variant, word in answers.items()
    }
    slug = f"m-{name}-{where}"
    return Measure(slug=slug, name=name, lane=lane, title=name, where=where, kind=Kind.ANSWER, better="", cells=cells)


def counted(name: str, values: Mapping[str, float], *, kind: Kind = Kind.COUNT, lane: Lane = Lane.LOCAL) -> Measure:
    """A count or a size, without grades."""
    cells = {variant: Tile(grade=Grade.PLAIN, value=value, anchor=name) for variant, value in values.items()}
    return Measure(slug=f"m-{name}", name=name, lane=lane, title=name, where="", kind=kind, better="", cells=cells)


def timed(
    name: str, seconds: Mapping[str, float | str], *, failures: Mapping[str, int] | None = None, lane: Lane = Lane.LOCAL
) -> Measure:
    """A scenario: seconds, or the outcome of all its samples."""
    cells = {
        variant: Tile(
            grade=Grade.FAILED if value != "unsupported" else Grade.ABSENT, word=value, failures=6, anchor=name
        )
        if isinstance(value, str)
        else Tile(grade=Grade.UNDECIDED, value=value, failures=(failures or {}).get(variant, 0), anchor=name)
        for variant, value in seconds.items()
    }
    return Measure(
        slug=f"m-{name}",
        name=name,
        lane=lane,
        title=name,
        where="",
        kind=Kind.TIME,
        better="",
        cells=cells,
        section="local-canonical",
        scenario=name,
    )


def overview(*measures: Measure) -> Overview:
    """All in one question, in the order in which variants occur."""
    variants = tuple(dict.fromkeys(name for measure in measures for name in measure.cells))
    return Overview(
        reference=variants[0],
        variants=variants,
        questions=(Topic(slug="all", title="All", explain="", measures=measures),),
    )


def section(groups: Mapping[str, tuple[tuple[str, ...], ...]], *, trusted: bool = True) -> Section:
    """A section with the groups of ties of each scenario."""
    return Section(
        slug="local-canonical",
        title="Local lane",
        note="",
        lane=Lane.LOCAL,
        shape="canonical",
        provider="",
        strategy="",
        scenarios=tuple(
            ScenarioView(
                name=name,
                title=name,
                before="",
                measured="",
                verified="",
                rows=(),
                groups=own,
                commands={},
                trusted=trusted,
            )
            for name, own in groups.items()
        ),
        sizes=(),
        variants=(),
    )


def row(variant: str, *, median: float | None, outcomes: Mapping[Outcome, int], reference: bool = False) -> Row:
    """A row of a scenario that was compared with nothing."""
    summary = median is not None and Summary(
        count=outcomes.get(Outcome.OK, 0), median=median, interval=None, spread=0, low=median, high=median, outliers=()
    )
    return Row(
        variant=variant,
        is_reference=reference,
        summary=summary or None,
        comparison=None,
        outcomes=outcomes,
        reason="",
        user_s=None,
        system_s=None,
        max_rss_bytes=None,
        requests=None,
        bytes_downloaded=None,
    )
