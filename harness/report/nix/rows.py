"""Rows that tell Nix strategies apart: pure, from findings, changes and cells to figures by strategy and variant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.records.facts import Lane
from harness.report.anchors import anchored
from harness.report.friction import by_hand
from harness.report.model import Answer, ChangeView, Question, Section
from harness.report.nix.model import Measure, NixFigure, NixRow
from harness.report.tables import CellKey, Cells

#: From a question, a variant and its answer to what is shown of it.
_Figure = Callable[[Question, str, Answer], NixFigure]

#: What becomes of a disagreement between pyproject.toml and the Nix files, in the words of the report.
_DRIFTS = {
    "cannot-happen": "cannot happen",
    "follows": "followed",
    "noticed-at-evaluation": "noticed",
    "noticed-at-build": "noticed",
    "noticed-at-start": "noticed only at start",
    "unnoticed": "unnoticed",
}


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Everything the rows of one provider and shape are made from.

    ``sections`` are by strategy; ``questions`` those of the Nix lane, by name and strategy. ``distrusted`` are cells
    of the reference that differed from their repetition.
    """

    strategies: tuple[str, ...]
    variants: tuple[str, ...]
    sections: Mapping[str, Section]
    questions: Mapping[tuple[str, str], Question]
    changes: Sequence[ChangeView]
    cells: Cells
    reference: str
    distrusted: Collection[CellKey]

    def key(self, strategy: str, scenario: str, variant: str) -> CellKey:
        """A cell of one of the sections."""
        section = self.sections[strategy]
        return CellKey(variant, Lane.NIX.value, scenario, section.shape, section.provider, strategy)

    def trusted(self, strategy: str, scenario: str) -> bool:
        """Whether the reference did not differ from itself there."""
        return self.key(strategy, scenario, self.reference) not in self.distrusted


def counted(sources: Sources, finding: str, title: str, *, measure: Measure = Measure.COUNT) -> NixRow | None:
    """A finding that is a count; nothing where nobody asked."""

    def figure(question: Question, variant: str, answer: Answer) -> NixFigure:
        value = float(answer.value) if answer.value.isdigit() and not answer.wavers else None
        missing = "" if value is not None else "runs disagree" if answer.wavers else answer.value
        return NixFigure(variant=variant, value=value, missing=missing, anchor=anchored(question.slug, variant))

    return _asked(sources, finding, title, measure, figure)


def answered(sources: Sources, finding: str, title: str) -> NixRow | None:
    """A finding with a closed set of answers; nothing where nobody asked."""

    def figure(question: Question, variant: str, answer: Answer) -> NixFigure:
        return NixFigure(variant=variant, parts={_in_words(answer): 1}, anchor=anchored(question.slug, variant))

    return _asked(sources, finding, title, Measure.ANSWER, figure)


def _asked(sources: Sources, finding: str, title: str, measure: Measure, figure: _Figure) -> NixRow | None:
    found = {
        name: sources.questions[finding, name] for name in sources.strategies if (finding, name) in sources.questions
    }
    if not found:
        return None
    facts = next(iter(found.values())).facts
    return NixRow(
        name=finding,
        title=title or facts.title,
        explain=facts.question,
        measure=measure,
        figures={
            name: tuple(figure(question, variant, answer) for variant, answer in question.answers.items())
            for name, question in found.items()
        },
    )


def drifts(sources: Sources) -> NixRow | None:
    """What becomes of each disagreement between pyproject.toml and the Nix files."""
    figures: dict[str, tuple[NixFigure, ...]] = {}
    asked: set[str] = set()
    for strategy in sources.strategies:
        questions = [
            item for (name, own), item in sources.questions.items() if name.startswith("drift-") and own == strategy
        ]
        asked.update(item.name for item in questions)
        variants = dict.fromkeys(variant for item in questions for variant in item.answers)
        figures[strategy] = tuple(
            NixFigure(
                variant=variant,
                parts=_tally(item.answers[variant] for item in questions if variant in item.answers),
                anchor=anchored(questions[0].slug, variant) if variant in questions[0].answers else "",
            )
            for variant in variants
        )
    if not asked:
        return None
    return NixRow(
        name="drift",
        title=f"{len(asked)} disagreements with pyproject.toml",
        explain="Files are edited so that pyproject.toml and the Nix files disagree, or would if Nix stated it again."
        " Noticed: Nix refuses. Followed: what pyproject.toml says is built. Cannot happen: no Nix file states it.",
        measure=Measure.TALLY,
        figures={name: found for name, found in figures.items() if found},
    )


