"""Every value of ``plain-build``, and the count of ``environment-adds``."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.findings.base import FAILED, UNSUPPORTED
from harness.findings.propagation import FINDING
from harness.measure.command import Execution
from harness.records.facts import Lane
from tests.unit.findings.made_up_lab import Tool, established, tool_lab
from tests.unit.findings.made_up_nix import answers, built, store_path

_MEMBER, _ENVIRONMENT, _LIBRARY, _PYTHON = map(
    store_path, ("members-hello", "environments-hello", "shared-0.1.0", "python3")
)
_RUNS = 'print("Hello, PolyWolf")'
_NEEDS = 'from shared import NAME; print(f"Hello, {NAME}")'
_LACKS = "import nobody"


def store(tmp_path: Path, main: str) -> Tool:
    """A Nix whose store has hello, what it needs, and its environment."""
    for path, module, text in (
        (_MEMBER, "hello/__main__.py", main),
        (_LIBRARY, "shared/__init__.py", 'NAME = "PolyWolf"'),
    ):
        file = tmp_path / "nix" / "store" / path.removeprefix("/") / "lib" / "python3.11" / "site-packages" / module
        file.parent.mkdir(parents=True)
        file.write_text(f"{text}\n", encoding="utf-8")
    closures = {_MEMBER: [_MEMBER, _LIBRARY], _ENVIRONMENT: [_ENVIRONMENT, _MEMBER, _LIBRARY, _PYTHON]}
    (tmp_path / "closures").write_text(json.dumps(closures), encoding="utf-8")
    return Tool(nix=_builds)


def _builds(attributes: Sequence[str], root: Path) -> Execution:
    assert attributes == ["members.hello", "environments.hello"]
    return built(attributes)


@pytest.mark.parametrize(
    ("main", "value", "proof"),
    [
        (_RUNS, "runs", "(with its output alone:)\n$ /python -m hello\nHello, PolyWolf"),
        (_NEEDS, "needs-propagated", "ModuleNotFoundError: No module named 'shared'"),
        (_LACKS, "does-not-run", "ModuleNotFoundError: No module named 'nobody'"),
        ('print("Hello, World")', "does-not-run", "Hello, World"),
    ],
)
def test_plain_build(tmp_path: Path, main: str, value: str, proof: str) -> None:
    observation = established(FINDING, tool_lab(tmp_path, store(tmp_path, main)))["plain-build", Lane.NIX]

    assert observation.value == value
    assert proof.replace("/python", "{python}") in observation.evidence


def test_environment_adds(tmp_path: Path) -> None:
    observation = established(FINDING, tool_lab(tmp_path, store(tmp_path, _NEEDS)))["environment-adds", Lane.NIX]

    assert observation.value == "2"
    assert "has besides: environments-hello, python3)" in observation.evidence
    assert "/nix/store" not in observation.evidence


def test_an_environment_that_adds_nothing(tmp_path: Path) -> None:
    tool = store(tmp_path, _NEEDS)
    closures = {_MEMBER: [_MEMBER], _ENVIRONMENT: [_MEMBER]}
    (tmp_path / "closures").write_text(json.dumps(closures), encoding="utf-8")

    observation = established(FINDING, tool_lab(tmp_path, tool))["environment-adds", Lane.NIX]

    assert observation.value == "0"
    assert "has besides: nothing)" in observation.evidence


def test_without_nix(tmp_path: Path) -> None:
    found = established(FINDING, tool_lab(tmp_path, Tool()))

    assert {(item.value, item.evidence) for item in found.values()} == {(UNSUPPORTED, "no Nix here")}


def test_a_build_that_fails(tmp_path: Path) -> None:
    found = established(
        FINDING, tool_lab(tmp_path, Tool(nix=lambda attributes, root: answers(attributes, "build", "no clay")))
    )

    assert {item.value for item in found.values()} == {FAILED}
    assert "no clay" in found["plain-build", Lane.NIX].evidence
