"""Every value of ``isolation``, locally and through Nix."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.findings.base import FAILED, UNSUPPORTED, Observation
from harness.findings.isolation import FINDING
from harness.measure.command import Execution
from harness.records.facts import Lane
from tests.unit.findings.made_up_builds import refusal
from tests.unit.findings.made_up_lab import Tool, established, tool_lab
from tests.unit.findings.made_up_nix import answers

_WORDS = "ModuleNotFoundError: No module named 'more_itertools'"


def found(tmp_path: Path, tool: Tool, lane: Lane) -> Observation:
    return established(FINDING, tool_lab(tmp_path, tool))["isolation", lane]


class Nix:
    """Refuses goodbye at a stage, and hello likewise if asked to."""

    def __init__(self, stage: str, words: str = _WORDS, *, hello: bool = True) -> None:
        self.stage, self.words, self.hello = stage, words, hello

    def __call__(self, attributes: Sequence[str], root: Path) -> Execution:
        for name in ("hello", "goodbye"):
            source = root / name / "src" / name / "__main__.py"
            assert source.read_text(encoding="utf-8").startswith("import more_itertools")
        stage = "" if attributes == ["checks.hello"] and self.hello else self.stage
        return answers(attributes, stage, self.words, "goodbye")


def test_isolated(tmp_path: Path) -> None:
    observation = found(tmp_path, Tool(), Lane.LOCAL)

    assert observation.value == "isolated"
    assert "$ tool run goodbye -c import more_itertools" in observation.evidence
    assert _WORDS in observation.evidence


def test_shared(tmp_path: Path) -> None:
    assert found(tmp_path, Tool(together=True), Lane.LOCAL).value == "shared"


def test_isolated_through_nix(tmp_path: Path) -> None:
    observation = found(tmp_path, Tool(nix=Nix("start")), Lane.NIX)

    assert observation.value == "isolated"
    assert observation.evidence.splitlines()[2] == _WORDS


def test_shared_through_nix(tmp_path: Path) -> None:
    assert found(tmp_path, Tool(nix=Nix("")), Lane.NIX).value == "shared"


def test_without_nix(tmp_path: Path) -> None:
    observation = found(tmp_path, Tool(), Lane.NIX)

    assert (observation.value, observation.evidence) == (UNSUPPORTED, "no Nix here")


@pytest.mark.parametrize(
    "failing",
    [("tool", "lock"), ("tool", "install"), ("tool", "run", "hello"), ("tool", "run", "goodbye")],
)
@pytest.mark.parametrize("words", ["the disk is full", _WORDS])
def test_what_has_nothing_to_do_with_it_proves_nothing(tmp_path: Path, failing: tuple[str, ...], words: str) -> None:
    tool = Tool(fails=lambda argv: refusal(words) if tuple(argv[: len(failing)]) == failing else None)

    observation = found(tmp_path, tool, Lane.LOCAL)

    proves = failing[-1] == "goodbye" and words == _WORDS
    assert observation.value == ("isolated" if proves else FAILED)
    assert words in observation.evidence


@pytest.mark.parametrize(
    "nix", [Nix("build"), Nix("evaluation"), Nix("start", "the disk is full"), Nix("start", hello=False)]
)
def test_what_has_nothing_to_do_with_it_proves_nothing_through_nix(tmp_path: Path, nix: Nix) -> None:
    assert found(tmp_path, Tool(nix=nix), Lane.NIX).value == FAILED
