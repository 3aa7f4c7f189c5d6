"""harness.records.journal: nothing is overwritten, everything is readable."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path
from typing import IO, Any

import pytest

from harness.errors import MeasureError, ResultsError
from harness.plan.cells import Selection, make_plan
from harness.records.facts import Lane, Outcome
from harness.records.format import FINDING, RUN_INFO, Cell, Finding, RunStatus, Sample
from harness.records.journal import Journal, check_new
from harness.records.reading import read_done, read_info, read_samples
from tests.made_up import made_up_info, made_up_sample

PLAN = make_plan(Selection(strategies={"venv": ()}, scenarios={"run": Lane.LOCAL}, lanes=frozenset(Lane)))


def test_a_run_is_readable_from_its_beginning(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "results", made_up_info(PLAN))

    assert RUN_INFO.validate_json((journal.folder / "run.json").read_bytes()) == made_up_info(PLAN)
    assert (journal.folder / "samples.jsonl").read_bytes() == b""


def test_how_it_ended_replaces_the_file_whole(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "results", made_up_info(PLAN))
    journal.finish(RunStatus.INTERRUPTED, "2026-01-02T00:00:00+00:00")

    info = RUN_INFO.validate_json((journal.folder / "run.json").read_bytes())
    assert (info.status, info.finished_at) == (RunStatus.INTERRUPTED, "2026-01-02T00:00:00+00:00")
    assert not (journal.folder / "run.json.new").exists()


def test_a_run_id_that_exists_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "precious").write_text("x", encoding="utf-8")

    with pytest.raises(ResultsError, match="there is a run 'run'"):
        Journal.create(tmp_path, made_up_info(PLAN))
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["precious"]


def test_a_file_in_the_way_of_the_results_is_named(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("", encoding="utf-8")

    with pytest.raises(ResultsError, match="cannot be written"):
        check_new(tmp_path / "results", "run")


def test_findings_are_appended_a_line_each(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path, made_up_info(PLAN))
    found = [
        Finding(run_id="run", variant="venv", lane=Lane.LOCAL, finding=name, value="1", evidence="a\nb")
        for name in ("x", "y")
    ]
    for finding in found:
        journal.add_finding(finding)

    lines = (journal.folder / "findings.jsonl").read_bytes().splitlines()
    assert [FINDING.validate_json(line) for line in lines] == found


def test_findings_that_could_not_be_established_are_named(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path, made_up_info(PLAN))
    for finding, value in (("stale-value", "failed"), ("drift-name", "unnoticed")):
        journal.add_finding(
            Finding(
                run_id="made-up",
                variant="uv",
                lane=Lane.LOCAL,
                finding=finding,
                value=value,
                evidence="The disk is full.",
            )
        )

    assert read_done(journal.folder).failed == ("stale-value of uv",)


def test_logs_are_told_apart_by_cell_and_block(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path, made_up_info(PLAN))
    local = Cell(variant="venv", lane=Lane.LOCAL, scenario="run")
    nix = Cell(variant="venv", lane=Lane.NIX, scenario="nix-build", provider="host", strategy="handwritten")
    paths = {journal.log_path(cell, block) for cell in (local, nix) for block in (0, 1)}

    assert len(paths) == 4
    assert journal.relative(journal.log_path(nix, 0)) == "logs/block-0/venv_nix_nix-build_host_handwritten.log"


def samples(blocks: int) -> list[Sample]:
    cell = Cell(variant="venv", lane=Lane.LOCAL, scenario="run")
    return [made_up_sample(cell, Outcome.FAILED, block=block) for block in range(blocks)]


def test_samples_that_belong_together_are_appended_in_one_go(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path, made_up_info(PLAN))
    journal.add_samples(samples(2))
    journal.add_samples([])
    journal.add_samples(samples(3)[2:])

    assert read_samples(journal.folder) == samples(3)


def test_what_is_half_done_is_taken_back_from_the_end(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path, made_up_info(PLAN))
    journal.add_samples(samples(4))
    journal.take_back({(item.block, item.cell) for item in samples(4)[2:]})

    assert read_samples(journal.folder) == samples(2)


def test_what_lies_in_the_middle_is_not_taken_back(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path, made_up_info(PLAN))
    journal.add_samples(samples(4))
    before = (journal.folder / "samples.jsonl").read_bytes()

    with pytest.raises(ResultsError, match="others come after it"):
        journal.take_back({(item.block, item.cell) for item in samples(2)})
    assert (journal.folder / "samples.jsonl").read_bytes() == before


def test_ctrl_c_waits_until_what_is_being_written_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal.create(tmp_path, made_up_info(PLAN))
    finding = Finding(run_id="run", variant="venv", lane=Lane.LOCAL, finding="x", value="1", evidence="a")
    sample = made_up_sample(PLAN.cells[0])
    usual = Path.open

    def pressed(path: Path, mode: str) -> IO[Any]:
        signal.raise_signal(signal.SIGINT)
        return usual(path, mode)

    monkeypatch.setattr(Path, "open", pressed)
    for write in (
        lambda: journal.add_samples([sample]),
        lambda: journal.add_finding(finding),
        lambda: journal.finish(RunStatus.INTERRUPTED, "2026-01-02T00:00:00+00:00"),
    ):
        with pytest.raises(KeyboardInterrupt):
            write()

    monkeypatch.undo()
    known = read_done(journal.folder)
    assert read_info(journal.folder).status is RunStatus.INTERRUPTED
    assert list(known.samples.values()) == [sample]
    assert known.findings == {finding.key}
    assert not known.torn


class Disk:
    """What is left of a run's folder when the power goes: of each file what it held when it was synced last."""

    def __init__(self) -> None:
        self.held: dict[int, bytes] = {}
        self.names: dict[int, frozenset[str]] = {}

    def fsync(self, handle: int) -> None:
        place = Path(f"/proc/self/fd/{handle}").resolve()
        if place.is_dir():
            self.names[place.stat().st_ino] = frozenset(path.name for path in place.iterdir())
        else:
            self.held[place.stat().st_ino] = place.read_bytes()

    def lost(self, folder: Path) -> list[str]:
        """The files that would not be there as they are now, or not at all."""
        names = self.names.get(folder.stat().st_ino, frozenset())
        files = (path for path in folder.iterdir() if path.is_file())
        return [path.name for path in files if self.held.get(path.stat().st_ino, b"") != path.read_bytes()] + [
            path.name for path in folder.iterdir() if path.name not in names
        ]


