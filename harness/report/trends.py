"""Many runs over time: each variant's ratio to the reference, run by run. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from harness.records.facts import Lane
from harness.records.format import RunInfo
from harness.report.model import Section, Trend, Trends
from harness.report.read.together import began
from harness.report.statistics.compare import Block, by_block
from harness.report.statistics.frames import Frames
from harness.report.tables import CELL, CellKey


def build_trends(
    infos: Sequence[RunInfo],
    frames: Sequence[Frames],
    sections: Sequence[Section],
    *,
    reference: str,
    scenarios: Collection[str],
) -> Trends | None:
    """The key ``scenarios`` of each lane's first section over time; ``None`` where no variant has two ratios."""
    runs = tuple(info.run_id for info in sorted(infos, key=lambda run: (began(run), run.run_id)))
    seconds = _seconds(frames, scenarios)
    first: dict[Lane, Section] = {}
    for section in sections:
        first.setdefault(section.lane, section)
    lines = []
    for section in first.values():
        for name in (name for name in scenarios if section.scenario(name) is not None):
            keys = [_key(section, name, variant) for variant in section.variants if variant != reference]
            base = seconds.get(_key(section, name, reference), {})
            for key in keys:
                ratios = _ratios(seconds.get(key, {}), base, runs)
                if sum(item is not None for item in ratios) > 1:
                    lines.append(Trend(scenario=name, variant=key.variant, ratios=ratios))
    return Trends(reference=reference, runs=runs, lines=tuple(lines)) if lines else None


def _seconds(frames: Sequence[Frames], scenarios: Collection[str]) -> dict[CellKey, dict[Block, float]]:
    found: dict[CellKey, dict[Block, float]] = {}
    for frame in frames:
        ok = frame.ok[frame.ok["scenario"].isin(list(scenarios))]
        for key, group in ok.groupby(list(CELL), observed=True, sort=False):
            own = by_block(group["run_id"].tolist(), group["block"].tolist(), group["wall_s"].tolist())
            found.setdefault(CellKey(*map(str, key)), {}).update(own)
    return found


def _key(section: Section, scenario: str, variant: str) -> CellKey:
    return CellKey(variant, section.lane.value, scenario, section.shape, section.provider, section.strategy)


def _ratios(own: Mapping[Block, float], base: Mapping[Block, float], runs: Sequence[str]) -> tuple[float | None, ...]:
    by_run: dict[str, list[float]] = {}
    for block, value in own.items():
        if base.get(block, 0) > 0:
            by_run.setdefault(block[0], []).append(value / base[block])
    return tuple(float(np.median(by_run[run])) if run in by_run else None for run in runs)
