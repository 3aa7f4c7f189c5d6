"""From runs as they were read to the view model: pure, nothing is read or written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from harness.plan.cells import ON_REQUEST, planned
from harness.records.facts import Outcome, ScenarioFacts, VariantFacts
from harness.records.format import CONTROL_SUFFIX, Cell, Finding, RunInfo
from harness.report.answers import groups, scale_questions
from harness.report.friction import changes
from harness.report.model import (
    Failure,
    Question,
    Report,
    Section,
)
from harness.report.read.runs import Loaded
from harness.report.scale.view import build_scale
from harness.report.shapes import Shapes, about, shapes_of
from harness.report.statistics.compare import Block
from harness.report.statistics.frames import Frames, base_variant
from harness.report.statistics.noise import Noise, NoiseKind, check_controls, check_drift, check_probes, check_spread
from harness.report.statistics.statistics import Summary, summarise
from harness.report.tables import CELL, CellKey, Cells, build_section

MOST_FAILURES = 40

#: A sample's log: the run's id and the path below the run's folder.
LogKey = tuple[str, str]


def find_failures(frames: Frames) -> list[Failure]:
    """Samples which are neither ok nor unsupported: one entry for each cell, outcome and reason, without its log."""
    frame = frames.samples
    bad = frame[~frame["outcome"].isin([Outcome.OK.value, Outcome.UNSUPPORTED.value])]
    found = []
    for _, group in bad.groupby([*CELL, "outcome", "reason"], observed=True, sort=False):
        last = group.iloc[-1]
        found.append(
            Failure(
                cell=describe({name: str(last[name]) for name in CELL}),
                outcome=Outcome(str(last["outcome"])),
                reason=str(last["reason"]),
                count=len(group),
                blocks=tuple(sorted({int(block) + 1 for block in group["block"]})),
                run_id=str(last["run_id"]),
                log_path=str(last["log_path"]),
            )
        )
    return found


@dataclass(frozen=True, kw_only=True)
class _Measured:
    """What was measured and how far it is to be trusted, before anything is told of it.

    ``everywhere`` are the sections of all shapes. ``distrusted`` are cells of the reference that differed from
    themselves.
    """

    runs: Sequence[RunInfo]
    frames: Frames
    cells: Cells
    reference: str
    variants: Mapping[str, VariantFacts]
    aside: Mapping[str, VariantFacts]
    scenarios: Mapping[str, ScenarioFacts]
    shapes: Shapes
    noise: tuple[Noise, ...]
    distrusted: frozenset[CellKey]
    everywhere: tuple[Section, ...]

    def parted(self) -> tuple[tuple[Section, ...], tuple[Section, ...]]:
        """The sections that the report tells of, and those that are only exported: of further shapes, or on request."""
        primary = tuple(
            item for item in self.everywhere if item.shape == self.shapes.primary or not self.shapes.primary
        )
        left_off = ON_REQUEST if any(run.plan.turns for run in self.runs) else frozenset[str]()
        further = [item for item in self.everywhere if item not in primary]
        further += [item.only(left_off.__contains__) for item in primary if any(map(item.scenario, left_off))]
        return tuple(item.only(lambda name: name not in left_off) for item in primary), tuple(further)


def _measured(loaded: Loaded) -> _Measured:
    runs, frames = loaded.runs, loaded.frames
    reference = runs[-1].plan.reference
    variants: dict[str, VariantFacts] = {}
    for run in runs:
        variants.update(run.variants)
    measured = {cell.variant for run in runs for cell in run.plan.cells}
    # What an earlier one of these runs measured stays, whatever became of the variant since.
    aside = {name: facts for name, facts in variants.items() if facts.set_aside and name not in measured}
    variants = {name: facts for name, facts in variants.items() if name not in aside}
    cells = Cells.of(frames, runs)
    facts = {name: found for run in runs for name, found in run.scenarios.items()}
    noise = tuple(_noise(cells, frames, reference, runs))
    noisy = {item.cell for item in noise if item.kind is NoiseKind.CONTROL}
    locks = {item.variant: item.value for item in loaded.findings if item.finding == "lock-covers"}
    distrusted = frozenset(key for key in cells.keys if describe(key.cell) in noisy)
    return _Measured(
        runs=runs,
        frames=frames,
        cells=cells,
        reference=reference,
        variants=variants,
        aside=aside,
        scenarios=facts,
        shapes=shapes_of(runs),
        noise=noise,
        distrusted=distrusted,
        everywhere=tuple(
            build_section(
                key,
                cells,
                frames,
                reference=reference,
                variants=variants,
                facts=facts,
                distrusted=distrusted,
                locks=locks,
            )
            for key in cells.sections()
        ),
    )


def build_report(
    loaded: Loaded, *, tails: Mapping[LogKey, str] | None = None, logs: Mapping[str, Mapping[str, str]] | None = None
) -> Report:
    """Everything a report says of at least one run; all of them are of the same machines and one reference.

    ``tails`` are the ends of logs of samples that failed, ``logs`` those of the last that are ok.
    """
    runs, frames = loaded.runs, loaded.frames
    found = _measured(loaded)
    sections, further = found.parted()
    answers = about(found.shapes, loaded.findings)
    questions = groups(runs, answers, found.variants)
    # Changes are made with the canonical members, which need not be the primary shape's.
    made = changes(runs, answers, found.everywhere, found.variants)
    scale = build_scale(found.shapes, found.cells, found.scenarios)
    failures = find_failures(frames)
    return Report(
        runs=runs,
        host=runs[-1].host,
        reference=found.reference,
        variants=found.variants,
        aside=found.aside,
        sections=sections,
        further=further,
        shapes=found.shapes,
        scale=scale,
        questions=questions,
        elsewhere=_elsewhere(runs, loaded.findings, answers, found.variants),
        changes=made,
        failures=tuple(_with_tail(item, tails or {}) for item in failures[:MOST_FAILURES]),
        hidden_failures=max(0, len(failures) - MOST_FAILURES),
        noise=found.noise,
        notes=loaded.notes,
        footnotes=loaded.footnotes,
        frames=frames,
        samples=len(frames.samples),
        planned=sum(map(_planned, runs)),
        blocks=_blocks(frames, found.shapes),
        logs=logs or {},
        outcomes=_outcomes(frames),
        history=loaded.history,
        past=loaded.past,
    )


def _outcomes(frames: Frames) -> dict[Outcome, int]:
    counts = frames.samples["outcome"].value_counts()
    return {item: int(counts.get(item.value, 0)) for item in Outcome if counts.get(item.value, 0)}


def _planned(run: RunInfo) -> int:
    """How many executions a run was to have; one made of others, as many as these."""
    return sum(item.planned for item in run.merged) if run.merged else planned(run.plan)


def _blocks(frames: Frames, shapes: Shapes) -> int:
    """How many blocks there are of the primary shape: each shape is measured in blocks of its own."""
    samples = frames.samples
    if shapes.further:
        samples = samples[samples["shape"] == shapes.primary]
    return len(samples[["run_id", "block"]].drop_duplicates())


def _elsewhere(
    runs: Sequence[RunInfo], findings: Sequence[Finding], used: Sequence[Finding], variants: Mapping[str, VariantFacts]
) -> tuple[Question, ...]:
    """Questions that the report's answers do not rest on: those about scale, and those asked of further shapes."""
    told = set(map(id, used))
    left: dict[str, list[Finding]] = {}
    for item in findings:
        if id(item) not in told:
            left.setdefault(item.shape, []).append(item)
    rest = (group.questions for own in left.values() for group in groups(runs, own, variants))
    return (*scale_questions(runs, findings, variants), *(question for found in rest for question in found))


