"""Whether the machine itself was as fast in one run as in another: pure, from what no tool bears on.

Two things are timed in both runs that are the same in both: the fixed computation between blocks, and the cells of the
reference, where its files and its tools did not change. Where one of them took longer, after Holm's correction over all
of them, seconds say something of the machine (or of what all variants share: Python, Nix, the harness), and not of the
tools. The reference's cells are looked at one by one, since a slow disk hits some alone, and together, since what hits
all of them alike is seen sharply only there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.records.format import RunInfo
from harness.report.compare.model import Control, Machine
from harness.report.facts import describe
from harness.report.read.versions import changed_versions, known_versions
from harness.report.statistics.across import Change, hold, settle, together
from harness.report.statistics.compare import MINIMUM_BLOCKS, Block
from harness.report.tables import CellKey

PROBES = "the computation timed between blocks"

#: A cell's seconds by block, in the base and in the new run.
Pair = tuple[Mapping[Block, float], Mapping[Block, float]]


def reference_changed(base: RunInfo, new: RunInfo) -> str:
    """What of the reference differs between two runs, as a clause; empty where it is the same in both."""
    name, other = base.plan.reference, new.plan.reference
    if name != other:
        return f"it is {name} in one and {other} in the other"
    old, now = base.variants.get(name), new.variants.get(name)
    if old is None or now is None:
        return f"{name} is not described in both"
    if differing := changed_versions(*known_versions(old, now)):
        return f"its versions differ ({', '.join(differing)})"
    return "" if old.digest == now.digest else "its files differ, at the same versions"


def controls(base: RunInfo, new: RunInfo, reference: Mapping[CellKey, Pair]) -> tuple[Control, ...]:
    """What was timed in both runs that no tool bears on, held against each other with Holm's correction.

    ``reference`` are the reference's cells, none where it is not the same in both. Those with too few blocks for a
    verdict are left out. What is about the machine as a whole comes first.
    """
    found: dict[str, Sequence[Sequence[float]]] = {}
    if base.probes and new.probes:
        found[PROBES] = [[probe.wall_s for probe in run.probes] for run in (base, new)]
    known = {key: pair for key, pair in reference.items() if min(map(len, pair)) >= MINIMUM_BLOCKS}
    if len(known) > 1:
        name = f"{len(known)} cells of {next(iter(known)).variant}, together"
        found[name] = [
            list(run.values())
            for run in together([old for old, _ in known.values()], [new for _, new in known.values()])
        ]
    for key, pair in known.items():
        found[describe(key.cell)] = [list(run.values()) for run in pair]
    held = settle([hold(old, now) for old, now in found.values()])
    return tuple(
        Control(name=name, held=item)
        for name, item in zip(found, held, strict=True)
        if item.ratio is not None and item.p_value is not None
    )


def machine_of_both(found: Sequence[Control]) -> Machine:
    """What the controls of two runs of one machine say of it."""
    if any(item.held.verdict.changed for item in found):
        return Machine.CHANGED
    overall = about_all(found)
    if not overall:
        return Machine.UNKNOWN
    return Machine.SAME if all(item.held.verdict is Change.UNCHANGED for item in overall) else Machine.OPEN


def about_all(found: Sequence[Control]) -> tuple[Control, ...]:
    """The controls that are about the machine as a whole: all there are, where only one cell is."""
    overall = tuple(item for item in found if item.name == PROBES or item.name.endswith(", together"))
    return overall or tuple(found)
