"""``report.md``: the answer, the table, the situations, growth and limits, for a code host; the page has the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from harness.records.spelling import number
from harness.report.prose import inside, join
from harness.report.view.figures import NOT_MEASURED, sign, spelled
from harness.report.view.model import Candidate, Figure, Grown, Pick, SituationInFull, Source, Table, View

# What would end a cell of a table or begin markup; HTML is escaped too, since code hosts pass some of it on.
_ACTIVE = re.compile(r"([\\`*_\[\]<>|#~]|&(?=[#A-Za-z]))")
# Where a code host begins a link of its own accord: after "http:", "https:" and "www".
_LINKED = re.compile(r"(?<=:)/(?=/)|(?<=www)\.", re.IGNORECASE)
#: So many contestants of a situation are named with their reasons.
_MOST = 6


def render_markdown(view: View) -> str:
    """The report in short; all text from runs is escaped."""
    lines = [
        f"# {view.question}",
        "",
        escaped(view.done),
        "",
        escaped(view.limits),
        *(f"\n{escaped(sentence)}" for sentence in view.members),
        *(f"\n> {escaped(alert)}" for alert in view.alerts),
        "",
        "## The pick for each situation",
        "",
        *picks_table(view.picks),
        "",
        *_staying(view),
        "## Side by side",
        "",
        escaped(view.caveat),
        "",
        *main_table(view.table, every=True),
        "",
        f"▲ faster, ▼ slower, = same, ? undecided against {escaped(view.table.reference)}, within a figure's own run.",
        "",
        "## The situations",
        "",
        *(line for item in view.situations for line in _situation(item)),
        *_growth(view),
        "## Limits",
        "",
        *(f"- {escaped(sentence)}" for sentence in view.all_limits),
        "",
        "## Runs",
        "",
        *runs_list(view.sources),
        "",
        "[The page](index.html) has all of it, with the evidence in [proofs](proofs). Data: [summary.csv](summary.csv),"
        " [findings.csv](findings.csv), [samples.parquet](samples.parquet), [hyperfine.json](hyperfine.json).",
        "",
    ]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """A text without markup of its own, on one line."""
    line = _LINKED.sub(r"\\\g<0>", _ACTIVE.sub(r"\\\1", " ".join(text.split())))
    return line.replace("\\<", "&lt;").replace("\\>", "&gt;")


def runs_list(sources: Iterable[Source]) -> Iterator[str]:
    """What figures are from, a line for each."""
    for source in sources:
        yield (
            f"- {escaped(', '.join(source.run_ids))}: {escaped(source.title)}, {number(source.rounds, 'round')},"
            f" {source.samples:,} samples, {source.date}, {escaped(source.machine)}"
        )


def picks_table(picks: Sequence[Pick]) -> Iterator[str]:
    """The pick for each situation as a table."""
    yield from _table(
        ("situation", "pick", "key figure", "price"),
        (
            (
                escaped(pick.title),
                told(pick, bold="**"),
                f"{spelled(pick.key)} ({escaped(pick.measure)})" if pick.key else "–",
                escaped(pick.price) or "–",
            )
            for pick in picks
        ),
    )


def told(pick: Pick, bold: str = "") -> str:
    """Who is picked, in words: one name, no clear winner, or why there is none."""
    if len(pick.winners) == 1:
        why = f" ({escaped(pick.why)})" if pick.why else ""
        return f"{bold}{escaped(pick.winners[0])}{bold}{why}"
    if pick.winners:
        return f"no clear winner: {escaped(join(pick.winners))} ({escaped(pick.why)})"
    return escaped(pick.why)


def main_table(table: Table, *, every: bool) -> Iterator[str]:
    """The table of the second screen; of each tool all variants, or its recommended idiom alone."""
    columns = [column for column in table.columns if not column.missing]
    rows = [row for row in table.rows if every or row.recommended]
    yield from _table(
        ("toolchain", *(escaped(column.title) for column in columns)),
        ((escaped(row.variant), *(_cell(row.cells[column.slug]) for column in columns)) for row in rows),
    )
    if missing := [column.title for column in table.columns if column.missing]:
        yield ""
        yield f"Not measured in these runs: {escaped(join([*map(inside, missing)]))}."


def _cell(figure: Figure) -> str:
    text = "–" if figure.word.startswith("not measured") else escaped(spelled(figure))
    return f"{sign(figure)} {text}".strip()


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _staying(view: View) -> Iterator[str]:
    for item in view.staying:
        gains = f", {escaped(item.gains)}" if item.gains else ""
        lacks = f"; still without: {escaped(item.lacks)}" if item.lacks else ""
        yield f"- Staying with {escaped(item.tool)}? {escaped(item.best)}{gains}{lacks}."
    if view.staying:
        yield ""


def _situation(item: SituationInFull) -> Iterator[str]:
    yield f"**{escaped(item.title)}.** {escaped(' '.join(item.rule))}"
    yield ""
    if item.missing:
        yield escaped(item.missing)
        yield ""
        return
    fitting = [candidate for candidate in item.candidates if not candidate.excluded and not candidate.unknown]
    open_ = [candidate.variant for candidate in item.candidates if candidate.unknown and not candidate.excluded]
    for candidate in fitting[:_MOST]:
        yield f"- {escaped(candidate.variant)}: {escaped(spelled(candidate.figure))}{_prices(candidate)}"
    if len(fitting) > _MOST:
        yield f"- slower: {escaped(join([candidate.variant for candidate in fitting[_MOST:]]))}"
    out: dict[str, list[str]] = {}
    for candidate in item.candidates:
        if candidate.excluded:
            out.setdefault(f"{candidate.excluded[0].title}: {candidate.excluded[0].word}", []).append(candidate.variant)
    for reason, names in out.items():
        yield f"- ✗ {escaped(join(names))}: {escaped(reason)}"
    if open_:
        yield f"- ? {escaped(join(open_))}: {NOT_MEASURED}"
    yield ""


def _prices(candidate: Candidate) -> str:
    if not candidate.prices:
        return ""
    return "; ~ " + escaped("; ".join(f"{reason.title}: {reason.word}" for reason in candidate.prices))


def _growth(view: View) -> Iterator[str]:
    yield "## As it grows"
    yield ""
    if view.growth_missing:
        yield escaped(view.growth_missing)
    for panel in view.growth:
        sizes = sorted({point.members for curve in panel.curves for point in curve.points})
        rows = [(escaped(curve.variant), *(_at(curve.points, size) for size in sizes)) for curve in panel.curves]
        yield from _table((escaped(panel.title), *(f"{size} members" for size in sizes)), rows)
        yield ""


def _at(points: Iterable[Grown], size: int) -> str:
    return next((_cell(point.figure) for point in points if point.members == size), "–")
