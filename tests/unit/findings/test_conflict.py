"""Every value of ``conflict``, and what is said of a refusal."""

from pathlib import Path

import pytest

from harness.findings.base import FAILED, Observation
from harness.findings.conflict import FINDING
from harness.records.facts import Lane
from tests.unit.findings.made_up_builds import refusal
from tests.unit.findings.made_up_lab import Tool, established, lacking, tool_lab


def found(tmp_path: Path, tool: Tool, *unsupported: str) -> tuple[Observation, Observation]:
    answers = established(FINDING, tool_lab(tmp_path, tool, text=lacking(*unsupported)))
    return answers["conflict", Lane.LOCAL], answers["error-conflict", Lane.LOCAL]


def test_refused_when_locking(tmp_path: Path) -> None:
    conflict, error = found(tmp_path, Tool(together=True))

    assert conflict.value == "refused-when-locking"
    assert "$ tool lock\nmore-itertools<10 and more-itertools<11,>=10 exclude each other" in conflict.evidence
    assert error.value == "file, key"


def test_refused_when_installing(tmp_path: Path) -> None:
    conflict, error = found(tmp_path, Tool(together=True), "lock")

    assert conflict.value == "refused-when-installing"
    assert "$ tool install\nmore-itertools<10" in conflict.evidence
    assert error.value == "file, key"


def test_accepted(tmp_path: Path) -> None:
    conflict, error = found(tmp_path, Tool())

    assert conflict.value == "accepted"
    assert "\n9.1.0\n" in conflict.evidence
    assert conflict.evidence.endswith("\n10.8.0")
    assert error.value == "no error"


def test_accepted_and_broken(tmp_path: Path) -> None:
    conflict, error = found(tmp_path, Tool(together=True, careless=True))

    assert conflict.value == "accepted-and-broken"
    assert "\n10.8.0\n" in conflict.evidence
    assert error.value == "no error"


@pytest.mark.parametrize("phase", ["lock", "install"])
def test_a_failure_that_has_nothing_to_do_with_it_proves_nothing(tmp_path: Path, phase: str) -> None:
    tool = Tool(fails=lambda argv: refusal("the disk is full") if argv == ("tool", phase) else None)

    conflict, error = found(tmp_path, tool)

    assert (conflict.value, error.value) == (FAILED, FAILED)
    assert "the disk is full" in conflict.evidence
