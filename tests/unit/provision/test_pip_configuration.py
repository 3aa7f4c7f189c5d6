"""harness.provision.pins.relock: which of several settings of pip counts, and what happens when pip cannot say."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path
from typing import Any

import pytest

from harness.errors import ProvisionError
from harness.provision.pins.relock import relock
from harness.provision.pip_settings import pip_configuration


def play(monkeypatch: pytest.MonkeyPatch, stdout: str, *, status: int = 0, stderr: str = "") -> list[list[str]]:
    """Have every program answer so; the commands it was asked to be are returned."""
    asked: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, status, stdout, stderr)

    monkeypatch.setattr(subprocess, "run", run)
    return asked


SETTINGS = (
    ("install", "https://install.invalid"),
    ("global", "https://global.invalid"),
    ("download", "https://download.invalid"),
    (":env:", "https://variable.invalid"),
)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_what_pip_download_goes_by_wins_in_whatever_order_pip_lists_it(
    monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    for settings in itertools.permutations(SETTINGS[:count]):
        play(monkeypatch, "".join(f"{section}.index-url='{value}'\n" for section, value in settings))

        assert pip_configuration() == {"index-url": SETTINGS[count - 1][1]}


def test_a_configuration_that_pip_cannot_read_is_no_empty_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    play(monkeypatch, "", status=2, stderr="Configuration file contains invalid characters\n")

    with pytest.raises(ProvisionError, match="contains invalid characters") as failed:
        relock(["tool==1.0"], tmp_path / "lock.txt")

    assert "pip config debug" in failed.value.hint
    assert not (tmp_path / "lock.txt").exists()


def test_indexes_are_merged_as_pip_merges_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = play(monkeypatch, f"tool==1.0 --hash=sha256:{'a' * 64}\n")

    relock(["tool==1.0"], tmp_path / "lock.txt")

    assert asked[-1][asked[-1].index("--index-strategy") + 1] == "unsafe-best-match"
