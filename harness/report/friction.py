"""What each standard change costs under each variant: pure, from findings and figures to a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from harness.records.facts import FindingFacts, Lane
from harness.records.format import Finding, RunInfo
from harness.records.strategies import HANDWRITTEN
from harness.report.answers import Asked, answer, by_question, facts_of, strategies_of
from harness.report.model import Answer, ChangeRow, ChangeView, Effort, Question, Row, Section

#: What is seen and counted of a change, in words.
MEASURES = {
    "works": "does it work",
    "files": "files touched",
    "lines-added": "lines added by hand",
    "lines-removed": "lines removed by hand",
    "lines-result": "lines that result",
    "lock-lines": "lines of the lock that change",
    "code-lines": "lines of code",
    "commands": "commands typed",
    "stated-twice": "values stated twice",
    "forgotten": "if it is forgotten in Nix",
}


def changes(
    runs: Sequence[RunInfo], findings: Iterable[Finding], sections: Sequence[Section], variants: Iterable[str]
) -> tuple[ChangeView, ...]:
    """Every change that was made, with a row for each variant that made it or says why it cannot."""
    known = facts_of(runs)
    found = by_question(findings, known)
    described = {name: facts for run in runs for name, facts in run.changes.items()}
    titles = strategies_of(runs)
    names = list(variants)
    made = []
    for name, facts in described.items():
        by_variant = {variant: _measures(name, variant, known, found) for variant in names}
        timed = {section.strategy for section in sections if section.scenario(f"nix-{name}") and not section.refused}
        used = timed.union(*(measures for measures in by_variant.values())) - {""}
        strategies = {item: titles.get(item, item) for item in dict.fromkeys((*titles, *sorted(used))) if item in used}
        rows = (_effort(name, variant, measures, strategies, sections) for variant, measures in by_variant.items())
        if tried := tuple(row for row in rows if any(map(_tried, (row.local, *row.nix.values())))):
            made.append(ChangeView(name=name, facts=facts, rows=tried, strategies=strategies))
    return tuple(made)


def _effort(
    change: str,
    variant: str,
    measures: Mapping[str, Mapping[str, Answer]],
    strategies: Iterable[str],
    sections: Sequence[Section],
) -> ChangeRow:
    """One variant making a change, in the local lane and with each strategy."""
    return ChangeRow(
        variant=variant,
        local=Effort(measures=measures.get("", {}), time=_row(sections, "", change, variant)),
        nix={
            name: Effort(measures=measures.get(name, {}), time=_row(sections, name, f"nix-{change}", variant))
            for name in strategies
        },
    )


def _tried(effort: Effort) -> bool:
    return bool(effort.measures) or effort.time is not None


def _measures(
    change: str, variant: str, known: Mapping[str, FindingFacts], found: Mapping[Asked, Mapping[str, Sequence[Finding]]]
) -> dict[str, dict[str, Answer]]:
    """What was counted of a variant's change, by strategy (empty for the local lane) and measure."""
    measures: dict[str, dict[str, Answer]] = {}
    for (finding, lane, strategy), by_variant in found.items():
        name, dot, measure = finding.partition(".")
        if dot and name == change and variant in by_variant and finding in known:
            # A run that names no strategy is from before there was another one.
            how = (strategy or HANDWRITTEN) if lane is Lane.NIX else ""
            measures.setdefault(how, {})[measure] = answer(known[finding], by_variant[variant])
    return measures


def _row(sections: Sequence[Section], strategy: str, scenario: str, variant: str) -> Row | None:
    """A timed change's row; the local lane's sections have no strategy."""
    for section in sections:
        wanted = section.scenario(scenario) if section.strategy == strategy else None
        if wanted is not None and (row := wanted.row(variant)) is not None:
            return row
    return None


def by_hand(effort: Effort) -> int | None:
    """Lines that are added and removed by hand; nothing where that is not known."""
    lines = [counted(effort, measure) for measure in ("lines-added", "lines-removed")]
    return None if None in lines else sum(line for line in lines if line is not None)


def counted(effort: Effort, measure: str) -> int | None:
    """A measure that is a count; nothing where it was not taken."""
    found = effort.measures.get(measure)
    return int(found.value) if found is not None and found.value.isdigit() else None


def as_question(change: ChangeView, measure: str) -> Question:
    """What was asked of a change in the local lane, as a question like any other."""
    answers = {row.variant: row.local.measures[measure] for row in change.rows if measure in row.local.measures}
    facts = FindingFacts(
        title=f"{change.facts.title}: {MEASURES.get(measure, measure)}",
        question=change.facts.what,
        experiment=change.facts.effect,
        group="changes",
        lanes=(Lane.LOCAL,),
    )
    return Question(name=f"{change.name}.{measure}", lane=Lane.LOCAL, facts=facts, answers=answers, shape=change.shape)
