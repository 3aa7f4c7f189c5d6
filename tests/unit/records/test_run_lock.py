"""One run's record has one writer, whatever state folders there are."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.errors import ResultsError
from harness.records.journal import Journal
from harness.records.reading import read_done
from harness.records.run_lock import see_free
from tests.made_up import made_up_info
from tests.unit.records.test_journal import PLAN, samples

_HOLD = "import sys; from pathlib import Path; from harness.records.journal import Journal as J;"
_HOLD += "held = J.resume(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"


@contextmanager
def held_elsewhere(folder: Path) -> Iterator[None]:
    """Another process goes on with the run."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield
        process.kill()


def test_a_run_that_is_under_way_is_not_gone_on_with(tmp_path: Path) -> None:
    folder = Journal.create(tmp_path, made_up_info(PLAN)).folder
    # A line that is being written is no torn one: it may not be taken away.
    (folder / "samples.jsonl").write_bytes(b'{"schema_ver')
    gc.collect()
    with held_elsewhere(folder):
        (folder / "samples.jsonl").write_bytes(b'{"schema_ver')
        with pytest.raises(ResultsError, match="The run run is under way"):
            Journal.resume(folder)
        with pytest.raises(ResultsError, match="The run run is under way"):
            see_free(folder)
        assert (folder / "samples.jsonl").read_bytes() == b'{"schema_ver'
        assert read_done(folder).torn

    # It was killed: the lock went with it.
    journal, done = Journal.resume(folder)
    assert done.torn
    journal.add_samples(samples(1))


def test_a_run_that_has_just_begun_is_held_and_leaves_nothing_of_a_lock(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path, made_up_info(PLAN))

    with pytest.raises(ResultsError, match="is under way"):
        see_free(journal.folder)
    assert {path.name for path in journal.folder.iterdir()} == {"run.json", "samples.jsonl", "findings.jsonl", "logs"}


def test_a_file_system_without_locks_lets_a_run_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(handle: int, operation: int) -> None:
        raise OSError(38, os.strerror(38))

    folder = Journal.create(tmp_path, made_up_info(PLAN)).folder
    monkeypatch.setattr("harness.records.run_lock.fcntl.flock", none)
    journal, _ = Journal.resume(folder)
    journal.add_samples(samples(1))

    assert len(read_done(folder).samples) == 1
