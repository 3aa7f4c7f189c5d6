"""Cells taken together: from one frame of samples to the rows of each section."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from harness.records.facts import Lane, Outcome, ScenarioFacts, VariantFacts
from harness.records.format import CONTROL_SUFFIX, Cell, RunInfo
from harness.report import words
from harness.report.anchors import anchored
from harness.report.model import Row, ScenarioView, Section
from harness.report.sizes import sizes_of
from harness.report.statistics.compare import (
    Block,
    Comparison,
    by_block,
    compare,
    correct,
    of_another_kind,
    tie_groups,
    withhold,
)
from harness.report.statistics.frames import ABSENT, Frames
from harness.report.statistics.statistics import Summary, summarise

CELL = ("variant", "lane", "scenario", "shape", "provider", "strategy")
#: The scenario whose times are compared within a kind alone.
LOCK = "lock"
MEDIANS = ("user_s", "system_s", "max_rss_bytes", "requests", "bytes_downloaded")


class SectionKey(NamedTuple):
    """What figures must share to be held against each other."""

    lane: str
    shape: str
    provider: str
    strategy: str

    @property
    def slug(self) -> str:
        """Its anchor on the page."""
        return anchored(*self)


class CellKey(NamedTuple):
    """A cell as a frame names it: absent parts are empty."""

    variant: str
    lane: str
    scenario: str
    shape: str
    provider: str
    strategy: str

    @property
    def section(self) -> SectionKey:
        """The section it is shown in."""
        return SectionKey(self.lane, self.shape, self.provider, self.strategy)

    @property
    def cell(self) -> Cell:
        """The cell itself."""
        return Cell(
            variant=self.variant,
            lane=Lane(self.lane),
            scenario=self.scenario,
            shape=self.shape,
            provider=self.provider or None,
            strategy=self.strategy or None,
        )

    def with_variant(self, variant: str) -> CellKey:
        """The same for another variant."""
        return self._replace(variant=variant)


@dataclass(frozen=True, kw_only=True)
class Cells:
    """All cells of some runs, in the order of their plans, with what is known of each that was measured.

    ``hosts`` has the machine of each block of each cell where several took part, and is empty where one did.
    """

    keys: tuple[CellKey, ...]
    seconds: Mapping[CellKey, Mapping[Block, float]]
    summaries: Mapping[CellKey, Summary]
    medians: Mapping[CellKey, Mapping[str, float]]
    outcomes: Mapping[CellKey, Mapping[Outcome, int]]
    reasons: Mapping[CellKey, str]
    hosts: Mapping[CellKey, Mapping[Block, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, frames: Frames, runs: Sequence[RunInfo]) -> Cells:
        """Everything that takes going through all samples, once."""
        seconds: dict[CellKey, Mapping[Block, float]] = {}
        summaries: dict[CellKey, Summary] = {}
        medians: dict[CellKey, Mapping[str, float]] = {}
        hosts: dict[CellKey, Mapping[Block, str]] = {}
        ok = frames.ok
        several = frames.samples["host_id"].nunique() > 1
        for key, group in ok.groupby(list(CELL), observed=True, sort=False):
            cell = CellKey(*map(str, key))
            wall = group["wall_s"].to_numpy(dtype=np.float64)
            seconds[cell] = by_block(group["run_id"].tolist(), group["block"].tolist(), wall.tolist())
            places = group["host_id"].tolist() if several else None
            if places is not None:
                blocks = zip(group["run_id"].tolist(), map(int, group["block"]), strict=True)
                hosts[cell] = dict(zip(blocks, places, strict=True))
            if (summary := summarise(wall, places)) is not None:
                summaries[cell] = summary
            found = {name: float(group[name].median()) for name in MEDIANS if bool(group[name].notna().any())}
            if cell.lane == Lane.NIX.value and {"user_s", "system_s"} <= found.keys() and bool((wall > 0).all()):
                found["cores"] = float(((group["user_s"] + group["system_s"]) / wall).median())
            medians[cell] = found
        outcomes, reasons = _outcomes(frames.samples)
        planned = (_key(cell) for run in runs for cell in run.plan.cells)
        return cls(
            keys=tuple(dict.fromkeys((*planned, *outcomes))),
            seconds=seconds,
            summaries=summaries,
            medians=medians,
            outcomes=outcomes,
            reasons=reasons,
            hosts=hosts,
        )

    def places(self, keys: Iterable[CellKey]) -> dict[Block, str]:
        """The machine of each block of a scenario, whose variants are all measured on the same one in each block."""
        return {block: host for key in keys for block, host in self.hosts.get(key, {}).items()}

    def sections(self) -> tuple[SectionKey, ...]:
        """Every section: the local lane's first, then as planned."""
        found = dict.fromkeys(key.section for key in self.keys)
        return tuple(sorted(found, key=lambda key: key.lane != Lane.LOCAL.value))

    def within(self, section: SectionKey) -> dict[str, list[CellKey]]:
        """The cells of a section by scenario, without the A/A cells."""
        found: dict[str, list[CellKey]] = {}
        for key in self.keys:
            if key.section == section and not key.variant.endswith(CONTROL_SUFFIX):
                found.setdefault(key.scenario, []).append(key)
        return found


