"""What each standard change costs under each variant: pure, from findings and figures to a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from harness.records import Finding, Lane, RunInfo
from harness.reporting.answers import answer, by_question, facts_of
from harness.reporting.model import Answer, ChangeRow, ChangeView, Row, Section


def changes(
    runs: Sequence[RunInfo], findings: Iterable[Finding], sections: Sequence[Section], variants: Iterable[str]
) -> tuple[ChangeView, ...]:
    """Every change that was made, with a row for each variant that made it or says why it cannot."""
    known = facts_of(runs)
    found = by_question(findings)
    described = {name: facts for run in runs for name, facts in run.changes.items()}
    names = list(variants)
    made = []
    for name, facts in described.items():
        rows = []
        for variant in names:
            measures: dict[Lane, dict[str, Answer]] = {lane: {} for lane in Lane}
            for (finding, lane), by_variant in found.items():
                change, dot, measure = finding.partition(".")
                if dot and change == name and variant in by_variant and finding in known:
                    measures[lane][measure] = answer(known[finding], by_variant[variant])
            times = {lane: _row(sections, lane, name, variant) for lane in Lane}
            if any(measures.values()) or any(times.values()):
                rows.append(ChangeRow(variant=variant, measures=measures, times=times))
        if rows:
            made.append(ChangeView(name=name, facts=facts, rows=tuple(rows)))
    return tuple(made)


def _row(sections: Sequence[Section], lane: Lane, change: str, variant: str) -> Row | None:
    wanted = change if lane is Lane.LOCAL else f"nix-{change}"
    for section in sections:
        scenario = section.scenario(wanted) if section.lane is lane else None
        if scenario is not None and (row := scenario.row(variant)) is not None:
            return row
    return None


def by_hand(row: ChangeRow, lane: Lane) -> int | None:
    """Lines that are added and removed by hand in a lane's files; nothing where that is not known."""
    lines = [counted(row.measures[lane], measure) for measure in ("lines-added", "lines-removed")]
    return None if None in lines else sum(line for line in lines if line is not None)


def counted(measures: Mapping[str, Answer], measure: str) -> int | None:
    """A measure that is a count; nothing where it was not taken."""
    found = measures.get(measure)
    return int(found.value) if found is not None and found.value.isdigit() else None
