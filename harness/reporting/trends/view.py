"""Many runs over time: pure, from runs as they were read to the view model of the section *Over time*."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np

from harness.analysis.compare import BAND, MINIMUM_BLOCKS, Block, by_block
from harness.analysis.frames import Frames
from harness.analysis.history import MINIMUM_RUNS, Point, Shift, find_shifts, points
from harness.records import RunInfo
from harness.reporting import words
from harness.reporting.model import Section
from harness.reporting.read.together import began
from harness.reporting.read.versions import changed_machine, changed_scenario, changed_variant
from harness.reporting.tables import CELL, CellKey
from harness.reporting.trends.model import Panel, Series, TrendPoint, TrendRun, Trends

#: The newest runs, a week of nights, have a row in each table of page and Markdown, and so have those before them in
#: which something changed or stood apart, up to so many. ``trends.csv`` has all.
_NEWEST, _MARKED = 7, 4
#: So many runs are named in the list of what changed between runs.
_CHANGES = 20
#: So many runs that stand apart are told of, the newest.
_TOLD = 20


@dataclass(frozen=True, kw_only=True)
class History:
    """What trends are made of: the runs of the report and those before them, each with the samples of its kind."""

    runs: Sequence[RunInfo]
    frames: Frames
    earlier: Sequence[RunInfo] = ()
    past: Frames | None = None


def build_trends(
    history: History,
    sections: Sequence[Section],
    *,
    reference: str,
    scenarios: Collection[str],
    shown: Collection[tuple[str, str]],
) -> Trends | None:
    """Everything there is to say of many runs; ``None`` for a single one.

    ``scenarios`` are those that are followed, in each section; ``shown`` those that page and Markdown have, by the slug
    of their section.
    """
    infos = sorted((*history.earlier, *history.runs), key=lambda run: (began(run), run.run_id))
    if len(infos) < 2:
        return None
    seconds = _seconds(history.frames, scenarios)
    if history.past is not None:
        for key, blocks in _seconds(history.past, scenarios).items():
            seconds[key] = {**seconds.get(key, {}), **blocks}
    followed = [(section, name) for section in sections for name in scenarios if section.scenario(name) is not None]
    cells = [_key(section, name, variant) for section, name in followed for variant in section.variants]
    order = [info.run_id for info in infos]
    figures = {
        key: points(seconds[key], None if key.variant == reference else seconds.get(key.with_variant(reference)), order)
        for key in cells
        if key in seconds
    }
    described = {info.run_id: info for info in infos}
    shifts, looked = find_shifts(figures, anew={key: _anew(key, item, described) for key, item in figures.items()})
    builder = _Builder(
        infos=described,
        runs=_runs(infos, {run.run_id for run in history.runs}),
        reference=reference,
        figures=figures,
        shifts={key: {shift.run: shift for shift in found} for key, found in shifts.items()},
    )
    panels = tuple(
        panel
        for section, name in followed
        if (panel := builder.panel(section, name, shown=(section.slug, name) in shown)) is not None
    )
    told = sorted(builder.sentences(panels), key=lambda item: item[0], reverse=True)
    changed = [run for run in reversed(builder.runs) if run.changes]
    return Trends(
        reference=reference,
        runs=builder.runs,
        panels=panels,
        shifts=tuple(sentence for _, sentence, _ in told[:_TOLD]),
        current=tuple(sentence for _, sentence, over in told[:_TOLD] if not over),
        more_shifts=max(0, len(told) - _TOLD),
        versions=tuple(changed[:_CHANGES]),
        hidden=max(0, len(changed) - _CHANGES),
        method=_method(looked),
    )


def _runs(infos: Sequence[RunInfo], pooled: Collection[str]) -> tuple[TrendRun, ...]:
    """The runs with what changed in each: of a variant against the last run before that has it."""
    last: dict[str, RunInfo] = {}
    found = []
    for place, info in enumerate(infos):
        changes = [("", change) for change in (changed_machine(infos[place - 1], info) if place else ())]
        for variant in info.variants:
            if variant in last:
                changes += [(variant, change) for change in changed_variant(last[variant], info, variant)]
            last[variant] = info
        found.append(
            TrendRun(run_id=info.run_id, began=began(info), pooled=info.run_id in pooled, changes=tuple(changes))
        )
    return tuple(found)


def _seconds(frames: Frames, scenarios: Collection[str]) -> dict[CellKey, dict[Block, float]]:
    ok = frames.ok
    ok = ok[ok["scenario"].isin(list(scenarios))]
    return {
        CellKey(*map(str, key)): by_block(group["run_id"].tolist(), group["block"].tolist(), group["wall_s"].tolist())
        for key, group in ok.groupby(list(CELL), observed=True, sort=False)
    }


def _key(section: Section, scenario: str, variant: str) -> CellKey:
    return CellKey(variant, section.lane.value, scenario, section.shape, section.provider, section.strategy)


def _anew(key: CellKey, figures: Sequence[Point], infos: Mapping[str, RunInfo]) -> set[str]:
    """The runs from which on a cell means something else."""
    return {new.run for old, new in pairwise(figures) if changed_scenario(infos[old.run], infos[new.run], key.scenario)}


@dataclass(frozen=True, kw_only=True)
class _Builder:
    """Puts panels together; everything is by the id of a run, and ``runs`` are from old to new."""

    infos: Mapping[str, RunInfo]
    runs: tuple[TrendRun, ...]
    reference: str
    figures: Mapping[CellKey, Sequence[Point]]
    shifts: Mapping[CellKey, Mapping[str, Shift]]

    def panel(self, section: Section, scenario: str, *, shown: bool) -> Panel | None:
        """One scenario of one section; ``None`` where no variant has a figure in any run."""
        keys = [_key(section, scenario, variant) for variant in section.variants]
        series = tuple(self._series(key) for key in keys if key in self.figures)
        if not series:
            return None
        points = [point for item in series for point in item.points]
        present = {point.run.run_id for point in points}
        marked = {point.run.run_id for point in points if point.changes or point.shift is not None}
        there = [run for run in reversed(self.runs) if run.run_id in present]
        older = [run for run in there[_NEWEST:] if run.run_id in marked]
        return Panel(
            section=section.slug,
            title=section.title,
            scenario=scenario,
            series=series,
            listed=(*there[:_NEWEST], *older[:_MARKED]),
            shown=shown,
        )

    def _series(self, key: CellKey) -> Series:
        runs = {run.run_id: run for run in self.runs}
        figures = self.figures[key]
        ratios = [item.ratio.median for item in figures if item.ratio is not None]
        return Series(
            variant=key.variant,
            level=float(np.median(ratios)) if ratios else None,
            points=tuple(
                TrendPoint(
                    run=runs[item.run],
                    figures=item,
                    changes=self._changes(key, figures[place - 1], item) if place else (),
                    shift=self.shifts[key].get(item.run),
                )
                for place, item in enumerate(figures)
            ),
        )

    def _changes(self, key: CellKey, before: Point, after: Point) -> tuple[str, ...]:
        old, new = self.infos[before.run], self.infos[after.run]
        meaning = (f"what {key.scenario} means",) if changed_scenario(old, new, key.scenario) else ()
        return (*changed_variant(old, new, key.variant), *meaning)

    def sentences(self, panels: Sequence[Panel]) -> Iterator[tuple[datetime, str, bool]]:
        """Each shift as a sentence, with the time of its run and whether it is no news any more."""
        for panel in panels:
            for series in panel.series:
                for before, point in pairwise(series.points):
                    if point.shift is not None:
                        text = self._sentence(panel, series.variant, before, point)
                        yield point.run.began, text, point.shift.over or point.shift.adopted

    def _sentence(self, panel: Panel, variant: str, before: TrendPoint, point: TrendPoint) -> str:
        shift = point.shift
        assert shift is not None  # noqa: S101 - only points at which a shift begins are told of
        old, new = self.infos[before.run.run_id], self.infos[point.run.run_id]
        changed = [f"{variant}: {change}" for change in point.changes]
        changed += [f"{self.reference}: {change}" for change in changed_variant(old, new, self.reference)]
        changed += changed_machine(old, new)
        with_it = (
            f"In that run changed {'; '.join(changed)}." if changed else "No recorded version changed in that run."
        )
        return (
            f"{variant}, {panel.scenario}, {panel.title}: {shift.verdict.value} against {self.reference} in run"
            f" {point.run.run_id} of {point.run.when} than before, {words.ratio(shift.now.median)}"
            f" ({words.factor(shift.now.low)}–{words.factor(shift.now.high)}) after {words.ratio(shift.before)} over"
            f" {shift.earlier} runs. {_lasted(shift)} {with_it}"
        )


def _lasted(shift: Shift) -> str:
    if shift.over:
        return "It lasted for that run alone." if shift.runs == 1 else f"It lasted for {shift.runs} runs in a row."
    if shift.adopted:
        return f"It stayed: later runs are held against the {shift.runs} from there on."
    return (
        "It is the newest run there is to judge."
        if shift.runs == 1
        else f"It holds in all {shift.runs} runs from there on."
    )


def _method(looked: int) -> str:
    rule = (
        f"A run stands apart only if at least {MINIMUM_BLOCKS} of its blocks have both, the whole 95% interval of its"
        f" ratio lies outside the noise band of ±{BAND:.0%} around the median of at least {MINIMUM_RUNS} such runs"
        " before it, and a prediction interval for one more run, from how far those lie from each other (Hahn and"
        " Meeker 1991), leaves it out after Bonferroni's correction"
    )
    if not looked:
        return f"{rule}. No run here has as many before it, so nothing can be said of shifts yet."
    return f"{rule} for the {looked:,} figures that were looked at."
