"""Which shapes the runs of a report measured, and whose members all of it but the section on scale is about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.monorepo.shapes import CANONICAL, graph
from harness.monorepo.shapes.facts import facts_of_shape
from harness.records.facts import ShapeFacts
from harness.records.format import Finding, RunInfo


@dataclass(frozen=True, kw_only=True)
class Shapes:
    """The shapes of some runs, by name, the primary one first; none where the runs do not describe any.

    ``primary`` is the first of the newest run, and empty where no run describes its shapes: then all figures stand in
    sections of their own, as they do for backends alone.
    """

    primary: str
    facts: Mapping[str, ShapeFacts]

    @property
    def further(self) -> tuple[str, ...]:
        """Every shape but the primary one."""
        return tuple(name for name in self.facts if name != self.primary)


#: What runs have that do not describe their shapes.
NO_SHAPES = Shapes(primary="", facts={})


def shapes_of(runs: Sequence[RunInfo]) -> Shapes:
    """The shapes of runs; one that measured the canonical members need not describe them."""
    facts = {name: facts for run in runs for name, facts in run.shapes.items()}
    if not facts:
        return NO_SHAPES
    planned = [name for run in (runs[-1], *runs) for name in run.plan.shapes]
    if CANONICAL.name in planned:
        facts.setdefault(CANONICAL.name, facts_of_shape(CANONICAL))
    primary = next((name for name in (*planned, *runs[-1].shapes) if name in facts), next(iter(facts)))
    order = dict.fromkeys((primary, *planned, *facts))
    return Shapes(primary=primary, facts={name: facts[name] for name in order if name in facts})


def about(shapes: Shapes, findings: Iterable[Finding]) -> list[Finding]:
    """The findings that a report's answers rest on.

    Experiments and changes are made with the canonical members, also where those are not the primary shape's: such a
    finding stands only where there is none of the primary shape.
    """
    given = list(findings)
    if not shapes.primary:
        return given
    own = [item for item in given if item.shape == shapes.primary]
    if shapes.primary == CANONICAL.name:
        return own
    answered = {_asked(item) for item in own}
    return own + [item for item in given if item.shape == CANONICAL.name and _asked(item) not in answered]


def _asked(finding: Finding) -> tuple[object, ...]:
    return finding.finding, finding.lane, finding.strategy


def libraries(facts: ShapeFacts) -> int:
    """How many members are imported."""
    return sum(member.kind == "library" for member in facts.members)


def applications(facts: ShapeFacts) -> tuple[str, ...]:
    """The members that are run, in order."""
    return tuple(member.name for member in facts.members if member.kind == "application")


def chain(facts: ShapeFacts) -> int:
    """How many dependencies the longest chain has."""
    return graph.depth({member.name: member.dependencies for member in facts.members})
