"""One run against another: pure, from two runs as they were read to everything that is said of them.

Two runs of one machine are judged by seconds, but two runs differ by more than the tools: the machine may have been
slower that day. So what no tool bears on is held against itself first (see :mod:`harness.report.compare.machine`).
Where it changed, each cell is judged by its ratio to the reference inside each block, in which whatever slows all
alike is gone. Across machines that is the only way, and it has to be asked for. It takes a reference that is the same
in both runs; where it is not, nothing is judged.

A cell's verdict is withheld besides where its scenario means something else in one run than in the other, where the
reference differed from itself inside a run (the A/A cells), and where seconds changed though the ratio to the reference
did not follow beyond the noise band: then it was that scenario on that day, not the tool.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from harness.errors import InputError
from harness.records.format import CONTROL_SUFFIX, RunInfo
from harness.report.compare import words as told
from harness.report.compare.facts import (
    Answers,
    Spans,
    changed_findings,
    changed_outcomes,
    changed_sizes,
    changed_tools,
)
from harness.report.compare.machine import controls, machine_of_both, reference_changed
from harness.report.compare.model import Basis, CellChange, Compared, Control, Machine, Side
from harness.report.facts import describe, describe_scenario
from harness.report.read.runs import Loaded
from harness.report.read.versions import changed_machine, changed_scenario
from harness.report.statistics.across import Change, Doubt, Held, hold, ratios, settle, undecided
from harness.report.statistics.compare import BAND, MINIMUM_BLOCKS, Block
from harness.report.statistics.frames import base_variant
from harness.report.statistics.noise import NoiseKind, check_controls
from harness.report.tables import CellKey, Cells


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One of the two runs, with what is known of its cells and in which of them the reference differed from itself."""

    info: RunInfo
    side: Side
    cells: Cells
    noisy: Collection[CellKey]

    @property
    def measured(self) -> tuple[CellKey, ...]:
        """Its cells with a sample, without those that repeat the reference."""
        return tuple(
            key for key in self.cells.keys if key in self.cells.outcomes and not key.variant.endswith(CONTROL_SUFFIX)
        )

    def seconds(self, key: CellKey) -> Mapping[Block, float]:
        """A cell's seconds by block, of samples that are ok."""
        return self.cells.seconds.get(key, {})

    def reference(self, key: CellKey) -> Mapping[Block, float]:
        """The seconds of the reference where a cell's scenario is measured."""
        return self.seconds(key.with_variant(self.info.plan.reference))


def compare_runs(base: Loaded, new: Loaded, *, across_machines: bool = False) -> Compared:
    """Everything there is to say of a new run against a base; both hold one run.

    Raises:
        InputError: both are the same run, they are of two machines and that was not asked for, they are and their
            references differ, or they have nothing in common.
    """
    old, now = base.runs[-1], new.runs[-1]
    _refuse_same(old, now)
    differs = reference_changed(old, now)
    elsewhere = old.machines.keys() != now.machines.keys()
    if elsewhere:
        _refuse_elsewhere(old, now, differs, asked=across_machines)
    first, second = _run(base, other=now), _run(new, other=old)
    both = [key for key in second.measured if key in set(first.measured)]
    answers = changed_findings(base, new)
    if not both and not answers.held:
        raise InputError(
            f"Runs {first.side.name!r} and {second.side.name!r} have no cell and no finding in common, so there is"
            " nothing to compare.",
            hint="Run both with the same variants, lanes and scenarios.",
        )
    reference = now.plan.reference
    found = () if elsewhere else controls(old, now, {} if differs else _of_reference(first, second, both, reference))
    machine = Machine.OTHER if elsewhere else machine_of_both(found)
    by_ratio = machine is Machine.OTHER or (machine is Machine.CHANGED and not differs)
    judge = _Judge(
        base=first,
        new=second,
        basis=Basis.RATIO if by_ratio else Basis.SECONDS,
        machine=machine,
        differs=differs,
    )
    opening = told.opening(
        first.side,
        second.side,
        reference=reference,
        machine=machine,
        found=found,
        differs=differs,
        shared=changed_machine(old, now),
        notes=[
            f"{run.side.name}: {note}"
            for run, loaded in ((first, base), (second, new))
            for note in (*loaded.notes, *loaded.footnotes)
        ],
    )
    return _compared(judge, both, answers, changed_sizes(base.frames, new.frames), found, opening)


