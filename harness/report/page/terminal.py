"""What a person sees at the end of a run, on 80 columns: the pick for each situation, medians, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from harness.report.model import ScenarioView, Section
from harness.report.prose import join
from harness.report.view import figures
from harness.report.view.model import Pick, RunKind, Standing, View
from harness.report.view.parts import Parts
from harness.report.view.tools import recommended

#: Columns of figures that fit beside the names of scenarios.
_ABREAST = 5
#: So many failures are named; the page has all.
_FAILURES = 10
_STYLES = {Standing.GOOD: "green", Standing.BAD: "red", Standing.FAILED: "red"}


def summary(view: View, parts: Parts) -> RenderableType:
    """The end of a run."""
    told: list[RenderableType] = [Text(alert, style="yellow") for alert in view.alerts]
    told += list(_medians(parts))
    picks = [pick for pick in view.picks if pick.winners or pick.why != figures.NOT_MEASURED]
    if picks:
        told.append(Text("The pick for each situation:", style="bold"))
        told.append(_picks(picks))
    told += list(_findings(view)) if not any(part.facts.samples for part in parts.all) else []
    told += [
        Text(f"{item.title}: {item.word}. {item.meaning.partition(chr(10))[0]}", style="red")
        for item in view.failures[:_FAILURES]
    ]
    if len(view.failures) > _FAILURES:
        told.append(Text(f"{len(view.failures) - _FAILURES} more failures are in the report.", style="red"))
    return Group(*told)


def _picks(picks: list[Pick]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for pick in picks:
        table.add_row(Text(pick.title), Text(_told(pick)))
    return table


def _told(pick: Pick) -> str:
    """A pick in one line."""
    if not pick.winners:
        return pick.why
    if len(pick.winners) > 1:
        return f"no clear winner: {join(pick.winners)}"
    figure = f", {figures.spelled(pick.key)}" if pick.key else ""
    return f"{pick.winners[0]}{figure}{f'; {pick.price}' if pick.price else ''}"


def _medians(parts: Parts) -> Iterator[RenderableType]:
    """A table for each section of a single run: all variants where they are few, else each tool's recommended idiom."""
    if len(parts.all) != 1 or parts.all[0].source.kind is RunKind.SCALE:
        return
    (part,) = parts.all
    first = set(recommended(part.facts.variants).values())
    made = {name for run in part.facts.runs for change in run.changes for name in (change, f"nix-{change}")}
    for section in part.facts.sections:
        names = section.variants
        if len(names) > _ABREAST and part.source.kind is not RunKind.BACKENDS:
            names = tuple(name for name in names if name in first)
        scenarios = [item for item in section.scenarios if item.name not in made]
        if any(row.summary for item in scenarios for row in item.rows):
            starts = range(0, len(names), _ABREAST)
            limit_s = part.source.limit_s
            yield from (_table(section, scenarios, names[start : start + _ABREAST], limit_s) for start in starts)
    if part.facts.samples:
        yield Text(f"Medians. Against {part.source.reference}: ▲ faster, ▼ slower, = same, ? undecided.")


def _table(section: Section, scenarios: Sequence[ScenarioView], variants: Sequence[str], limit_s: float) -> Table:
    named = Text(section.title, style="table.title")
    table = Table(title=named, title_justify="left", box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("scenario", no_wrap=True)
    for variant in variants:
        table.add_column(Text(variant), justify="right", overflow="ellipsis", no_wrap=True)
    for scenario in scenarios:
        table.add_row(Text(scenario.name), *(_cell(scenario, variant, limit_s) for variant in variants))
    return table


def _cell(scenario: ScenarioView, variant: str, limit_s: float) -> Text:
    row = scenario.row(variant)
    if row is None or not row.outcomes:
        return Text("–")
    if row.summary is None:
        short = {"unsupported": "unsupp."}.get(row.status, row.status)
        return Text(short, style="" if row.status == "unsupported" else "red")
    figure = figures.row_figure(row, limit_s)
    return Text(f"{figures.spelled(figure)} {figures.sign(figure)}".strip(), style=_STYLES.get(figure.standing, ""))


def _findings(view: View) -> Iterator[Text]:
    """What was found, where a run did nothing else."""
    for item in view.breaks:
        told = "; ".join(f"{answer.word}: {join(answer.variants)}" for answer in item.answers)
        yield Text(f"{item.title}: {told}")
