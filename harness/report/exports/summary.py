"""``summary.csv``: one line for each cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from harness.records.facts import Outcome
from harness.report.model import Report, Row, ScenarioView, Section

#: Each column, with what it holds; ``docs/data.md`` shows this table.
COLUMNS = {
    "runs": "the runs that the figures are from",
    "section": "the section of the report",
    "lane": "`local` or `nix`",
    "provider": "where Nix took Python from, empty in the local lane",
    "strategy": "how members were described to Nix, empty in the local lane",
    "shape": "which members there are; of backends alone, how many files",
    "scenario": "what was measured",
    "variant": "the variant",
    "reference": "`yes` for the variant that ratios are to",
    "status": "`ok` if any sample is, else how most ended",
    "all_samples": "samples taken",
    "ok_samples": "samples that count",
    "failed_samples": "samples that failed, timed out or could not be set up",
    "median_s": "median time in seconds",
    "low_s": "lower end of its 95% interval",
    "high_s": "upper end of its 95% interval",
    "spread": "median absolute deviation, scaled to a standard deviation, as a share of the median",
    "outliers": "samples far from the rest; they count all the same",
    "ratio": "median over blocks of the time divided by the reference's in the same block",
    "ratio_low": "lower end of its 95% interval",
    "ratio_high": "upper end of its 95% interval",
    "compared_blocks": "blocks that have both",
    "p_value": "of the comparison, before correction",
    "verdict": "`faster`, `slower`, `same`, `undecided`, or `reference`",
    "reason": "why the verdict is what it is, or why a sample is not ok",
    "user_s": "median processor time in seconds, outside the kernel",
    "system_s": "median processor time in seconds, inside the kernel",
    "max_rss_bytes": "median peak memory of the largest process",
    "requests": "median requests to the index",
    "bytes_downloaded": "median bytes that the index served",
}

_CALCULATED = ("=", "+", "-", "@", "\t", "\r")


def summary_csv(reports: Sequence[Report]) -> str:
    """The table, in the order of the report: figures unrounded, absent ones empty."""
    lines = (
        (runs_of(report), section, scenario, row)
        for report in reports
        for section in (*report.sections, *report.further)
        for scenario in section.scenarios
        for row in scenario.rows
    )
    return as_csv(COLUMNS, (tuple(_line(*line)) for line in lines))


def runs_of(report: Report) -> str:
    """The runs of a group, by their ids."""
    return " ".join(run.run_id for run in report.runs)


def as_csv(columns: Iterable[str], lines: Iterable[Iterable[object]]) -> str:
    """Lines below their columns; what is absent is empty."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(columns)
    table.writerows(map(cell, line) for line in lines)
    return out.getvalue()


def cell(value: object) -> object:
    """A value as it stands in a CSV file: nothing as an empty cell, and a text never as a formula.

    Spreadsheet programs calculate what begins with one of these signs. No name or sentence of the harness does, so only
    a text that somebody else chose is put behind an apostrophe, as such programs mark text; figures stay as they are.
    """
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_CALCULATED) else value


def _line(runs: str, section: Section, scenario: ScenarioView, row: Row) -> Iterator[object]:
    summary, compared = row.summary, row.comparison
    interval = summary.interval if summary else None
    ratio = compared.ratio if compared else None
    several = ratio is not None and compared is not None and compared.blocks > 1
    uncounted = {Outcome.OK, Outcome.UNSUPPORTED}
    yield runs
    yield from (section.slug, section.lane.value, section.provider, section.strategy, section.shape)
    yield from (scenario.name, row.variant, "yes" if row.is_reference else "no", row.status)
    yield sum(row.outcomes.values())
    yield summary.count if summary else 0
    yield sum(count for outcome, count in row.outcomes.items() if outcome not in uncounted)
    yield summary.median if summary else None
    yield from (interval.low, interval.high) if interval else (None, None)
    yield summary.spread if summary and summary.count > 1 else None
    yield len(summary.outliers) if summary else None
    yield ratio.median if ratio else None
    yield from (ratio.low, ratio.high) if ratio and several else (None, None)
    yield compared.blocks if compared else None
    yield compared.p_value if compared else None
    yield compared.verdict.value if compared else "reference"
    yield row.reason or (compared.reason if compared else "")
    yield from (row.user_s, row.system_s, row.max_rss_bytes, row.requests, row.bytes_downloaded)
