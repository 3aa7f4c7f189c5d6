"""Whether the machine was quiet enough for the figures to be believed, in data and in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from scipy import stats

from harness.records.format import Probe
from harness.report.statistics.compare import BAND, MINIMUM_BLOCKS, Block, Comparison, Verdict, compare, correct
from harness.report.statistics.statistics import Floats, Summary

#: pyperf warns at the same limit (of the standard deviation, which the spread here estimates without outliers).
WIDE_SPREAD = 0.10
DRIFT_LEVEL = 0.01

#: How far apart nine in ten probes may lie, as a share of their median. On a machine left alone a computation of a
#: fifth of a second repeats within a few percent; above a tenth, what the probe met is as large as what is looked for.
PROBE_BAND = 0.10

_ADVICE = "Close what else runs on the machine, then measure again, or take more blocks."


class NoiseKind(StrEnum):
    """What can be wrong with a machine: a closed set."""

    CONTROL = "control"
    SPREAD = "spread"
    DRIFT = "drift"
    PROBE = "probe"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, kw_only=True)
class Noise:
    """One thing a reader has to know of the machine. ``cell`` names what it is about, empty for the whole run."""

    kind: NoiseKind
    cell: str
    sentence: str


def check_controls(
    pairs: Mapping[str, tuple[Mapping[Block, float], Mapping[Block, float]]],
    hosts: Mapping[str, Mapping[Block, str]] | None = None,
) -> list[Noise]:
    """Hold each A/A cell (first) against the reference it repeats (second), by the name of the cell.

    ``hosts`` has the machine of each block by the same names, where there were several.
    """
    if not pairs:
        return [
            Noise(
                kind=NoiseKind.UNCHECKED,
                cell="",
                sentence="The reference was not measured twice in each block, so noise could not be checked with it.",
            )
        ]
    known = hosts or {}
    corrected = correct(
        [compare(control, reference, hosts=known.get(cell)) for cell, (control, reference) in pairs.items()]
    )
    found = [
        Noise(kind=NoiseKind.CONTROL, cell=cell, sentence=_control_sentence(cell, item))
        for cell, item in zip(pairs, corrected, strict=True)
        if item.verdict in (Verdict.FASTER, Verdict.SLOWER)
    ]
    if not found and all(item.blocks < MINIMUM_BLOCKS for item in corrected):
        found.append(
            Noise(
                kind=NoiseKind.UNCHECKED,
                cell="",
                sentence=f"Noise could not be checked: that takes {MINIMUM_BLOCKS} blocks with the reference in them"
                " twice.",
            )
        )
    return found


def check_spread(summaries: Mapping[str, Summary]) -> list[Noise]:
    """Cells whose figures lie too far apart."""
    return [
        Noise(
            kind=NoiseKind.SPREAD,
            cell=cell,
            sentence=f"{cell}: the samples spread by {item.spread:.0%} of their median, more than {WIDE_SPREAD:.0%}."
            f" {_ADVICE}",
        )
        for cell, item in summaries.items()
        if item.count >= 3 and item.spread > WIDE_SPREAD
    ]


def check_drift(samples: pd.DataFrame, cell_columns: Sequence[str]) -> list[Noise]:
    """Whether the place inside a block, or the block inside the run, makes a difference.

    ``samples`` hold those that are ok. Each is taken relative to the median of its cell; Spearman's rank correlation
    with the place has to be significant, and first and last third have to differ by more than the noise band.
    """
    if samples.empty:
        return []
    seconds = samples["wall_s"]
    medians = samples.groupby(list(cell_columns), observed=True)["wall_s"].transform("median")
    usable = (seconds > 0) & (medians > 0)
    relative = np.log((seconds[usable] / medians[usable]).to_numpy(dtype=np.float64))
    found = []
    for column, what in (("position", "in a block"), ("block", "in the run")):
        place = samples.loc[usable, column].to_numpy(dtype=np.float64)
        change = _drift(place, relative)
        if change is not None:
            word = "longer" if change > 0 else "shorter"
            found.append(
                Noise(
                    kind=NoiseKind.DRIFT,
                    cell="",
                    sentence=f"Samples late {what} took {abs(change):.0%} {word} than early ones: the machine changed"
                    f" while it was measured. Ratios inside a block still hold; medians are a mixture. {_ADVICE}",
                )
            )
    return found


def check_probes(runs: Mapping[str, Sequence[Probe]]) -> list[Noise]:
    """Whether a fixed computation, timed between the blocks of each run, took the same time throughout.

    Each machine, and each worker on it, is held against itself alone. One says nothing here with fewer than three
    probes, and of a trend with fewer than six.
    """
    found = []
    for run, all_probes in runs.items():
        for place, probes in _by_place(all_probes).items():
            wall = np.array([probe.wall_s for probe in probes], dtype=np.float64)
            if len(wall) < 3 or not (wall > 0).all():
                continue
            sentences = [_probe_spread(probes, wall), _probe_trend(wall)]
            named = [f"run {run}"] if len(runs) > 1 else []
            named += [place] if place else []
            start = f"{' on '.join(named)}: " if named else ""
            start = start[:1].upper() + start[1:]
            found += [Noise(kind=NoiseKind.PROBE, cell="", sentence=start + text) for text in sentences if text]
    return found


def _by_place(probes: Sequence[Probe]) -> dict[str, list[Probe]]:
    """Probes by where they were taken, in words: empty for a run on one machine."""
    found: dict[str, list[Probe]] = {}
    for probe in probes:
        worker = f"worker {probe.worker} of " if probe.worker else ""
        found.setdefault(f"{worker}machine {probe.host_id}" if probe.host_id else "", []).append(probe)
    return found


def _probe_spread(probes: Sequence[Probe], wall: Floats) -> str:
    low, high = np.quantile(wall, (0.05, 0.95))
    share = (high - low) / float(np.median(wall))
    if share <= PROBE_BAND:
        return ""
    user = np.array([probe.user_s for probe in probes], dtype=np.float64)
    # A clock that slows stretches both times alike; who waits for a processor is charged for the wall's alone.
    waited = float(np.ptp(np.quantile(user, (0.05, 0.95)))) <= PROBE_BAND * float(np.median(user))
    why = (
        "It had to wait for a processor, so something else was running. Close it"
        if waited
        else "The processor itself was faster at one time than at another. Close what else runs, fix its clock speed"
        " (the performance governor, no turbo) or, on a shared machine, choose a quieter hour"
    )
    return (
        f"The machine was too noisy: the same computation, timed between blocks, took {low * 1000:.0f} to"
        f" {high * 1000:.0f} ms, {share:.0%} of its median apart, more than {PROBE_BAND:.0%}. {why}, then measure"
        " again."
    )


def _probe_trend(wall: Floats) -> str:
    # By the order in which they were taken: a run that was resumed has more than one before its first block.
    place = np.arange(len(wall), dtype=np.float64)
    change = _drift(place, np.log(wall / np.median(wall)), least=MINIMUM_BLOCKS)
    if change is None:
        return ""
    word = "longer" if change > 0 else "shorter"
    return (
        f"The same computation, timed between blocks, took {abs(change):.0%} {word} late in the run than early: the"
        f" machine changed while it was measured. Ratios inside a block still hold; medians are a mixture. {_ADVICE}"
    )


def _drift(place: Floats, relative: Floats, *, least: int = 3 * MINIMUM_BLOCKS) -> float | None:
    # Spearman's coefficient has no value where either side never changes.
    if len(place) < least or np.ptp(place) == 0 or np.ptp(relative) == 0:
        return None
    if float(stats.spearmanr(place, relative).pvalue) > DRIFT_LEVEL:
        return None
    low, high = np.quantile(place, (1 / 3, 2 / 3))
    early, late = relative[place <= low], relative[place >= high]
    change = float(np.expm1(np.median(late) - np.median(early)))
    return change if abs(change) > BAND else None


def _control_sentence(cell: str, item: Comparison) -> str:
    assert item.ratio is not None  # noqa: S101 - a verdict other than undecided has a ratio
    return (
        f"{cell}: the reference was {item.verdict} than itself, by {abs(item.ratio.median - 1):.0%}. The machine was"
        f" too noisy for verdicts on this scenario. {_ADVICE}"
    )
