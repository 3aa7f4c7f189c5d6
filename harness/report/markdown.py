"""``report.md``: the report in short, for a terminal or a code host; the page has all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from harness.records.facts import Outcome
from harness.report import prose, words
from harness.report.backends.model import BackendReport
from harness.report.facts import KEY_SCENARIOS
from harness.report.model import Report, ScenarioView, Section
from harness.report.nix import words as nix_words
from harness.report.scale import words as scale_words
from harness.report.scale.model import Kind, Panel, ScaleLane, Size
from harness.report.situations import words as situation_words
from harness.report.telling import told

# What would end a cell of a table or begin markup; HTML is escaped too, since code hosts pass some of it on.
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~]|&(?=[#A-Za-z]))")
# Where a code host begins a link of its own accord: after "http:", "https:" and "www".
_LINKED = re.compile(r"(?<=:)/(?=/)|(?<=www)\.", re.IGNORECASE)


def _environment() -> Environment:
    """What Markdown is made with: templates, and the filters that all text from runs passes through."""
    environment = Environment(
        loader=PackageLoader("harness.report"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - this is Markdown; all text passes through the filters below
        keep_trailing_newline=True,
    )
    environment.filters.update(md=escape, mdpart=escape_part, code=code)
    return environment


def render_markdown(report: Report, pictures: Sequence[str] = (), alone: BackendReport | None = None) -> str:
    """The answers, the tables that decide, the limits, and where the rest is; ``pictures`` are the names of figures."""
    text = (
        _environment()
        .get_template("report.md.j2")
        .render(
            **told(report, alone),
            known=[item for item in report.situations if item.known] if report.outcomes.get(Outcome.OK) else [],
            timed=list(_timed(report)),
            grown=list(_grown(report)),
            pictures=pictures,
            situation_words=situation_words,
            scale_words=scale_words,
            command=prose.command,
            w=words,
            n=nix_words,
        )
    )
    # Templates leave empty lines.
    return re.sub(r"\n{3,}", "\n\n", text)


def _timed(report: Report) -> Iterator[tuple[Section, list[ScenarioView]]]:
    """The sections with any figure, each with its key scenarios."""
    for section in report.sections:
        found = [item for name in KEY_SCENARIOS if (item := section.scenario(name)) is not None]
        if any(row.summary for item in found for row in item.rows):
            yield section, found


def _grown(report: Report) -> Iterator[tuple[ScaleLane, tuple[Size, ...], list[Panel]]]:
    """Where several sizes were measured: each lane, the sizes tried, and the times of its key scenarios."""
    if report.scale is None or not report.scale.shown:
        return
    for lane in report.scale.lanes:
        if panels := [panel for panel in lane.of(Kind.TIME) if panel.name in KEY_SCENARIOS]:
            yield lane, scale_words.tried(report.scale, panels), panels


def escape(text: object) -> str:
    """Any text as plain text on one line of Markdown."""
    line = _LINKED.sub(r"\\\g<0>", _SPECIAL.sub(r"\\\1", " ".join(str(text).split())))
    return line.replace("\\<", "&lt;").replace("\\>", "&gt;")


def escape_part(text: object) -> str:
    """Any text as a part of a line of plain Markdown, with the spaces at its ends."""
    part = str(text)
    return " " * part.startswith(" ") + escape(part) + " " * (part.endswith(" ") and bool(part.strip()))


def code(text: object) -> str:
    """Any text fit to stand between single backticks, also inside a table."""
    return " ".join(str(text).split()).replace("`", "'").replace("|", "¦")
