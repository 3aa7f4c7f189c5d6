"""``findings.csv``: one line for each finding of each variant, those about changes included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from harness.report.exports.summary import as_csv, runs_of
from harness.report.model import Answer, ChangeView, Question, Report

#: Each column, with what it holds; ``docs/data.md`` shows this table.
COLUMNS = {
    "runs": "the runs that the answer is from",
    "group": "what it is about, as in the report",
    "finding": "the finding's name; of a change, the change and what is counted of it, with a dot between",
    "title": "the finding in words",
    "lane": "`local` or `nix`",
    "strategy": "the Nix strategy, empty where the answer depends on none",
    "shape": "which members it was established with",
    "variant": "the variant",
    "value": "the answer, or a count; where runs disagree, the newest",
    "unit": "of a count that is not of things (`bytes`)",
    "tone": "`good`, `fair`, `bad` or `neutral`",
    "wavers": "every value that runs disagree on, empty where they agree",
    "meaning": "what the value means",
    "cure": "what was typed instead and seen to help, where the value is a hazard",
}


def findings_csv(reports: Sequence[Report]) -> str:
    """The table, in the order of the report. Evidence is left out: it stands in ``findings.jsonl``."""
    return as_csv(
        COLUMNS,
        (
            (runs_of(report), *line)
            for report in reports
            for line in (*_questions(report), *_changes(report), *_elsewhere(report))
        ),
    )


def _questions(report: Report) -> Iterator[tuple[object, ...]]:
    for group in report.questions:
        for question in group.questions:
            yield from _question(group.slug.removeprefix("findings-"), question)


def _elsewhere(report: Report) -> Iterator[tuple[object, ...]]:
    """What more members cost, and what was established with the members of further shapes."""
    for question in report.elsewhere:
        yield from _question(question.facts.group, question)


def _question(group: str, question: Question) -> Iterator[tuple[object, ...]]:
    for variant, answer in question.answers.items():
        yield (
            group,
            question.name,
            question.facts.title,
            question.lane.value,
            question.strategy,
            question.shape,
            variant,
            *_answer(answer),
        )


def _changes(report: Report) -> Iterator[tuple[object, ...]]:
    for change in report.changes:
        for row in change.rows:
            yield from _effort(change, row.variant, "local", None, row.local.measures.items())
            for strategy, effort in row.nix.items():
                yield from _effort(change, row.variant, "nix", strategy, effort.measures.items())


def _effort(
    change: ChangeView, variant: str, lane: str, strategy: str | None, measures: Iterable[tuple[str, Answer]]
) -> Iterator[tuple[object, ...]]:
    for name, answer in measures:
        name = f"{change.name}.{name}"
        yield ("changes", name, change.facts.title, lane, strategy, change.shape, variant, *_answer(answer))


def _answer(answer: Answer) -> tuple[object, ...]:
    return answer.value, answer.unit, answer.tone.value, ", ".join(answer.wavers), answer.meaning, answer.cure
