"""What of a report's words depends on who its contestants are: variants, or build backends alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.report import prose
from harness.report.backends import words as backend_words
from harness.report.backends.model import BackendReport
from harness.report.backends.tables import parts_of
from harness.report.model import Report
from harness.report.situations.briefs import briefs


def told(report: Report, alone: BackendReport | None) -> Mapping[str, Any]:
    """The words that page and Markdown are made with, by the names that templates have for them."""
    same = {
        "report": report,
        "banners": prose.banners(report),
        "machine": prose.machine(report),
        "quiet": prose.QUIET if report.samples else "Nothing has been measured yet.",
    }
    if alone is not None:
        return same | {
            "noun": "Backend",
            "title": backend_words.TITLE,
            "lead": backend_words.lead(alone),
            "members": (),
            "briefs": backend_words.briefs(alone),
            "parts_of": parts_of(alone),
            "method": backend_words.method(alone),
            "limits": backend_words.limits(alone),
        }
    return same | {
        "noun": "Variant",
        "title": prose.TITLE,
        "lead": prose.lead(report),
        "members": prose.members(report),
        "briefs": briefs(report),
        "parts_of": [],
        "method": prose.method(report),
        "limits": prose.limits(report),
    }
