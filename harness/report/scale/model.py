"""How times grow with the number of members, as facts of one group of runs. Figures are unrounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.records.facts import Lane
from harness.report.statistics.scale import Fit
from harness.report.statistics.statistics import Interval


@dataclass(frozen=True, kw_only=True)
class Point:
    """A variant at one size.

    ``median`` and ``interval`` are those of its samples, ``None`` unless all of them are ok: then ``status`` says how
    they ended and ``failed`` how many of ``samples``. A ``status`` other than ``unsupported`` or ``not yet measured``
    says that the variant could not bear this size.
    """

    median: float | None
    interval: Interval | None
    status: str = ""
    failed: int = 0
    samples: int = 0
    reason: str = ""

    @property
    def unbearable(self) -> bool:
        """Whether it was tried and did not succeed each time."""
        return self.failed > 0


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One variant's times by shape, and the power law through them: ``None`` with fewer than three sizes."""

    variant: str
    points: Mapping[str, Point]
    fit: Fit | None


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One scenario at several sizes, in one lane and, for Nix, with one provider and strategy."""

    slug: str
    title: str
    scenario: str
    lane: Lane
    curves: tuple[Curve, ...]

    @property
    def sizes(self) -> tuple[str, ...]:
        """The shapes that any variant was tried at."""
        found = (shape for curve in self.curves for shape, point in curve.points.items() if point.samples)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, kw_only=True)
class ScaleView:
    """Every scenario that was measured at three sizes or more, the local lane's first. ``members`` are by shape."""

    members: Mapping[str, int]
    panels: tuple[Panel, ...]