def _compared(
    judge: _Judge,
    both: Sequence[CellKey],
    answers: Answers,
    sizes: Spans,
    found: tuple[Control, ...],
    opening: tuple[str, ...],
) -> Compared:
    """The view model; ``both`` are the cells that both runs measured."""
    first, second = judge.base, judge.new
    reference = second.info.plan.reference
    with_figures = [key for key in both if first.seconds(key) and second.seconds(key)]
    measures = [key for key in with_figures if judge.basis is Basis.RATIO and key.variant == reference]
    compared = Compared(
        base=first.side,
        new=second.side,
        reference=reference,
        basis=judge.basis,
        machine=judge.machine,
        counts="",
        opening=opening,
        doubts=(),
        controls=found,
        cells=judge.cells([key for key in with_figures if key not in set(measures)]),
        without_figures=len(both) - len(with_figures),
        only_base=_names(set(first.measured) - set(both), first.measured),
        only_new=_names(set(second.measured) - set(both), second.measured),
        outcomes=changed_outcomes(first.cells, second.cells, both),
        findings=answers.changed,
        sizes=sizes.changed,
        versions=changed_tools(first.info, second.info),
        sizes_held=sizes.held,
        sizes_wavering=sizes.wavering,
        answers_held=answers.held,
        answers_base=answers.base,
        answers_new=answers.new,
    )
    counts = told.counts(
        compared.tally,
        measured=len(both),
        without=compared.without_figures,
        reference=reference,
        measure=len(measures),
    )
    return replace(compared, counts=counts, doubts=told.doubts(compared.by_doubt))


@dataclass(frozen=True, kw_only=True)
class _Judge:
    """Gives each cell its verdict. ``differs`` says what of the reference is not the same in both runs."""

    base: _Run
    new: _Run
    basis: Basis
    machine: Machine
    differs: str

    def cells(self, keys: Sequence[CellKey]) -> tuple[CellChange, ...]:
        """All cells that have figures in both runs, judged as one family."""
        held = settle([self._hold(key) for key in keys])
        return tuple(
            CellChange(
                cell=describe(key.cell),
                variant=key.variant,
                lane=key.cell.lane,
                scenario=describe_scenario(key.cell),
                held=self._withhold(key, item),
                base_s=self.base.cells.summaries[key].median,
                new_s=self.new.cells.summaries[key].median,
            )
            for key, item in zip(keys, held, strict=True)
        )

    def _hold(self, key: CellKey) -> Held:
        held = self._by_ratio(key) if self.basis is Basis.RATIO else self._by_seconds(key)
        if changed_scenario(self.base.info, self.new.info, key.scenario):
            reason = f"What {key.scenario} means is not the same in both runs."
            return undecided(replace(held, p_value=None), Doubt.OTHER_MEANING, reason)
        if self.machine is Machine.CHANGED and self.differs:
            reason = f"The machine changed, and the reference is not the same in both runs: {self.differs}."
            return undecided(replace(held, p_value=None), Doubt.NO_MEASURE, reason)
        if self.basis is Basis.SECONDS:
            return held
        for run in (self.base, self.new):
            if not run.reference(key):
                reason = f"The reference has no successful sample here in run {run.side.name}."
                return undecided(held, Doubt.NO_MEASURE, reason)
        return held

    def _by_seconds(self, key: CellKey) -> Held:
        return hold(self.base.seconds(key).values(), self.new.seconds(key).values())

    def _by_ratio(self, key: CellKey) -> Held:
        base, new = (ratios(run.seconds(key), run.reference(key)).values() for run in (self.base, self.new))
        return hold(base, new)

    def _withhold(self, key: CellKey, held: Held) -> Held:
        """Take back a verdict that the cell's figures alone do not carry."""
        if not held.verdict.changed:
            return held
        reference = key.with_variant(self.new.info.plan.reference)
        for run in (self.base, self.new):
            if key.with_variant(run.info.plan.reference) in run.noisy:
                reason = (
                    f"The reference, measured twice in each block of run {run.side.name}, differed from itself here."
                )
                return undecided(held, Doubt.NOISY, reason)
        if self.basis is Basis.RATIO or self.differs or key == reference:
            return held
        ratio = self._by_ratio(key)
        enough = min(ratio.base_blocks, ratio.new_blocks) >= MINIMUM_BLOCKS
        if ratio.ratio is None or not enough or _side(ratio.ratio.median) is held.verdict:
            return held
        return undecided(
            held, Doubt.SHARED, f"It looks {held.verdict} by seconds, but the ratio to the reference hardly moved here."
        )


