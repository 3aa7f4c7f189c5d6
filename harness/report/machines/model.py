"""What the section on machines says, before it is laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from harness.records.facts import HostFacts
from harness.records.format import MergedRun
from harness.report.statistics.compare import Verdict
from harness.report.statistics.statistics import Interval


class Agreement(StrEnum):
    """Whether the machines say the same of a variant: a closed set."""

    SAME = "the same on all"
    IN_PART = "on some within the noise"
    DISAGREE = "they disagree"


@dataclass(frozen=True, kw_only=True)
class MachineRow:
    """One machine: its facts, what was measured on it and how fast it is.

    ``units`` counts blocks of one scenario. ``workers`` are those that took part on it, none where it was not a
    cluster's. ``probe_s`` is the median of the fixed computation in seconds, ``None`` if it was not timed there.
    """

    host_id: str
    facts: HostFacts | None
    workers: tuple[str, ...]
    samples: int
    units: int
    probe_s: float | None


@dataclass(frozen=True, kw_only=True)
class OnHost:
    """A variant against the reference on one machine: the ratio over its blocks, and the side of the band it is on."""

    ratio: Interval
    blocks: int
    side: Verdict


@dataclass(frozen=True, kw_only=True)
class Everywhere:
    """One variant in one scenario, machine by machine: those that have a block of both it and the reference."""

    variant: str
    on: Mapping[str, OnHost]
    agreement: Agreement


@dataclass(frozen=True, kw_only=True)
class HostTable:
    """One scenario on all machines; ``slug`` is the anchor of the section with its figures."""

    slug: str
    section: str
    scenario: str
    rows: tuple[Everywhere, ...]


@dataclass(frozen=True, kw_only=True)
class Machines:
    """Which machines took part; ``tables`` are there where several did, and have those with figures of several.

    ``cluster`` says what dealt the work out, empty where nothing did. ``merged`` are the runs that were made into one.
    """

    rows: tuple[MachineRow, ...]
    tables: tuple[HostTable, ...]
    cluster: str = ""
    merged: tuple[MergedRun, ...] = ()

    def count(self, agreement: Agreement) -> int:
        """Of how many variants in how many scenarios so much is known."""
        return sum(row.agreement is agreement for table in self.tables for row in table.rows)

    @property
    def disagreeing(self) -> tuple[tuple[HostTable, Everywhere], ...]:
        """Every variant and scenario on which the machines disagree."""
        return tuple((table, row) for table in self.tables for row in table.rows if row.agreement is Agreement.DISAGREE)
