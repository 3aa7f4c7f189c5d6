"""``report.md``: the report for a terminal or a code host."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from harness.reporting import prose, words
from harness.reporting.backends.model import BackendReport
from harness.reporting.charts.drawing import Chart
from harness.reporting.compare import words as compare_words
from harness.reporting.machines import words as machine_words
from harness.reporting.model import Report
from harness.reporting.nix import words as nix_words
from harness.reporting.overview import tiles
from harness.reporting.overview.model import Grade
from harness.reporting.scale import words as scale_words
from harness.reporting.scale.model import Kind as ScaleKind
from harness.reporting.situations import words as situation_words
from harness.reporting.telling import told

# What would end a cell of a table or begin markup; HTML is escaped too, since code hosts pass some of it on.
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~]|&(?=[#A-Za-z]))")
# Where a code host begins a link of its own accord: after "http:", "https:" and "www".
_LINKED = re.compile(r"(?<=:)/(?=/)|(?<=www)\.", re.IGNORECASE)


def text_environment() -> Environment:
    """What Markdown is made with: templates, and the filters that all text from runs passes through."""
    environment = Environment(
        loader=PackageLoader("harness.reporting"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - this is Markdown; all text passes through the filters below
        keep_trailing_newline=True,
    )
    environment.filters.update(md=escape, mdpart=escape_part, code=code, indented=indented)
    return environment


def render_markdown(report: Report, charts: Sequence[Chart] = (), alone: BackendReport | None = None) -> str:
    """The whole report as Markdown, with the same figures as the page.

    Of ``charts``, those are told as a table whose figures stand in no other.
    """
    text = (
        text_environment()
        .get_template("report.md.j2")
        .render(
            **told(report, alone),
            charts=[chart for chart in charts if chart.rows and not chart.repeated],
            situation_words=situation_words,
            compare_words=compare_words,
            machine_words=machine_words,
            tiles=tiles,
            grades=tuple(Grade),
            join=prose.join,
            groups=prose.groups,
            command=prose.command,
            w=words,
            n=nix_words,
            scale_words=scale_words,
            kinds=ScaleKind,
            every_chart=charts,
        )
    )
    return tidied(text)


def tidied(text: str) -> str:
    """Markdown without the empty lines that templates leave."""
    return re.sub(r"\n{3,}", "\n\n", text)


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


def indented(text: str) -> str:
    """Any text as an indented code block, in which nothing is markup."""
    return "\n".join(f"    {line}" for line in text.splitlines()) or "    (empty)"
