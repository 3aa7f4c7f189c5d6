"""What an edit of a shape's core reaches: pure, from the members alone."""

from __future__ import annotations

from dataclasses import dataclass

from harness.records.facts import ShapeFacts


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What has to be made again after an edit of the core.

    ``members`` are the core and all that need it, directly or through others; ``environments`` are those of the
    applications among them.
    """

    members: tuple[str, ...]
    environments: tuple[str, ...]

    @property
    def total(self) -> int:
        """Members and environments together: what Nix builds anew, one derivation each."""
        return len(self.members) + len(self.environments)


def reach(shape: ShapeFacts) -> Reach:
    """What an edit of the core reaches, by the shape's own dependencies."""
    reached = {shape.core}
    # Every member stands after those it needs, so once through is enough.
    for member in shape.members:
        if reached.intersection(member.dependencies):
            reached.add(member.name)
    return Reach(
        members=tuple(member.name for member in shape.members if member.name in reached),
        environments=tuple(
            member.name for member in shape.members if member.name in reached and member.kind == "application"
        ),
    )
