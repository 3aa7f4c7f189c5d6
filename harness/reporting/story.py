"""Each variant's own section: what it is, what will surprise its user, its figures, changes and files. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from harness.analysis.compare import Verdict
from harness.records import Lane, Tone, VariantFacts
from harness.reporting.model import Answer, ChangeView, Question, QuestionGroup, Row, Section, Story, Surprise

#: How many times slower than the reference something has to be shown to be, to be called a surprise.
SURPRISING = 3.0

#: The group whose findings are about messages: a poor one is a nuisance and not what surprises.
_ERRORS = "findings-errors"


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
            changes=tuple((change, row) for change in changes if (row := change.row(name)) is not None),
            answers=tuple((group.title, found) for group in groups if (found := tuple(_answers(name, group)))),
        )
        for name, facts in variants.items()
    )


def _answers(variant: str, group: QuestionGroup) -> Iterator[tuple[Question, Answer]]:
    for question in group.questions:
        if variant in question.answers:
            yield question, question.answers[variant]


def _surprises(
    variant: str, sections: Sequence[Section], groups: Sequence[QuestionGroup], changes: Sequence[ChangeView]
) -> Iterator[Surprise]:
    """Findings that are a hazard or waver, and what was shown to be much slower than the reference: nothing else.

    Findings of one group with the same answer are told together.
    """
    for group in groups:
        if group.slug != _ERRORS:
            yield from _together(
                (question.facts.title, f"{question.slug}-{variant}", found)
                for question, found in _answers(variant, group)
            )
    made = [(change, row) for change in changes if (row := change.row(variant)) is not None]
    for measure in ("works", "forgotten"):
        yield from _together(
            (_titled(change, measure, lane), f"{change.slug}-{variant}", found)
            for change, row in made
            for lane, answers in row.measures.items()
            if (found := answers.get(measure)) is not None
        )
    yield from _slow(variant, sections)


def _titled(change: ChangeView, measure: str, lane: Lane) -> str:
    """A change as the title of what was seen of it."""
    where = ", forgotten in Nix" if measure == "forgotten" else ", through Nix" if lane is Lane.NIX else ""
    return change.facts.title + where


def _together(found: Iterable[tuple[str, str, Answer]]) -> Iterator[Surprise]:
    places: dict[str, list[tuple[str, str]]] = {}
    for title, anchor, answer in found:
        if answer.wavers:
            words = f"wavers between {' and '.join(answer.wavers)}: runs disagree."
        elif answer.tone is Tone.BAD:
            words = f"{answer.value}. {answer.meaning}"
        else:
            continue
        places.setdefault(words, []).append((title, anchor))
    for words, same in places.items():
        yield Surprise(words=words, places=tuple(same))


def _slow(variant: str, sections: Sequence[Section]) -> Iterator[Surprise]:
    for section in sections:
        for scenario in section.scenarios:
            row = scenario.row(variant)
            compared = row.comparison if row else None
            slower = compared is not None and compared.verdict is Verdict.SLOWER
            if compared is not None and slower and compared.ratio is not None and compared.ratio.median > SURPRISING:
                yield Surprise(
                    words=f"{compared.ratio.median:.1f} times as long as the reference.",
                    places=((f"{scenario.title}, {section.title}", f"{section.slug}-{scenario.name}"),),
                )


def _figures(variant: str, sections: Iterable[Section]) -> Iterator[tuple[str, str, str, Row]]:
    """The section's title, the scenario's anchor and title, and the row, for each scenario that was tried."""
    for section in sections:
        for scenario in section.scenarios:
            row = scenario.row(variant)
            if row is not None and row.outcomes:
                yield section.title, f"{section.slug}-{scenario.name}", scenario.title, row
