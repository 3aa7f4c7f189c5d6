"""What stating it twice costs, and what it costs not to: the strategies of the Nix lane side by side. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from harness.records.facts import Lane, Outcome, StrategyFacts
from harness.records.format import RunInfo
from harness.records.strategies import HANDWRITTEN
from harness.report.anchors import anchored
from harness.report.model import ChangeView, Question, QuestionGroup, Section
from harness.report.nix import rows as nix_rows
from harness.report.nix import times as nix_times
from harness.report.nix.closures import closures
from harness.report.nix.model import Measure, NixRow, NixStory, NixTable, StrategyView
from harness.report.nix.rows import Sources
from harness.report.nix.words import sentences
from harness.report.statistics.frames import ABSENT
from harness.report.tables import CellKey, Cells
from harness.report.words import size_name

#: The scenarios whose times tell strategies apart.
_TIMES = ("nix-eval", "nix-build", "nix-refresh", "nix-refresh-application", "nix-refresh-outside")

#: After which edit the built derivations are counted, by the scenario that counts them.
_EDITS = {
    "nix-build": "Built from nothing",
    "nix-refresh": "Built after an edit of the library",
    "nix-refresh-application": "Built after an edit of one application",
    "nix-refresh-outside": "Built after an edit outside any member",
}

_BUILT = "derivations_built"


def nix_stories(
    runs: Sequence[RunInfo],
    sections: Sequence[Section],
    groups: Iterable[QuestionGroup],
    changes: Sequence[ChangeView],
    cells: Cells,
    *,
    reference: str,
    distrusted: Collection[CellKey],
) -> tuple[NixStory, ...]:
    """One story for each provider and shape that anything was built with.

    Findings and changes are established with one shape and the provider of their run: they stand with the sections of
    the newest run's.
    """
    by_place: dict[tuple[str, str], dict[str, Section]] = {}
    for section in sections:
        if section.lane is Lane.NIX:
            by_place.setdefault((section.provider, section.shape), {})[section.strategy] = section
    for own in by_place.values():
        # Variants that are not described to Nix at all are no strategy; why they are not stands under Unsupported.
        if len(own) > 1 and ABSENT in own and own[ABSENT].refused:
            del own[ABSENT]
    places = [place for place, own in by_place.items() if not all(section.refused for section in own.values())]
    home = next((place for place in places if place[0] == runs[-1].plan.provider), None)
    asked = [item for group in groups for item in group.questions if item.lane is Lane.NIX]
    told = []
    for place in places:
        own = by_place[place]
        described = {name: facts for run in runs for name, facts in run.strategies.items()}
        sources = Sources(
            strategies=tuple(dict.fromkeys((*(name for name in described if place == home), *own))),
            variants=tuple(dict.fromkeys(variant for section in own.values() for variant in section.variants)),
            sections=own,
            questions=_by_strategy(asked, known=bool(described)) if place == home else {},
            changes=changes if place == home else (),
            cells=cells,
            reference=reference,
            distrusted=distrusted,
        )
        told.append(_story(place, sources, described, asked if place == home else ()))
    return tuple(told)


def _by_strategy(asked: Iterable[Question], *, known: bool) -> dict[tuple[str, str], Question]:
    """Questions by name and strategy; where runs know of no strategies, all was written by hand."""
    return {(item.name, item.strategy or HANDWRITTEN): item for item in asked if item.strategy is not None or not known}


def _story(
    place: tuple[str, str], sources: Sources, described: Mapping[str, StrategyFacts], asked: Iterable[Question]
) -> NixStory:
    provider, shape = place
    slug = anchored("nix-story", provider or "unnamed", shape)
    strategies = tuple(_strategy(name, sources, described) for name in sources.strategies)
    costs, rebuilds = tuple(_costs(sources)), tuple(_rebuilds(sources))
    tables = (
        NixTable(
            slug=f"{slug}-costs",
            title="What each strategy costs",
            explain="All variants together, from the least to the most; each row opens to the variants and the proof.",
            rows=costs,
        ),
        NixTable(
            slug=f"{slug}-rebuilds",
            title="What is built again",
            explain="Derivations that were built again: members, and environments of applications. A member had to be"
            " if its content became another, an environment if it links to such a member; the rest was built"
            " needlessly, because a path among its inputs is another.",
            rows=rebuilds,
        ),
    )
    return NixStory(
        slug=slug,
        provider=provider,
        shape=shape,
        strategies=strategies,
        sentences=tuple(sentences((*costs, *rebuilds), strategies)),
        tables=tuple(table for table in tables if table.rows),
        closures=tuple(closures(asked)),
    )


def _strategy(name: str, sources: Sources, described: Mapping[str, StrategyFacts]) -> StrategyView:
    facts = described.get(name)
    section = sources.sections.get(name)
    return StrategyView(
        name=name,
        title=facts.title if facts else name,
        what=facts.what if facts else "",
        files=facts.files if facts else (),
        variants=section.variants if section else (),
        refused=_refused(section, facts),
    )


def _refused(section: Section | None, facts: StrategyFacts | None) -> str:
    """Why nothing was built with a strategy; empty if something was, or has yet to be."""
    if section is None or not section.refused:
        return ""
    reasons = (
        row.reason
        for scenario in section.scenarios
        for row in scenario.rows
        if Outcome.UNSUPPORTED in row.outcomes and row.reason
    )
    return next(reasons, facts.elsewhere if facts else "")


def _costs(sources: Sources) -> Iterator[NixRow]:
    rows = (
        nix_rows.counted(sources, "configuration-lines", "Lines of Nix written and kept"),
        nix_rows.counted(sources, "must-agree-by-hand", "Facts stated again in Nix"),
        nix_rows.counted(sources, "dependency-statements", "Places that state one dependency"),
        nix_rows.drifts(sources),
        nix_rows.friction(sources),
        *(nix_times.timed(sources, scenario) for scenario in _TIMES),
        nix_times.cores(sources, "nix-build"),
        *_runtime(sources),
        nix_rows.answered(sources, "carries-build", ""),
        nix_rows.answered(sources, "same-bytes", ""),
    )
    yield from filter(None, rows)


def _runtime(sources: Sources) -> tuple[NixRow | None, ...]:
    """The runtime closure: as it was found path by path, else what was weighed beside each build."""
    title = "Runtime closure"
    if (found := nix_rows.counted(sources, "closure-runtime", title, measure=Measure.BYTES)) is not None:
        return (found,)
    end = "_runtime_closure_bytes"
    names = {item.name for section in sources.sections.values() for item in section.sizes if item.name.endswith(end)}
    return tuple(
        nix_rows.sized(
            sources,
            "nix-build",
            name,
            size_name(name) if name == f"largest{end}" else f"{title} of {name.removesuffix(end)}",
            Measure.BYTES,
            "What the environment of an application needs to run, itself included.",
        )
        for name in sorted(names)
    )


def _rebuilds(sources: Sources) -> Iterator[NixRow]:
    explain = "How many derivations were not in the store when the measured command began."
    built = (
        nix_rows.sized(sources, scenario, _BUILT, title, Measure.COUNT, explain) for scenario, title in _EDITS.items()
    )
    yield from filter(None, built)
    for name in dict.fromkeys(name for name, _ in sources.questions):
        kind, _, edit = name.partition("-")
        row = nix_rows.rebuilt(sources, edit) if kind == "rebuilt" else None
        if kind == "rebuilds":
            row = nix_rows.answered(sources, name, "")
        if row is not None:
            yield row
