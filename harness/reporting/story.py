"""Each variant's own section: what it is, what will surprise its user, its figures and its files. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from harness.analysis.compare import Verdict
from harness.records import Tone, VariantFacts
from harness.reporting.model import ChangeView, QuestionGroup, Row, Section, Story, Surprise

#: How many times slower than the reference something has to be shown to be, to be called a surprise.
SURPRISING = 3.0


def stories(
    variants: Mapping[str, VariantFacts],
    sections: Sequence[Section],
    groups: Sequence[QuestionGroup],
    changes: Sequence[ChangeView],
) -> tuple[Story, ...]:
    """One section for each variant."""
    return tuple(
        Story(
            variant=name,
            facts=facts,
            surprises=tuple(_surprises(name, sections, groups, changes)),
            figures=tuple(_figures(name, sections)),
        )
        for name, facts in variants.items()
    )


def _surprises(
    variant: str, sections: Sequence[Section], groups: Sequence[QuestionGroup], changes: Sequence[ChangeView]
) -> Iterator[Surprise]:
    """Findings that are a hazard, and what was shown to be much slower than the reference: nothing else is told."""
    for group in groups:
        for question in group.questions:
            answer = question.answers.get(variant)
            if answer is not None and answer.tone is Tone.BAD and group.slug != "findings-errors":
                yield Surprise(
                    title=question.facts.title,
                    words=f"{answer.value}. {answer.meaning}",
                    anchor=f"{question.slug}-{variant}",
                )
    for change in changes:
        for made in change.rows:
            for answers in made.measures.values() if made.variant == variant else ():
                works = answers.get("works")
                if works is not None and works.tone is Tone.BAD:
                    yield Surprise(
                        title=change.facts.title, words=f"{works.value}. {works.meaning}", anchor=change.slug
                    )
    for section in sections:
        for scenario in section.scenarios:
            row = scenario.row(variant)
            compared = row.comparison if row else None
            slower = compared is not None and compared.verdict is Verdict.SLOWER
            if compared is not None and slower and compared.ratio is not None and compared.ratio.median > SURPRISING:
                yield Surprise(
                    title=f"{scenario.title}, {section.title}",
                    words=f"{compared.ratio.median:.1f} times as long as the reference.",
                    anchor=f"{section.slug}-{scenario.name}",
                )


def _figures(variant: str, sections: Iterable[Section]) -> Iterator[tuple[str, str, str, Row]]:
    """The section's title, the scenario's anchor and title, and the row, for each scenario that was tried."""
    for section in sections:
        for scenario in section.scenarios:
            row = scenario.row(variant)
            if row is not None and row.outcomes:
                yield section.title, f"{section.slug}-{scenario.name}", scenario.title, row
