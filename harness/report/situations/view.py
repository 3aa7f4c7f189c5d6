"""Which variants fit a situation: the rules held against the overview. Pure; no sentence but what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from harness.report.model import ScenarioView, Section
from harness.report.overview.model import Grade, Kind, Measure, Overview, Tile
from harness.report.situations.model import Fit, Place, Reason, SituationView, Weight
from harness.report.situations.rules import SITUATIONS, Situation
from harness.report.statistics.compare import BAND

_CANONICAL = "canonical"


def build_situations(
    overview: Overview, sections: Sequence[Section], rules: Iterable[Situation] = SITUATIONS, *, scaled: bool = False
) -> tuple[SituationView, ...]:
    """Each situation of whose lane anything was measured; ``scaled`` says that there is a section on scale."""
    lanes = {measure.lane for measure in overview.measures}
    return tuple(_situation(rule, overview, sections, scaled=scaled) for rule in rules if rule.lane in lanes)


def _situation(rule: Situation, overview: Overview, sections: Sequence[Section], *, scaled: bool) -> SituationView:
    places = tuple(_place(rule, overview, variant) for variant in overview.variants)
    fitting = [place.variant for place in places if place.fit in (Fit.FITS, Fit.CARE)]
    scenarios = {(section.slug, item.name): item for section in sections for item in section.scenarios}
    measures = [measure for name in rule.weighs for measure in overview.named(name, rule.lane)]
    weights = (_weight(measure, fitting, scenarios) for measure in measures)
    return SituationView(
        slug=f"situation-{rule.slug}",
        title=rule.title,
        what=rule.what,
        places=places,
        weights=tuple(weight for weight in weights if weight is not None) if len(fitting) > 1 else (),
        open=tuple(_open(rule, overview, sections, scaled=scaled)),
    )


def _place(rule: Situation, overview: Overview, variant: str) -> Place:
    """Where one variant stands: what excludes it, else what asks for care, else what is not known."""
    against: list[Reason] = []
    careful: list[Reason] = []
    unknown: list[Reason] = []
    for name in (*rule.works, *rule.must, *rule.mind):
        found = [(item, item.cells[variant]) for item in overview.named(name, rule.lane) if variant in item.cells]
        kept = [(item, tile) for item, tile in found if not _missing(tile)]
        bad = [(item, tile) for item, tile in kept if _bad(tile)]
        if not kept:
            unknown += [_reason(name, found)] if name not in rule.mind else []
        elif len(bad) == len(kept):
            (careful if name in rule.mind else against).append(_reason(name, bad))
    if against:
        return Place(variant=variant, fit=Fit.UNFIT, reasons=tuple(against))
    if unknown:
        return Place(variant=variant, fit=Fit.UNKNOWN, reasons=tuple(unknown))
    return Place(variant=variant, fit=Fit.CARE if careful else Fit.FITS, reasons=tuple(careful))


def _missing(tile: Tile) -> bool:
    """Whether nothing is known: it was not tried, or an experiment could not be carried out."""
    return tile.word == "not yet measured" or (
        tile.grade is Grade.FAILED and tile.word == "failed" and not tile.failures
    )


def _bad(tile: Tile) -> bool:
    """A hazard, a scenario that did not succeed each time, or what the variant cannot do at all."""
    return tile.grade in (Grade.HAZARD, Grade.FAILED, Grade.ABSENT) or tile.failures > 0


def _reason(name: str, found: Sequence[tuple[Measure, Tile]]) -> Reason:
    """What was found, in the first place where it was."""
    if not found:
        return Reason(title=name, word="not established", meaning="", anchor="")
    measure, tile = found[0]
    word = tile.word or f"failed {tile.failures}×"
    return Reason(title=measure.title, word=word, meaning=tile.meaning, anchor=tile.anchor)


def _weight(
    measure: Measure, fitting: Sequence[str], scenarios: Mapping[tuple[str, str], ScenarioView]
) -> Weight | None:
    """Who is ahead among those that fit; nothing where none of them has a figure."""
    known = [name for name in fitting if name in measure.cells and measure.cells[name].value is not None]
    if not known:
        return None
    if measure.kind is Kind.TIME:
        return _fastest(measure, known, scenarios[measure.section, measure.scenario])
    values = {name: value for name in known if (value := measure.cells[name].value) is not None}
    least = min(values.values())
    ahead = tuple(name for name, value in values.items() if value <= least * (1 + BAND))
    return Weight(measure=measure, ahead=ahead, decided=len(ahead) < len(known), why=_alike(ahead, known))


def _fastest(measure: Measure, known: Sequence[str], scenario: ScenarioView) -> Weight:
    for group in scenario.groups:
        if ahead := tuple(name for name in group if name in known):
            return Weight(measure=measure, ahead=ahead, decided=len(ahead) < len(known), why=_alike(ahead, known))
    why = "too few blocks" if scenario.trusted else "the reference differed from itself here"
    return Weight(measure=measure, ahead=(), decided=False, why=why)


def _alike(ahead: Sequence[str], known: Sequence[str]) -> str:
    return "no difference was shown" if len(ahead) == len(known) > 1 else ""


def _open(rule: Situation, overview: Overview, sections: Sequence[Section], *, scaled: bool) -> Iterator[str]:
    """What the data leave open, and what hangs on the Nix strategy and not on the variant."""
    missing = [name for name in (*rule.works, *rule.must, *rule.mind) if not overview.named(name, rule.lane)]
    if missing:
        yield f"Not established in this run: {', '.join(missing)}."
    lane = [section for section in sections if section.lane is rule.lane]
    if rule.members and scaled:
        yield "How times grow with the number of members, the section on scale says."
    elif rule.members and all(section.shape == _CANONICAL for section in lane):
        yield "Measured with the three canonical members only: how times grow with their number, these data do not say."
    for name in (*rule.must, *rule.mind):
        measures = overview.named(name, rule.lane)
        bad = [item for item in measures if any(tile.grade is Grade.HAZARD for tile in item.cells.values())]
        if 0 < len(bad) < len(measures):
            words = sorted({tile.word for item in bad for tile in item.cells.values() if tile.grade is Grade.HAZARD})
            where = " and ".join(item.where for item in bad)
            yield f"{bad[0].title}: {', '.join(words)}, but only {where}."
