"""The sentences of a comparison, shared by terminal, page and Markdown; each follows from the data by rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from harness.records.format import RunStatus
from harness.records.spelling import number
from harness.report import words
from harness.report.compare.machine import about_all
from harness.report.compare.model import (
    Basis,
    CellChange,
    Compared,
    Control,
    FindingChange,
    Machine,
    Side,
    VersionChange,
)
from harness.report.prose import join
from harness.report.statistics.across import Change, Doubt, Held
from harness.report.statistics.compare import BAND, MINIMUM_BLOCKS

_MOST_CONTROLS = 4
_FURTHEST = 3

#: What a variant's files and the harness's own are called among versions; both are digests, and long.
FILES, CHECKOUT = "files", "the checkout"
DIGESTS = (FILES, CHECKOUT)
_DIGITS = 12

_DOUBTS = {
    Doubt.FEW_BLOCKS: f"have a figure in fewer than {MINIMUM_BLOCKS} blocks of a run",
    Doubt.WIDE: f"have an interval that reaches over an edge of the noise band of ±{BAND:.0%}",
    Doubt.SCATTER: "have blocks that disagree too much",
    Doubt.CHANCE: "look changed, which may be chance with so many cells tested",
    Doubt.SHARED: "look changed by seconds, and the reference moved alike",
    Doubt.NO_MEASURE: "have nothing to be judged by, since the reference has no figure that is good for it",
    Doubt.OTHER_MEANING: "belong to a scenario that means something else in one run than in the other",
    Doubt.NOISY: "belong to a scenario in which the reference differed from itself inside a run",
}


def held_interval(held: Held) -> str:
    """The interval of a ratio of new to base; there is none where one of the runs has a single block."""
    if held.ratio is None or min(held.base_blocks, held.new_blocks) < 2:
        return words.NONE
    return words.between(words.factor(held.ratio.low), words.factor(held.ratio.high))


def cell_ratio(item: CellChange) -> str:
    """A cell's ratio of new to base."""
    return words.ratio(item.held.ratio.median if item.held.ratio else None)


def cell_interval(item: CellChange) -> str:
    """A cell's interval."""
    return held_interval(item.held)


def figure(value: float | None, basis: Basis) -> str:
    """A cell's figure in one run: seconds, or the ratio to the reference."""
    return words.seconds(value) if basis is Basis.SECONDS else words.ratio(value)


def counts(tally: Mapping[Change, int], *, measured: int, without: int, reference: str, measure: int) -> str:
    """How many cells came out how, in one sentence; ``measure`` counts the reference's, where they are the measure."""
    judged = sum(tally.values())
    told = join([f"{tally[verdict]:,} {'is' if tally[verdict] == 1 else 'are'} {verdict}" for verdict in _TOLD])
    rest = []
    if without:
        rest.append(f"{without:,} {'has' if without == 1 else 'have'} no successful sample in one of the runs")
    if measure:
        rest.append(f"{measure:,} {'is' if measure == 1 else 'are'} {reference}'s, by which the others are judged")
    tail = f"; {' and '.join(rest)}" if rest else ""
    if not judged:
        return f"Of {number(measured, 'cell')} that both runs measured, none could be compared{tail}."
    return f"Of {number(measured, 'cell')} that both runs measured, {told}{tail}."


_TOLD = (Change.FASTER, Change.SLOWER, Change.UNCHANGED, Change.UNDECIDED)


def opening(
    base: Side,
    new: Side,
    *,
    reference: str,
    machine: Machine,
    found: Sequence[Control],
    differs: str,
    shared: Sequence[str],
    notes: Sequence[str],
) -> tuple[str, ...]:
    """What a reader has to know before the figures.

    ``differs`` says what of the reference is not the same in both runs, empty where it is; ``shared`` are versions that
    all variants share and that differ.
    """
    told = [_judged_by(machine, found, reference=reference, differs=differs)]
    if shared and machine in (Machine.CHANGED, Machine.OPEN):
        told.append(f"What all variants share differs too: {'; '.join(shared)}.")
    for side in (base, new):
        if side.status is RunStatus.RUNNING:
            told.append(f"Run {side.name} is still going on, and every figure may change.")
        elif side.status is RunStatus.INTERRUPTED:
            told.append(f"Run {side.name} was interrupted before its end.")
    return (*told, *notes)


