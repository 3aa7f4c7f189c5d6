"""The view model of the section on scale. Figures are unrounded; every writer rounds them alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from harness.records.facts import Lane
from harness.report.statistics.scale import MINIMUM_SIZES, Crossing, Fit
from harness.report.statistics.statistics import Interval


class Kind(StrEnum):
    """What the figures of a panel are: a closed set. Of each of them less is better."""

    TIME = "time"
    MEMORY = "memory"
    DISK = "disk"


@dataclass(frozen=True, kw_only=True)
class Size:
    """A shape as a place on the axis. ``label`` is how many members it has, with its name where another has as many.

    ``chain`` is how many dependencies the longest chain has, ``core`` the member whose edit is looked at.
    """

    shape: str
    label: str
    members: int
    libraries: int
    applications: int
    chain: int
    core: str


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
    """One variant's figures by shape, and the power law through them: ``None`` with fewer than three sizes."""

    variant: str
    points: Mapping[str, Point]
    fit: Fit | None


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One thing that is measured at several sizes: the time or the memory of a scenario, or a size that it records."""

    slug: str
    name: str
    title: str
    scenario: str
    kind: Kind
    curves: tuple[Curve, ...]
    crossings: tuple[Crossing, ...] = ()

    @property
    def sizes(self) -> tuple[str, ...]:
        """The shapes that any variant was tried at."""
        found = (shape for curve in self.curves for shape, point in curve.points.items() if point.samples)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, kw_only=True)
class ScaleLane:
    """Figures that may be held against each other: one lane and, for Nix, one provider and strategy."""

    slug: str
    title: str
    lane: Lane
    provider: str
    strategy: str
    panels: tuple[Panel, ...]

    def of(self, kind: Kind) -> tuple[Panel, ...]:
        """Its panels of one kind."""
        return tuple(panel for panel in self.panels if panel.kind is kind)


@dataclass(frozen=True, kw_only=True)
class ScaleView:
    """How cost grows with the number of members. ``sizes`` are from few members to many.

    ``limit_s`` is how long what is measured of a cell could take. With fewer than three sizes there are no curves, and
    ``efforts`` is all there is.
    """

    sizes: tuple[Size, ...]
    variants: tuple[str, ...]
    limit_s: float
    lanes: tuple[ScaleLane, ...]

    @property
    def shown(self) -> bool:
        """Whether there are enough sizes for a section of its own."""
        return len({size.members for size in self.sizes}) >= MINIMUM_SIZES

    def size(self, shape: str) -> Size:
        """The place of a shape on the axis."""
        return next(item for item in self.sizes if item.shape == shape)
