"""A report of backends as one HTML page and as Markdown: pure, from the same values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.reporting import prose, words
from harness.reporting.backends import words as own
from harness.reporting.backends.model import BackendReport
from harness.reporting.backends.tables import Table, tables
from harness.reporting.charts.drawing import Chart
from harness.reporting.compact import compact
from harness.reporting.html import inline, page_environment
from harness.reporting.markdown import text_environment, tidied

#: The parts of the page, by slug; what is in them comes from the tables and pictures of that slug.
HEADINGS = {
    "speed": "Which backend is quick",
    "growth": "As the number of files grows",
    "front-ends": "Front ends and backends told apart",
    "shortcut": "uv's own process and the standard way",
    "editable": "Editable installs",
}


def render_page(report: BackendReport, charts: Sequence[Chart]) -> str:
    """The whole report as one HTML page that needs nothing but itself and has no script."""
    template = page_environment().get_template("backends.html.j2")
    return compact(template.render(**_values(report, charts), inline=inline))


def render_text(report: BackendReport, charts: Sequence[Chart]) -> str:
    """The whole report as Markdown, with the same figures as the page."""
    values = {**_values(report, charts), "groups": prose.groups, "command": prose.command, "w": words}
    return tidied(text_environment().get_template("backends.md.j2").render(**values))


def _values(report: BackendReport, charts: Sequence[Chart]) -> dict[str, Any]:
    return {
        "base": report.base,
        "charts": charts,
        "title": own.TITLE,
        "lead": own.lead(report),
        "banners": prose.banners(report.base),
        "briefs": own.briefs(report),
        "parts_of": parts_of(report),
        "method": own.method(report),
        "limits": own.limits(report),
        "machine": prose.machine(report.base),
        "quiet": prose.QUIET if report.base.samples else "Nothing has been measured yet.",
    }


def parts_of(report: BackendReport) -> list[tuple[str, str, tuple[Table, ...]]]:
    """The parts of the page that there is anything to say in: slug, heading, tables."""
    found = tables(report)
    return [(slug, heading, found[slug]) for slug, heading in HEADINGS.items() if found[slug]]
