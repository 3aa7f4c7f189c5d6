"""Each variant's own section: what it is, what will surprise its user, its figures, changes and files. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from harness.records.facts import Tone, VariantFacts
from harness.report.anchors import anchored
from harness.report.model import Answer, ChangeView, Question, QuestionGroup, Row, Section, Story, Surprise
from harness.report.statistics.compare import Verdict

#: How many times slower than the reference something has to be shown to be, to be called a surprise.
SURPRISING = 3.0

#: The group whose findings are about messages: a poor one is a nuisance and not what surprises.
_ERRORS = "findings-errors"


@dataclass(frozen=True, kw_only=True)
class _Hazard:
    """One thing that surprises: ``group`` is what it may be told together with, ``place`` where all variants stand."""

    group: str
    title: str
    words: str
    place: str
    anchor: str

    @property
    def same(self) -> tuple[str, str]:
        """What it has in common with the same of another variant."""
        return self.title, self.words


def stories(
    variants: Mapping[str, VariantFacts],
    sections: Sequence[Section],
    groups: Sequence[QuestionGroup],
    changes: Sequence[ChangeView],
) -> tuple[tuple[Surprise, ...], tuple[Story, ...]]:
    """What will surprise the user of any variant, if there are several, and one section for each."""
    hazards = {name: tuple(_hazards(name, sections, groups, changes)) for name in variants}
    everywhere = set[tuple[str, str]]()
    if len(variants) > 1:
        everywhere = set.intersection(*({item.same for item in found} for found in hazards.values()))
    shared = [
        replace(item, anchor=item.place) for found in hazards.values() for item in found if item.same in everywhere
    ]
    return _together(shared), tuple(
        Story(
            variant=name,
            facts=facts,
            surprises=_together(item for item in hazards[name] if item.same not in everywhere),
            figures=tuple(_figures(name, sections)),
            strategies={name: title for change in changes for name, title in change.strategies.items()},
            changes=tuple((change, row) for change in changes if (row := change.row(name)) is not None),
            answers=tuple((group.title, found) for group in groups if (found := tuple(_answers(name, group)))),
        )
        for name, facts in variants.items()
    )


def _together(hazards: Iterable[_Hazard]) -> tuple[Surprise, ...]:
    """What is of one group and has the same words is told together."""
    places: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
    for item in hazards:
        places.setdefault((item.group, item.words), {})[item.title, item.anchor] = None
    return tuple(Surprise(words=words, places=tuple(same)) for (_, words), same in places.items())


def _answers(variant: str, group: QuestionGroup) -> Iterator[tuple[Question, Answer]]:
    for question in group.questions:
        if variant in question.answers:
            yield question, question.answers[variant]


def _hazards(
    variant: str, sections: Sequence[Section], groups: Sequence[QuestionGroup], changes: Sequence[ChangeView]
) -> Iterator[_Hazard]:
    """Findings that are a hazard or waver, and what was shown to be much slower than the reference: nothing else."""
    for group in groups:
        for question, answer in _answers(variant, group) if group.slug != _ERRORS else ():
            if words := _hazard(answer):
                where = f" ({question.where})" if question.where else ""
                yield _Hazard(
                    group=group.slug,
                    title=question.facts.title + where,
                    words=words,
                    place=question.slug,
                    anchor=anchored(question.slug, variant),
                )
    for change in changes:
        row = change.row(variant)
        efforts = {"": row.local, **row.nix} if row is not None else {}
        for strategy, measure in product(efforts, ("works", "forgotten")):
            found = efforts[strategy].measures.get(measure)
            if found is not None and (words := _hazard(found)):
                yield _Hazard(
                    group=measure,
                    title=_titled(change, measure, strategy),
                    words=words,
                    place=change.slug,
                    anchor=anchored(change.slug, variant),
                )
    yield from _slow(variant, sections)


def _hazard(answer: Answer) -> str:
    """What there is to say of an answer that surprises; empty for any other."""
    if answer.wavers:
        return f"wavers between {' and '.join(answer.wavers)}: runs disagree."
    return f"{answer.value}. {answer.meaning}" if answer.tone is Tone.BAD else ""


def _titled(change: ChangeView, measure: str, strategy: str) -> str:
    """A change as the title of what was seen of it, with a strategy or (empty) in the local lane."""
    where = ", forgotten in Nix" if measure == "forgotten" else ", through Nix" if strategy else ""
    how = f" ({change.strategies[strategy].lower()})" if strategy and len(change.strategies) > 1 else ""
    return change.facts.title + where + how


def _slow(variant: str, sections: Sequence[Section]) -> Iterator[_Hazard]:
    for section in sections:
        for scenario in section.scenarios:
            row = scenario.row(variant)
            compared = row.comparison if row else None
            slower = compared is not None and compared.verdict is Verdict.SLOWER
            if compared is not None and slower and compared.ratio is not None and compared.ratio.median > SURPRISING:
                anchor = anchored(section.slug, scenario.name)
                yield _Hazard(
                    group=anchor,
                    title=f"{scenario.title}, {section.title}",
                    words=f"{compared.ratio.median:.1f} times as long as the reference.",
                    place=anchor,
                    anchor=anchor,
                )


def _figures(variant: str, sections: Iterable[Section]) -> Iterator[tuple[str, str, str, Row]]:
    """The section's title, the scenario's anchor and title, and the row, for each scenario that was tried."""
    for section in (item for item in sections if not item.refused):
        for scenario in section.scenarios:
            row = scenario.row(variant)
            if row is not None and row.outcomes:
                yield section.title, anchored(section.slug, scenario.name), scenario.title, row
