"""From rows and answers to figures, and from figures to what a person reads: rounded here, for every writer. Pure."""

from __future__ import annotations

from dataclasses import replace

from harness.records.facts import Outcome, Tone, VariantFacts
from harness.report import words
from harness.report.anchors import anchored
from harness.report.model import Answer, Question, Row
from harness.report.statistics.compare import Verdict
from harness.report.view.model import Figure, Standing
from harness.report.view.parts import Asked, Part, Timed

NOT_MEASURED = "not measured in these runs"
UNKNOWN = Standing.UNKNOWN
#: Findings about building, each with the words before its answer.
_BEHIND = {"build-isolated": "", "build-from-sdist": "the wheel ", "build-processes": "processes: "}
#: Scenarios that install, by how their names begin.
_INSTALLING = ("install-", "noop")
NONE = Figure(word=NOT_MEASURED, standing=Standing.UNKNOWN)

_VERDICTS = {Verdict.FASTER: Standing.GOOD, Verdict.SLOWER: Standing.BAD}
#: Signs that say the same as a figure's colour; those of tones are what findings have everywhere.
_SIGNS = {
    Standing.BEST: "★",
    **{Standing(tone.value): sign for tone, sign in words.SIGNS.items() if tone is not Tone.NEUTRAL},
    Standing.FAILED: words.SIGNS[Tone.BAD],
}


def of_row(row: Row | None, part: Part, proof: str = "") -> Figure:
    """A row as a figure; why there is none, where no sample is ok."""
    if row is None or not row.outcomes:
        return NONE
    return replace(row_figure(row, part.source.limit_s), source=part.source.slug, proof=proof)


def row_figure(row: Row, limit_s: float) -> Figure:
    """The same of a row that was measured, without where it is from."""
    if row.summary is None:
        return Figure(
            word=ended(row.status, limit_s),
            meaning=row.reason,
            standing=Standing.UNKNOWN if row.status == Outcome.UNSUPPORTED else Standing.FAILED,
        )
    interval, compared = row.summary.interval, row.comparison
    return Figure(
        value=row.summary.median,
        unit="s",
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        verdict="reference" if row.is_reference else compared.verdict.value if compared else "",
        meaning=f"{f'Lock covers: {row.kind}. ' if row.kind else ''}{compared.reason if compared else ''}".strip(),
        standing=_VERDICTS.get(compared.verdict, Standing.NEUTRAL) if compared else Standing.NEUTRAL,
        rounds=row.summary.count,
    )


def ended(status: str, limit_s: float) -> str:
    """How samples ended that have no time, in words."""
    return {
        "timed-out": f"hit the {limit(limit_s)} limit",
        "unsupported": "not possible",
        "setup-failed": "setting up failed",
        "not yet measured": NOT_MEASURED,
    }.get(status, status)


def limit(seconds: float) -> str:
    """A limit of time as an adjective: ``3-minute``, ``45-second``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}-minute" if minutes and not rest else f"{round(seconds)}-second"


def of_timed(timed: Timed, variant: str) -> Figure:
    """A contestant's figure in a scenario, with the way to its samples."""
    figure = of_row(timed.row(variant), timed.part, samples_anchor(timed, variant))
    facts = timed.part.facts.variants.get(variant)
    if figure.value is None or facts is None:
        return figure
    told = (_wrapper(timed, facts), _other_environment(timed, facts), _building(timed, variant), figure.meaning)
    return replace(figure, meaning=" ".join(filter(None, told)))


def _wrapper(timed: Timed, facts: VariantFacts) -> str:
    """What is said where a scenario and its like in the activated environment are the same, word for word."""
    name = timed.scenario.name
    alike = name in facts.commands and facts.commands[name] == facts.commands.get(f"{name}-direct")
    return "There is no wrapper: these are the commands of the activated environment." if alike else ""


def _building(timed: Timed, variant: str) -> str:
    """What lies behind the time that building takes, as far as it was found out."""
    if timed.scenario.name != "build":
        return ""
    found = {name: of_answer(asked.of(variant), asked, variant) for name in _BEHIND for asked in timed.part.asked(name)}
    told = [f"{_BEHIND[name]}{spelled(figure)}" for name, figure in found.items() if figure.standing is not UNKNOWN]
    return f"Built {', '.join(told)}." if told else ""


def _other_environment(timed: Timed, facts: VariantFacts) -> str:
    """What is said where installing makes another kind of environment than the reference's does."""
    reference = timed.part.facts.variants.get(timed.part.source.reference)
    own, other = facts.environment_of, reference.environment_of if reference else None
    if not timed.scenario.name.startswith(_INSTALLING) or own is None or other is None or own is other:
        return ""
    return f"Unequal work: an environment for {own}, where {timed.part.source.reference} makes one for {other}."


def bundle(variant: str) -> str:
    """The name of the proofs of a contestant, fit to be a file's."""
    return anchored("of", variant)


def samples_anchor(timed: Timed, variant: str) -> str:
    """Where the samples of a cell stand among the proofs: the bundle is the contestant's."""
    return f"{bundle(variant)}/{anchored(timed.part.source.slug, timed.section.slug, timed.scenario.name)}"


def evidence_anchor(question: Question, variant: str) -> str:
    """Where the evidence of an answer stands among the proofs: the bundle is the contestant's."""
    return f"{bundle(variant)}/{question.slug}"


def of_answer(answer: Answer | None, asked: Asked, variant: str) -> Figure:
    """An answer as a figure: a count or a size, or the word."""
    if answer is None:
        return NONE
    proof, source = evidence_anchor(asked.question, variant), asked.part.source.slug
    if answer.wavers:
        told = f"wavers: {', '.join(answer.wavers)}"
        return Figure(word=told, meaning="Runs disagree.", standing=Standing.BAD, source=source, proof=proof)
    if answer.value.isdigit():
        unit = answer.unit or "count"
        return Figure(value=float(answer.value), unit=unit, meaning=answer.meaning, source=source, proof=proof)
    special = {"unsupported": "not possible", "failed": "not testable"}
    word = special.get(answer.value, answer.value.replace("-", " "))
    standing = Standing.UNKNOWN if answer.value in special else Standing(answer.tone.value)
    meaning = answer.evidence.partition("\n")[0] if answer.value in special else answer.meaning
    return Figure(word=word, meaning=meaning, standing=standing, source=source, proof=proof)


def best(figures: dict[str, Figure]) -> dict[str, Figure]:
    """The same, the least count or size marked as the best where they differ."""
    known = [figure.value for figure in figures.values() if figure.value is not None]
    if len(set(known)) < 2:
        return figures
    least = min(known)
    return {
        name: replace(figure, standing=Standing.BEST) if figure.value == least else figure
        for name, figure in figures.items()
    }


def spelled(figure: Figure | None) -> str:
    """A figure as a person reads it."""
    if figure is None:
        return words.NONE
    if figure.value is None:
        return figure.word or words.NONE
    spell = {"s": words.seconds, "bytes": words.size, "ratio": words.ratio}.get(figure.unit, words.count)
    return spell(figure.value)


def interval(figure: Figure) -> str:
    """A figure's 95% interval, empty where it has none."""
    if figure.low is None or figure.high is None or figure.low == figure.high:
        return ""
    return words.between(spelled(replace(figure, value=figure.low)), spelled(replace(figure, value=figure.high)))


def sign(figure: Figure) -> str:
    """A sign that says the same as a figure's colour."""
    return words.mark(figure.verdict) if figure.verdict else _SIGNS.get(figure.standing, "")
