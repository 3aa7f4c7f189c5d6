"""Which runs a report is about, and which are its history: pure, from what ``run.json`` says of each.

The report is about the run that began last. Earlier runs that measured the same on the same machine are read together
with it: more blocks, narrower intervals. A run in which something else was measured, another version of a tool for
instance, would make every median a mixture; it is history, and appears where runs are told apart: over time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from harness.errors import ResultsError
from harness.records.format import RunInfo
from harness.report.prose import join
from harness.report.read.versions import changed_machine, changed_meaning, changed_variant

#: So many runs that are history for one reason are named; of more, the first and the last.
_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Arranged:
    """Runs from the one that began first to the one that began last.

    ``pooled`` ends with the newest of all. ``history`` is the rest, each with the reason why it stands by itself, as a
    clause.
    """

    pooled: tuple[RunInfo, ...]
    history: tuple[tuple[RunInfo, str], ...]


def arrange(runs: Sequence[RunInfo]) -> Arranged:
    """Tell the runs that may be read together with the newest of them from those that are its history.

    Raises:
        ResultsError: they are of several machines, or it is not known when one of them began.
    """
    ordered = sorted(runs, key=lambda run: (began(run), run.run_id))
    newest = ordered[-1]
    for run in ordered:
        if run.machines.keys() != newest.machines.keys():
            raise ResultsError(
                f"Runs {newest.run_id!r} and {run.run_id!r} cannot be put into one report: they were made on different"
                " machines.",
                hint="Make one run of them where they measured the same:"
                f" python -m harness merge {run.run_id} {newest.run_id}\nTo hold two machines against each other:"
                f" python -m harness compare --across-machines {run.run_id} {newest.run_id}",
            )
    pooled, history = [newest], []
    # From the newest back: what is read together has to agree with each other, not with the newest alone.
    for run in reversed(ordered[:-1]):
        reason = next((why for other in pooled if (why := difference(run, other))), "")
        if reason:
            history.append((run, reason))
        else:
            pooled.append(run)
    return Arranged(pooled=tuple(reversed(pooled)), history=tuple(reversed(history)))


def began(run: RunInfo) -> datetime:
    """When a run began; a time without a zone is UTC.

    Raises:
        ResultsError: what the run says of it is no time.
    """
    try:
        found = datetime.fromisoformat(run.started_at)
    except ValueError as error:
        raise ResultsError(
            f"run.json of run {run.run_id!r} is damaged: started_at is {run.started_at!r}, which is no time.",
            hint="Write it as 2026-01-31T02:00:00Z, or leave the run out.",
        ) from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def difference(run: RunInfo, newer: RunInfo) -> str:
    """Why figures of two runs of one machine cannot be put into one median, as a clause; empty where they can."""
    if run.plan.reference != newer.plan.reference:
        return f"its reference is {run.plan.reference}, not {newer.plan.reference}"
    changed = {name: what for name in sorted(run.variants) if (what := changed_variant(run, newer, name))}
    if changed:
        name, what = next(iter(changed.items()))
        return f"{len(changed)} variants changed since" if len(changed) > 1 else f"{name} changed since ({what[0]})"
    if machine := changed_machine(run, newer):
        return f"the machine or the harness changed since ({machine[0]})"
    meant = changed_meaning(run, newer)
    return f"what {meant[0]} means changed since" if meant else ""


def note(arranged: Arranged) -> str:
    """Which runs are history and why, in a sentence; empty where there are none."""
    if not arranged.history:
        return ""
    by_reason: dict[str, list[str]] = {}
    for run, reason in arranged.history:
        by_reason.setdefault(reason, []).append(run.run_id)
    clauses = [f"{_names(names)} because {reason}" for reason, names in by_reason.items()]
    if len(clauses) > _NAMED:
        rest = sum(len(names) for names in list(by_reason.values())[:-_NAMED])
        clauses = [f"{rest} older ones for reasons of that kind", *clauses[-_NAMED:]]
    return (
        f"These figures are of run {arranged.pooled[-1].run_id}"
        + (f" and {len(arranged.pooled) - 1} before it that measured the same" if len(arranged.pooled) > 1 else "")
        + f"; left aside: {'; '.join(clauses)}."
    )


def _names(names: Sequence[str]) -> str:
    if len(names) > _NAMED:
        return f"{names[0]} to {names[-1]} ({len(names)} runs)"
    return join(names)
