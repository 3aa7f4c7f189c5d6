"""Every value of the findings about disagreements between pyproject.toml and package.nix."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.findings.base import FAILED, UNSUPPORTED
from harness.findings.drift import DRIFTS, FINDING
from harness.measure.command import Execution
from harness.records import Lane
from tests.unit.findings.made_up_lab import PlayedNix, Tool, established, tool_lab
from tests.unit.findings.made_up_nix import answers

_FILES = ("hello/pyproject.toml", "hello/package.nix", "shared/pyproject.toml", "shared/package.nix")


def notices(stage: str, words: str, seen: list[dict[str, str]] | None = None) -> PlayedNix:
    """A Nix that refuses at a stage whatever is not as it was committed."""
    committed: dict[str, str] = {}

    def play(attributes: Sequence[str], root: Path) -> Execution:
        files = {name: (root / name).read_text(encoding="utf-8") for name in _FILES}
        committed.update({} if committed else files)
        edited = {name: text for name, text in files.items() if text != committed[name]}
        if edited and seen is not None:
            seen.append(edited)
        return answers(attributes, stage if edited else "", words)

    return play


@pytest.mark.parametrize(
    ("stage", "value"),
    [
        ("evaluation", "noticed-at-evaluation"),
        ("build", "noticed-at-build"),
        ("start", "noticed-at-start"),
        ("", "unnoticed"),
    ],
)
def test_values(tmp_path: Path, stage: str, value: str) -> None:
    found = established(FINDING, tool_lab(tmp_path, Tool(nix=notices(stage, "it does not agree"))))

    for drift in DRIFTS:
        observation = found[f"drift-{drift.name}", Lane.NIX]
        assert observation.value == value
        assert observation.evidence.startswith(f"({drift.what})\n$ nix-build nix/default.nix -A ")
        assert ("it does not agree" in observation.evidence) == bool(stage)
        assert "will be built" not in observation.evidence


@pytest.mark.parametrize(
    ("stage", "words", "value"),
    [
        ("build", "package.nix lacks more-itertools: please add it", "file, key, remedy"),
        ("build", "more-itertools is missing", "key"),
        ("build", "no", "nothing"),
        ("", "", "no error"),
    ],
)
def test_words(tmp_path: Path, stage: str, words: str, value: str) -> None:
    found = established(FINDING, tool_lab(tmp_path, Tool(nix=notices(stage, words))))

    assert found["error-drift-missing", Lane.NIX].value == value


def test_each_drift_is_one_disagreement(tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []

    established(FINDING, tool_lab(tmp_path, Tool(nix=notices("", "", seen))))

    missing, extra, version, name, optional, bound = seen
    assert _requires(missing, "hello") == ["shared", "more-itertools>=9.1"]
    assert missing.keys() == {"hello/pyproject.toml"}
    assert extra.keys() == {"hello/package.nix"}
    assert "    more-itertools\n" in extra["hello/package.nix"]
    assert version.keys() == {"shared/package.nix"}
    assert 'version = "0.2.0";' in version["shared/package.nix"]
    assert name.keys() == {"hello/package.nix"}
    assert 'pname = "salutations";' in name["hello/package.nix"]
    assert _requires(optional, "hello") == ["shared", "pytest[dev]"]
    assert "    pytest\n" in optional["hello/package.nix"]
    assert _requires(bound, "shared") == ["more-itertools>=10.8"]
    assert "    more-itertools\n" in bound["shared/package.nix"]


def _requires(edited: dict[str, str], member: str) -> object:
    return tomllib.loads(edited[f"{member}/pyproject.toml"])["project"]["dependencies"]


def test_without_nix(tmp_path: Path) -> None:
    found = established(FINDING, tool_lab(tmp_path, Tool()))

    assert len(found) == 2 * len(DRIFTS)
    assert {(item.value, item.evidence) for item in found.values()} == {(UNSUPPORTED, "no Nix here")}


def test_files_that_are_refused_as_committed_prove_nothing(tmp_path: Path) -> None:
    found = established(
        FINDING, tool_lab(tmp_path, Tool(nix=lambda attributes, root: answers(attributes, "build", "never")))
    )

    assert {item.value for item in found.values()} == {FAILED}
    assert "as they were committed" in found["drift-name", Lane.NIX].evidence
