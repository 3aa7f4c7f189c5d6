"""The overview as a picture that stands alone, such as at the top of a README: variants by questions, tile by tile.

It has paper of its own, so that it reads the same on a light and on a dark page, and each tile says by a sign what its
colour says. Of each question it shows few rows; the page has them all.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from harness.report import prose, words
from harness.report.charts.drawing import FONT, GRID, INK, MUTED, Chart
from harness.report.charts.lean import number
from harness.report.model import Report
from harness.report.overview import tiles
from harness.report.overview.model import Grade, Measure, Tile, Topic
from harness.report.situations.rules import SITUATIONS

#: So many rows of each question are drawn at most.
MOST_ROWS = 3

_WIDTH, _EDGE, _NAMES, _NARROWEST = 760, 22, 244, 84
_LINE, _GAP, _TOPIC, _KEY, _KEYS = 12, 3, 30, 20, 4
#: Where a word begins in its tile, behind the sign, and where it must end before the tile does.
_INDENT, _MARGIN = 20, 4
#: About how wide a character is in a wide font, as a share of its size.
_CHARACTER = 0.6
_PAPER, _SOFT, _BAR = "#ffffff", "#f1f3f6", "#c8ced6"
_GREENS = ("#e6f4ea", "#c9e8d2", "#a5d8b5")
_REDS = ("#fdece7", "#f9d5ca", "#f3b9a8")
_FILLS = {Grade.WELCOME: _GREENS[0], Grade.CARE: "#fbefc8", Grade.HAZARD: _REDS[1], Grade.FAILED: _REDS[2]}
_SHADES = {Grade.BETTER: _GREENS, Grade.WORSE: _REDS}


_NOTES = (
    "Ratios are to {reference}, whose own medians and counts stand in its column: below 1 is better, and the deeper the"
    " shade, the further away.",
    "Bars count all rows of a question: better or welcome, neither, worse or a hazard. Below each: the rows that the"
    " most situations rest on.",
)


def draw_overview(report: Report) -> Chart | None:
    """Variants by questions; nothing where no question has a row in which variants differ."""
    overview = report.overview
    topics = [(topic, rows) for topic in overview.questions if (rows := chosen(topic))]
    if not topics:
        return None
    shown = sum(len(rows) for _, rows in topics)
    named = prose.join(tuple(topic.title.lower() for topic, _ in topics))
    return Chart(
        name="overview",
        slug="overview-picture",
        title=f"The overview, against {overview.reference}",
        label=f"{prose.join(overview.variants)} held against {overview.reference} in {named}:"
        f" {shown} rows in which they differ.",
        caption=f"{_NOTES[0]} {_NOTES[1]}".format(reference=overview.reference),
        svg=_picture(report, topics),
        columns=("Row", *overview.variants),
        rows=tuple(
            (f"{topic.title}: {_title(item)}", *(_said(item, item.cells.get(name)) for name in overview.variants))
            for topic, rows in topics
            for item in rows
        ),
    )


def chosen(topic: Topic, most: int = MOST_ROWS) -> tuple[Measure, ...]:
    """The rows of a question that are drawn: of those in which variants are told apart, those most situations rest on.

    A row that is the same with several Nix strategies stands for all of them; rows keep their order.
    """
    rests = Counter(name for rule in SITUATIONS for name in (*rule.works, *rule.must, *rule.mind, *rule.weighs))
    first: dict[str, Measure] = {}
    for item in topic.measures:
        if item.varies and len({tile.grade for tile in item.cells.values()}) > 1:
            first.setdefault(item.name, item)
    best = sorted(first.values(), key=lambda item: -rests[item.name])[:most]
    return tuple(item for item in first.values() if item in best)


def _title(measure: Measure) -> str:
    return f"{measure.title} ({measure.where})" if measure.where else measure.title


def _said(measure: Measure, tile: Tile | None) -> str:
    if tile is None:
        return words.NONE
    ratio = f", {words.ratio(tile.ratio)}" if tile.ratio else ""
    return f"{tiles.sign(tile.grade)} {tiles.shown(measure.kind, tile)}{ratio}"


def _picture(report: Report, topics: Sequence[tuple[Topic, Sequence[Measure]]]) -> str:
    overview = report.overview
    wide = max(_NARROWEST, (_WIDTH - 2 * _EDGE - _NAMES) // len(overview.variants))
    columns = {name: _EDGE + _NAMES + place * wide for place, name in enumerate(overview.variants)}
    width = 2 * _EDGE + _NAMES + wide * len(columns)
    parts = list(_head(report, columns))
    y = 84.0
    for topic, rows in topics:
        parts += _topic(topic, columns, wide - _GAP, y)
        y += _TOPIC
        for item in rows:
            drawn, tall = _row(item, columns, wide - _GAP, y)
            parts += drawn
            y += tall + _GAP
        y += 2
    grades = {item.cells[name].grade for _, rows in topics for item in rows for name in columns if name in item.cells}
    parts += _foot([grade for grade in Grade if grade in grades], overview.reference, width, y + 14)
    y += 14 + _KEY * (2 if len(grades) > _KEYS else 1) + 44
    size = f'width="{width}" height="{number(y)}" viewBox="0 0 {width} {number(y)}"'
    card = f'<rect x=".5" y=".5" width="{width - 1}" height="{number(y - 1)}" rx="10" fill="{_PAPER}" stroke="{GRID}"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{escape(FONT)}" font-size="11" fill="{INK}">'
    return f"{head}{card}{''.join(parts)}</svg>\n"


def _head(report: Report, columns: Mapping[str, int]) -> Iterator[str]:
    reference = report.overview.reference
    run = report.runs[-1]
    about = f"{report.host.cpu_model} · {words.count(report.blocks)} blocks · run {run.run_id} · {run.started_at[:10]}"
    yield _text(_EDGE, 34, f"Python monorepo toolchains, held against {reference}", size=17, bold=True)
    yield _text(_EDGE, 53, about, color=MUTED)
    for name, x in columns.items():
        yield _text(x + 6, 82, name, size=13, bold=True)


def _topic(topic: Topic, columns: Mapping[str, int], wide: int, y: float) -> Iterator[str]:
    """A question with, for each variant, how all its rows fall: in figures, and as a bar."""
    yield _text(_EDGE, y + 21, topic.title, size=13, bold=True)
    for name, x in columns.items():
        score = topic.score(name)
        yield _text(x + 6, y + 19, tiles.score(score), size=10, color=MUTED)
        total = score.in_favour + score.neither + score.against
        at = float(x)
        for count, fill in ((score.in_favour, _GREENS[2]), (score.neither, _BAR), (score.against, _REDS[2])):
            long = wide * count / total if total else 0
            if count:
                yield f'<rect x="{number(at)}" y="{number(y + 23)}" width="{number(long)}" height="4" fill="{fill}"/>'
            at += long


def _row(measure: Measure, columns: Mapping[str, int], wide: int, y: float) -> tuple[list[str], int]:
    """A row with its tiles, and how tall it is: as its longest name or word needs."""
    names = _lines(_title(measure), _NAMES - 8, 11.5, 2)
    said = {name: _lines(_shown(measure, name), wide - _INDENT - _MARGIN, 11, 3) for name in columns}
    tall = 9 + _LINE * max(len(names), *map(len, said.values()))
    middle = y + tall / 2 + 4
    parts = list(_block(_EDGE, middle, names, 11.5))
    for name, x in columns.items():
        tile = measure.cells.get(name)
        fill = _fill(tile)
        if fill:
            parts.append(f'<rect x="{x}" y="{number(y)}" width="{wide}" height="{tall}" rx="4" fill="{fill}"/>')
        color = INK if fill else MUTED
        parts.append(_text(x + 6, middle, tiles.sign(tile.grade) if tile else words.NONE, color=color))
        parts += _block(x + _INDENT, middle, said[name], 11, color)
    return parts, tall


def _shown(measure: Measure, variant: str) -> str:
    """What stands in a tile: the ratio where there is one, else the figure or the word."""
    tile = measure.cells.get(variant)
    if tile is None:
        return ""
    return words.ratio(tile.ratio) if tile.ratio else tiles.shown(measure.kind, tile)


def _block(x: float, middle: float, lines: Sequence[str], size: float, color: str = INK) -> Iterator[str]:
    """Lines of text around a middle."""
    for place, line in enumerate(lines):
        yield _text(x, middle + _LINE * (place - (len(lines) - 1) / 2), line, size=size, color=color)


def _fill(tile: Tile | None) -> str:
    if tile is None or tile.grade is Grade.ABSENT:
        return ""
    shades = _SHADES.get(tile.grade)
    return shades[tiles.depth(tile) - 1] if shades else _FILLS.get(tile.grade, _SOFT)


def _foot(grades: Sequence[Grade], reference: str, width: int, y: float) -> Iterator[str]:
    """What the signs mean, of those that there are, and what the figures are."""
    step = (width - 2 * _EDGE) / _KEYS
    for place, grade in enumerate(grades):
        x, down = _EDGE + step * (place % _KEYS), y + _KEY * (place // _KEYS)
        fill = _fill(Tile(grade=grade))
        if fill:
            yield f'<rect x="{number(x)}" y="{number(down)}" width="20" height="15" rx="3" fill="{fill}"/>'
        yield _text(x + 6, down + 11.5, tiles.sign(grade))
        yield _text(x + 26, down + 11.5, tiles.meaning(grade), size=10.5)
    down = y + _KEY * (2 if len(grades) > _KEYS else 1) + 14
    for place, note in enumerate(_NOTES):
        yield _text(_EDGE, down + 14 * place, note.format(reference=reference), size=10, color=MUTED)


def _lines(text: str, room: float, size: float, most: int) -> list[str]:
    """A text in lines that fit, broken at spaces and behind hyphens; what is still too long ends in an ellipsis."""
    characters = int(room / (size * _CHARACTER))
    found = textwrap.wrap(text, characters)
    if len(found) > most:
        found[most - 1 :] = [f"{found[most - 1][: characters - 1]}…"]
    return found


def _text(x: float, y: float, text: str, *, size: float = 11, color: str = INK, bold: bool = False) -> str:
    look = f' font-size="{number(size)}"' if size != 11 else ""
    look += f' fill="{color}"' if color != INK else ""
    look += ' font-weight="600"' if bold else ""
    return f'<text x="{number(x)}" y="{number(y)}"{look}>{escape(text)}</text>'
