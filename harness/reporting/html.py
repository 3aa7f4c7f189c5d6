"""``index.html``: the report as one page that needs nothing but itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from harness.records import Lane
from harness.reporting import prose, words
from harness.reporting.drawing import Chart
from harness.reporting.highlight import highlighted
from harness.reporting.model import Report
from harness.reporting.story import SURPRISING

# What vega says of each mark helps nobody who cannot see the picture; its accessible name and the tables do.
_CHATTER = re.compile(r' (?:aria-[a-z]+|role|xmlns(?::xlink)?|version)="[^"]*"')
_ID = re.compile(r'(?<=id=")([^"]+)(?=")|(?<=url\(#)([^)]+)(?=\))|(?<=href="#)([^"]+)(?=")')


def render_html(report: Report, charts: Sequence[Chart]) -> str:
    """The whole report as one HTML page; all text from runs is escaped."""
    environment = Environment(
        loader=PackageLoader("harness.reporting"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        w=words, glance=prose.glance, groups=prose.groups, command=prose.command, highlighted=highlighted
    )
    overview = next((chart for chart in charts if chart.name.startswith("intervals-")), None)
    return environment.get_template("report.html.j2").render(
        report=report,
        charts=charts,
        overview=overview,
        inline=inline,
        title=prose.TITLE,
        lead=prose.lead(report),
        banners=prose.banners(report),
        method=prose.method(report),
        machine=prose.machine(report),
        lanes=(Lane.LOCAL, Lane.NIX),
        surprising=f"{SURPRISING:.0f}",
        quiet=prose.QUIET if report.samples else "Nothing has been measured yet.",
    )


def inline(chart: Chart) -> Markup:
    """A picture as it stands inside the page: named, with ids of its own, and without namespaces.

    The SVG comes from vega, which escapes the text in it; only its opening tag is rewritten.
    """
    body = _ID.sub(lambda match: f"{chart.name}-{match[0]}", _CHATTER.sub("", chart.svg))
    label = escape(chart.label)
    return Markup(body.replace("<svg", f'<svg role="img" aria-label="{label}"', 1))  # noqa: S704 - see above
