"""What a person sees at the end of a run of backends, on 80 columns."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from harness.records import Outcome
from harness.reporting import prose, words
from harness.reporting.backends import words as own
from harness.reporting.backends.model import BackendReport
from harness.reporting.model import ScenarioView, Section
from harness.reporting.terminal import noise_in_short

_STYLES = {"faster": "green", "slower": "red"}


def summary(report: BackendReport) -> RenderableType:
    """The end of a run: a table for each number of files, the answers, and what went wrong."""
    base = report.base
    parts: list[RenderableType] = [Text(note, style="yellow") for note in prose.banners(base)]
    parts += [
        _table(section)
        for section in base.sections
        if any(row.summary for item in section.scenarios for row in item.rows)
    ]
    if base.outcomes.get(Outcome.OK):
        parts.append(
            Text(f"Medians. Against {base.reference}: ▲ faster, ▼ slower, = tie, ? undecided; ● the reference.")
        )
    for brief in own.briefs(report):
        parts.append(Text(brief.question, style="bold"))
        parts += [Text(f"  {sentence}") for sentence in brief.sentences]
    parts += [Text(sentence, style="yellow") for sentence in noise_in_short(base)]
    parts += [
        Text(f"{item.cell}: {item.outcome.value} {item.count}×. {item.reason}", style="red") for item in base.failures
    ]
    return Group(*parts)


def _table(section: Section) -> Table:
    table = Table(
        title=Text(section.title, style="table.title"),
        title_justify="left",
        box=None,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    table.add_column("scenario", no_wrap=True)
    for backend in section.variants:
        table.add_column(Text(backend.removesuffix("-backend").removesuffix("-core")), justify="right", no_wrap=True)
    for scenario in section.scenarios:
        table.add_row(Text(_short(scenario.name)), *(_cell(scenario, name) for name in section.variants))
    return table


def _short(name: str) -> str:
    """A scenario's name without what all say: six backends are to fit beside it."""
    return name.removeprefix("backend-").removeprefix("front-")


def _cell(scenario: ScenarioView, backend: str) -> Text:
    row = scenario.row(backend)
    if row is None:
        return Text(words.NONE)
    word = words.verdict(row)
    if row.summary is None:
        return Text({"unsupported": words.NONE, "not yet measured": words.NONE}.get(word, word), style="red")
    sign = words.mark(word)
    return Text(f"{words.seconds(row.summary.median).replace(' ', '')}{sign}", style=_STYLES.get(word, ""))
