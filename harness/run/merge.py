"""Makes one run of several that measured the same: parts of a plan, or the same plan on several machines.

Every sample and finding is kept as it was measured; what changes is the run's id, the number of a block where another
run has the same, and where its log lies. The runs themselves are left alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.errors import ResultsError
from harness.measure.trees import temporary_folder
from harness.plan.cells import digest_of, planned, whole
from harness.records.format import Cell, Finding, FindingKey, MergedRun, Plan, RunInfo, RunStatus, Sample
from harness.records.journal import Journal, check_new, unwritable
from harness.records.reading import read_findings, read_info, read_samples
from harness.records.spelling import number
from harness.run.info import circumstances, differences


@dataclass(frozen=True, kw_only=True)
class Merged:
    """Where the new run lies, and what there is to say of how it was made, a line each."""

    folder: Path
    told: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One run as it comes in."""

    folder: Path
    info: RunInfo
    samples: tuple[Sample, ...]
    findings: tuple[Finding, ...]

    @property
    def keys(self) -> frozenset[tuple[int, Cell]]:
        """What its samples are told apart by."""
        return frozenset((sample.block, sample.cell) for sample in self.samples)


def merge_runs(folders: Sequence[Path], results: Path, run_id: str) -> Merged:
    """Make one run of the runs in ``folders``, called ``run_id``, below ``results``; it is there whole or not at all.

    Raises:
        ResultsError: there are less than two, one was named twice, is damaged or was cut off, they did not measure the
            same, or the new one cannot be written.
    """
    check_new(results, run_id)
    parts = [_read(folder) for folder in folders]
    _see_different(parts)
    _see_alike(parts)
    placed = place([(whole(part.info.plan), part.keys) for part in parts])
    findings, told = _findings(parts, run_id)
    info = _info(parts, placed, run_id)
    try:
        results.mkdir(parents=True, exist_ok=True)
        with temporary_folder(results, ".merging-") as temporary:
            journal = Journal.create(temporary, info)
            for part, first in zip(parts, placed, strict=True):
                journal.add_samples([_moved(sample, part, first, run_id) for sample in part.samples])
                if (part.folder / "logs").is_dir():
                    shutil.copytree(part.folder / "logs", journal.folder / "logs" / part.info.run_id)
                for lock in part.folder.glob("*.txt"):
                    shutil.copyfile(lock, journal.folder / lock.name)
            for finding in findings:
                journal.add_finding(finding)
            journal.folder.rename(results / run_id)
    except OSError as error:
        raise unwritable(results, error) from error
    machines = number(len(info.machines), "machine")
    total = sum(len(part.samples) for part in parts)
    missing = sum(item.planned for item in info.merged) - total
    lacking = f", {missing} fewer than planned" if missing > 0 and info.plan.budget_s is None else ""
    became = f"{len(parts)} runs of {machines} are one: {total} samples{lacking}"
    return Merged(folder=results / run_id, told=(became, *told))


