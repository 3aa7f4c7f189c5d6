"""The picture of what changes cost by hand: one panel a change, one bar a variant and Nix strategy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import altair as alt

from harness.records.spelling import number
from harness.report import prose, words
from harness.report.charts.drawing import INK, SHADES, Chart, data, svg
from harness.report.friction import by_hand, counted
from harness.report.model import ChangeRow, ChangeView, Report

#: The parts of a bar from the axis outwards, from dark to light.
PARTS = ("packaging files", "lists of versions", "Nix files")

_PANEL_WIDTH = 250
#: The height of a bar with the space around it; where there are several strategies, their bars stand close together.
_BAR, _CLOSE = 20, 14


def draw_friction(report: Report) -> Chart | None:
    """Lines by hand for each change and variant, with the commands beside them; nothing where none were counted."""
    bars = {change.name: list(_bars(change)) for change in report.changes}
    drawn = [change for change in report.changes if bars[change.name]]
    if not drawn:
        return None
    most = max(1, *(bar["lines"] for found in bars.values() for bar in found))
    missing = list(_missing(report.changes))
    several = any(len(change.strategies) > 1 for change in drawn)
    titles = dict.fromkeys(title.lower() for change in drawn for title in change.strategies.values())
    how = (
        f" There is a bar for each Nix strategy, {prose.join(tuple(titles))}, with the same local lines."
        if several
        else ""
    )
    return Chart(
        name="friction-changes",
        slug="changes",
        title="Lines edited by hand for each change",
        label="Lines edited by hand and commands typed, for each change and variant; the tables have the same figures.",
        caption=f"Lines added and removed by hand, in {prose.join(PARTS)}, from dark to light; code and documentation"
        " are left out, and so is what a tool writes by itself. Beside each bar: lines in the local lane + lines in the"
        f" Nix files, and the commands typed. Shorter is better.{how}"
        + (f" Not in the picture: {prose.join(missing)}." if missing else ""),
        svg=svg(
            alt.concat(
                *(_panel(change, bars[change.name], most) for change in drawn),
                columns=2,
                spacing={"row": 24, "column": 90 if several else 44},
            )
        ),
        columns=("Change and variant", *PARTS, "all lines", "commands"),
        rows=tuple(_row(change, bar) for change in drawn for bar in bars[change.name]),
    )


def _row(change: ChangeView, bar: Mapping[str, Any]) -> tuple[str, ...]:
    parts: Mapping[str, int] = bar["parts"]
    name = ", ".join(filter(None, (change.facts.title, bar["variant"], bar["title"])))
    return (name, *(words.count(parts.get(part)) for part in PARTS), words.count(bar["lines"]), bar["commands"])


def _panel(change: ChangeView, bars: Sequence[Mapping[str, Any]], most: int) -> alt.LayerChart:
    rows = [
        {"variant": bar["variant"], "how": bar["how"], "part": part, "lines": lines, "order": PARTS.index(part)}
        for bar in bars
        for part, lines in bar["parts"].items()
    ]
    order = list(dict.fromkeys(str(bar["how"]) for bar in bars))
    step = _CLOSE if len(order) > 1 else _BAR
    x = alt.Scale(domain=[0, most], nice=False)
    y = alt.Y("variant:N", sort=None, title=None, scale=alt.Scale(paddingInner=0.25 if len(order) > 1 else 0))
    offset = alt.YOffset("how:N", sort=order)
    drawn = (
        alt.Chart(data(rows))
        .mark_bar(height=step - 8 if len(order) == 1 else step - 4, stroke=INK, strokeWidth=0.5)
        .encode(
            y=y,
            yOffset=offset,
            x=alt.X("lines:Q", title=None, scale=x, axis=alt.Axis(tickMinStep=1, tickCount=5, grid=False)),
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=list(PARTS), range=[SHADES[0], SHADES[1], SHADES[3]]),
                title=None,
                legend=alt.Legend(orient="top", symbolType="square", columnPadding=28),
            ),
            order="order:Q",
        )
    )
    labels = (
        alt.Chart(data([{name: bar[name] for name in ("variant", "how", "lines", "label")} for bar in bars]))
        .mark_text(align="left", dx=6, color=INK, fontSize=12 if len(order) == 1 else 11)
        .encode(y=y, yOffset=offset, x=alt.X("lines:Q", scale=x), text="label:N")
    )
    title = alt.Title(change.facts.title, anchor="start", fontSize=12, color=INK, fontWeight=600)
    variants = len({bar["variant"] for bar in bars})
    height = step * len(order) * variants * (1.3 if len(order) > 1 else 1)
    panel: alt.LayerChart = (drawn + labels).properties(width=_PANEL_WIDTH, height=height, title=title)
    return panel


def _bars(change: ChangeView) -> Iterator[dict[str, Any]]:
    """A bar for each variant and strategy with anything to show; without strategies, one for each variant."""
    for row in change.rows:
        for strategy in change.strategies or ("",):
            local, nix = _counts(row, strategy)
            if local is None and nix is None:
                continue
            parts = _parts(row, local, nix)
            title = change.strategies[strategy].lower() if len(change.strategies) > 1 else ""
            yield {
                "variant": row.variant,
                "how": strategy,
                "parts": parts,
                "lines": sum(parts.values()),
                "label": _label(row, local, nix, title),
                "title": title,
                "commands": words.count(counted(row.local, "commands")),
            }


def _counts(row: ChangeRow, strategy: str) -> tuple[int | None, int | None]:
    """Lines by hand in the local lane, and in the Nix files of a strategy."""
    return by_hand(row.local), by_hand(row.nix[strategy]) if strategy else None


def _parts(row: ChangeRow, local: int | None, nix: int | None) -> dict[str, int]:
    """Lines by the part of the bar they are in; only what was counted."""
    listed = counted(row.local, "lock-lines") or 0
    return {
        **({} if local is None else {PARTS[0]: max(0, local - listed), PARTS[1]: min(listed, local)}),
        **({} if nix is None else {PARTS[2]: nix}),
    }


def _label(row: ChangeRow, local: int | None, nix: int | None, title: str) -> str:
    commands = counted(row.local, "commands")
    said = " + ".join(words.NONE if lines is None else str(lines) for lines in (local, nix))
    typed = "" if commands is None else f", {number(commands, 'command')}"
    return f"{said} {title}".strip() + typed


def _missing(changes: Sequence[ChangeView]) -> Iterator[str]:
    for change in changes:
        drawn = {bar["variant"] for bar in _bars(change)}
        absent = [row.variant for row in change.rows if row.variant not in drawn]
        if absent:
            yield f"{change.name} of {prose.join(absent)}"