def friction(sources: Sources) -> NixRow | None:
    """Lines of Nix that the standard changes take, added up over those that were counted with each strategy."""
    used = [name for name in sources.strategies if any(name in change.strategies for change in sources.changes)]
    figures: dict[str, list[NixFigure]] = {name: [] for name in used}
    for variant in sources.variants:
        rows = [(change, row) for change in sources.changes if (row := change.row(variant)) is not None]
        counts = {
            change.name: {name: by_hand(row.nix[name]) for name in used if name in row.nix and row.nix[name].measures}
            for change, row in rows
        }
        tried = {name for lines in counts.values() for name in lines}
        common = [lines for lines in counts.values() if tried and all(lines.get(name) is not None for name in tried)]
        for name in used:
            total = sum(lines[name] or 0 for lines in common) if name in tried and common else None
            figures[name].append(
                NixFigure(
                    variant=variant,
                    value=None if total is None else float(total),
                    missing="" if total is not None else "not counted",
                    anchor=anchored(rows[0][0].slug, variant) if rows and total is not None else "",
                )
            )
    if not any(item.known for found in figures.values() for item in found):
        return None
    return NixRow(
        name="friction",
        title=f"Lines of Nix edited for {len(sources.changes)} changes",
        explain="Lines added and removed by hand in the Nix files, summed over the changes that could be counted with"
        " each strategy. What is edited in pyproject.toml is not part of it.",
        measure=Measure.COUNT,
        figures={name: tuple(found) for name, found in figures.items()},
    )


def sized(sources: Sources, scenario: str, size: str, title: str, measure: Measure, explain: str) -> NixRow | None:
    """A size that a scenario records beside its time."""
    figures: dict[str, tuple[NixFigure, ...]] = {}
    for name, section in sources.sections.items():
        for item in section.sizes:
            if (item.scenario, item.name) == (scenario, size):
                figures[name] = tuple(
                    NixFigure(variant=variant, value=item.values[variant], anchor=anchored(section.slug, scenario))
                    for variant in section.variants
                    if variant in item.values
                )
    if not figures:
        return None
    return NixRow(name=f"{scenario}-{size}", title=title, explain=explain, measure=measure, figures=figures)


def rebuilt(sources: Sources, edit: str) -> NixRow | None:
    """What is built again after an edit, split by whether it had to be; nothing where nobody asked."""
    total = counted(sources, f"rebuilt-{edit}", "")
    needless = counted(sources, f"needless-{edit}", "")
    if total is None or needless is None:
        return total
    figures: dict[str, tuple[NixFigure, ...]] = {}
    for strategy, found in total.figures.items():
        pairs = [(item, needless.of(strategy, item.variant)) for item in found]
        figures[strategy] = tuple(_split(item, off) for item, off in pairs)
    return replace(total, measure=Measure.TALLY, figures=figures)


def _split(total: NixFigure, needless: NixFigure | None) -> NixFigure:
    if total.value is None or needless is None or needless.value is None:
        return replace(total, value=None, missing=total.missing or "not established")
    parts = {"had to be": int(total.value - needless.value), "needlessly": int(needless.value)}
    return replace(total, value=None, parts=parts)


def _tally(answers: Iterable[Answer]) -> dict[str, int]:
    said = [_in_words(answer) for answer in answers]
    order = [*dict.fromkeys(_DRIFTS.values()), *sorted(set(said) - set(_DRIFTS.values()))]
    return {word: said.count(word) for word in order if word in said}


def _in_words(answer: Answer) -> str:
    return "runs disagree" if answer.wavers else _DRIFTS.get(answer.value, answer.value)
