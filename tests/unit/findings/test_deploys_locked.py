"""Every value of ``deploys-locked``."""

from collections.abc import Callable, Sequence
from pathlib import Path

from harness.findings.base import FAILED, UNSUPPORTED
from harness.findings.deploys_locked import FINDING
from harness.measure.command import Execution
from harness.records.facts import Lane
from harness.workspace.experiment import Lab
from tests.unit.findings.made_up_builds import refusal
from tests.unit.findings.made_up_lab import STANDING, TOOL_TOML, Tool, established, lacking, tool_lab


def lab_of(tmp_path: Path, tool: Tool, *, text: str = TOOL_TOML) -> Lab:
    """A lab whose index has nothing but what the experiment serves, as a real one prefers that."""
    lab = tool_lab(tmp_path, tool, text=text)
    tool.served[STANDING] = []
    return lab


def found(lab: Lab) -> tuple[str, str]:
    answer = established(FINDING, lab)["deploys-locked", Lane.LOCAL]
    return answer.value, answer.evidence


def refuses(step: str) -> Callable[[Sequence[str]], Execution | None]:
    return lambda argv: refusal("no") if argv[:2] == ("tool", step) else None


def test_a_toolchain_that_keeps_to_its_lock_file(tmp_path: Path) -> None:
    tool = Tool()
    lab = lab_of(tmp_path, tool)

    def overlook(argv: Sequence[str]) -> None:
        """Deploy as if the index had nothing newer than what was locked."""
        if argv[:2] == ("tool", "deploy"):
            (newer,) = (lab.workspace.folder / "away" / "served" / "more-itertools").glob("*10.8.0*")
            newer.unlink()

    tool.fails = overlook
    value, evidence = found(lab)

    assert value == "locked"
    assert evidence.endswith("Hello, 9.1.0")


def test_a_toolchain_that_deploys_past_its_lock_file(tmp_path: Path) -> None:
    value, evidence = found(lab_of(tmp_path, Tool()))

    assert value == "newest"
    assert "tool lock" in evidence
    assert evidence.endswith("Hello, 10.8.0")


def test_without_a_lock_file(tmp_path: Path) -> None:
    value, evidence = found(lab_of(tmp_path, Tool(), text=lacking("lock")))

    assert value == "no-lock"
    assert "it has no lock" in evidence


def test_what_cannot_be_locked_or_deployed_proves_nothing(tmp_path: Path) -> None:
    for step, words in (("lock", "Locking failed"), ("deploy", "Deploying failed")):
        value, evidence = found(lab_of(tmp_path / step, Tool(fails=refuses(step))))

        assert value == FAILED
        assert words in evidence


def test_a_toolchain_that_deploys_nothing(tmp_path: Path) -> None:
    assert found(lab_of(tmp_path, Tool(), text=lacking("deploy"))) == (UNSUPPORTED, "it has no deploy")
