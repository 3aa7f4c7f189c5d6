"""Every value of the findings about disagreements between pyproject.toml and package.nix."""

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.findings.base import FAILED, UNSUPPORTED, Observation
from harness.findings.drift import DRIFTS, FINDING
from harness.measure.command import Execution
from harness.records.facts import Lane
from tests.unit.findings.made_up_lab import TOOL_TOML, PlayedNix, Tool, established, tool_lab
from tests.unit.findings.made_up_nix import answers, store_path

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

    assert len(found) == len(DRIFTS)
    assert {(item.value, item.evidence) for item in found.values()} == {(UNSUPPORTED, "no Nix here")}


def test_files_that_are_refused_as_committed_prove_nothing(tmp_path: Path) -> None:
    found = established(
        FINDING, tool_lab(tmp_path, Tool(nix=lambda attributes, root: answers(attributes, "build", "never")))
    )

    assert {item.value for item in found.values()} == {FAILED}
    assert "as they were committed" in found["drift-name", Lane.NIX].evidence


# Where Nix reads pyproject.toml itself

DERIVED = TOOL_TOML + '\n[nix]\nstrategies = ["derived"]\n'


def derived(
    tmp_path: Path, nix: PlayedNix, *, brought: Sequence[str] = (), overlay: str = "# hello\n{ root = ./.; }\n"
) -> dict[str, Observation]:
    """What is found where one file of Nix describes all members; ``brought`` is in hello's environment."""
    lab = tool_lab(tmp_path, Tool(nix=nix), text=DERIVED)
    (lab.bench.variant.folder / "derived.nix").write_text(overlay, encoding="utf-8")
    closure = [store_path(name) for name in ("python3-3.11.7", "hello-0.1.0", *brought)]
    (tmp_path / "closures").write_text(json.dumps({store_path("environments-hello"): closure}), encoding="utf-8")
    found = established(FINDING, lab)
    assert {item.strategy for item in found.values()} == {"derived"}
    return {name: item for (name, _), item in found.items()}


def test_what_is_stated_once_cannot_disagree(tmp_path: Path) -> None:
    found = derived(tmp_path, notices("", ""))

    for name in ("extra", "version", "name"):
        assert found[f"drift-{name}"].value == "cannot-happen"
        assert found[f"drift-{name}"].evidence.startswith("(derived.nix says nothing of ")


def test_a_file_that_states_it_after_all_is_no_proof(tmp_path: Path) -> None:
    found = derived(tmp_path, notices("", ""), overlay='{ versions.shared = "0.1.0"; }\n')

    assert found["drift-version"].value == FAILED
    assert "derived.nix: 0.1.0" in found["drift-version"].evidence


def test_nix_follows_if_the_environment_has_what_the_edit_brings(tmp_path: Path) -> None:
    found = derived(tmp_path, notices("", ""), brought=["more-itertools-9.1.0"])

    assert found["drift-missing"].value == "follows"
    assert "(more-itertools is part of hello's environment)" in found["drift-missing"].evidence
    assert found["drift-optional"].value == "unnoticed"


def test_only_pyproject_is_edited_and_what_cannot_be_met_is_noticed(tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []
    found = derived(tmp_path, notices("evaluation", "hello/pyproject.toml: pytest has no dev", seen))

    assert {name for edited in seen for name in edited} == {"hello/pyproject.toml", "shared/pyproject.toml"}
    for name in ("missing", "optional", "bound"):
        assert found[f"drift-{name}"].value == "noticed-at-evaluation"
    assert found["drift-bound"].evidence.startswith("(shared requires more-itertools>=10.8)\n")
