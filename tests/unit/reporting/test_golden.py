"""The report of a small fixed run, to the letter; ``UPDATE_GOLDEN=1`` writes it anew, for a person to look through."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from harness.reporting.writer import write_report
from tests.unit.reporting.made_up_run import FIXTURE

GOLDEN = Path(__file__).parents[2] / "golden"


def normalised(name: str, text: str) -> str:
    """Without what depends on the fonts of this machine (the pictures) and without the style sheet."""
    if name.endswith(".html"):
        text = re.sub(r"(<svg role=\"img\" aria-label=\"[^\"]*\").*?</svg>", r"\1></svg>", text, flags=re.DOTALL)
        text = re.sub(r"<style>.*?</style>", "<style></style>", text, flags=re.DOTALL)
        text = re.sub(r"<script>.*?</script>", "<script></script>", text, flags=re.DOTALL)
        text = re.sub(r"'sha256-[^']*'", "'sha256-'", text)
    return text


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    write_report([FIXTURE], out)
    return out


@pytest.mark.parametrize("name", ["report.md", "index.html", "summary.csv"])
def test_the_report_is_as_it_was_agreed(report: Path, name: str) -> None:
    text = normalised(name, (report / name).read_text(encoding="utf-8"))
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / name).write_text(text, encoding="utf-8")
    assert text == (GOLDEN / name).read_text(encoding="utf-8")


def test_page_and_markdown_show_the_same_medians(report: Path) -> None:
    page, markdown = ((report / name).read_text(encoding="utf-8") for name in ("index.html", "report.md"))
    medians = set(re.findall(r"\| (\d[\d.]* m?s) \|", markdown))
    assert medians
    assert all(median in page for median in medians)


def test_the_page_names_no_outside_address(report: Path) -> None:
    page = (report / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"(?:https?:)?//[a-z0-9]", page)
    assert page.count("<script") == 1


def test_ids_are_unique(report: Path) -> None:
    ids = re.findall(r'\sid="([^"]+)"', (report / "index.html").read_text(encoding="utf-8"))
    assert len(ids) == len(set(ids))
