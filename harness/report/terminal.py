"""What a person sees at the end of a run, on 80 columns: medians and verdicts, in words too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from harness.records.facts import Outcome
from harness.report import prose, words
from harness.report.backends import words as backend_words
from harness.report.backends.model import BackendReport
from harness.report.backends.view import backend_report
from harness.report.model import Report, ScenarioView, Section
from harness.report.nix import words as nix_words
from harness.report.nix.model import NixStory
from harness.report.situations import briefs
from harness.report.situations.model import Fit
from harness.report.statistics.noise import WIDE_SPREAD, NoiseKind

#: Columns of figures that fit beside the names of scenarios; more variants are set below, in a table of their own.
_ABREAST = 5

#: So many cells with samples that spread are named; of more it is said how many they are.
_FEW_CELLS = 3
_STYLES = {"faster": "green", "slower": "red"}


def summary(report: Report) -> RenderableType:
    """The end of a run: a table for each section, what could not be decided, and what went wrong."""
    parts: list[RenderableType] = [Text(sentence) for sentence in prose.members(report)]
    parts += [Text(note, style="yellow") for note in prose.banners(report)]
    for section in report.sections:
        if any(row.summary for item in section.scenarios for row in item.rows):
            starts = range(0, len(section.variants), _ABREAST)
            parts += [_table(section, section.variants[start : start + _ABREAST]) for start in starts]
    parts += [table for told in report.nix if (table := _strategies(told)) is not None]
    if parts and report.outcomes.get(Outcome.OK):
        parts.append(
            Text(f"Medians. Against {report.reference}: ▲ faster, ▼ slower, = tie, ? undecided; ● the reference.")
        )
        alone = backend_report(report)
        parts += [Text(briefs.tally(report))] if alone is None else _of_backends(alone)
    parts += list(_situations(report))
    parts += [Text(sentence, style="yellow") for sentence in noise_in_short(report)]
    parts += [
        Text(f"{item.cell}: {item.outcome.value} {item.count}×. {item.reason}", style="red") for item in report.failures
    ]
    return Group(*parts)


def _situations(report: Report) -> Iterator[Text]:
    """Who fits what, a line each, where anything is known of it; the reasons are in the report."""
    known = [item for item in report.situations if item.known]
    if known and report.outcomes.get(Outcome.OK):
        yield Text("Which fits (the report has the reasons):")
    for item in known if report.outcomes.get(Outcome.OK) else ():
        told = [
            f"{fit.value} {prose.join([place.variant for place in found])}" for fit in Fit if (found := item.of(fit))
        ]
        yield Text(f"  {item.title}: {'; '.join(told)}.")


def _of_backends(alone: BackendReport) -> Iterator[Text]:
    """What a report of backends says first."""
    for brief in backend_words.briefs(alone):
        yield Text(brief.question, style="bold")
        yield from (Text(f"  {phrase.text}") for (phrase,) in brief.sentences)


def noise_in_short(report: Report) -> list[str]:
    """What was wrong with the machine, a sentence each; cells whose samples spread are counted if there are many."""
    spread = [item for item in report.noise if item.kind is NoiseKind.SPREAD]
    few = len(spread) <= _FEW_CELLS
    told = [item.sentence for item in report.noise if few or item.kind is not NoiseKind.SPREAD]
    if not few:
        told.append(
            f"In {len(spread)} cells the samples spread by more than {WIDE_SPREAD:.0%} of their median; the"
            " report names them under Noise."
        )
    return told


def _plain_table(title: str) -> Table:
    """A table without rules, under a title that is text and no markup: a run may have chosen it."""
    named = Text(title, style="table.title")
    return Table(title=named, title_justify="left", box=None, padding=(0, 1, 0, 0), pad_edge=False)


def _table(section: Section, variants: Sequence[str]) -> Table:
    table = _plain_table(section.title)
    table.add_column("scenario", no_wrap=True)
    for variant in variants:
        table.add_column(Text(variant), justify="right", overflow="ellipsis", no_wrap=True)
    for scenario in section.scenarios:
        table.add_row(Text(scenario.name), *(_cell(scenario, variant) for variant in variants))
    return table


def _strategies(told: NixStory) -> Table | None:
    """The Nix strategies side by side, those that were refused left out; nothing where there is but one to show."""
    shown = [strategy for strategy in told.strategies if not strategy.refused]
    rows = told.tables[0].rows if told.tables else ()
    if len(shown) < 2 or not rows:
        return None
    title = f"Nix strategies ({', '.join(filter(None, (told.provider, told.shape)))})"
    table = _plain_table(title)
    table.add_column("all variants")
    for strategy in shown:
        table.add_column(Text(strategy.title), justify="right")
    for row in rows:
        table.add_row(Text(row.title), *(Text(nix_words.across(row, strategy)) for strategy in shown))
    return table


def _cell(scenario: ScenarioView, variant: str) -> Text:
    row = scenario.row(variant)
    said = words.median_and_mark(row)
    if row is None or row.summary is None:
        return Text("unsupp." if said == Outcome.UNSUPPORTED else said, style="red" if said != words.NONE else "")
    return Text(said, style=_STYLES.get(words.verdict(row), ""))
