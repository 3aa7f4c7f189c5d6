"""The picture of what changes cost by hand: one panel a change, one bar a variant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import altair as alt

from harness.records import Lane
from harness.reporting import prose, words
from harness.reporting.drawing import INK, SHADES, Chart, data, svg
from harness.reporting.friction import by_hand, counted
from harness.reporting.model import ChangeRow, ChangeView, Report

#: The parts of a bar from the axis outwards, from dark to light.
PARTS = ("packaging files", "lists of versions", "Nix files")

_PANEL_WIDTH = 250


def draw_friction(report: Report) -> Chart | None:
    """Lines by hand for each change and variant, with the commands beside them; nothing where none were counted."""
    totals = [
        {"change": change.name, **_total(row, parts)}
        for change in report.changes
        for row in change.rows
        if (parts := _parts(row))
    ]
    if not totals:
        return None
    most = max(1, *(total["lines"] for total in totals))
    panels = [
        _panel(change, [total for total in totals if total["change"] == change.name], most)
        for change in report.changes
        if any(total["change"] == change.name for total in totals)
    ]
    missing = list(_missing(report.changes))
    return Chart(
        name="friction-changes",
        slug="changes",
        title="Lines edited by hand for each change",
        label="Lines edited by hand and commands typed, for each change and variant; the tables have the same figures.",
        caption=f"Lines added and removed by hand, in {prose.join(PARTS)}, from dark to light; code and documentation"
        " are left out, and so is what a tool writes by itself. Beside each bar: lines in the local lane + lines in the"
        " Nix files, and the commands typed. Shorter is better."
        + (f" Not in the picture: {prose.join(missing)}." if missing else ""),
        svg=svg(alt.concat(*panels, columns=2, spacing={"row": 24, "column": 44})),
    )


def _panel(change: ChangeView, totals: Sequence[Mapping[str, Any]], most: int) -> alt.LayerChart:
    rows = [
        {"variant": row.variant, "part": part, "lines": lines, "order": PARTS.index(part)}
        for row in change.rows
        for part, lines in _parts(row).items()
    ]
    x = alt.Scale(domain=[0, most], nice=False)
    bars = (
        alt.Chart(data(rows))
        .mark_bar(height=12, stroke=INK, strokeWidth=0.5)
        .encode(
            y=alt.Y("variant:N", sort=None, title=None),
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
        alt.Chart(data([dict(total) for total in totals]))
        .mark_text(align="left", dx=6, color=INK)
        .encode(y=alt.Y("variant:N", sort=None), x=alt.X("lines:Q", scale=x), text="label:N")
    )
    title = alt.Title(change.facts.title, anchor="start", fontSize=12, color=INK, fontWeight=600)
    panel: alt.LayerChart = (bars + labels).properties(width=_PANEL_WIDTH, height=20 * len(totals), title=title)
    return panel


def _parts(row: ChangeRow) -> dict[str, int]:
    """Lines by the part of the bar they are in; only what was counted."""
    local, nix = by_hand(row, Lane.LOCAL), by_hand(row, Lane.NIX)
    listed = counted(row.measures[Lane.LOCAL], "lock-lines") or 0
    return {
        **({} if local is None else {PARTS[0]: max(0, local - listed), PARTS[1]: min(listed, local)}),
        **({} if nix is None else {PARTS[2]: nix}),
    }


def _total(row: ChangeRow, parts: Mapping[str, int]) -> dict[str, Any]:
    local, nix = by_hand(row, Lane.LOCAL), by_hand(row, Lane.NIX)
    commands = counted(row.measures[Lane.LOCAL], "commands")
    said = " + ".join(words.NONE if lines is None else str(lines) for lines in (local, nix))
    typed = "" if commands is None else f", {commands} command{'' if commands == 1 else 's'}"
    return {"variant": row.variant, "lines": sum(parts.values()), "label": said + typed}


def _missing(changes: Sequence[ChangeView]) -> Iterator[str]:
    for change in changes:
        absent = [row.variant for row in change.rows if not _parts(row)]
        if absent:
            yield f"{change.name} of {prose.join(absent)}"
