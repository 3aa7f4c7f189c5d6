"""Every value of the three findings about a stranger's package of the library's name."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.findings.base import FAILED, UNSUPPORTED, Observation
from harness.findings.confusion import FINDING
from harness.measure.command import Execution
from harness.records.facts import Lane
from tests.fakes import execution
from tests.unit.findings.made_up_builds import BY_ADDRESS, refusal
from tests.unit.findings.made_up_lab import Tool, established, lacking, tool_lab

NAMES = ("confusion", "confusion-deploy", "confusion-wheel")


def found(
    tmp_path: Path, tool: Tool, *unsupported: str, dependency: str = "shared"
) -> tuple[Observation, Observation, Observation]:
    lab = tool_lab(tmp_path, tool, text=lacking(*unsupported), dependency=dependency)
    answers = established(FINDING, lab)
    installed, deployed, wheel = (answers[name, Lane.LOCAL] for name in NAMES)
    return installed, deployed, wheel


def test_own(tmp_path: Path) -> None:
    installed, deployed, wheel = found(tmp_path, Tool(), dependency="shared<1")

    assert (installed.value, deployed.value, wheel.value) == ("own", "own", "own")
    assert installed.evidence.endswith("$ tool run hello -m hello\nHello, PolyWolf")


def test_public(tmp_path: Path) -> None:
    installed, deployed, wheel = found(tmp_path, Tool(trusting=True))

    assert (installed.value, deployed.value, wheel.value) == ("public", "public", "public")
    assert deployed.evidence.endswith("-m hello\nHello, Mallory")


def test_refused(tmp_path: Path) -> None:
    tool = Tool(fails=lambda argv: refusal("shared is ambiguous") if argv == ("tool", "lock") else None)

    installed, deployed, wheel = found(tmp_path, tool, dependency=BY_ADDRESS.strip('"'))

    assert (installed.value, deployed.value, wheel.value) == ("refused", "refused", "refused")
    assert "$ tool lock\nshared is ambiguous" in installed.evidence
    assert "No such file: file://" in wheel.evidence


def test_a_toolchain_that_takes_its_own_may_build_wheels_that_do_not(tmp_path: Path) -> None:
    installed, deployed, wheel = found(tmp_path, Tool())

    assert (installed.value, deployed.value, wheel.value) == ("own", "own", "public")


def test_without_phases(tmp_path: Path) -> None:
    installed, deployed, wheel = found(tmp_path, Tool(), "lock", "build", "deploy")

    assert (installed.value, deployed.value, wheel.value) == ("own", UNSUPPORTED, UNSUPPORTED)
    assert deployed.evidence == "it has no deploy"


@pytest.mark.parametrize("answer", [refusal("the disk is full"), execution(stdout="Hello, World\n")])
def test_what_is_neither_proves_nothing(tmp_path: Path, answer: Execution) -> None:
    tool = Tool(fails=lambda argv: answer if argv[:2] == ("tool", "run") else None)

    assert {item.value for item in found(tmp_path, tool)} == {FAILED}


def test_the_stranger_does_not_stay(tmp_path: Path) -> None:
    tool = Tool(trusting=True)
    lab = tool_lab(tmp_path, tool)
    stranger = lab.workspace.cache / "stranger"
    met: list[bool] = []

    def watch(argv: Sequence[str]) -> None:
        if argv == ("tool", "install"):
            met.append(lab.workspace.cache.exists())
            stranger.write_text("", encoding="utf-8")

    tool.fails = watch
    before = set(tool.served)

    assert established(FINDING, lab)["confusion", Lane.LOCAL].value == "public"
    assert met == [True]
    assert not stranger.exists()
    assert set(tool.served) == before


def test_built_wheels_are_installed_where_the_checkout_is_not(tmp_path: Path) -> None:
    tool = Tool()
    lab = tool_lab(tmp_path, tool)
    there: list[bool] = []

    def watch(argv: Sequence[str]) -> None:
        if "pip" in argv:
            there.append(lab.workspace.root.exists())

    tool.fails = watch

    assert established(FINDING, lab)["confusion-wheel", Lane.LOCAL].value == "public"
    assert there == [False]
    assert lab.workspace.root.exists()
