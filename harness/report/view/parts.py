"""Runs in view, by what they are about: each figure on the page is from one of these parts, and says which. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.monorepo.shapes import CANONICAL
from harness.monorepo.shapes.packages import is_of_backends
from harness.records.facts import Lane, VariantFacts
from harness.records.format import RunInfo
from harness.records.spelling import number
from harness.report.model import Answer, Question, Report, Row, ScenarioView, Section
from harness.report.statistics.scale import MINIMUM_SIZES
from harness.report.view.model import RunKind, Source

#: What the page is mostly about is taken from the first of these that is there.
_MAIN = (RunKind.CANONICAL, RunKind.REPOSITORY, RunKind.SERVICE, RunKind.SCALE)

_TITLES = {
    RunKind.CANONICAL: "the run of {n}",
    RunKind.SERVICE: "the run with a service's dependencies",
    RunKind.REPOSITORY: "the run on {shape}",
    RunKind.SCALE: "the run on scale",
    RunKind.BACKENDS: "the run of build backends alone",
}


def kind_of(run: RunInfo) -> RunKind:
    """What a run is about, by its plan: its contestants, and how many shapes of members it has."""
    if is_of_backends(run.plan):
        return RunKind.BACKENDS
    shapes = run.plan.shapes
    if len(shapes) >= MINIMUM_SIZES:
        return RunKind.SCALE
    if shapes and shapes[0].startswith(RunKind.SERVICE):
        return RunKind.SERVICE
    return RunKind.CANONICAL if not shapes or CANONICAL.name in shapes else RunKind.REPOSITORY


def group_of(run: RunInfo) -> str:
    """What runs share that may be told together: what they are about, and the members they are about."""
    kind = kind_of(run)
    return f"{kind.value} {next(iter(run.plan.shapes), '')}" if kind is RunKind.REPOSITORY else kind.value


@dataclass(frozen=True, kw_only=True)
class Part:
    """Runs that measured the same, as facts, with where they are from."""

    source: Source
    facts: Report

    def sections(self, lane: Lane) -> tuple[Section, ...]:
        """The sections of a lane in which anything could be measured."""
        return tuple(item for item in self.facts.sections if item.lane is lane and not item.refused)

    @property
    def questions(self) -> Iterator[Asked]:
        """Every finding's question, in their order."""
        for group in self.facts.questions:
            for question in group.questions:
                yield Asked(part=self, question=question)

    def asked(self, finding: str, lane: Lane = Lane.LOCAL) -> tuple[Asked, ...]:
        """A finding's questions: one, or one for each Nix strategy."""
        return tuple(item for item in self.questions if item.question.name == finding and item.question.lane is lane)


@dataclass(frozen=True, kw_only=True)
class Timed:
    """A scenario where it was measured."""

    part: Part
    section: Section
    scenario: ScenarioView

    def row(self, variant: str) -> Row | None:
        """A contestant's row."""
        return self.scenario.row(variant)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A finding's question where it was asked."""

    part: Part
    question: Question

    def of(self, variant: str) -> Answer | None:
        """A contestant's answer."""
        return self.question.answers.get(variant)


class Parts:
    """All runs in view, and the way to what they know: by scenario, by finding, by contestant."""

    def __init__(self, reports: Sequence[Report]) -> None:
        self.all = tuple(
            Part(source=_source(report, slug), facts=report)
            for report, slug in zip(reports, _numbered(reports), strict=True)
        )
        self.main = next((part for kind in _MAIN for part in self.all if part.source.kind is kind), None)
        self.scale = self._first(RunKind.SCALE)
        self.backends = self._first(RunKind.BACKENDS)
        variants = [part for part in self.all if part.source.kind is not RunKind.BACKENDS]
        #: The parts about variants, the main one first.
        self.ordered = tuple(sorted(variants, key=lambda part: part is not self.main))
        self.variants: Mapping[str, VariantFacts] = {
            name: facts for part in reversed(self.ordered) for name, facts in part.facts.variants.items()
        }

    def _first(self, kind: RunKind) -> Part | None:
        return next((part for part in self.all if part.source.kind is kind), None)

    def timed(self, scenario: str, lane: Lane = Lane.LOCAL) -> tuple[Timed, ...]:
        """Where a scenario was measured: of the first part that has it, once for each Nix strategy."""
        for part in self.ordered:
            found = tuple(
                Timed(part=part, section=section, scenario=view)
                for section in part.sections(lane)
                if (view := section.scenario(scenario)) is not None and any(row.outcomes for row in view.rows)
            )
            if found:
                return found
        return ()

    def asked(self, finding: str, lane: Lane = Lane.LOCAL) -> tuple[Asked, ...]:
        """Where a finding was asked: of the first part that has it, once for each Nix strategy."""
        return next((found for part in self.ordered if (found := part.asked(finding, lane))), ())


def _numbered(reports: Sequence[Report]) -> Iterator[str]:
    seen: dict[RunKind, int] = {}
    for report in reports:
        kind = kind_of(report.runs[-1])
        seen[kind] = seen.get(kind, 0) + 1
        yield kind.value if seen[kind] == 1 else f"{kind.value}-{seen[kind]}"


def _source(report: Report, slug: str) -> Source:
    newest = report.runs[-1]
    kind = kind_of(newest)
    host = report.host
    shape = next(iter(newest.plan.shapes), "")
    noun = number(len(report.variants), "variant")
    return Source(
        slug=slug,
        kind=kind,
        title=_TITLES[kind].format(n=noun, shape=shape),
        run_ids=tuple(run.run_id for run in report.runs),
        contestants=len(report.variants),
        rounds=report.blocks,
        samples=report.samples,
        machine=f"{host.cpu_model}, {number(host.cpu_count, 'core')}, {host.system}",
        date=newest.started_at[:10],
        limit_s=max(run.plan.limit_s for run in report.runs),
        reference=report.reference,
    )