def build_section(
    section: SectionKey,
    cells: Cells,
    frames: Frames,
    *,
    reference: str,
    variants: Mapping[str, VariantFacts],
    facts: Mapping[str, ScenarioFacts],
    distrusted: Collection[CellKey] = (),
    locks: Mapping[str, str] | None = None,
) -> Section:
    """The section's scenarios with their rows, and its sizes.

    ``locks`` says of variants what their lock covers, as ``lock-covers`` found.

    ``distrusted`` are the reference's cells that differed from their repetition: no verdict rests on them.
    """
    lane = Lane(section.lane)
    by_scenario = cells.within(section)
    named = dict.fromkeys(key.variant for keys in by_scenario.values() for key in keys)
    details = [f"shape {section.shape}"] if section.shape != "canonical" else []
    if lane is Lane.NIX:
        details = [f"provider {section.provider or 'unnamed'}", f"strategy {section.strategy or 'unnamed'}", *details]
    note = (
        f"Measured with provider {section.provider or 'unnamed'} and strategy {section.strategy or 'unnamed'};"
        " figures of another provider or strategy are not comparable with these."
        if lane is Lane.NIX
        else "The toolchains' own commands, offline, against an index on loopback."
    )
    return Section(
        slug=section.slug,
        title=("Nix lane" if lane is Lane.NIX else "Local lane") + (f" ({', '.join(details)})" if details else ""),
        note=note,
        lane=lane,
        shape=section.shape,
        provider=section.provider,
        strategy=section.strategy,
        scenarios=tuple(
            _scenario(
                name,
                keys,
                cells,
                reference=reference,
                variants=variants,
                facts=facts.get(name),
                trusted=keys[0].with_variant(reference) not in distrusted,
                kinds=(locks or {}) if name == LOCK else {},
            )
            for name, keys in by_scenario.items()
        ),
        sizes=sizes_of(section._asdict(), frames),
        variants=tuple(named),
    )


def _scenario(
    name: str,
    keys: Sequence[CellKey],
    cells: Cells,
    *,
    reference: str,
    variants: Mapping[str, VariantFacts],
    facts: ScenarioFacts | None,
    trusted: bool,
    kinds: Mapping[str, str],
) -> ScenarioView:
    base = keys[0].with_variant(reference)
    others = [key for key in keys if key.variant != reference]
    measured = base in cells.keys
    standard = cells.seconds.get(base, {}) if measured else None
    hosts = cells.places([base, *keys])
    compared = correct([compare(cells.seconds.get(key, {}), standard, hosts=hosts) for key in others])
    comparisons = dict(zip(others, compared if trusted else map(withhold, compared), strict=True))
    known = {key.variant: kinds[key.variant] for key in keys if key.variant in kinds}
    for key, comparison in comparisons.items():
        kind, other = known.get(key.variant), known.get(reference)
        if kind and other and kind != other:
            comparisons[key] = of_another_kind(comparison, f"its lock covers {kind}", f"covers {other}")
    return ScenarioView(
        name=name,
        title=words.SCENARIOS.get(name) or (facts.title if facts else name),
        before=facts.before if facts else "",
        measured=facts.measured if facts else "",
        verified=facts.verified if facts else "",
        rows=tuple(
            replace(_row(key, cells, comparisons.get(key), is_reference=key == base), kind=known.get(key.variant, ""))
            for key in keys
        ),
        groups=tie_groups(
            {key.variant: cells.seconds.get(key, {}) for key in keys},
            reference=reference,
            verdicts={key.variant: comparison.verdict for key, comparison in comparisons.items()},
            hosts=hosts,
        )
        if trusted and len(set(known.values())) < 2
        else (),
        commands={
            key.variant: variants[key.variant].commands[name]
            for key in keys
            if key.variant in variants and name in variants[key.variant].commands
        },
        trusted=trusted,
    )


def _row(key: CellKey, cells: Cells, comparison: Comparison | None, *, is_reference: bool) -> Row:
    medians = cells.medians.get(key, {})
    return Row(
        variant=key.variant,
        is_reference=is_reference,
        summary=cells.summaries.get(key),
        comparison=comparison,
        outcomes=cells.outcomes.get(key, {}),
        reason=cells.reasons.get(key, ""),
        user_s=medians.get("user_s"),
        system_s=medians.get("system_s"),
        max_rss_bytes=medians.get("max_rss_bytes"),
        requests=medians.get("requests"),
        bytes_downloaded=medians.get("bytes_downloaded"),
        cores=medians.get("cores"),
    )


def _outcomes(
    samples: pd.DataFrame,
) -> tuple[dict[CellKey, dict[Outcome, int]], dict[CellKey, str]]:
    counted: dict[CellKey, dict[Outcome, int]] = {}
    for key, number in samples.groupby([*CELL, "outcome"], observed=True, sort=False).size().items():
        assert isinstance(key, tuple)  # noqa: S101 - grouped by several columns
        counted.setdefault(CellKey(*map(str, key[:-1])), {})[Outcome(str(key[-1]))] = int(number)
    bad = samples[samples["outcome"] != Outcome.OK.value].drop_duplicates(list(CELL), keep="last")
    reasons = {CellKey(*(str(row[name]) for name in CELL)): str(row["reason"]) for _, row in bad.iterrows()}
    ordered = {
        key: dict(sorted(value.items(), key=lambda item: list(Outcome).index(item[0])))
        for key, value in counted.items()
    }
    return ordered, reasons


def _key(cell: Cell) -> CellKey:
    return CellKey(
        cell.variant, cell.lane.value, cell.scenario, cell.shape, cell.provider or ABSENT, cell.strategy or ABSENT
    )
