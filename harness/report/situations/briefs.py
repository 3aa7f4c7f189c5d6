"""The questions that people ask first, each with its answer in a sentence or two made from the view model. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.records.facts import Lane, Outcome
from harness.records.format import CONTROL_SUFFIX
from harness.records.spelling import number
from harness.report.model import Report
from harness.report.overview import tiles
from harness.report.overview.model import Measure, Overview
from harness.report.prose import amount, join
from harness.report.scale.briefs import at_most_members
from harness.report.situations.model import Brief, Phrase
from harness.report.statistics.compare import Verdict
from harness.report.statistics.noise import NoiseKind

Sentence = tuple[Phrase, ...]

#: What each question is answered by: findings, changes and scenarios of the overview, by name.
_EDITED = ("stale-value", "stale-module")
_LEAKS = ("leaks-path",)
_LEAKS_NIX = ("carries-build",)
_MEMBERS = ("add-library.by-hand", "add-application.by-hand")
_ON_TOP = ("configuration-lines", "must-agree-by-hand", "add-library.by-hand")


def briefs(report: Report) -> tuple[Brief, ...]:
    """Each question that anything is known about, with its answer."""
    overview = report.overview
    local, nix = Lane.LOCAL, Lane.NIX
    asked: tuple[tuple[str, str, tuple[Sentence, ...]], ...] = (
        (
            "edit",
            "Which shows an edit of the shared library without a reinstall?",
            (*_answers(overview, _EDITED, local), *_ranges(overview, ("refresh",), local)),
        ),
        (
            "leak",
            "Which leaks a path of the machine that built it?",
            (*_answers(overview, _LEAKS, local), *_answers(overview, _LEAKS_NIX, nix)),
        ),
        ("member", "Which costs the most to add a member?", tuple(_most(overview, _MEMBERS, local))),
        ("nix", "What does Nix cost on top?", (*_on_top(overview, _ON_TOP), *_visible(overview))),
        ("scale", "What do many members cost?", tuple(_many(report))),
        ("sure", "How sure is all this?", tuple(_sure(report))),
    )
    return tuple(
        Brief(slug=f"brief-{slug}", question=question, sentences=tuple(sentences))
        for slug, question, sentences in asked
        if sentences
    )


def _many(report: Report) -> Iterator[Sentence]:
    """What the largest number of members costs, where several were measured."""
    if report.scale is not None and report.scale.shown:
        for title, anchor, told in at_most_members(report.scale):
            yield (Phrase(text=title, anchor=anchor), Phrase(text=told))


def _named(overview: Overview, names: Sequence[str], lane: Lane) -> list[Measure]:
    return [measure for name in names for measure in overview.named(name, lane)]


def _answers(overview: Overview, names: Sequence[str], lane: Lane) -> Iterator[Sentence]:
    """Who has which answer; measures with the same answers are told together."""
    alike: dict[tuple[tuple[str, tuple[str, ...]], ...], list[Measure]] = {}
    for measure in _named(overview, names, lane):
        by_word: dict[str, list[str]] = {}
        for variant, tile in measure.cells.items():
            by_word.setdefault(tile.word, []).append(variant)
        alike.setdefault(tuple((word, tuple(who)) for word, who in by_word.items()), []).append(measure)
    for groups, measures in alike.items():
        order = sorted(groups, key=lambda group: tiles.rank(measures[0].cells[group[1][0]].grade))
        said = [
            (Phrase(text=word, anchor=measures[0].cells[who[0]].anchor), Phrase(text=f" with {join(who)}"))
            for word, who in order
        ]
        yield (Phrase(text=f"{_titles(measures)}: "), *_joined(said), Phrase(text="."))


def _titles(measures: Sequence[Measure]) -> str:
    """What measures are called; what they have in common before a colon is said once."""
    titles = list(dict.fromkeys(_title(measure, measures) for measure in measures))
    heads = {title.partition(": ")[0] for title in titles}
    if len(titles) > 1 and len(heads) == 1:
        return f"{heads.pop()} ({join([title.partition(': ')[2] for title in titles])})"
    return join(titles)


def _title(measure: Measure, among: Sequence[Measure]) -> str:
    everywhere = len({item.where for item in among if item.name == measure.name}) > 1
    return measure.title if everywhere or not measure.where else f"{measure.title} ({measure.where})"


def _joined(parts: Sequence[Sentence]) -> Iterator[Phrase]:
    for place, part in enumerate(parts):
        yield from (Phrase(text="; "), *part) if place else part


def _ranges(overview: Overview, names: Sequence[str], lane: Lane) -> Iterator[Sentence]:
    """From the least to the most, and whose they are."""
    for measure in _named(overview, names, lane):
        known = {name: tile for name, tile in measure.cells.items() if tile.value is not None}
        if len(known) > 1:
            least, most = (pick(known, key=lambda name: known[name].value or 0) for pick in (min, max))
            yield (
                Phrase(text=measure.title, anchor=known[least].anchor),
                Phrase(
                    text=f": from {tiles.figure(measure.kind, known[least].value)} with {least}"
                    f" to {tiles.figure(measure.kind, known[most].value)} with {most}."
                ),
            )


def _most(overview: Overview, names: Sequence[str], lane: Lane) -> Iterator[Sentence]:
    """Who needs the most and who the least, both with all that share the place."""
    for measure in _named(overview, names, lane):
        values = {name: tile.value for name, tile in measure.cells.items() if tile.value is not None}
        if not values:
            continue
        least, most = min(values.values()), max(values.values())
        first = next(name for name, value in values.items() if value == most)
        title = Phrase(text=measure.title, anchor=measure.cells[first].anchor)
        if least == most:
            yield (title, Phrase(text=f": {tiles.figure(measure.kind, most)} with each."))
            continue
        said = [
            f"{word} with {join([name for name, value in values.items() if value == figure])}"
            f" ({tiles.figure(measure.kind, figure)})"
            for word, figure in (("most", most), ("least", least))
        ]
        yield (title, Phrase(text=f": {', '.join(said)}."))


def _on_top(overview: Overview, names: Sequence[str]) -> Iterator[Sentence]:
    """What the Nix files take besides what the local lane takes, with each strategy."""
    for name in names:
        through = overview.named(name, Lane.NIX)
        if not through:
            continue
        parts = [f"{tiles.span(measure)} {measure.where}".rstrip() for measure in through]
        besides = "".join(f", besides {tiles.span(item)} without Nix" for item in overview.named(name, Lane.LOCAL))
        first = next(iter(through[0].cells.values()))
        yield (Phrase(text=through[0].title, anchor=first.anchor), Phrase(text=f": {', '.join(parts)}{besides}."))


def _visible(overview: Overview) -> Iterator[Sentence]:
    """The same edit in both lanes."""
    through = overview.named("nix-refresh", Lane.NIX)
    if not through:
        return
    parts = [f"{tiles.span(measure)} {measure.where}".rstrip() for measure in through]
    local = "".join(f"; without Nix {tiles.span(measure)}" for measure in overview.named("refresh", Lane.LOCAL))
    anchor = next(iter(through[0].cells.values())).anchor
    yield (Phrase(text=f"{through[0].title} through Nix", anchor=anchor), Phrase(text=f": {', '.join(parts)}{local}."))


def _sure(report: Report) -> Iterator[Sentence]:
    """How much was measured, what could be decided, and what speaks against the machine."""
    ok = report.outcomes.get(Outcome.OK, 0)
    if not report.samples:
        return
    yield (
        Phrase(text=f"{amount(report, 'verified sample', ok)} on one machine. "),
        Phrase(text=tally(report)),
    )
    repeated = sum(cell.variant.endswith(CONTROL_SUFFIX) for run in report.runs[-1:] for cell in run.plan.cells)
    differed = sum(item.kind is NoiseKind.CONTROL for item in report.noise)
    others = sum(item.kind not in (NoiseKind.CONTROL, NoiseKind.UNCHECKED) for item in report.noise)
    checked = (
        f"Measured twice in each block, the reference differed from itself in {differed} of"
        f" {number(repeated, 'scenario')}"
        if repeated
        else "The reference was not measured twice, so noise was not checked with it"
    )
    yield (
        Phrase(text=f"{checked}; "),
        Phrase(text=number(others, "remark") + " on noise", anchor="noise"),
        Phrase(text="."),
    )


def tally(report: Report) -> str:
    """How many comparisons were decided, in a sentence."""
    verdicts = [
        row.comparison.verdict
        for section in report.sections
        for item in section.scenarios
        for row in item.rows
        if row.comparison and row.summary
    ]
    if not verdicts:
        return f"Nothing was compared: {report.reference} was measured alone, or not at all."
    decided = sum(verdict in (Verdict.FASTER, Verdict.SLOWER) for verdict in verdicts)
    ties = verdicts.count(Verdict.TIE)
    return (
        f"Of {len(verdicts)} comparisons {decided} show a difference, {ties} are ties (no difference shown) and"
        f" {len(verdicts) - decided - ties} are undecided."
    )
