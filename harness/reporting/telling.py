"""What of a report's words depends on who its contestants are: variants, or build backends alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.reporting import prose
from harness.reporting.backends import words as backend_words
from harness.reporting.backends.model import BackendReport
from harness.reporting.backends.tables import parts_of
from harness.reporting.model import Report
from harness.reporting.situations.briefs import briefs


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
