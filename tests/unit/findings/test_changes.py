"""Every value of the findings about changes: what works, what fails, and what Nix says of what was forgotten."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.findings import changes
from harness.findings.base import FAILED, UNSUPPORTED, Observation
from harness.findings.changes import FINDING, OUTSIDE
from harness.findings.conduct import conduct
from harness.measure.command import Command, Execution
from harness.monorepo.changes import STANDARD
from harness.records.facts import Lane
from harness.workspace.experiment import Lab
from tests.fakes import execution
from tests.unit.findings.made_up_monorepo import Player, player_lab
from tests.unit.findings.made_up_nix import answers, nix_bench

_STAND_IN = """
def last(items):
    return items[-1]

def sliced(text, size):
    return [text[start:start + size] for start in range(0, len(text), size)]

def argmin(items):
    return items.index(min(items))
"""


def pip(command: Command, player: Player) -> Execution | None:
    """Play what venv's own changes type, and pytest."""
    environment = player.workspace.root / ".venv"
    if command.argv[1:4] == ("-m", "pip", "install"):
        player.make(environment, linked=True)
        (environment / "more_itertools.py").write_text(_STAND_IN, encoding="utf-8")
        return execution()
    if command.argv[-1] == "pytest":
        return execution(stdout="3 passed in 0.01s\n")
    return None


Found = dict[tuple[str, Lane], Observation]


def established(lab: Lab, *names: str) -> Found:
    """What is found of these changes, or of all."""
    names = names or tuple(STANDARD)
    facts = {finding: facts for finding, facts in FINDING.facts.items() if finding.partition(".")[0] in names}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(changes, "STANDARD", {name: STANDARD[name] for name in names})
        return {(item.finding, item.lane): item for item in conduct(replace(FINDING, facts=facts), lab)}


def test_changes_that_work_are_counted(tmp_path: Path) -> None:
    lab, _ = player_lab(tmp_path, linked=True, override=pip)
    found = established(lab)
    local = {name: item.value for (name, lane), item in found.items() if lane is Lane.LOCAL}

    assert {local[f"{name}.works"] for name in STANDARD} == {"works"}
    assert (local["add-dependency.files"], local["add-dependency.lines-added"]) == ("2", "1")
    assert (local["add-dependency.commands"], local["add-dependency.stated-twice"]) == ("1", "0")
    assert local["add-application.lock-lines"] == "1"
    assert (local["add-application.lines-result"], local["rename-library.lines-result"]) == ("12", "11")
    assert "farewell/pyproject.toml: +name = " in found["add-application.lines-result", Lane.LOCAL].evidence
    assert int(local["rename-library.code-lines"]) == 4
    assert "+dependencies = " in found["add-dependency.lines-added", Lane.LOCAL].evidence
    assert " -m pip install -r requirements.txt" in found["add-dependency.commands", Lane.LOCAL].evidence
    assert {item.value for (_, lane), item in found.items() if lane is Lane.NIX} == {UNSUPPORTED}


def test_an_effect_that_does_not_show_fails_and_nothing_is_counted(tmp_path: Path) -> None:
    def nothing(command: Command, player: Player) -> Execution | None:
        return execution() if command.argv[1:3] == ("-m", "pip") or command.argv[-1] == "pytest" else None

    lab, _ = player_lab(tmp_path, override=nothing)
    found = established(lab, "add-dependency")

    assert found["add-dependency.works", Lane.LOCAL].value == "fails"
    assert "expected 'Hello, Poly-Wolf" in found["add-dependency.works", Lane.LOCAL].evidence
    assert found["add-dependency.lines-added", Lane.LOCAL].value == FAILED


def test_a_patch_that_no_longer_applies_fails_and_the_other_changes_are_made(tmp_path: Path) -> None:
    lab, _ = player_lab(tmp_path, linked=True, override=pip)
    patch = lab.bench.variant.folder / "changes" / "add-library.patch"
    patch.write_text(patch.read_text(encoding="utf-8").replace(" -e ./shared", " -e ./elsewhere"))
    found = established(lab, "add-library", "rename-library")

    assert found["add-library.works", Lane.LOCAL].value == "fails"
    assert "patch does not apply" in found["add-library.works", Lane.LOCAL].evidence
    assert found["rename-library.works", Lane.LOCAL].value == "works"


def test_a_change_that_cannot_be_made_says_why_as_does_what_builds_on_it(tmp_path: Path) -> None:
    lab, _ = player_lab(tmp_path, linked=True, override=pip)
    file = lab.bench.variant.folder / "changes.toml"
    stated = "[add-dependency]\nunsupported = 'Nothing comes from outside.'\n[raise-version]\n"
    file.write_text(stated, encoding="utf-8")
    found = established(lab, "add-dependency", "raise-version")

    for name in ("add-dependency", "raise-version"):
        works = found[f"{name}.works", Lane.LOCAL]
        assert (works.value, works.evidence) == (UNSUPPORTED, "Nothing comes from outside.")


