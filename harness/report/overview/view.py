"""The overview: every measure of a report sorted into a few questions, with one grade for each variant. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from harness.records.facts import Lane, Outcome, Tone
from harness.report import friction
from harness.report.anchors import anchored
from harness.report.model import (
    Answer,
    ChangeView,
    Effort,
    Question,
    QuestionGroup,
    Row,
    ScenarioView,
    Section,
    SizeRow,
)
from harness.report.overview.model import Grade, Kind, Measure, Overview, Tile, Topic
from harness.report.statistics.compare import BAND, Verdict
from harness.report.words import size_name

#: The questions in the order of the page, with what each is about.
TOPICS = {
    "speed": ("Speed", "The time of the toolchain's own commands, by scenario, against the reference."),
    "size": ("Size", "What tools, environments and packages weigh, against the reference."),
    "freshness": ("Freshness", "Whether an edit of the library shows without a further command, and what it takes."),
    "friction": ("Friction", "What is written by hand, to begin with and for each standard change."),
    "portability": ("Portability", "Whether what is built works elsewhere: other folders, other machines, no index."),
    "reproducibility": ("Reproducibility", "Whether the same comes out twice, and whether locks are kept to."),
    "safety": ("Safety", "What is refused, what slips through, and what is left behind."),
    "nix": ("Nix", "Time, size, friction and drift with each way of describing the members to Nix."),
}

#: The question that a finding of the local lane belongs to, by its group.
BY_GROUP = {
    "friction": "friction",
    "freshness": "freshness",
    "shipping": "portability",
    "metadata": "portability",
    "offline": "portability",
    "safety": "safety",
    "cleanliness": "safety",
}

#: Findings that belong elsewhere than the rest of their group.
BY_NAME = {
    "stale-shipment": "freshness",
    "reproducible-wheel": "reproducibility",
    "reproducible-sdist": "reproducibility",
    "sdist-wheel-agree": "reproducibility",
    "integrity": "reproducibility",
}

#: Groups that stand under Findings only: how well messages are worded, and what a newcomer tries, decide for nobody.
ELSEWHERE = frozenset({"errors", "newcomer"})

_TONES = {Tone.GOOD: Grade.WELCOME, Tone.FAIR: Grade.CARE, Tone.BAD: Grade.HAZARD, Tone.NEUTRAL: Grade.PLAIN}
_VERDICTS = {
    Verdict.FASTER: Grade.BETTER,
    Verdict.SLOWER: Grade.WORSE,
    Verdict.TIE: Grade.SAME,
    Verdict.UNDECIDED: Grade.UNDECIDED,
}
#: What is counted of a change in the local lane, and what the Nix files take on top.
_LOCAL_EFFORT = {
    "works": "does it work",
    "by-hand": "lines by hand",
    "commands": "commands typed",
    "stated-twice": "facts stated twice",
}
_NIX_EFFORT = {"works": "does it work", "by-hand": "lines of Nix", "forgotten": "if forgotten in Nix"}


def build_overview(
    sections: Sequence[Section],
    groups: Sequence[QuestionGroup],
    changes: Sequence[ChangeView],
    *,
    reference: str,
    variants: Sequence[str],
    strategies: Mapping[str, str],
) -> Overview:
    """Every measure there are cells for, by question; a question without any is left out.

    ``strategies`` are the titles of Nix strategies. Closures count once: as findings, where these were established.
    """
    found: dict[str, list[Measure]] = {name: [] for name in TOPICS}
    changed = {name for change in changes for name in (change.name, f"nix-{change.name}")}
    closures = any(question.facts.group == "closures" for group in groups for question in group.questions)
    for section in (item for item in sections if not item.refused):
        nix = section.lane is Lane.NIX
        where = _where(section, sections, strategies)
        timed = [_timed(section, item, where) for item in section.scenarios if item.name not in changed]
        sized = [_sized(section, size, reference, where) for size in section.sizes if size.unit == "bytes"]
        found["nix" if nix else "speed"] += timed
        found["nix" if nix else "size"] += [] if nix and closures else sized
    for question in (item for group in groups for item in group.questions):
        if name := topic_of(question):
            found[name].append(_answered(question, reference, variants))
    for change in changes:
        found["friction"] += _efforts(change, "", _LOCAL_EFFORT, reference)
        for strategy in change.strategies:
            found["nix"] += _efforts(change, strategy, _NIX_EFFORT, reference)
    return Overview(
        reference=reference,
        variants=tuple(variants),
        questions=tuple(
            Topic(slug=f"overview-{name}", title=title, explain=explain, measures=tuple(found[name]))
            for name, (title, explain) in TOPICS.items()
            if found[name]
        ),
    )


def topic_of(question: Question) -> str:
    """The question of the overview that a finding belongs to; empty for one that stands under Findings only."""
    group = question.facts.group
    if group in ELSEWHERE:
        return ""
    if question.lane is Lane.NIX:
        return "nix"
    return BY_NAME.get(question.name) or BY_GROUP.get(group, "safety")


def _where(section: Section, sections: Sequence[Section], strategies: Mapping[str, str]) -> str:
    """What tells a section apart from the others of its lane, empty where it is the only one."""
    others = [item for item in sections if item.lane is section.lane and not item.refused]
    parts = {name: {getattr(item, name) for item in others} for name in ("strategy", "provider", "shape")}
    named = (getattr(section, name) for name, found in parts.items() if len(found) > 1)
    return ", ".join(strategies.get(name, name).lower() for name in named)


def _timed(section: Section, scenario: ScenarioView, where: str) -> Measure:
    anchor = anchored(section.slug, scenario.name)
    return Measure(
        slug=f"m-{anchor}",
        name=scenario.name,
        lane=section.lane,
        title=scenario.title,
        where=where,
        kind=Kind.TIME,
        better="shorter is better",
        cells={row.variant: _time(row, scenario, anchor) for row in scenario.rows},
        section=section.slug,
        scenario=scenario.name,
    )


def _time(row: Row, scenario: ScenarioView, anchor: str) -> Tile:
    failures = sum(count for outcome, count in row.outcomes.items() if outcome is not Outcome.OK)
    if row.summary is None:
        tried = bool(row.outcomes) and row.status != "unsupported"
        return Tile(grade=Grade.FAILED if tried else Grade.ABSENT, word=row.status, failures=failures, anchor=anchor)
    compared = row.comparison
    grade = Grade.REFERENCE if row.is_reference else _VERDICTS[compared.verdict] if compared else Grade.UNDECIDED
    ratio = compared.ratio.median if compared is not None and compared.ratio is not None else None
    group = next((place for place, names in enumerate(scenario.groups) if row.variant in names), None)
    return Tile(grade=grade, value=row.summary.median, ratio=ratio, failures=failures, group=group, anchor=anchor)


def _sized(section: Section, size: SizeRow, reference: str, where: str) -> Measure:
    anchor = anchored(section.slug, size.scenario)
    return Measure(
        slug=anchored("m", section.slug, size.scenario, size.name),
        name=size.name,
        lane=section.lane,
        title=size_name(size.name),
        where=where,
        kind=Kind.SIZE,
        better="smaller is better",
        cells=_counts(size.values, reference, dict.fromkeys(size.values, anchor)),
    )


def _answered(question: Question, reference: str, variants: Iterable[str]) -> Measure:
    anchors = {name: anchored(question.slug, name) for name in variants}
    answers = {name: question.answers[name] for name in variants if name in question.answers}
    measure = Measure(
        slug=f"m-{question.slug}",
        name=question.name,
        lane=question.lane,
        title=question.facts.title,
        where=question.how.lower(),
        kind=Kind.ANSWER,
        better="✓ is better",
        cells={name: _answer(answer, anchors[name]) for name, answer in answers.items()},
    )
    if question.facts.values:
        return measure
    known = {name: float(answer.value) for name, answer in answers.items() if _is_count(answer)}
    cells = _counts(known, reference, anchors)
    size = question.facts.unit == "bytes"
    return replace(
        measure,
        kind=Kind.SIZE if size else Kind.COUNT,
        better="smaller is better" if size else "fewer is better",
        cells={name: cells.get(name) or measure.cells[name] for name in answers},
    )


def _is_count(answer: Answer) -> bool:
    return answer.value.isdigit() and not answer.wavers


def _answer(answer: Answer, anchor: str) -> Tile:
    if answer.wavers:
        word = f"wavers: {', '.join(answer.wavers)}"
        return Tile(grade=Grade.HAZARD, word=word, meaning="Runs disagree.", anchor=anchor)
    special = {"unsupported": Grade.ABSENT, "failed": Grade.FAILED}
    grade = special.get(answer.value) or _TONES[answer.tone]
    return Tile(grade=grade, word=answer.value, meaning=answer.meaning, anchor=anchor)


def _efforts(change: ChangeView, strategy: str, measures: Mapping[str, str], reference: str) -> Iterator[Measure]:
    """What is counted and seen of a change, in the local lane (no strategy) or in the Nix files on top."""
    efforts = {row.variant: row.nix[strategy] if strategy else row.local for row in change.rows}
    anchors = {variant: anchored(change.slug, variant) for variant in efforts}
    for name, words in measures.items():
        values = {key: float(value) for key, effort in efforts.items() if (value := _effort(effort, name)) is not None}
        answers = {key: effort.measures[name] for key, effort in efforts.items() if name in effort.measures}
        if not (values or answers):
            continue
        yield Measure(
            slug=anchored("m", change.slug, name, strategy),
            name=f"{change.name}.{name}",
            lane=Lane.NIX if strategy else Lane.LOCAL,
            title=f"{change.facts.title}: {words}",
            where=change.strategies[strategy].lower() if strategy else "",
            kind=Kind.COUNT if values else Kind.ANSWER,
            better="fewer is better" if values else "✓ is better",
            cells=_counts(values, reference, anchors)
            or {key: _answer(answer, anchors[key]) for key, answer in answers.items()},
        )


def _effort(effort: Effort, name: str) -> int | None:
    return friction.by_hand(effort) if name == "by-hand" else friction.counted(effort, name)


def _counts(values: Mapping[str, float], reference: str, anchors: Mapping[str, str]) -> dict[str, Tile]:
    """Exact figures against the reference's: there is no chance in them, so the noise band alone decides."""
    base = values.get(reference)
    return {
        name: Tile(
            grade=Grade.REFERENCE if name == reference else _against(value, base),
            value=value,
            ratio=value / base if base and name != reference else None,
            anchor=anchors[name],
        )
        for name, value in values.items()
    }


def _against(value: float, base: float | None) -> Grade:
    if base is None:
        return Grade.PLAIN
    if value > base * (1 + BAND):
        return Grade.WORSE
    return Grade.BETTER if value < base / (1 + BAND) else Grade.SAME
