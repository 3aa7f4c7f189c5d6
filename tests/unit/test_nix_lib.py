"""What a ``package.nix`` may use of ``lib``, asked of a real Nix: the same answers as nixpkgs gives."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from harness.errors import NixUnavailableError, StateError
from harness.measure.command import Execution
from harness.monorepo.variants import load_variants
from harness.nix import Expression, Nix, find_nix
from harness.provision.nix.prepare import NIX_PATHS
from harness.provision.state_folder import Layout
from tests.fakes import execution

pytestmark = pytest.mark.integration

LAYOUT = Layout.here()


@pytest.fixture
def nix(tmp_path: Path) -> Nix:
    """A Nix that only evaluates, in a store that is thrown away."""

    def run(argv: Sequence[str], env: Mapping[str, str]) -> Execution:
        done = subprocess.run(
            argv, env={"HOME": str(tmp_path), **env}, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        return execution(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr)

    try:
        program = find_nix(":".join(NIX_PATHS), run)
    except NixUnavailableError as error:
        pytest.skip(str(error))
    (tmp_path / "conf").mkdir()
    return Nix(program=program, folder=tmp_path, run=run)


@pytest.fixture
def member(tmp_path: Path) -> Path:
    """A member with files that belong to its source and files that do not."""
    root = tmp_path / "member"
    for name in ("pyproject.toml", "src/hello/__init__.py", "src/hello/data.txt", "tests/test_hello.py", "py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name, encoding="utf-8")
    return root


def value(nix: Nix, text: str) -> str:
    """What an expression that has ``lib`` is worth, as JSON."""
    whole = f"let lib = import {LAYOUT.nix_entry.parent}/host/lib.nix; inherit (lib) fileset; in {text}"
    command = ("nix-instantiate", *nix.options, "--eval", "--strict", "--json", "--read-write-mode", "--expr", whole)
    answer = nix.run((str(nix.program.programs / command[0]), *command[1:]), nix.environment({}))
    if not answer.ok:
        raise StateError(answer.stderr)
    return answer.stdout


def source(nix: Nix, root: Path, chosen: str) -> set[str]:
    """Everything in the source that a file set makes."""
    return contents(nix, made(nix, root, chosen))


def made(nix: Nix, root: Path, chosen: str) -> str:
    """The store path of the source that a file set makes."""
    text = f'"${{fileset.toSource {{ root = {root}; fileset = {chosen}; }}}}"'
    path = json.loads(value(nix, text))
    assert isinstance(path, str)
    return path


def contents(nix: Nix, path: str) -> set[str]:
    folder = nix.physical(path)
    return {found.relative_to(folder).as_posix() for found in folder.rglob("*")}


SOURCES = {"pyproject.toml", "src", "src/hello", "src/hello/__init__.py", "src/hello/data.txt"}


@pytest.mark.parametrize(
    ("chosen", "files"),
    [
        ("fileset.unions [ {root}/pyproject.toml {root}/src ]", SOURCES),
        ("fileset.union {root}/pyproject.toml (fileset.unions [ {root}/src ])", SOURCES),
        ("fileset.unions [ {root}/py (fileset.maybeMissing {root}/README.md) ]", {"py"}),
        ("fileset.difference {root} (fileset.unions [ {root}/tests {root}/py ])", SOURCES),
        ("fileset.difference {root}/src {root}/src/hello/data.txt", {"src", "src/hello", "src/hello/__init__.py"}),
        (
            'fileset.fileFilter (file: file.hasExt "py") {root}',
            {"src", "src/hello", "src/hello/__init__.py", "tests", "tests/test_hello.py"},
        ),
        ('fileset.fileFilter (file: file.name == "py" && file.type == "regular") {root}', {"py"}),
    ],
)
def test_a_source_has_the_chosen_files_and_nothing_else(nix: Nix, member: Path, chosen: str, files: set[str]) -> None:
    assert source(nix, member, chosen.replace("{root}", str(member))) == files


def test_a_source_depends_on_the_chosen_files_alone(nix: Nix, member: Path, tmp_path: Path) -> None:
    first = made(nix, member, f"{member}/src")
    (member / "src" / "empty" / "deeper").mkdir(parents=True)
    (member / "tests" / "more.py").touch()

    assert made(nix, member, f"{member}/src") == first
    elsewhere = shutil.copytree(member, tmp_path / "elsewhere")
    assert made(nix, elsewhere, f"{elsewhere}/src") == first
    (member / "src" / "hello" / "new.py").touch()
    assert made(nix, member, f"{member}/src") != first


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        ("{root}/data", "/data does not exist"),
        ("{root}/../beside", "/beside is not below the root"),
        ('"./src"', "expected a path or a file set, got a string"),
    ],
)
def test_what_cannot_be_chosen_is_named(nix: Nix, member: Path, chosen: str, reason: str) -> None:
    (member.parent / "beside").touch()

    with pytest.raises(StateError) as caught:
        made(nix, member, chosen.replace("{root}", str(member)))

    assert reason in caught.value.message


@pytest.mark.parametrize("folder", ["a folder", "a+b@c~1", "Müller's"])
def test_a_checkout_may_have_any_name(nix: Nix, tmp_path: Path, folder: str) -> None:
    variant = next(iter(load_variants(LAYOUT.variants)))
    checkout = tmp_path / folder
    shutil.copytree(LAYOUT.nix_entry.parent, checkout / "nix")
    shutil.copytree(variant.folder, checkout / "tree")
    names = checkout / "names.json"
    names.write_text(json.dumps({"members": {"hello": "myproject-hello"}, "applications": {}}), encoding="utf-8")
    expression = Expression(entry=checkout / "nix" / "default.nix", tree=checkout / "tree", names=names, base=names)

    assert json.loads(nix.evaluate(expression, "statements"))["hello"]["dependencies"] == ["myproject-shared"]
