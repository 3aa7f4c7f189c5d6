"""A shape as a run's record has it, and back again; pure."""

from __future__ import annotations

from harness.monorepo.shapes.model import Kind, Member, Shape
from harness.records.facts import MemberFacts, ShapeFacts


def facts_of_shape(shape: Shape) -> ShapeFacts:
    """The members of a shape, for a reader of the results."""
    members = tuple(
        MemberFacts(
            name=member.name,
            kind="application" if member.kind is Kind.APPLICATION else "library",
            dependencies=member.needs,
            modules=member.modules,
            requirements=member.requirements,
        )
        for member in shape.members
    )
    return ShapeFacts(members=members, core=shape.core.name, source=shape.source)


def shape_of_facts(name: str, facts: ShapeFacts) -> Shape:
    """The shape of that name, as it was recorded."""
    members = tuple(
        Member(
            name=member.name,
            kind=Kind(member.kind),
            needs=member.dependencies,
            modules=member.modules,
            requirements=member.requirements,
        )
        for member in facts.members
    )
    return Shape(name=name, members=members, source=facts.source)
