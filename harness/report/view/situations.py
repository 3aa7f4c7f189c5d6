"""From the rules and all runs in view to who fits a situation, who is picked, and at what price. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from harness.records.facts import Outcome, Tone
from harness.records.spelling import number
from harness.report import friction
from harness.report.model import Answer
from harness.report.prose import join
from harness.report.statistics.compare import FEW_BLOCKS, LARGE
from harness.report.view import figures
from harness.report.view.growth import figures_at, panel_of
from harness.report.view.model import Candidate, Figure, Pick, Reason, SituationInFull, Standing
from harness.report.view.parts import Asked, Part, Parts, Timed
from harness.report.view.rules import MANY_MEMBERS, MOST_NAMES, RULES, Rule
from harness.report.view.tools import by_tool
from harness.report.words import SCENARIOS

#: An answer that says nothing of a tool whose documented offline way was never tried: runs from before it was.
_UNTRIED = {"offline-install", "offline-build", "offline-lock", "offline-deploy"}
_TRIED = "works-prepared"


def build_situations(parts: Parts) -> tuple[tuple[Pick, ...], tuple[SituationInFull, ...]]:
    """The pick for each situation, and each situation in full."""
    judged = [_Judge(rule, parts) for rule in RULES]
    return tuple(item.pick() for item in judged), tuple(item.in_full() for item in judged)


class _Judge:
    """One rule held against all that is known."""

    def __init__(self, rule: Rule, parts: Parts) -> None:
        self._rule = rule
        self._parts = parts
        self._timed = _primary(rule, parts)
        self._scale = _at_scale(rule, parts.scale)
        self.measure = self._measure()
        self.variants = self._variants()
        self.candidates = tuple(sorted(map(self._candidate, self.variants), key=_order))

    def _variants(self) -> tuple[str, ...]:
        if self._scale is not None:
            return tuple(self._scale[1])
        return tuple(dict.fromkeys(row.variant for timed in self._timed for row in timed.scenario.rows))

    def _measure(self) -> str:
        if self._scale is not None:
            return self._scale[0]
        return self._timed[0].scenario.title if self._timed else SCENARIOS[self._rule.primary[0]]

    def _figure(self, variant: str) -> Figure:
        """The primary figure; of several Nix strategies the best."""
        if self._scale is not None:
            return self._scale[1][variant]
        found = [figures.of_timed(timed, variant) for timed in self._timed]
        known = [figure for figure in found if figure.value is not None]
        return min(known, key=lambda figure: figure.value or 0.0) if known else found[0]

    def _candidate(self, variant: str) -> Candidate:
        figure = self._figure(variant)
        excluded = [*self._failed(variant, figure), *self._hazards(variant, self._rule.excludes)]
        unknown = [*self._untried(variant, self._rule.excludes)]
        if figure.value is None and not excluded:
            unknown.append(f"{self.measure}: {figure.word}")
        return Candidate(
            variant=variant,
            figure=figure,
            excluded=tuple(excluded),
            prices=tuple(self._hazards(variant, self._rule.prices)),
            unknown=tuple(unknown),
        )

    def _failed(self, variant: str, figure: Figure) -> Iterator[Reason]:
        """Steps that the situation needs and that did not succeed each time."""
        if self._scale is not None and figure.value is None and figure.standing is Standing.FAILED:
            yield Reason(title=self.measure, word=figure.word, meaning=figure.meaning, proof=figure.proof)
        for name in self._rule.needs:
            places = self._parts.timed(name, self._rule.lane)
            rows = [(timed, row) for timed in places if (row := timed.row(variant)) is not None and row.outcomes]
            bad = [(timed, row) for timed, row in rows if set(row.outcomes) != {Outcome.OK}]
            if rows and len(bad) == len(rows):
                timed, row = bad[0]
                figure = figures.of_timed(timed, variant)
                failures = sum(count for outcome, count in row.outcomes.items() if outcome is not Outcome.OK)
                word = figure.word or f"failed {failures} of {sum(row.outcomes.values())} times"
                yield Reason(title=timed.scenario.title, word=word, meaning=row.reason, proof=figure.proof)

    def _hazards(self, variant: str, names: Iterable[str]) -> Iterator[Reason]:
        """Findings that are a hazard with every strategy they were answered for."""
        for name in names:
            answers = [
                (asked, answer)
                for asked, answer in self._answers(name, variant)
                if answer.value not in ("unsupported", "failed") and not self._is_untried(name, asked, answer)
            ]
            bad = [(asked, answer) for asked, answer in answers if answer.tone is Tone.BAD or answer.wavers]
            if answers and len(bad) == len(answers):
                asked, answer = bad[0]
                told = figures.of_answer(answer, asked, variant)
                title = asked.question.facts.title
                yield Reason(title=title, word=told.word, meaning=answer.meaning_and_cure, proof=told.proof)

    def _untried(self, variant: str, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            for asked, answer in self._answers(name, variant):
                if self._is_untried(name, asked, answer):
                    yield f"{asked.question.facts.title}: its documented way without an index was not tried"
                elif answer.value in ("unsupported", "failed"):
                    yield f"{asked.question.facts.title}: {figures.of_answer(answer, asked, variant).word}"

    @staticmethod
    def _is_untried(name: str, asked: Asked, answer: Answer) -> bool:
        """Whether a failure offline is of the plain command alone, in a run that knew no other for this tool."""
        return name in _UNTRIED and answer.value == "fails" and _TRIED not in asked.question.facts.values

    def _answers(self, name: str, variant: str) -> list[tuple[Asked, Answer]]:
        change, dot, measure = name.partition(".")
        if dot:
            return list(_of_change(self._parts, change, measure, variant))
        places = self._parts.asked(name, self._rule.lane)
        return [(asked, answer) for asked in places if (answer := asked.of(variant)) is not None]

    @property
    def fitting(self) -> tuple[Candidate, ...]:
        """Those that are not excluded and of which the primary figure is known, the best first."""
        return tuple(item for item in self.candidates if not item.excluded and not item.unknown)

    def pick(self) -> Pick:
        """The answer in a line."""
        fitting = self.fitting
        winners = by_tool(self._ahead(fitting), self._parts.variants)
        key = next((item for item in fitting if item.variant == winners[0]), None) if winners else None
        return Pick(
            slug=self._rule.slug,
            title=self._rule.title,
            measure=self.measure,
            winners=winners[:MOST_NAMES],
            key=key.figure if key else None,
            price=_price(key) if key and len(winners) == 1 else "",
            why=self._why(winners),
            source=key.figure.source if key else "",
        )

    def _why(self, winners: Sequence[str]) -> str:
        if len(winners) > 1:
            more = f"and {len(winners) - MOST_NAMES} more; " if len(winners) > MOST_NAMES else ""
            rounds = min((timed.part.source.rounds for timed in self._timed), default=FEW_BLOCKS)
            few = f"{number(rounds, 'round')} {'is' if rounds == 1 else 'are'} too few to tell"
            return more + (few if rounds < FEW_BLOCKS else "their times do not differ enough to tell")
        if winners:
            open_ = [item for item in self.candidates if not item.excluded and item.unknown]
            return f"{len(open_)} others not testable in these runs" if open_ and not self._rule.scale else ""
        if not self.candidates:
            return figures.NOT_MEASURED
        if all(item.excluded for item in self.candidates):
            return "no toolchain gets through every step that this needs"
        return "nothing that fits was established in these runs"

    def _ahead(self, fitting: Sequence[Candidate]) -> tuple[str, ...]:
        """The fastest and all that cannot be told from it."""
        names = [item.variant for item in fitting]
        if not names:
            return ()
        if self._scale is not None:
            # A size is often measured once, so only a large difference tells anybody apart.
            first = fitting[0].figure.value or 0.0
            return tuple(item.variant for item in fitting if (item.figure.value or 0.0) <= first * LARGE)
        timed = next(item for item in self._timed if figures.of_timed(item, names[0]) == fitting[0].figure)
        for group in timed.scenario.groups:
            if ahead := [name for name in names if name in group]:
                return tuple(ahead)
        return tuple(names)

    def in_full(self) -> SituationInFull:
        """The situation with its rule and everybody in it."""
        rule = self._rule
        return SituationInFull(
            slug=rule.slug,
            title=rule.title,
            what=rule.what,
            rule=tuple(_told(rule, self.measure, self._parts)),
            candidates=self.candidates,
            missing="" if self.candidates else figures.NOT_MEASURED.capitalize() + ".",
        )


def _order(candidate: Candidate) -> tuple[bool, bool, float, str]:
    value = candidate.figure.value
    excluded, unknown = bool(candidate.excluded), bool(candidate.unknown)
    return excluded, unknown, float("inf") if value is None else value, candidate.variant


def _primary(rule: Rule, parts: Parts) -> tuple[Timed, ...]:
    for name in rule.primary if not rule.scale else ():
        if found := parts.timed(name, rule.lane):
            return found
    return ()


def _at_scale(rule: Rule, part: Part | None) -> tuple[str, dict[str, Figure]] | None:
    """What the primary measure is called in the run on scale, and everybody's figure at the size it is looked at."""
    found = panel_of(part, rule.primary[0], rule.lane) if rule.scale else None
    if part is None or found is None:
        return None
    panel, view = found
    sizes = sorted(view.members[shape] for shape in panel.sizes)
    members = max((size for size in sizes if size <= MANY_MEMBERS), default=sizes[0])
    return f"{panel.title}, {members} members", figures_at(panel, view, members, part)


