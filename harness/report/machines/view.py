"""From the samples of several machines to what is said of them: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from harness.records.facts import HostFacts
from harness.records.format import Probe, RunInfo
from harness.report.machines.model import Agreement, Everywhere, HostTable, MachineRow, Machines, OnHost
from harness.report.statistics.compare import Block, Verdict, by_host, side
from harness.report.statistics.frames import Frames
from harness.report.statistics.statistics import Floats, median_interval
from harness.report.tables import CellKey, Cells


def build_machines(runs: Sequence[RunInfo], frames: Frames, cells: Cells, *, reference: str) -> Machines | None:
    """What is said of the machines of some runs; nothing where there is one and nobody dealt anything out."""
    newest = runs[-1]
    hosts = {name: facts for run in runs for name, facts in run.machines.items()}
    if len(hosts) < 2 and not newest.cluster and not newest.merged:
        return None
    return Machines(
        rows=tuple(_rows(hosts, frames, [probe for run in runs for probe in run.probes])),
        tables=tuple(_tables(cells, runs, reference)) if cells.hosts else (),
        cluster=newest.cluster,
        merged=newest.merged,
    )


def _rows(hosts: Mapping[str, HostFacts], frames: Frames, probes: Sequence[Probe]) -> list[MachineRow]:
    samples = frames.samples
    found = []
    for name in dict.fromkeys((*hosts, *samples["host_id"].unique())):
        own = samples[samples["host_id"] == name]
        timed = [probe.wall_s for probe in probes if probe.host_id == name or (not probe.host_id and len(hosts) == 1)]
        found.append(
            MachineRow(
                host_id=str(name),
                facts=hosts.get(str(name)),
                workers=tuple(sorted({str(worker) for worker in own["worker"].unique() if worker})),
                samples=len(own),
                units=len(own[["run_id", "block", "shape", "scenario"]].drop_duplicates()),
                probe_s=float(np.median(timed)) if timed else None,
            )
        )
    return found


def _tables(cells: Cells, runs: Sequence[RunInfo], reference: str) -> list[HostTable]:
    titles = {name: facts.title for run in runs for name, facts in run.scenarios.items()}
    found = []
    for section in cells.sections():
        for scenario, keys in cells.within(section).items():
            base = keys[0].with_variant(reference)
            hosts = cells.places([base, *keys])
            rows = [row for key in keys if key != base and (row := _row(key, base, cells, hosts)) is not None]
            if rows:
                where = ", ".join(filter(None, (section.lane, section.strategy, section.provider)))
                found.append(
                    HostTable(
                        slug=section.slug, section=where, scenario=titles.get(scenario, scenario), rows=tuple(rows)
                    )
                )
    return found


def _row(key: CellKey, base: CellKey, cells: Cells, hosts: Mapping[Block, str]) -> Everywhere | None:
    """One variant on each machine; nothing where figures are of one alone."""
    own, other = cells.seconds.get(key, {}), cells.seconds.get(base, {})
    shared = sorted(block for block in own if other.get(block, 0) > 0 and own[block] > 0)
    ratios: Floats = np.array([own[block] / other[block] for block in shared], dtype=np.float64)
    parts = by_host(ratios, [hosts[block] for block in shared])
    if len(parts) < 2:
        return None
    on = {
        host: OnHost(ratio=median_interval(part), blocks=len(part), side=side(float(np.median(part))))
        for host, part in parts.items()
    }
    return Everywhere(variant=key.variant, on=on, agreement=_agreement({item.side for item in on.values()}))


def _agreement(sides: set[Verdict]) -> Agreement:
    if len(sides) == 1:
        return Agreement.SAME
    return Agreement.DISAGREE if {Verdict.FASTER, Verdict.SLOWER} <= sides else Agreement.IN_PART