def as_data(compared: Compared, *, fail_on: float | None = None, failures: Sequence[str] = ()) -> dict[str, Any]:
    """All of a comparison as plain values for JSON, unrounded; ``fail_on`` is a share, and ``failures`` what failed."""
    return asdict(compared) | {"fail_on": fail_on, "failures": list(failures)}


def _side(ratio: float) -> Change:
    """Where a ratio by itself lies."""
    if ratio > 1 + BAND:
        return Change.SLOWER
    return Change.FASTER if ratio < 1 / (1 + BAND) else Change.UNCHANGED


def _run(loaded: Loaded, *, other: RunInfo) -> _Run:
    info = loaded.runs[-1]
    cells = Cells.of(loaded.frames, loaded.runs)
    pairs = {
        key.with_variant(base_variant(key.variant)): (seconds, reference)
        for key, seconds in cells.seconds.items()
        if key.variant == info.plan.reference + CONTROL_SUFFIX
        if (reference := cells.seconds.get(key.with_variant(info.plan.reference)))
    }
    noise = check_controls({describe(key.cell): pair for key, pair in pairs.items()})
    noisy = {item.cell for item in noise if item.kind is NoiseKind.CONTROL}
    samples = loaded.frames.samples
    return _Run(
        info=info,
        side=Side(
            name=info.run_id if info.run_id != other.run_id else f"{info.run_id} of {info.started_at}",
            run_id=info.run_id,
            started_at=info.started_at,
            status=info.status,
            host_id=info.host.host_id,
            blocks=int(samples["block"].nunique()),
            samples=len(samples),
        ),
        cells=cells,
        noisy={key for key in pairs if describe(key.cell) in noisy},
    )


def _of_reference(
    base: _Run, new: _Run, keys: Sequence[CellKey], reference: str
) -> dict[CellKey, tuple[Mapping[Block, float], Mapping[Block, float]]]:
    """The reference's seconds in both runs, where both mean the same by it and it agreed with itself."""
    return {
        key: (base.seconds(key), new.seconds(key))
        for key in keys
        if key.variant == reference
        and key not in base.noisy
        and key not in new.noisy
        and not changed_scenario(base.info, new.info, key.scenario)
    }


def _names(keys: Collection[CellKey], order: Sequence[CellKey]) -> tuple[str, ...]:
    return tuple(describe(key.cell) for key in order if key in keys)


def _refuse_same(base: RunInfo, new: RunInfo) -> None:
    if (base.run_id, base.started_at, base.host.host_id) == (new.run_id, new.started_at, new.host.host_id):
        raise InputError(
            f"BASE and NEW are both run {base.run_id!r}, which differs from itself in nothing.",
            hint="Name another run for one of them; to see how far a run can be trusted, look at its report, under"
            " Noise.",
        )


def _refuse_elsewhere(base: RunInfo, new: RunInfo, differs: str, *, asked: bool) -> None:
    if not asked:
        raise InputError(
            f"Runs {base.run_id!r} and {new.run_id!r} were made on different machines"
            f" ({base.host.cpu_model}, {base.host.host_id}; {new.host.cpu_model}, {new.host.host_id}).",
            hint="Seconds of two machines cannot be held against each other. To compare only ratios to the reference,"
            " add --across-machines.",
        )
    if differs:
        raise InputError(
            f"Runs {base.run_id!r} and {new.run_id!r} were made on different machines, and the reference is not the"
            f" same in both: {differs}.",
            hint="Across machines only ratios to one and the same reference can be held against each other.",
        )