def nix(tmp_path: Path, forgotten: Callable[[Path, list[str]], Execution | None], *names: str) -> Found:
    """What a Nix that builds everything as it is described, unless ``forgotten`` answers first, says of changes."""

    def override(command: Command, player: Player) -> Execution | None:
        program = Path(command.argv[0]).name
        if program == "nix-instantiate" and "--eval" in command.argv:
            return execution(stdout=json.dumps(statements(player.workspace.root)))
        attributes = [word for before, word in zip(command.argv, command.argv[1:], strict=False) if before == "-A"]
        if program == "nix-instantiate":
            return execution(stdout="".join(f"/nix/store/x-{name}.drv\n" for name in attributes))
        if program == "nix-store":
            package = (player.workspace.root / "shared" / "package.nix").read_text(encoding="utf-8")
            return execution(stdout="1 passed\n" if "nativeCheckInputs" in package else "")
        if program == "nix-build":
            return forgotten(player.workspace.root, attributes) or started(tmp_path, player, attributes)
        return pip(command, player)

    lab, _ = player_lab(tmp_path, linked=True, override=override)
    lab = replace(lab, bench=replace(lab.bench, nix=nix_bench(tmp_path, lab.workspace)))
    return {key: item for key, item in established(lab, *names).items() if key[1] is Lane.NIX}


def statements(root: Path) -> dict[str, dict[str, object]]:
    """What Nix would read in each member's package.nix."""
    found = {}
    for path in sorted(root.glob("*/package.nix")):
        text = path.read_text(encoding="utf-8")
        arguments = re.findall(r"^  ([\w-]+),$", text, re.MULTILINE)
        listed = "".join(re.findall(r"\n  dependencies = \[\n(.*?)  \];", text, re.DOTALL))
        needs = re.findall(r"^    ([\w-]+)$", listed, re.MULTILINE)
        found[path.parent.name] = {
            "arguments": arguments,
            "pname": path.parent.name,
            "version": "0.1.0",
            "build_system": ["setuptools"],
            "dependencies": needs,
        }
    return found


def started(tmp_path: Path, player: Player, attributes: list[str]) -> Execution:
    """Start the applications from the checkout, and put what they print into the store."""
    done = answers(attributes, "", "")
    player.make(player.workspace.deployment, linked=True)
    (player.workspace.deployment / "more_itertools.py").write_text(_STAND_IN, encoding="utf-8")
    for path, attribute in zip(done.stdout.split(), attributes, strict=True):
        output = tmp_path / "nix" / "store" / path.removeprefix("/")
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(player.start(player.workspace.deployment, "-m", attribute.partition(".")[2]).stdout)
    return done


def declared(root: Path) -> bool:
    """Whether the library's package.nix knows the package from outside."""
    return "more-itertools" in (root / "shared" / "package.nix").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("stage", "expected"),
    [("evaluation", "noticed-at-evaluation"), ("build", "noticed-at-build"), ("start", "noticed-at-start")],
)
def test_nix_says_what_was_forgotten_and_builds_what_was_not(tmp_path: Path, stage: str, expected: str) -> None:
    found = nix(
        tmp_path,
        lambda root, names: None if declared(root) else answers(names, stage, "it is not declared"),
        "add-dependency",
    )
    about = {name.partition(".")[2]: item for (name, _), item in found.items()}

    assert about["forgotten"].value == expected
    assert "it is not declared" in about["forgotten"].evidence
    assert about["works"].value == "works"
    assert (about["files"].value, about["lines-added"].value) == ("1", "5")
    assert about["stated-twice"].value == "1"
    assert OUTSIDE[0] in about["stated-twice"].evidence


def test_what_works_without_its_nix_files_is_not_needed_and_what_shows_nothing_is_unnoticed(tmp_path: Path) -> None:
    found = nix(tmp_path, lambda root, names: None, "add-dependency", "raise-version", "share-tooling")

    assert found["add-dependency.forgotten", Lane.NIX].value == "not-needed"
    assert found["share-tooling.forgotten", Lane.NIX].value == "unnoticed"
    # What it builds on is made with its edit of the Nix files.
    assert found["raise-version.works", Lane.NIX].value == "works"
    assert found["share-tooling.works", Lane.NIX].value == "works"


def test_a_build_that_is_refused_even_with_the_edit_does_not_work(tmp_path: Path) -> None:
    found = nix(tmp_path, lambda root, names: answers(names, "build", "nobody knows why"), "add-dependency")

    assert found["add-dependency.works", Lane.NIX].value == "fails"
    assert "nobody knows why" in found["add-dependency.works", Lane.NIX].evidence