def _judged_by(machine: Machine, found: Sequence[Control], *, reference: str, differs: str) -> str:
    by_ratio = f"judged is the ratio to {reference} inside each block, in new over base"
    if machine is Machine.OTHER:
        return (
            f"The runs are of two machines, so seconds are not judged: {by_ratio}. A machine may suit one tool more"
            " than another, so a ratio can differ though no tool changed."
        )
    if machine is Machine.CHANGED:
        changed = [item for item in found if item.held.verdict.changed]
        start = f"The machine itself, or what all variants share, changed between the runs: {_took(changed)}."
        if differs:
            return (
                f"{start} The reference is not the same in both runs ({differs}), so there is nothing to tell the"
                " machine from the tools by, and no cell is judged."
            )
        return f"{start} So seconds are not judged: {by_ratio}."
    if machine is Machine.UNKNOWN:
        why = f"the reference is not the same in both ({differs})" if differs else "the reference has too few blocks"
        return (
            "Judged by seconds. Whether the machine was as fast in both runs is not known: no computation was timed"
            f" between the blocks of both often enough, and {why}. A difference may be the machine's."
        )
    figures = _took(about_all(found))
    if machine is Machine.OPEN:
        return (
            f"Judged by seconds. No change of the machine was shown, but none is ruled out either: {figures}. Where"
            " many cells moved alike, that may be the machine's doing."
        )
    return f"Judged by seconds. The machine was as fast in both runs: {figures}."


def _took(found: Sequence[Control]) -> str:
    """What controls took in new over base; of many, the first and how many more."""
    told = []
    for item in found[:_MOST_CONTROLS]:
        ratio = item.held.ratio
        told.append(
            f"{item.name} took {words.ratio(ratio.median if ratio else None)} as long ({held_interval(item.held)})"
        )
    more = len(found) - len(told)
    return "; ".join(told) + (f"; and {more} more changed" if more > 0 else "")


def doubts(by_doubt: Mapping[Doubt, Sequence[CellChange]]) -> tuple[str, ...]:
    """Why cells are undecided, a sentence for each reason, and what would help."""
    told = []
    for doubt, cells in by_doubt.items():
        sentence = f"{number(len(cells), 'undecided cell')} {_DOUBTS[doubt]}."
        if len(cells) == 1:
            sentence = sentence.replace(" have ", " has ", 1).replace(" look ", " looks ", 1)
            sentence = sentence.replace(" belong ", " belongs ", 1)
        if doubt is Doubt.WIDE:
            sentence += f" {_reach(cells)}"
        told.append(sentence)
    cells = [item for found in by_doubt.values() for item in found]
    return (*told, *_furthest(cells))


def _furthest(cells: Sequence[CellChange]) -> tuple[str, ...]:
    """The undecided cells whose own figures lie furthest outside the band: where it pays to look again."""
    seen = [
        (abs(float(np.log(item.held.ratio.median))), item)
        for item in cells
        if item.held.ratio is not None and min(item.held.base_blocks, item.held.new_blocks) > 1
    ]
    outside = sorted((pair for pair in seen if pair[0] > np.log1p(BAND)), key=lambda pair: -pair[0])[:_FURTHEST]
    if not outside:
        return ()
    named = "; ".join(f"{item.cell} {cell_ratio(item)} ({held_interval(item.held)})" for _, item in outside)
    return (f"Undecided, and furthest from unchanged by what was seen: {named}.",)


def _reach(cells: Sequence[CellChange]) -> str:
    """How much the middle one of some cells could have changed at most, going by its interval."""
    reach = [max(item.held.ratio.high, 1 / item.held.ratio.low) - 1 for item in cells if item.held.ratio is not None]
    return (
        f"Half of them changed by {np.median(reach):.0%} at most, if at all; more blocks in both runs make intervals"
        " narrower."
    )


