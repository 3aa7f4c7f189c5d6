"""Every value of ``undeclared``, locally and through Nix."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.findings.base import FAILED, UNSUPPORTED, Observation
from harness.findings.undeclared import FINDING
from harness.measure.command import Execution
from harness.records.facts import Lane
from tests.unit.findings.made_up_builds import refusal
from tests.unit.findings.made_up_lab import PlayedNix, Tool, established, lacking, tool_lab
from tests.unit.findings.made_up_nix import answers


def found(tmp_path: Path, tool: Tool, lane: Lane, *unsupported: str) -> Observation:
    return established(FINDING, tool_lab(tmp_path, tool, text=lacking(*unsupported)))["undeclared", lane]


def nix(stage: str, words: str = "hello: more-itertools is imported and not declared") -> PlayedNix:
    def play(attributes: Sequence[str], root: Path) -> Execution:
        assert "    more-itertools\n" in (root / "shared" / "package.nix").read_text(encoding="utf-8")
        return answers(attributes, stage, words)

    return play


def test_unnoticed(tmp_path: Path) -> None:
    observation = found(tmp_path, Tool(), Lane.LOCAL)

    assert observation.value == "unnoticed"
    assert "$ tool lock\n$ tool install\n" in observation.evidence
    assert "$ tool run hello -m hello\nHello, PolyWolf" in observation.evidence


def test_noticed_by_the_build(tmp_path: Path) -> None:
    observation = found(tmp_path, Tool(strict=True), Lane.LOCAL)

    assert observation.value == "noticed"
    assert "hello imports more-itertools and does not declare it" in observation.evidence


def test_a_strict_build_that_there_is_not(tmp_path: Path) -> None:
    assert found(tmp_path, Tool(strict=True), Lane.LOCAL, "lock", "build").value == "unnoticed"


@pytest.mark.parametrize(
    ("stage", "value"), [("", "unnoticed"), ("evaluation", "noticed"), ("build", "noticed"), ("start", "noticed")]
)
def test_through_nix(tmp_path: Path, stage: str, value: str) -> None:
    assert found(tmp_path, Tool(nix=nix(stage)), Lane.NIX).value == value


def test_without_nix(tmp_path: Path) -> None:
    observation = found(tmp_path, Tool(), Lane.NIX)

    assert (observation.value, observation.evidence) == (UNSUPPORTED, "no Nix here")


def test_what_has_nothing_to_do_with_it_proves_nothing(tmp_path: Path) -> None:
    tool = Tool(
        fails=lambda argv: refusal("the disk is full") if argv == ("tool", "install") else None,
        nix=nix("build", "the disk is full"),
    )

    assert found(tmp_path, tool, Lane.LOCAL).value == FAILED
    tool.fails = lambda argv: None
    assert found(tmp_path / "again", tool, Lane.NIX).value == FAILED
