"""What one reader of a run refuses, resuming, merging and the report refuse alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import ResultsError
from harness.records.journal import Journal
from harness.records.reading import find_runs, newest_run, read_info, read_samples
from harness.report.read.runs import load_runs
from harness.run.merge import merge_runs
from tests.made_up import made_up_info
from tests.runs import Line, change_info, lines_of, write_lines
from tests.unit.records.test_journal import PLAN, samples


def a_run(results: Path, run_id: str = "run", began: str = "2026-01-01T00:00:00+00:00") -> Path:
    """A run with three samples, each of another block."""
    journal = Journal.create(results, replace(made_up_info(PLAN), run_id=run_id, started_at=began))
    journal.add_samples([replace(item, run_id=run_id) for item in samples(3)])
    return journal.folder


def resume(folder: Path) -> None:
    Journal.resume(folder)


def report(folder: Path) -> None:
    load_runs([folder])


def merge(folder: Path) -> None:
    merge_runs([folder, folder], folder.parent, "merged")


READERS = [resume, report, merge]


def changed_line(**change: object) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        lines = lines_of(folder)
        lines[2] = {**lines[2], **change}
        write_lines(folder, lines)

    return damage


def doubled(folder: Path) -> None:
    lines: list[Line] = lines_of(folder)
    write_lines(folder, [*lines[:2], {**lines[0], "position": 7}])


def of_another_run(folder: Path) -> None:
    other = a_run(folder.parent, "other")
    (folder / "run.json").write_bytes((other / "run.json").read_bytes())


def of_another_version(folder: Path) -> None:
    change_info(folder, lambda info: replace(info, schema_version=2))


def a_folder(name: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return damage


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (doubled, r"samples\.jsonl, line 3 is damaged: its cell was executed in block 0 before, see line 1"),
        (changed_line(run_id="x"), r"samples\.jsonl, line 3 is damaged: it is of run 'x', and run\.json of run 'run'"),
        (changed_line(schema_version=2), r"samples\.jsonl, line 3 is damaged: schema version 2, not 1"),
        (changed_line(wall_s=0.5), r"samples\.jsonl, line 3 is damaged: wall_s is 0\.5 although"),
        (of_another_run, r"samples\.jsonl, line 1 is damaged: it is of run 'run', and run\.json of run 'other'"),
        (of_another_version, "has schema version 2; this harness reads version 1"),
        (a_folder("run.json"), r"run\.json cannot be read \(Is a directory\)"),
        (a_folder("findings.jsonl"), r"findings\.jsonl cannot be read: Is a directory"),
    ],
)
def test_a_record_that_cannot_be_trusted_is_refused_by_all(
    tmp_path: Path, reader: Callable[[Path], None], damage: Callable[[Path], None], why: str
) -> None:
    folder = a_run(tmp_path)
    damage(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    with pytest.raises(ResultsError, match=why):
        reader(folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_sound_run_is_read_by_all(tmp_path: Path) -> None:
    folder = a_run(tmp_path)
    report(folder)
    resume(folder)

    assert read_samples(folder) == samples(3)


def test_neighbours_that_cannot_be_read_are_no_reason_to_stop(tmp_path: Path) -> None:
    for name in ("aaa", "zzz"):
        (a_run(tmp_path, name) / "run.json").write_bytes(b"\xff{")
    a_folder("run.json")(a_run(tmp_path, "folder"))
    of_another_version(a_run(tmp_path, "version", "2027-01-01T00:00:00+00:00"))
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    sound = a_run(tmp_path, "mine", "2026-01-01T00:00:00+00:00")

    assert newest_run(tmp_path) == [sound]
    assert find_runs(tmp_path, ["mine"]) == [sound]
    assert read_info(find_runs(tmp_path, [])[0]).run_id == "mine"


def test_a_neighbour_that_nobody_may_look_at_is_no_reason_to_stop(ordinary: Path) -> None:
    sound = a_run(ordinary, "mine")
    shut = a_run(ordinary, "shut")
    (shut / "run.json").chmod(0)
    closed = a_run(ordinary, "closed")
    closed.chmod(0)

    assert newest_run(ordinary) == [sound]
    with pytest.raises(ResultsError, match=r"run\.json cannot be read \(Permission denied\)"):
        read_info(shut)
    with pytest.raises(ResultsError, match="There is no run 'closed'"):
        find_runs(ordinary, ["closed"])
    closed.chmod(0o700)


@pytest.mark.parametrize("name", ["x" * 300, "\udcff", "a/b/c"])
def test_a_name_that_no_run_can_have_is_answered(tmp_path: Path, name: str) -> None:
    a_run(tmp_path)
    with pytest.raises(ResultsError, match="There is no run"):
        find_runs(tmp_path, [name])


def test_a_text_without_end_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"a": 1})[:-1] + "[" * 100_000, encoding="utf-8")

    with pytest.raises(ResultsError, match="it is not a JSON object"):
        read_info(tmp_path)
