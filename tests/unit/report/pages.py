"""A report as text, and what a page is made of: without its pictures, which take ten times as long as all the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from harness.report.charts.drawing import Chart
from harness.report.html import render_html
from harness.report.markdown import render_markdown
from harness.report.model import Report


def page_of(report: Report, charts: Sequence[Chart] = ()) -> str:
    """The page, with no other pictures than these."""
    return render_html(report, charts)


def markdown_of(report: Report) -> str:
    """The Markdown, without links to pictures."""
    return render_markdown(report)


def markdown_section(text: str, heading: str) -> str:
    """What stands below a heading of the second level, up to the next one."""
    assert text.count(f"\n## {heading}") == 1, heading
    return text.split(f"\n## {heading}")[1].split("\n## ")[0]


def page_section(page: str, slug: str) -> str:
    """The section of a page with that heading."""
    assert page.count(f'<section aria-labelledby="{slug}">') == 1, slug
    return page.split(f'<section aria-labelledby="{slug}">')[1].split("</section>")[0]


def figures_of(text: str) -> set[str]:
    """Every time, size and ratio that stands in a table of Markdown."""
    rows = "\n".join(line for line in text.splitlines() if line.startswith("| "))
    return set(re.findall(r"\d[\d.,]*(?: (?:µs|ms|s|B|KiB|MiB|GiB)\b|×)", rows))


@dataclass
class Table:
    """A table of a page: its heads, and how many columns each row takes."""

    heads: list[str] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)


class _Tables(HTMLParser):
    """Pages leave end tags out where HTML lets them, so only what begins is looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Table] = []
        self._open: list[Table] = []
        self._heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._heading = False
        if tag == "table":
            self._open.append(Table())
            self.found.append(self._open[-1])
        elif tag == "tr":
            self._open[-1].widths.append(0)
        elif tag in ("td", "th"):
            told = dict(attrs)
            self._open[-1].widths[-1] += int(told.get("colspan") or 1)
            if told.get("scope") == "col":
                self._open[-1].heads.append("")
                self._heading = True

    def handle_endtag(self, tag: str) -> None:
        self._heading = False
        if tag == "table":
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._heading:
            self._open[-1].heads[-1] += data.strip()


def tables_of(page: str) -> list[Table]:
    """Every table of a page."""
    parser = _Tables()
    parser.feed(page)
    return parser.found


def faults(page: str) -> Iterator[str]:
    """What is wrong with how a page is put together; nothing, if all is well."""
    ids = re.findall(r'\sid="([^"]+)"', page)
    yield from (f"two ids are {name}" for name in sorted({name for name in ids if ids.count(name) > 1}))
    links = set(re.findall(r'href="#([^"]+)"', page))
    yield from (f"a link leads nowhere: #{name}" for name in sorted(links - set(ids)))
    labels = re.findall(r'role="group" aria-label="([^"]+)"', page)
    yield from (f"two groups are called {name}" for name in sorted({name for name in labels if labels.count(name) > 1}))
    headings = re.findall(r'<section aria-labelledby="([^"]+)"', page)
    yield from (f"no heading is {name}" for name in headings if not re.search(rf'<h2 id="{re.escape(name)}"', page))
    yield from (f"an outside address: {place}" for place in re.findall(r"(?:https?:)?//[a-z0-9][^\s\"']*", page))
    for number, table in enumerate(tables_of(page), 1):
        if not table.heads or len(set(table.widths)) != 1:
            yield f"table {number}, {table.heads}, has rows of {sorted(set(table.widths))} columns"
