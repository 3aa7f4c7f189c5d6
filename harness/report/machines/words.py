"""The sentences of the section on machines."""

from __future__ import annotations

from harness.records.format import MergedRun
from harness.records.spelling import number
from harness.report import words
from harness.report.machines.model import Agreement, MachineRow, Machines, OnHost
from harness.report.statistics.compare import BAND

NONE = words.NONE


def lead(machines: Machines) -> tuple[str, ...]:
    """Where the figures come from, and how they are put together, a sentence each."""
    found = [f"The figures come from {number(len(machines.rows), 'machine')}."]
    if machines.cluster:
        found.append(
            f"The work was dealt out by {machines.cluster}: each block of a scenario, with all its variants, to one"
            " worker, so that every ratio was taken on one machine, in one go."
        )
    if machines.merged:
        found.append(
            f"{number(len(machines.merged), 'run')} made by hand became this one. No block of a scenario is of two of"
            " them, so every ratio was taken on one machine, in one go."
        )
    if len(machines.rows) > 1:
        found.append(
            "Intervals are found by drawing machines with replacement and then, from each, as many of its blocks as it"
            " has (Davison and Hinkley 1997): blocks of one machine do not pass for as many machines. Faster or slower"
            " is said of none on which machines lie on different sides of the noise band."
        )
    return tuple(found)


def verdict(machines: Machines) -> str:
    """Whether what is said holds on all machines, in a sentence; empty where nothing was measured on two."""
    total = sum(len(table.rows) for table in machines.tables)
    if not total:
        return "" if len(machines.rows) < 2 else "No variant was measured in the same scenario on two machines."
    same, part, against = (machines.count(item) for item in Agreement)
    told = [f"{same:,} of {total:,} comparisons come out on the same side of the noise band on every machine"]
    if part:
        told.append(f"{part:,} lie within it (±{BAND:.0%}) on some and outside on others")
    told.append(f"on {against:,} the machines disagree" if against else "on none do the machines disagree")
    return "; ".join(told) + "."


def machine(row: MachineRow) -> str:
    """What a machine is."""
    if row.facts is None:
        return "not described in the run"
    facts = row.facts
    cores = number(facts.cpu_count, "core")
    return (
        f"{facts.cpu_model}, {cores}, {words.size(facts.memory_bytes)}; {facts.system} {facts.release}, {facts.libc};"
        f" {facts.filesystem}; {facts.python_implementation} {facts.python_version}"
    )


def workers(row: MachineRow) -> str:
    """The workers on it."""
    return ", ".join(row.workers) or NONE


def on_host(found: OnHost | None) -> str:
    """A ratio on one machine, and of how many blocks."""
    if found is None:
        return NONE
    return f"{words.mark(found.side.value)} {words.ratio(found.ratio.median)} ({number(found.blocks, 'block')})"


def merged(run: MergedRun) -> str:
    """What a run that was merged was."""
    part = f"part {run.shard[0]} of {run.shard[1]}" if run.shard else "a whole plan"
    return f"{part} on machine {run.host_id}, begun {run.started_at[:16].replace('T', ' ')} UTC"
