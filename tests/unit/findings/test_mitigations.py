"""Every value of the findings about what tools offer against a stranger's package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.findings.base import FAILED, UNSUPPORTED, Observation
from harness.findings.mitigations import FINDING
from harness.measure.command import Execution
from harness.records.facts import Lane
from tests.fakes import execution
from tests.unit.findings.made_up_builds import refusal
from tests.unit.findings.made_up_lab import TOOL_TOML, Tool, established, tool_lab

OFFERED = (
    TOOL_TOML
    + """
[mitigations.explicit-index]
"{root}/tool.index" = "acme-base {own}"
"""
)


def found(tmp_path: Path, tool: Tool, text: str = OFFERED) -> tuple[Observation, Observation]:
    answers = established(FINDING, tool_lab(tmp_path, tool, text=text))
    return tuple(answers[name, Lane.LOCAL] for name in FINDING.facts)  # type: ignore[return-value]


def test_ours_is_taken_where_the_tool_is_told_so(tmp_path: Path) -> None:
    explicit, priority = found(tmp_path, Tool())

    assert (explicit.value, priority.value) == ("ours", "not-offered")
    assert "(added to tool.index:)\nacme-base {own}\n" in explicit.evidence
    assert explicit.evidence.endswith("\n1.0")


def test_a_tool_that_is_told_and_takes_the_strangers(tmp_path: Path) -> None:
    explicit, _ = found(tmp_path, Tool(heeds=False))

    assert explicit.value == "strangers"
    assert explicit.evidence.endswith("\n99.0")


def test_a_tool_that_refuses(tmp_path: Path) -> None:
    def refuse(argv: Sequence[str]) -> Execution | None:
        return refusal("acme-base is on two indexes") if argv == ("tool", "lock") else None

    explicit, _ = found(tmp_path, Tool(fails=refuse))

    assert explicit.value == "refused"
    assert "$ tool lock\nacme-base is on two indexes" in explicit.evidence


def test_what_fails_for_another_reason_or_installs_neither_proves_nothing(tmp_path: Path) -> None:
    def fail(argv: Sequence[str]) -> Execution | None:
        return refusal("no space left on device") if argv == ("tool", "lock") else None

    def forget(argv: Sequence[str]) -> Execution | None:
        return execution(stdout="2.0") if argv[:3] == ("tool", "run", "hello") else None

    for number, habit in enumerate((fail, forget)):
        explicit, _ = found(tmp_path / str(number), Tool(fails=habit))
        assert explicit.value == FAILED


def test_a_reason_says_why_it_cannot_be_tried(tmp_path: Path) -> None:
    _, priority = found(tmp_path, Tool(), OFFERED + '[unsupported]\nmitigation-source-priority = "it has no sources"\n')

    assert (priority.value, priority.evidence) == (UNSUPPORTED, "it has no sources")
