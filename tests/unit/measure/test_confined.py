"""harness.measure.confined: commands that can write to given folders alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness.measure import confine
from harness.measure.command import Command
from harness.measure.confined import ConfinedExecutor, unavailable
from harness.measure.executor import LauncherExecutor

pytestmark = pytest.mark.skipif(bool(unavailable()), reason=unavailable() or "it can")

WRITES = """
import pathlib, sys
for place in map(pathlib.Path, sys.argv[1:]):
    try:
        place.write_text("x")
        print("wrote", place.name)
    except PermissionError:
        print("refused", place.name)
"""


def run(tmp_path: Path, *argv: str) -> tuple[int | None, str, str]:
    own = tmp_path / "own"
    own.mkdir(exist_ok=True)
    command = Command(argv=argv, cwd=own, env={"PATH": "/usr/bin:/bin"}, timeout_s=30.0, log_path=tmp_path / "log")
    with LauncherExecutor() as launcher:
        done = ConfinedExecutor(executor=launcher, folders=[own]).run(command)
    return done.exit_code, done.stdout, done.stderr


def test_it_writes_below_its_own_folder_and_nowhere_else(tmp_path: Path) -> None:
    status, said, _ = run(
        tmp_path, sys.executable, "-c", WRITES, str(tmp_path / "own" / "a"), str(tmp_path / "b"), "/dev/null"
    )

    assert (status, said) == (0, "wrote a\nrefused b\nwrote null\n")
    assert not (tmp_path / "b").exists()


def test_what_is_there_is_not_changed_moved_or_removed(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("x", encoding="utf-8")
    for argv in (["rm", "-f"], ["truncate", "-s", "0"], ["mv", "-t", str(tmp_path / "own")]):
        status, _, said = run(tmp_path, *argv, str(tmp_path / "kept"))
        assert status != 0
        assert "Permission denied" in said or "cross-device" in said

    assert (tmp_path / "kept").read_text(encoding="utf-8") == "x"


def test_a_program_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    status, _, said = run(tmp_path, "no-such-program")

    assert status == 1
    assert said == "no-such-program could not be started: No such file or directory\n"


def test_a_machine_that_cannot_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confine, "version", lambda: 0)
    assert "it has no Landlock" in unavailable()
    monkeypatch.setattr(confine, "version", lambda: 2)
    assert "its Landlock is version 2" in unavailable()