def _of_change(parts: Parts, change: str, measure: str, variant: str) -> Iterator[tuple[Asked, Answer]]:
    """What was seen of a change in the local lane, as the answer to a question of its own."""
    for part in parts.ordered:
        for made in part.facts.changes:
            row = made.row(variant) if made.name == change else None
            answer = row.local.measures.get(measure) if row is not None else None
            if answer is not None:
                yield Asked(part=part, question=friction.as_question(made, measure)), answer
                return


def _price(candidate: Candidate) -> str:
    """What one takes with a pick, in a few words."""
    return "; ".join(reason.meaning.rstrip(".").partition(", because")[0] for reason in candidate.prices[:2])


def _told(rule: Rule, measure: str, parts: Parts) -> Iterator[str]:
    titles = _titles(parts)
    yield f"Measured by: {measure}; less is better."
    needs = [titles.get(name, name) for name in rule.needs]
    hazards = [titles.get(name, name) for name in rule.excludes]
    told = [f"{join(needs)} did not succeed each time"] if needs else []
    told += ["the time limit was hit"] if rule.scale else []
    told += [f"an answer is a hazard: {join(hazards)}"] if hazards else []
    yield f"Excluded where {', or '.join(told)}."
    if rule.prices:
        yield f"Named as a price where it is a hazard: {join([titles.get(name, name) for name in rule.prices])}."
    yield "No clear winner where the times of the fastest do not differ enough to tell."


def _titles(parts: Parts) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for part in reversed(parts.all):
        for run in part.facts.runs:
            found |= {name: facts.title for name, facts in run.scenarios.items()}
            found |= {name: facts.title for name, facts in run.findings.items()}
            found |= {f"{name}.works": f"{facts.title}: does it work" for name, facts in run.changes.items()}
    return found | SCENARIOS


def lacks(situations: Sequence[SituationInFull], names: Sequence[str]) -> list[str]:
    """The situations that exclude every one of some variants."""
    found = []
    for item in situations:
        own = [candidate for candidate in item.candidates if candidate.variant in names]
        if own and all(candidate.excluded for candidate in own):
            found.append(item.title)
    return found