def test_what_was_written_is_still_there_when_the_power_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk()
    monkeypatch.setattr(os, "fsync", disk.fsync)
    journal = Journal.create(tmp_path, made_up_info(PLAN))
    folder = journal.folder
    finding = Finding(run_id="run", variant="venv", lane=Lane.LOCAL, finding="x", value="1", evidence="a")

    assert disk.lost(folder) == []
    assert folder.name in disk.names[tmp_path.stat().st_ino]
    for write in (
        lambda: journal.add_samples(samples(4)),
        lambda: journal.add_finding(finding),
        lambda: journal.finish(RunStatus.INTERRUPTED, "2026-01-02T00:00:00+00:00"),
        lambda: journal.take_back({(item.block, item.cell) for item in samples(4)[2:]}),
    ):
        write()
        assert disk.lost(folder) == []


def test_what_was_cut_off_is_gone_for_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk()
    monkeypatch.setattr(os, "fsync", disk.fsync)
    folder = Journal.create(tmp_path, made_up_info(PLAN)).folder
    (folder / "samples.jsonl").write_bytes(b"torn")
    assert disk.lost(folder) == ["samples.jsonl"]

    journal, _ = Journal.resume(folder)

    assert disk.lost(journal.folder) == []


def test_a_disk_on_which_nothing_can_be_said_any_more_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal.create(tmp_path, made_up_info(PLAN))

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MeasureError, match=r"run\.json cannot be written any more: No space left"):
        journal.finish(RunStatus.INTERRUPTED, "2026-01-02T00:00:00+00:00")
    assert read_info(journal.folder).status is RunStatus.RUNNING


@pytest.mark.parametrize("run_id", ["../run", "", ".hidden", "x" * 101, "\udcff", "a b"])
def test_what_cannot_be_a_folders_name_is_no_runs_name(tmp_path: Path, run_id: str) -> None:
    with pytest.raises(ResultsError, match="cannot be a run's name"):
        check_new(tmp_path, run_id)


def test_results_whose_name_is_too_long_are_named(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="cannot be written: File name too long"):
        check_new(tmp_path / ("x" * 300), "run")
