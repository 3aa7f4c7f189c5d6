"""``index.html``: the report as one page that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from harness.report import prose, words
from harness.report.alike import files_alike
from harness.report.anchors import anchored
from harness.report.backends.model import BackendReport
from harness.report.charts.drawing import Chart
from harness.report.charts.lean import PAPER
from harness.report.compact import compact
from harness.report.compare import words as compare_words
from harness.report.highlight import highlighted
from harness.report.machines import words as machine_words
from harness.report.model import Report
from harness.report.nix import words as nix_words
from harness.report.overview import tiles
from harness.report.overview.model import Grade
from harness.report.read.logs import pack
from harness.report.scale import words as scale_words
from harness.report.scale.model import Kind as ScaleKind
from harness.report.situations import words as situation_words
from harness.report.statistics.compare import BAND
from harness.report.story import SURPRISING
from harness.report.telling import told

# What vega says of each mark helps nobody who cannot see the picture; its accessible name and the tables do.
_CHATTER = re.compile(r' (?:aria-[a-z]+|role|xmlns(?::xlink)?|version)="[^"]*"')
# What says nothing inside the page: defaults, the font that is the page's own, and marks without any extent.
_IDLE = re.compile(
    r'<path class="foreground" d=""[^>]*/>| (?:font-family="[^"]*"|opacity="1"|stroke-width="1"|pointer-events="none")'
)
_FIGURE = re.compile(r"-?\d+\.\d{3,}")
_TAG = re.compile(r"<[^>]*>")
_ID = re.compile(r'(?<=id=")([^"]+)(?=")|(?<=url\(#)([^)]+)(?=\))|(?<=href="#)([^"]+)(?=")')


def page_environment() -> Environment:
    """What pages are made with: templates, words, and escaping of all text from runs."""
    environment = Environment(
        loader=PackageLoader("harness.report"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        anchored=anchored,
        w=words,
        n=nix_words,
        scale_words=scale_words,
        kinds=ScaleKind,
        tiles=tiles,
        situation_words=situation_words,
        compare_words=compare_words,
        machine_words=machine_words,
        join=prose.join,
        groups=prose.groups,
        command=prose.command,
        highlighted=highlighted,
    )
    return environment


def render_html(report: Report, charts: Sequence[Chart], alone: BackendReport | None = None) -> str:
    """The whole report as one HTML page; all text from runs is escaped."""
    script = scripts()
    page = (
        page_environment()
        .get_template("report.html.j2")
        .render(
            **told(report, alone),
            charts=charts,
            alike=files_alike(report.variants),
            logs=pack(report.logs),
            band=f"{BAND:.0%}",
            grades=tuple(Grade),
            inline=inline,
            script=script,
            script_hash=digest(script),
            surprising=f"{SURPRISING:.0f}",
        )
    )
    return compact(page)


def scripts() -> Markup:
    """What makes the page's controls work: every file of ``templates/scripts``, in the order of their names.

    Each stands in a scope of its own and needs none of the others. Without them the page says the same.
    """
    folder = files("harness.report").joinpath("templates", "scripts")
    parts = [item for item in sorted(folder.iterdir(), key=lambda item: item.name) if item.name.endswith(".js")]
    return Markup(";\n".join(item.read_text(encoding="utf-8").strip() for item in parts))  # noqa: S704 - our own files


def digest(script: str) -> str:
    """A script's hash as a content security policy names it (CSP level 3): no other script may run on the page."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def inline(chart: Chart) -> Markup:
    """A picture as it stands inside the page: named, with ids of its own, and without what only makes it larger.

    The SVG comes from vega, which escapes the text in it; only tags are rewritten.
    """
    bare = chart.svg.replace(PAPER, "", 1)
    body = _TAG.sub(lambda tag: _ID.sub(lambda found: f"{chart.name}-{found[0]}", _lean(tag[0])), bare)
    label = escape(chart.label)
    return Markup(body.replace("<svg", f'<svg role="img" aria-label="{label}"', 1))  # noqa: S704 - see above


def _lean(tag: str) -> str:
    return _FIGURE.sub(_short, _IDLE.sub("", _CHATTER.sub("", tag)))


def _short(figure: re.Match[str]) -> str:
    """A coordinate to a hundredth of a pixel."""
    return f"{float(figure[0]):.2f}"
