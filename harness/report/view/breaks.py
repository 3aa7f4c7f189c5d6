"""What breaks: the findings, grouped by what they decide, those that tell toolchains apart first. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from harness.records.facts import Lane, Tone
from harness.report import model
from harness.report.view import figures
from harness.report.view.model import GivenAnswer, Question
from harness.report.view.parts import Parts

#: What findings decide, in the order of the page, and which groups of findings belong to it.
DECIDES = {
    "Installing": ("newcomer", "cleanliness", "offline"),
    "Editing": ("freshness", "friction"),
    "Building": ("building", "nix", "rebuilds"),
    "Publishing": ("metadata",),
    "Deploying": ("shipping", "closures"),
    "Safety": ("safety",),
    "Messages": ("errors",),
}
_BY_GROUP = {group: decided for decided, groups in DECIDES.items() for group in groups}
#: Findings that decide something else than the rest of their group.
_BY_NAME = {
    "publishable": "Publishing",
    "published-resolve": "Publishing",
    "reproducible-wheel": "Building",
    "reproducible-sdist": "Building",
    "missing-init": "Building",
    "leaks-path": "Publishing",
    "stale-version": "Publishing",
    "refresh-version": "Publishing",
}


def breaks(parts: Parts) -> tuple[Question, ...]:
    """Every finding with other answers than a count, by what it decides; those all answer alike last of each."""
    seen: set[str] = set()
    found: list[Question] = []
    for part in parts.ordered:
        for asked in (item.question for item in part.questions):
            if asked.facts.values and asked.slug not in seen:
                seen.add(asked.slug)
                found.append(_question(asked))
    order = [*DECIDES]
    return tuple(sorted(found, key=lambda item: (order.index(item.group), len(item.answers) < 2)))


def _question(asked: model.Question) -> Question:
    where = f" ({asked.where})" if asked.where else ""
    return Question(
        slug=asked.slug,
        title=asked.facts.title + where,
        question=asked.facts.question,
        experiment=asked.facts.experiment,
        lane=asked.lane,
        group=decided_by(asked),
        answers=tuple(_answers(asked)),
    )


def decided_by(asked: model.Question) -> str:
    """What a finding helps to decide."""
    if asked.lane is Lane.NIX and asked.facts.group in ("safety", "friction"):
        return "Building"
    return _BY_NAME.get(asked.name) or _BY_GROUP.get(asked.facts.group, "Safety")


def _answers(asked: model.Question) -> Iterator[GivenAnswer]:
    """Answers with who gave them: hazards first, what could not be asked last."""
    by_word: dict[tuple[str, str], list[str]] = {}
    for variant, answer in asked.answers.items():
        word = f"wavers: {', '.join(answer.wavers)}" if answer.wavers else answer.value
        by_word.setdefault((word, answer.tone.value), []).append(variant)
    told = [
        GivenAnswer(
            word={"unsupported": "not possible", "failed": "not testable"}.get(word, word.replace("-", " ")),
            meaning=asked.answers[names[0]].meaning,
            tone=Tone(tone),
            variants=tuple(names),
            proof={name: figures.evidence_anchor(asked, name) for name in names},
        )
        for (word, tone), names in by_word.items()
    ]
    yield from sorted(told, key=lambda item: _TONES.index(item.tone))


_TONES = (Tone.BAD, Tone.FAIR, Tone.GOOD, Tone.NEUTRAL)