def place(runs: Sequence[tuple[Plan, frozenset[tuple[int, Cell]]]]) -> list[int]:
    """The number that each run's first block gets, from its whole plan and the keys of its samples: pure.

    Parts of one plan that have no sample in common keep their numbers. What has gets numbers of its own, behind those
    of all others before it, at a multiple of the turns that scenarios take.
    """
    layers: list[tuple[str, set[tuple[int, Cell]], int]] = []
    found = []
    end = 0
    for plan, keys in runs:
        for digest, taken, first in layers:
            if digest == plan.digest and not taken & keys:
                taken |= keys
                found.append(first)
                break
        else:
            turns = len(plan.turns) or 1
            first = -(-end // turns) * turns
            layers.append((plan.digest, set(keys), first))
            found.append(first)
            # With a budget of time the plan only says how many blocks there could be.
            end = first + max((block + 1 for block, _ in keys), default=0)
            if plan.budget_s is None:
                end = max(end, first + plan.blocks)
    return found


def _read(folder: Path) -> _Part:
    return _Part(
        folder=folder,
        info=read_info(folder),
        samples=tuple(read_samples(folder)),
        findings=tuple(read_findings(folder)),
    )


def _see_different(parts: Sequence[_Part]) -> None:
    if len(parts) < 2:
        raise ResultsError("merge: one run is one run already.", hint="Name two runs or more.")
    seen: dict[tuple[str, str, str], Path] = {}
    for part in parts:
        info = part.info
        key = (info.run_id, info.started_at, info.host.host_id)
        if key in seen:
            raise ResultsError(
                f"merge: {part.folder} and {seen[key]} are the same run {info.run_id!r}, begun {info.started_at}.",
                hint="Name each run once; nothing of it would be counted twice.",
            )
        seen[key] = part.folder
        if info.merged:
            raise ResultsError(
                f"merge: the run {info.run_id!r} was made of {len(info.merged)} others.",
                hint="Name these instead, with the further ones.",
            )
        if info.status is not RunStatus.COMPLETE:
            raise ResultsError(
                f"merge: the run {info.run_id!r} has not come to its end: it is {info.status}.",
                hint=f"Go on with it where it was made: python -m harness run --resume {info.run_id}",
            )
    names = [part.info.run_id for part in parts]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise ResultsError(
            f"merge: two of the runs are called {twice!r}.",
            hint="Give each its own --run-id where it is made; the name tells its logs from the other's.",
        )


def _see_alike(parts: Sequence[_Part]) -> None:
    first = parts[0].info
    for part in parts[1:]:
        other = part.info
        if differing := _difference(first, other):
            raise ResultsError(
                f"merge: the runs {first.run_id!r} and {other.run_id!r} did not measure the same: {differing}.",
                hint="Only runs of one plan, with the same versions, can become one; to hold others against each other:"
                f" python -m harness compare --across-machines {first.run_id} {other.run_id}",
            )


def _difference(one: RunInfo, other: RunInfo) -> str:
    """The first thing in which two runs differ that would make every figure of both a mixture; empty if nothing."""
    plans = (_undealt(one.plan), _undealt(other.plan))
    for name in plans[0]:
        if plans[0][name] != plans[1][name]:
            return f"{name} {_told(plans[0][name], plans[1][name])}"
    said = [{"the harness": run.harness_version, **circumstances(run)} for run in (one, other)]
    for what, then, now in differences(*said):
        return f"{what} is {then} in one, {now} in the other"
    for name, facts in one.variants.items():
        there = other.variants.get(name)
        if there is None or facts.digest != there.digest:
            return f"the files of {name} are not the same"
    for name, scenario in one.scenarios.items():
        if scenario != other.scenarios.get(name):
            return f"{name} means something else"
    if one.experiments_digest != other.experiments_digest and one.plan.experiments:
        return "the code of the experiments is not the same"
    if one.builders != other.builders:
        return f"Nix builds on {one.builders or 'no other machine'} in one, on {other.builders or 'none'} in the other"
    return ""


def _undealt(plan: Plan) -> dict[str, object]:
    """What plans have to have in common, by what it is called in words: all but the seed, the blocks and the shard."""
    return {
        "the variants": frozenset(cell.variant for cell in plan.cells),
        "the cells": frozenset(plan.cells),
        "the reference": plan.reference,
        "the turns": plan.turns,
        "what is in the first block alone": plan.only_first,
        "the experiments": plan.experiments,
        "the lanes": plan.lanes,
        "the provider": plan.provider,
        "the limit": plan.limit_s,
    }


def _told(one: object, other: object) -> str:
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        first, second = one - other, other - one
        return f"differ ({len(first)} are in the first alone, {len(second)} in the second)"
    return "differ" if isinstance(one, tuple) else f"is {one} in one and {other} in the other"


def _info(parts: Sequence[_Part], placed: Sequence[int], run_id: str) -> RunInfo:
    """``run.json`` of what the runs become."""
    first = parts[0].info
    hosts = {name: facts for part in parts for name, facts in part.info.machines.items()}
    ends = [start + _blocks(part) for part, start in zip(parts, placed, strict=True)]
    plan = replace(whole(first.plan), blocks=max(ends))
    probes = [
        replace(
            probe,
            block=probe.block + (start if probe.block >= 0 else 0),
            host_id=probe.host_id or part.info.host.host_id,
        )
        for part, start in zip(parts, placed, strict=True)
        for probe in part.info.probes
    ]
    return replace(
        first,
        run_id=run_id,
        status=RunStatus.COMPLETE,
        started_at=min(part.info.started_at for part in parts),
        finished_at=max((part.info.finished_at or "" for part in parts), default="") or None,
        command_line=("merge", *(part.info.run_id for part in parts)),
        plan=replace(plan, digest=digest_of(plan)),
        host=next(iter(hosts.values())),
        hosts=hosts,
        probes=tuple(probes),
        cluster="",
        nix_unavailable=next((part.info.nix_unavailable for part in parts if part.info.nix_unavailable), ""),
        merged=tuple(
            MergedRun(
                run_id=part.info.run_id,
                host_id=part.info.host.host_id,
                started_at=part.info.started_at,
                finished_at=part.info.finished_at,
                command_line=part.info.command_line,
                planned=planned(part.info.plan) if part.info.plan.budget_s is None else len(part.samples),
                shard=part.info.plan.shard,
                first_block=start,
            )
            for part, start in zip(parts, placed, strict=True)
        ),
    )


def _blocks(part: _Part) -> int:
    """How many blocks a run has: with a budget of time, its plan only says how many there could be."""
    if part.info.plan.budget_s is None:
        return part.info.plan.blocks
    return max((block + 1 for block, _ in part.keys), default=0)


def _moved(sample: Sample, part: _Part, first: int, run_id: str) -> Sample:
    return replace(
        sample, run_id=run_id, block=sample.block + first, log_path=_log_path(sample.log_path, part.info.run_id)
    )


def _log_path(path: str, run: str) -> str:
    """Where a log lies among those of several runs."""
    return f"logs/{run}/{path.removeprefix('logs/')}" if path else ""


def _findings(parts: Sequence[_Part], run_id: str) -> tuple[list[Finding], list[str]]:
    """Every finding once, and a line for each that machines disagree on.

    Where they do, all that differ are kept: a report says of such a finding that it wavers.
    """
    found: dict[FindingKey, dict[str, Finding]] = {}
    where: dict[int, str] = {}
    for part in parts:
        for finding in part.findings:
            moved = replace(
                finding,
                run_id=run_id if finding.run_id == part.info.run_id else finding.run_id,
                log_path=_log_path(finding.log_path, part.info.run_id),
            )
            found.setdefault(finding.key, {}).setdefault(finding.value, moved)
            where[id(moved)] = f"Run {part.info.run_id}, machine {part.info.host.host_id}:"
    told = [f"the machines disagree on {name}" for name in _wavering(found)]
    kept = [
        replace(finding, evidence=f"{where[id(finding)]}\n{finding.evidence}") if len(values) > 1 else finding
        for values in found.values()
        for finding in values.values()
    ]
    return kept, told


def _wavering(found: Mapping[FindingKey, Mapping[str, Finding]]) -> Iterator[str]:
    for (variant, lane, strategy, finding, _), values in found.items():
        if len(values) > 1:
            where = f"{lane}, {strategy}" if strategy else lane
            yield f"{finding} of {variant} ({where}): {', '.join(values)}"
