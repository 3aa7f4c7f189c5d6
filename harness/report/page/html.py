"""``index.html`` and what lies beside it: all of the answer on one page, and the evidence in ``proofs``, by bundle."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from harness.records.spelling import duration
from harness.report import words
from harness.report.anchors import anchored
from harness.report.charts.drawing import Chart
from harness.report.charts.lean import PAPER
from harness.report.compare import words as compare_words
from harness.report.page.compact import compact
from harness.report.prose import inside
from harness.report.view.figures import interval, sign, spelled
from harness.report.view.model import Curve, Figure, GrowthPanel, Measures, View
from harness.report.view.proofs import file_anchor

_TAG = re.compile(r"<[^>]*>")
_ID = re.compile(r'(?<=id=")([^"]+)(?=")|(?<=url\(#)([^)]+)(?=\))|(?<=href="#)([^"]+)(?=")')
#: The most characters of a tooltip.
_TOOLTIP = 240
#: The bundle that has every measure.
MEASURES = "measures"


def page_environment() -> Environment:
    """What pages are made with: templates, the way figures are spelled, and escaping of all text from runs."""
    environment = Environment(
        loader=PackageLoader("harness.report", "page/templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["inside"] = inside
    environment.globals.update(
        anchored=anchored,
        spelled=spelled,
        sign=sign,
        tooltip=_tooltip,
        short=_short,
        duration=duration,
        file_anchor=file_anchor,
        sizes_of=_sizes_of,
        at=_at,
        marks=words.SIGNS,
        compare_words=compare_words,
        w=words,
    )
    environment.tests["alike"] = lambda answers: len(answers) < 2
    return environment


def render_html(view: View, charts: Mapping[str, Chart]) -> str:
    """The page; all text from runs is escaped. ``charts`` are those of growth, by the slug of their panel."""
    script = asset("page.js")
    drawn = [_Drawn(charts[panel.slug]) for panel in view.growth]
    page = (
        page_environment()
        .get_template("index.html.j2")
        .render(
            view=view,
            charts=drawn,
            longest=max((bar.figure.value or 0.0 for bar in view.bars), default=1.0) or 1.0,
            tools=list(dict.fromkeys(row.tool for row in view.table.rows)),
            grouped=[(group, list(own)) for group, own in groupby(view.breaks, key=lambda item: item.group)],
            source_names={source.slug: source.title for source in view.sources},
            compared=view.compared,
            style=asset("style.css"),
            script=script,
            script_hash=digest(script),
        )
    )
    return compact(page)


class _Drawn:
    """A picture as it stands inside the page: named, and with ids of its own."""

    def __init__(self, chart: Chart) -> None:
        self.title = chart.title
        bare = chart.svg.replace(PAPER, "", 1)
        body = _TAG.sub(lambda tag: _ID.sub(lambda found: f"{chart.name}-{found[0]}", tag[0]), bare)
        label = escape(chart.label)
        # The SVG comes from vega, which escapes the text in it; only tags are rewritten.
        self.inline = Markup(body.replace("<svg", f'<svg role="img" aria-label="{label}"', 1))  # noqa: S704


def asset(name: str) -> Markup:
    """The style sheet or the script, as it stands in the page."""
    return Markup(files("harness.report").joinpath("page", "templates", name).read_text(encoding="utf-8").strip())  # noqa: S704


def digest(script: str) -> str:
    """A script's hash as a content security policy names it (CSP level 3): no other script may run on the page."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def render_proofs(view: View) -> dict[str, str]:
    """The files of the folder ``proofs`` by name: a call of the page's function each, with what it shows on a click."""
    bundles: dict[str, dict[str, tuple[str, str]]] = {}
    for proof in view.proofs:
        bundles.setdefault(proof.bundle, {})[proof.anchor] = (proof.title, proof.text)
    found = {f"{name}.js": _call(name, data) for name, data in bundles.items()}
    return {**found, f"{MEASURES}.js": _call(MEASURES, _all_measures(view.measures))}


def _all_measures(measures: Measures) -> dict[str, object]:
    return {
        "names": [row.variant for row in measures.rows],
        "columns": [column.title for column in measures.columns],
        "cells": [[_told(row.cells[column.slug]) for column in measures.columns] for row in measures.rows],
    }


def _told(figure: Figure) -> tuple[str, str, str, str]:
    return spelled(figure), figure.standing.value, sign(figure), figure.proof


def _call(name: str, data: object) -> str:
    """A script that hands data to the page. Pure ASCII, and nothing in it can end a script or begin a tag."""
    told = ", ".join(json.dumps(part, ensure_ascii=True, separators=(",", ":")) for part in (name, data))
    return f"monorepoProof({told.replace('<', chr(92) + 'u003c')});\n"


def _tooltip(figure: Figure) -> str:
    """A figure's 95% interval and what it means, as long as a tooltip may be."""
    within = interval(figure)
    told = " ".join(filter(None, (f"95% interval {within}." if within else "", figure.meaning)))
    return told if len(told) <= _TOOLTIP else f"{told[: _TOOLTIP - 1]}…"


def _short(measure: str) -> str:
    """A measure beside a figure: without what its heading says already."""
    return measure.removesuffix(", the tool's own way").removesuffix(", Nix")


def _sizes_of(panel: GrowthPanel) -> list[int]:
    return sorted({point.members for curve in panel.curves for point in curve.points})


def _at(curve: Curve, members: int) -> Figure:
    return next((point.figure for point in curve.points if point.members == members), Figure())