def failures(compared: Compared, threshold: float) -> tuple[str, ...]:
    """What makes ``--fail-on`` fail, a sentence each; ``threshold`` is a share, 0.05 for 5%.

    A cell that is shown slower with its whole interval above the threshold, one that was ok and has no successful
    sample any more, and a finding that is a hazard now and was none.
    """
    found = [
        f"{item.cell} is slower, {words.ratio(item.held.ratio.median)} ({cell_interval(item)}): more than"
        f" {words.share(threshold)}."
        for item in compared.changed
        if item.held.verdict is Change.SLOWER and item.held.ratio is not None and item.held.ratio.low > 1 + threshold
    ]
    found += [
        f"{item.cell} was ok ({item.before}) and has no successful sample any more ({item.after}):"
        f" {item.reason or 'no reason was recorded.'}"
        for item in compared.outcomes
        if item.lost
    ]
    found += [
        f"{item.variant}: {finding(item)} is a hazard now: {item.after.text}, after {item.before.text}."
        for item in compared.findings
        if item.hazard
    ]
    return tuple(found)


def passed(compared: Compared, threshold: float) -> str:
    """What it means that nothing failed: how many cells could be judged at all."""
    start = (
        f"Nothing is shown to be slower by more than {words.share(threshold)}, no cell was lost, and no finding became"
        " a hazard"
    )
    total, open_ = len(compared.cells), compared.tally[Change.UNDECIDED]
    return f"{start}; {open_:,} of {number(total, 'cell')} could not be judged." if open_ else f"{start}."


def finding(item: FindingChange) -> str:
    """A finding's title with the lane and the strategy, where they matter."""
    return f"{item.title} ({item.where})" if item.where else item.title


def finding_note(item: FindingChange) -> str:
    """What else a reader has to know of a finding that changed; counts have how far they moved."""
    if item.redefined:
        return "established by another experiment"
    if item.before.value.isdigit() and item.after.value.isdigit():
        return words.percent(int(item.before.value), int(item.after.value))
    return "a hazard now" if item.hazard else ""


def alone(cells: Sequence[str], side: Side) -> str:
    """The cells that one run alone measured, counted by variant."""
    return f"{number(len(cells), 'cell')} measured in run {side.name} alone: {_by_variant(cells)}."


def _by_variant(cells: Sequence[str]) -> str:
    """Names of cells, counted by their variant: ``12 of uv and 3 of pdm``."""
    found: dict[str, int] = {}
    for name in cells:
        variant = name.split(" · ")[0]
        found[variant] = found.get(variant, 0) + 1
    return join([f"{many:,} of {variant}" for variant, many in found.items()])


def version(item: VersionChange, side: str) -> str:
    """A version in one of the runs; of a variant's files, the beginning of their digest."""
    text: str = item.before if side == "before" else item.after
    short = item.name in DIGESTS and item.before[:_DIGITS] != item.after[:_DIGITS]
    return (text[:_DIGITS] if short else text) or words.NONE


def quiet(compared: Compared) -> tuple[str, ...]:
    """What did not change, and what could not be held against each other, in a few sentences."""
    told = []
    if compared.sizes_held:
        same = compared.sizes_held - len(compared.sizes) - compared.sizes_wavering
        sentence = (
            f"Of {number(compared.sizes_held, 'size')} that both runs have, {len(compared.sizes):,} changed and"
            f" {same:,} did not"
        )
        if compared.sizes_wavering:
            differ = "differs" if compared.sizes_wavering == 1 else "differ"
            sentence += f"; {compared.sizes_wavering:,} {differ} by no more than from block to block"
        told.append(f"{sentence}.")
    if compared.answers_held:
        alone = [
            f"{many:,} only run {side.name} has"
            for many, side in ((compared.answers_base, compared.base), (compared.answers_new, compared.new))
            if many
        ]
        told.append(
            f"Of {number(compared.answers_held, 'answer')} to findings that both runs have,"
            f" {len(compared.findings):,} changed{'; ' + ' and '.join(alone) if alone else ''}."
        )
    if not compared.versions:
        told.append("No recorded version differs, and no variant's files do.")
    return tuple(told)
