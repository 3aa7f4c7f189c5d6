"""Findings as questions and answers: pure, from the lines of ``findings.jsonl`` to what the matrix shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from harness.records.facts import FindingFacts, Lane, Tone
from harness.records.format import Finding, RunInfo
from harness.records.strategies import HANDWRITTEN
from harness.report.anchors import anchored
from harness.report.model import Answer, Question, QuestionGroup

#: What an answer answers: a finding, in a lane and, where it depends on it, with a strategy.
Asked = tuple[str, Lane, str | None]

#: The groups in the order of the page, each with the question it stands for; others follow in the order of their names.
GROUPS = {
    "friction": "What is stated by hand",
    "freshness": "What shows after an edit",
    "shipping": "What is shipped",
    "building": "What building takes",
    "metadata": "What built packages say of themselves",
    "safety": "What is refused, and what slips through",
    "offline": "Without an index",
    "cleanliness": "What is left behind",
    "newcomer": "What a newcomer meets",
    "nix": "What Nix notices",
    "rebuilds": "What Nix builds again",
    "closures": "What a Nix output brings along",
    "errors": "How good the messages are",
}

#: The group of the findings about changes, which have a section of their own.
CHANGES = "changes"

#: The group of the findings about what more members cost, which stand in the section on scale.
SCALE = "scale"

_SPECIAL = {
    "unsupported": "It cannot be established for this variant, or on this machine.",
    "failed": "The experiment could not be carried out; the evidence says what stood in the way.",
}


def groups(runs: Sequence[RunInfo], findings: Iterable[Finding], variants: Iterable[str]) -> tuple[QuestionGroup, ...]:
    """Every question that was asked and is not about a change or scale, by group, with each variant's answer."""
    known = facts_of(runs)
    found = by_question(findings, known)
    titles = strategies_of(runs)
    order = [*GROUPS, *sorted({facts.group for facts in known.values()} - {*GROUPS, CHANGES, SCALE})]
    return tuple(
        QuestionGroup(
            slug=anchored("findings", group), title=GROUPS.get(group, group.capitalize()), questions=questions
        )
        for group in order
        if (questions := tuple(_questions(group, known, found, list(variants), titles)))
    )


def scale_questions(
    runs: Sequence[RunInfo], findings: Iterable[Finding], variants: Iterable[str]
) -> tuple[Question, ...]:
    """The questions about scale that were asked, shape by shape."""
    known = facts_of(runs)
    by_shape: dict[str, list[Finding]] = {}
    for item in findings:
        if item.finding in known and known[item.finding].group == SCALE:
            by_shape.setdefault(item.shape, []).append(item)
    names, titles = list(variants), strategies_of(runs)
    return tuple(
        question
        for own in by_shape.values()
        for question in _questions(SCALE, known, by_question(own, known), names, titles)
    )


def facts_of(runs: Sequence[RunInfo]) -> dict[str, FindingFacts]:
    """What each finding asks, in the words of the newest run that asked it."""
    return {name: facts for run in runs for name, facts in run.findings.items()}


def strategies_of(runs: Sequence[RunInfo]) -> dict[str, str]:
    """The title of each Nix strategy that runs describe, in their order."""
    return {name: facts.title for run in runs for name, facts in run.strategies.items()}


def by_question(
    findings: Iterable[Finding], known: Mapping[str, FindingFacts]
) -> dict[Asked, dict[str, list[Finding]]]:
    """The findings of each question, by variant, oldest first.

    A run from before there were strategies to choose from names none: its members were written by hand.
    """
    found: dict[Asked, dict[str, list[Finding]]] = {}
    for item in findings:
        strategy = item.strategy
        facts = known.get(item.finding)
        if strategy is None and item.lane is Lane.NIX and facts is not None and facts.per_strategy:
            strategy = HANDWRITTEN
        found.setdefault((item.finding, item.lane, strategy), {}).setdefault(item.variant, []).append(item)
    return found


def _questions(
    group: str,
    known: Mapping[str, FindingFacts],
    found: Mapping[Asked, Mapping[str, Sequence[Finding]]],
    variants: Sequence[str],
    titles: Mapping[str, str],
) -> Iterable[Question]:
    order: dict[str | None, None] = dict.fromkeys((None, *titles, *(strategy for _, _, strategy in found)))
    for name, facts in known.items():
        for lane, strategy in product(facts.lanes if facts.group == group else (), order):
            by_variant = found.get((name, lane, strategy), {})
            answers = {variant: answer(facts, by_variant[variant]) for variant in variants if variant in by_variant}
            if answers:
                yield Question(
                    name=name,
                    lane=lane,
                    facts=facts,
                    answers=answers,
                    strategy=strategy,
                    how=titles.get(strategy, strategy) if strategy else "",
                    shape=next(iter(by_variant.values()))[-1].shape,
                )


def answer(facts: FindingFacts, found: Sequence[Finding]) -> Answer:
    """What was found of one variant; runs that disagree are said to."""
    last = found[-1]
    described = facts.values.get(last.value)
    by_value = {item.value: item for item in found}
    wavers = tuple(by_value) if len(by_value) > 1 else ()
    told = "\n\n".join(f"{value} (run {item.run_id}):\n{item.evidence}" for value, item in by_value.items())
    return Answer(
        value=last.value,
        tone=described.tone if described else Tone.NEUTRAL,
        meaning=described.meaning if described else _SPECIAL.get(last.value, ""),
        evidence=told if wavers else last.evidence,
        wavers=wavers,
        unit=facts.unit,
        sizes=last.sizes,
        cure="" if wavers else last.cure,
    )
