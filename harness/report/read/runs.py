"""A run's folder, read: the one place where results come off the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from harness.errors import ResultsError
from harness.records import reading, spelling
from harness.records.format import Finding, RunInfo
from harness.records.renamed import as_now, finding_as_now, renamed_in, run_as_now
from harness.records.visible import visible_json
from harness.report.prose import join
from harness.report.read.samples import read_samples
from harness.report.read.together import arrange, note
from harness.report.statistics.frames import Frames, as_frames


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """Runs as they stand on disk, from old to new. ``notes`` are sentences about what a reader has to know of them.

    ``runs``, ``frames`` and ``findings`` are what the report is about: the newest run, and those before it that may be
    read together with it. ``history`` are earlier runs that may not; of these only the samples are read, into ``past``.
    """

    folders: Mapping[str, Path]
    runs: tuple[RunInfo, ...]
    frames: Frames
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    history: tuple[RunInfo, ...] = ()
    past: Frames | None = None
    footnotes: tuple[str, ...] = ()


def load_runs(folders: Sequence[Path]) -> Loaded:
    """Read runs of one machine, which may still be going on; the report is about the one that began last.

    A last line that was cut off is left out and noted. Missing samples or findings are none.

    Raises:
        ResultsError: there is no run, a file is damaged (with its line), it is of another schema version, or the runs
            are of several machines.
    """
    if not folders:
        raise ResultsError("No run was named.", hint="Name the folder of a run, such as results/<run-id>.")
    found = [read_info(folder) for folder in folders]
    names = {run.run_id: renamed_in(run) for run in found}
    found = [run_as_now(run) for run in found]
    named = dict(zip((run.run_id for run in found), folders, strict=True))
    if len(named) < len(found):
        raise ResultsError("The same run was named twice.", hint="Name each run once.")
    arranged = arrange(found)
    notes = [told] if (told := note(arranged)) else []
    history = tuple(run for run, _ in arranged.history)

    def frames_of(runs: Sequence[RunInfo]) -> Frames:
        return as_frames([_load_samples(named[run.run_id], run.run_id, names[run.run_id], notes) for run in runs])

    frames = frames_of(arranged.pooled)
    findings: list[Finding] = []
    footnotes = list(_renamed(names))
    for run in arranged.pooled:
        told_of = names[run.run_id]
        own = tuple(
            finding_as_now(item, told_of) for item in _load_findings(named[run.run_id] / "findings.jsonl", notes)
        )
        footnotes += _taken_over(run, own)
        findings += own
    return Loaded(
        folders=named,
        runs=arranged.pooled,
        frames=frames,
        findings=tuple(findings),
        history=history,
        past=frames_of(history) if history else None,
        notes=tuple(notes),
        footnotes=tuple(footnotes),
    )


def _taken_over(run: RunInfo, findings: Sequence[Finding]) -> Iterator[str]:
    """A sentence for each earlier run that findings of a run were taken over from."""
    for earlier, count in Counter(item.run_id for item in findings if item.run_id != run.run_id).items():
        yield (
            f"{spelling.number(count, 'finding')} of run {run.run_id} reused from run {earlier}, which had the same"
            " code, files and versions."
        )


def _renamed(names: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """A sentence for the runs in which variants had other names than now."""
    runs = [run for run, found in names.items() if found]
    if runs:
        pairs = dict.fromkeys(pair for run in runs for pair in names[run].items())
        called = join([f"{now} was called {then}" for then, now in pairs])
        yield f"When run {join(runs)} was made, {called}."


def read_info(folder: Path) -> RunInfo:
    """What a run says of itself, with signs in place of the characters that act.

    Raises:
        ResultsError: as :func:`harness.records.reading.read_info` raises it.
    """
    return reading.read_info(folder, seen=visible_json)


def _load_samples(folder: Path, run_id: str, names: Mapping[str, str], notes: list[str]) -> pa.Table:
    """The samples of a run, with ``names`` that variants have now for those they had."""
    path = folder / "samples.jsonl"
    table, torn = read_samples(path, run_id)
    if torn:
        notes.append(_torn(path, torn))
    if names:
        column = pa.array([as_now(name, names) for name in table["variant"].to_pylist()], type=pa.string())
        table = table.set_column(table.schema.get_field_index("variant"), "variant", column)
    return table


def _load_findings(path: Path, notes: list[str]) -> tuple[Finding, ...]:
    lines, torn = reading.whole_lines(path)
    if torn:
        notes.append(_torn(path, lines.count(b"\n") + 1))
    return tuple(reading.checked_findings(path, visible_json(lines)))


def _torn(path: Path, line: int) -> str:
    """What is said of a last line without its end: the run was cut off while it wrote, or writes right now."""
    return f"The last line of {path.name}, line {line}, was cut off and is left out."