def describe(cell: Mapping[str, str] | Cell) -> str:
    """A cell in a few words: ``uv · nix · nix-build (host, handwritten)``."""
    get = cell.get if isinstance(cell, Mapping) else lambda name: getattr(cell, name)
    return f"{get('variant')} · {get('lane')} · {describe_scenario(cell)}"


def describe_scenario(cell: Mapping[str, str] | Cell) -> str:
    """A cell's scenario with all that tells it apart besides variant and lane: ``nix-build (host, handwritten)``."""
    get = cell.get if isinstance(cell, Mapping) else lambda name: getattr(cell, name)
    details = [str(get(name)) for name in ("provider", "strategy") if get(name)]
    if get("shape") != "canonical":
        details.append(str(get("shape")))
    return str(get("scenario")) + (f" ({', '.join(details)})" if details else "")


def _with_tail(failure: Failure, tails: Mapping[LogKey, str]) -> Failure:
    values = {**vars(failure), "tail": tails.get((failure.run_id, failure.log_path), "")}
    return Failure(**values)


def _on_each(name: str, seconds: Mapping[Block, float], hosts: Mapping[Block, str]) -> dict[str, Summary]:
    """A cell's figures on each machine in short, by its name and the machine's."""
    own: dict[str, list[float]] = {}
    for block, value in seconds.items():
        own.setdefault(hosts[block], []).append(value)
    found = {f"{name} on {host}": summarise(np.array(values)) for host, values in own.items()}
    return {place: summary for place, summary in found.items() if summary is not None}


def _noise(cells: Cells, frames: Frames, reference: str, runs: Sequence[RunInfo]) -> list[Noise]:
    ok = frames.ok
    if ok.empty:
        return []
    pairs = {}
    hosts = {}
    summaries: dict[str, Summary] = {}
    for key, blocks in cells.seconds.items():
        if key.variant.endswith(CONTROL_SUFFIX):
            other = cells.seconds.get(key.with_variant(base_variant(key.variant)))
            if other is not None and base_variant(key.variant) == reference:
                name = describe(key.with_variant(reference).cell)
                pairs[name] = (blocks, other)
                hosts[name] = cells.places([key, key.with_variant(reference)])
        elif places := cells.hosts.get(key):
            summaries |= _on_each(describe(key.cell), blocks, places)
        elif (summary := cells.summaries.get(key)) is not None:
            summaries[describe(key.cell)] = summary
    drift: pd.DataFrame = ok
    # Machines are not equally fast, so each figure is held against others of its own.
    own = [*CELL, "host_id"] if cells.hosts else [*CELL]
    probes = {run.run_id: run.probes for run in runs}
    return [*check_controls(pairs, hosts), *check_probes(probes), *check_spread(summaries), *check_drift(drift, own)]
