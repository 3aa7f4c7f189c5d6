"""One run against another on 80 columns: counts in words first, then what changed, honest about what is undecided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from harness.report import words
from harness.report.compare import words as compare_words
from harness.report.compare.model import Basis, Compared
from harness.report.statistics.across import Change

_STYLES = {Change.FASTER: "green", Change.SLOWER: "red"}
#: So many rows of one table are shown; JSON and the report have all.
_MOST = 40


def comparison(compared: Compared) -> RenderableType:
    """All that a comparison says, most important first."""
    parts: list[RenderableType] = [Text(compared.counts, style="bold")]
    parts += [Text(sentence) for sentence in compared.opening]
    parts += [part for part in (_changed(compared),) if part is not None]
    parts += [Text(sentence, style="yellow") for sentence in compared.doubts]
    parts += list(_facts(compared))
    return Group(*parts)


def ending(compared: Compared, threshold: float, failures: Sequence[str]) -> RenderableType:
    """What ``--fail-on`` came to: each thing that failed, or that nothing did."""
    if not failures:
        return Text(compare_words.passed(compared, threshold))
    return Group(*(Text(f"failed: {sentence}", style="red") for sentence in failures))


def _changed(compared: Compared) -> RenderableType | None:
    """The changed cells as a table."""
    if not compared.changed:
        return None
    unit = "" if compared.basis is Basis.SECONDS else f" (ratio to {compared.reference})"
    rows = [
        (
            Text(item.variant),
            Text(f"{item.lane.value} · {item.scenario}"),
            Text(compare_words.figure(item.held.base, compared.basis)),
            Text(compare_words.figure(item.held.new, compared.basis)),
            Text(
                f"{compare_words.cell_ratio(item)} {words.mark(item.held.verdict.value)}",
                style=_STYLES[item.held.verdict],
            ),
            Text(compare_words.cell_interval(item)),
        )
        for item in compared.changed
    ]
    title = f"Changed cells{unit}: ▼ slower, ▲ faster"
    return _table(title, ("variant", "scenario"), ("base", "new", "ratio", "interval"), rows)


def _facts(compared: Compared) -> Iterator[RenderableType]:
    """What differs besides times, each only where something does."""
    lines: list[tuple[Text, ...]]
    if compared.outcomes:
        lines = [(Text(item.cell), Text(item.before), Text(item.after)) for item in compared.outcomes]
        yield _table("Outcomes that changed", ("cell", "base", "new"), (), lines)
    if compared.findings:
        lines = [
            (
                Text(item.variant),
                Text(compare_words.finding(item) + (" *" if item.redefined else "")),
                Text(f"{item.before.sign} {item.before.text}".strip()),
                Text(f"{item.after.sign} {item.after.text}".strip(), style="red" if item.hazard else ""),
            )
            for item in compared.findings
        ]
        yield _table("Findings that changed", ("variant", "finding", "base", "new"), (), lines)
        legend = "✓ welcome, ~ with care, ✗ a hazard, · neither."
        if any(item.redefined for item in compared.findings):
            legend += " * established by another experiment."
        yield Text(legend)
    if compared.sizes:
        lines = [
            (
                Text(item.cell),
                Text(words.size_name(item.name)),
                *(Text(words.size_value(value, item.unit)) for value in (item.before, item.after)),
                Text(words.percent(item.before, item.after)),
            )
            for item in compared.sizes
        ]
        yield _table("Sizes that changed", ("cell", "size"), ("base", "new", "change"), lines)
    if compared.versions:
        lines = [
            (Text(item.of), Text(item.name), *(Text(compare_words.version(item, side)) for side in ("before", "after")))
            for item in compared.versions
        ]
        yield _table("Versions and files that differ", ("of", "what", "base", "new"), (), lines)
    for cells, side in ((compared.only_base, compared.base), (compared.only_new, compared.new)):
        if cells:
            yield Text(compare_words.alone(cells, side))
    yield from map(Text, compare_words.quiet(compared))


def _table(title: str, texts: Sequence[str], figures: Sequence[str], rows: Sequence[tuple[Text, ...]]) -> Group:
    named = Text(title, style="table.title")
    table = Table(title=named, title_justify="left", box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for name in texts:
        table.add_column(name, overflow="fold")
    for name in figures:
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows[:_MOST]:
        table.add_row(*row)
    more = len(rows) - _MOST
    return Group(table, *([Text(f"… and {more:,} more; --json and the report have them all.")] if more > 0 else []))
