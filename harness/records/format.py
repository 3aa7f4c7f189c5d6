"""The results format: what a run writes, one value per line or file, and how it is read back.

These are the only types that pass from measuring (which writes them) to analysis and reporting (which read them).
Figures are unrounded and carry their unit in the name. Absent figures are ``None``, never 0 and never NaN.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from harness.records.facts import (
    _STRICT,
    ChangeFacts,
    Count,
    FindingFacts,
    HostFacts,
    Lane,
    Outcome,
    ScenarioFacts,
    Seconds,
    ShapeFacts,
    StrategyFacts,
    VariantFacts,
)

SCHEMA_VERSION = 1

#: Added to the reference variant's name for the cells that repeat it in each block (the A/A cells). A folder's name
#: cannot contain it, so the two can never be confused.
CONTROL_SUFFIX = "~aa"

#: The longest that what is measured of a cell may take, in seconds, where nothing else is asked for; the slowest of the
#: committed variants takes a tenth of it.
LIMIT_S = 300.0


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Cell:
    """One thing a run measures: variant × lane × scenario × shape (and, in the Nix lane, provider and strategy)."""

    variant: str
    lane: Lane
    scenario: str
    shape: str = "canonical"
    provider: str | None = None
    strategy: str | None = None


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Sample:
    """One execution of one cell.

    ``wall_s``, ``user_s``, ``system_s`` and ``max_rss_bytes`` sum (the last: take the maximum of) the measured
    steps alone and are ``None`` unless ``outcome`` is ``ok``. ``requests`` and ``bytes_downloaded`` are what the
    index on loopback served meanwhile; ``files_written`` counts files made or changed below the scratch folder.
    ``sizes`` maps a name with its unit (``environment_bytes``) to a figure. ``log_path`` is relative to the run's
    folder. ``started_at`` is UTC in ISO 8601. ``worker`` tells apart those of a cluster that share a machine; it is
    empty for a run on one.
    """

    schema_version: int = SCHEMA_VERSION
    run_id: str
    host_id: str
    variant: str
    variant_digest: str
    lane: Lane
    provider: str | None = None
    strategy: str | None = None
    scenario: str
    shape: str = "canonical"
    block: Count
    position: Count
    outcome: Outcome
    reason: str = ""
    exit_code: int | None = None
    signal: int | None = None
    wall_s: Seconds | None = None
    user_s: Seconds | None = None
    system_s: Seconds | None = None
    max_rss_bytes: Count | None = None
    requests: Count | None = None
    bytes_downloaded: Count | None = None
    files_written: Count | None = None
    started_at: str
    log_path: str
    sizes: dict[str, Count] = Field(default_factory=dict)
    worker: str = ""

    @property
    def cell(self) -> Cell:
        """The cell this sample belongs to."""
        return Cell(
            variant=self.variant,
            lane=self.lane,
            scenario=self.scenario,
            shape=self.shape,
            provider=self.provider,
            strategy=self.strategy,
        )


#: What a finding is told from others of its run by: variant, lane, strategy, finding and shape.
FindingKey = tuple[str, Lane, str | None, str, str]


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Finding:
    """One untimed fact about a variant; ``evidence`` is the proof a reader can check (a command, lines of a file).

    It holds for the members of ``shape``. ``strategy`` is the way in which the members were built through Nix, where
    the answer depends on it. ``sizes`` maps the name of a part to its bytes, where the value is their sum. ``cure`` is
    what was typed instead, and seen to help, where the value is a hazard and the variant knows of something.
    """

    run_id: str
    variant: str
    lane: Lane
    strategy: str | None = None
    finding: str
    shape: str = "canonical"
    value: str
    evidence: str
    sizes: dict[str, Count] = Field(default_factory=dict)
    cure: str = ""
    log_path: str = ""

    @property
    def key(self) -> FindingKey:
        """What it is an answer to."""
        return self.variant, self.lane, self.strategy, self.finding, self.shape


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Plan:
    """What a run does: its cells, how many blocks, the seed of their order; ``digest`` names exactly this plan.

    With ``budget_s``, ``blocks`` is only the most there can be: blocks go on until every comparison is settled or so
    many seconds are up, and a cell that is settled is left out of the blocks that follow. ``turns`` are groups of
    scenarios that take turns, one group a block; those of ``only_first`` are in the first block alone; every other
    scenario is in every block. ``experiments`` are the kinds of findings that are established by doing, in these
    ``lanes``, that of Nix with this ``provider``. What is measured of a cell may take ``limit_s`` seconds. Of several
    shapes, one is measured after the other, each in blocks of its own. ``shard`` is which part of the plan is done,
    counted from 1, and of how many; nothing if all of it is.
    """

    cells: tuple[Cell, ...]
    blocks: Count
    seed: int
    reference: str
    digest: str
    budget_s: Seconds | None = None
    turns: tuple[tuple[str, ...], ...] = ()
    only_first: tuple[str, ...] = ()
    experiments: tuple[str, ...] = ()
    lanes: tuple[Lane, ...] = tuple(Lane)
    provider: str = "host"
    limit_s: Seconds = LIMIT_S
    shard: tuple[int, int] | None = None

    @property
    def shapes(self) -> tuple[str, ...]:
        """The shapes that are measured, in order."""
        return tuple(dict.fromkeys(cell.shape for cell in self.cells))


class RunStatus(StrEnum):
    """Whether a run is still going, came to its end, or was stopped (and can be resumed)."""

    RUNNING = "running"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Probe:
    """A fixed computation timed between blocks: what changes from one to the next is the machine.

    ``block`` is the one that ended just before; -1 is before the first block. ``wall_s`` and ``user_s`` are unrounded.
    ``others`` is how many cores anything but the probe kept busy meanwhile; ``load`` is the system's load average of
    the minute before, in which the run itself counts. Both are ``None`` where the system does not tell, and in runs
    from before they were recorded. Where several machines took part, ``host_id`` and ``worker`` say which one timed
    it, after a part of that block.
    """

    block: Annotated[int, Field(ge=-1)]
    wall_s: Seconds
    user_s: Seconds
    others: Annotated[float, Field(ge=0)] | None = None
    load: Annotated[float, Field(ge=0)] | None = None
    host_id: str = ""
    worker: str = ""


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class MergedRun:
    """A run that was made into another one, together with others.

    ``shard`` is which part of a plan it did, if it did a part. Its blocks are numbered from ``first_block`` in what it
    was made into. ``planned`` is how many executions it was to have.
    """

    run_id: str
    host_id: str
    started_at: str
    finished_at: str | None
    command_line: tuple[str, ...]
    planned: Count
    shard: tuple[int, int] | None = None
    first_block: Count = 0


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class RunInfo:
    """``run.json``: everything about a run that is not a sample or a finding.

    ``tools`` names what the harness itself used (``python``, ``nix``, ``pip`` …). ``nix_unavailable`` is the reason the
    Nix lane could not run on this machine, empty where it could. ``git_revision`` is the checkout's, empty if
    unknown. ``findings``, ``changes`` and ``strategies`` describe those that this run establishes, makes and builds
    with. ``shapes`` has those it measures, by their names. ``experiments_digest`` names exactly the code that
    conducts experiments, empty where that was not recorded. ``probes`` are in the order in which they were taken,
    one before the first block and one after each. Where more than one machine or worker took part, ``hosts`` has the
    facts of each by its id (``host`` is the first of them); ``cluster`` says what dealt the work out, empty where
    nothing did; ``merged`` are the runs that this one was made of. ``builders`` are the machines that Nix was told to
    build on, in its own notation.
    """

    schema_version: int = SCHEMA_VERSION
    run_id: str
    status: RunStatus
    started_at: str
    finished_at: str | None = None
    command_line: tuple[str, ...]
    harness_version: str
    git_revision: str = ""
    plan: Plan
    host: HostFacts
    tools: dict[str, str]
    variants: dict[str, VariantFacts]
    scenarios: dict[str, ScenarioFacts]
    findings: dict[str, FindingFacts] = Field(default_factory=dict)
    changes: dict[str, ChangeFacts] = Field(default_factory=dict)
    strategies: dict[str, StrategyFacts] = Field(default_factory=dict)
    shapes: dict[str, ShapeFacts] = Field(default_factory=dict)
    nix_unavailable: str = ""
    experiments_digest: str = ""
    probes: tuple[Probe, ...] = ()
    hosts: dict[str, HostFacts] = Field(default_factory=dict)
    cluster: str = ""
    merged: tuple[MergedRun, ...] = ()
    builders: str = ""

    @property
    def machines(self) -> dict[str, HostFacts]:
        """The machines that figures come from, by their ids: one or more."""
        return self.hosts or {self.host.host_id: self.host}


#: What a file's name had better not have.
_UNFIT = re.compile(r"[^\w.,=+-]+", re.ASCII)


def as_file_name(shape: str, most: int) -> str:
    """A shape's name as part of a file's, cut to the ``most`` signs."""
    return _UNFIT.sub("-", shape)[:most]


def log_name(cell: Cell, block: int) -> str:
    """Where the log of a cell's sample in a block lies, relative to the run's folder."""
    shape = "" if cell.shape == "canonical" else as_file_name(cell.shape, 80)
    parts = [cell.variant, cell.lane.value, cell.scenario, *filter(None, (cell.provider, cell.strategy, shape))]
    return f"logs/block-{block}/{'_'.join(parts)}.log"


SAMPLE: TypeAdapter[Sample] = TypeAdapter(Sample)
FINDING: TypeAdapter[Finding] = TypeAdapter(Finding)
RUN_INFO: TypeAdapter[RunInfo] = TypeAdapter(RunInfo)


def json_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schemas of ``run.json`` and of a line of ``samples.jsonl`` and ``findings.jsonl``."""
    return {
        "run": RUN_INFO.json_schema(),
        "sample": SAMPLE.json_schema(),
        "finding": FINDING.json_schema(),
    }
