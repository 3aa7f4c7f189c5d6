"""Every value of ``lock-covers``, from lock files as tools write them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.findings.base import FAILED, UNSUPPORTED
from harness.findings.lock_covers import FINDING
from harness.measure.command import Execution
from harness.records.facts import Lane
from tests.fakes import execution
from tests.unit.findings.made_up_builds import refusal
from tests.unit.findings.made_up_lab import Tool, established, lacking, tool_lab

_TABLES = 'dependencies = ["colorama", "tomli"]\n[[package]]\nname = "colorama"\nversion = "1.0"\n'
_LINES = "colorama==1.0 ; sys_platform == 'win32' \\\n    # via shared\ntomli==1.0\n"
_KEYS = '{\n    "default": {\n        "tomli": {\n            "version": "==1.0"'
_NEITHER = "more-itertools==9.1.0\n    # tomli, colorama==1.0\n"


def found(tmp_path: Path, text: str | None) -> tuple[str, str]:
    """The value and evidence where locking writes ``text``, or fails without one."""
    tool = Tool()
    lab = tool_lab(tmp_path, tool)

    def play(argv: Sequence[str]) -> Execution | None:
        if argv == ("tool", "lock"):
            if text is None:
                return refusal("no")
            (lab.workspace.root / "tool.lock").write_text(text, encoding="utf-8")
            return execution()
        return execution(stdout="3.11\n") if "-c" in argv else None

    tool.fails = play
    answer = established(FINDING, lab)["lock-covers", Lane.LOCAL]
    return answer.value, answer.evidence


@pytest.mark.parametrize(
    ("text", "value"),
    [(_LINES, "all"), (_TABLES, "one-python"), (_KEYS, "one-platform"), (_NEITHER, "one")],
    ids=["lines", "tables", "keys", "neither"],
)
def test_values(tmp_path: Path, text: str, value: str) -> None:
    told, evidence = found(tmp_path, text)

    assert told == value
    assert "(shared requires tomli; python_version != '3.11')" in evidence
    assert "tool lock" in evidence


def test_what_cannot_be_locked_proves_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, None)[0] == FAILED


def test_a_toolchain_without_a_lock(tmp_path: Path) -> None:
    lab = tool_lab(tmp_path, Tool(), text=lacking("lock"))

    answer = established(FINDING, lab)["lock-covers", Lane.LOCAL]

    assert (answer.value, answer.evidence) == (UNSUPPORTED, "it has no lock")
