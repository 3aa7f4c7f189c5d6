"""``report.md``: the report for a terminal or a code host."""

from __future__ import annotations

import re

from jinja2 import Environment, PackageLoader, StrictUndefined

from harness.reporting import nix_words, prose, words
from harness.reporting.model import Report

# What would end a cell of a table or begin markup; HTML is escaped too, since code hosts pass some of it on.
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")


def render_markdown(report: Report) -> str:
    """The whole report as Markdown, with the same figures as the page."""
    environment = Environment(
        loader=PackageLoader("harness.reporting"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - this is Markdown; all text passes through the filters below
        keep_trailing_newline=True,
    )
    environment.filters.update(md=escape, code=code, indented=indented)
    text = environment.get_template("report.md.j2").render(
        report=report,
        title=prose.TITLE,
        lead=prose.lead(report),
        banners=prose.banners(report),
        method=prose.method(report),
        machine=prose.machine(report),
        quiet=prose.QUIET if report.samples else "Nothing has been measured yet.",
        glance=prose.glance,
        groups=prose.groups,
        command=prose.command,
        w=words,
        n=nix_words,
    )
    return re.sub(r"\n{3,}", "\n\n", text)


def escape(text: object) -> str:
    """Any text as plain text on one line of Markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split())).replace("\\<", "&lt;").replace("\\>", "&gt;")


def code(text: object) -> str:
    """Any text fit to stand between single backticks, also inside a table."""
    return " ".join(str(text).split()).replace("`", "'").replace("|", "¦")


def indented(text: str) -> str:
    """Any text as an indented code block, in which nothing is markup."""
    return "\n".join(f"    {line}" for line in text.splitlines()) or "    (empty)"
