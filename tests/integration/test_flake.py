"""The flake, evaluated by a real Nix with a stand-in for nixpkgs: what it offers, and what nixpkgs would refuse.

Nothing is built and nothing downloaded. The flake is a copy that git knows, as Nix takes of a repository only what git
does, and Nix works in a store below the checkout's state folder (see test_nix.py).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.measure.trees import remove_tree
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants import load_variants
from harness.provision.nix.prepare import NIX_PATHS
from harness.provision.state_folder import Layout
from tests.cases import each

pytestmark = pytest.mark.integration

LAYOUT = Layout.here()
SHELLS = [variant.name for variant in load_variants(LAYOUT.variants)]
#: Those that describe their members to Nix; the others have a shell to work in, and nothing that Nix could build.
VARIANTS = [variant.name for variant in load_variants(LAYOUT.variants) if variant.spec.nix.strategies]
MEMBERS = [member.name for member in CANONICAL.members]
APPLICATIONS = [member.name for member in CANONICAL.applications]
SYSTEMS = ["aarch64-darwin", "aarch64-linux", "x86_64-darwin", "x86_64-linux"]
#: What the flake is copied from: the folders and files that it reads.
READ = ("flake.nix", "flake.lock", "nix", "variants", "bootstrap", "tests/fixtures/nixpkgs")

each_variant = pytest.mark.parametrize("name", each(VARIANTS))


@dataclass(frozen=True, kw_only=True)
class Flake:
    """A copy of the flake, and a Nix that evaluates it in a store of its own."""

    root: Path
    scratch: Path

    def nix(self, *words: str, cwd: Path | None = None, program: str = "nix") -> subprocess.CompletedProcess[str]:
        """Ask Nix."""
        environment = {
            "HOME": str(self.scratch / "home"),
            "PATH": ":".join(NIX_PATHS),
            "LC_ALL": "C.UTF-8",
            "NIX_CONF_DIR": str(self.scratch / "conf"),
            "NIX_USER_CONF_FILES": "",
            "NIX_CONFIG": "experimental-features = nix-command flakes\nsubstitute = false\nbuild-users-group =\n",
        }
        command = [program, *words, "--store", str(self.scratch / "store")]
        return subprocess.run(
            command, cwd=cwd or self.root, env=environment, capture_output=True, text=True, check=False
        )

    def flake(self, *words: str, cwd: Path | None = None) -> str:
        """Ask it about the flake, with the stand-in for nixpkgs; what it printed."""
        stand_in = f"path:{self.root}/tests/fixtures/nixpkgs"
        override = ("--override-input", "nixpkgs", stand_in, "--no-write-lock-file")
        done = self.nix(*words, *override, cwd=cwd)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def refused(self, *words: str) -> str:
        """Ask about what Nix refuses; its words."""
        stand_in = f"path:{self.root}/tests/fixtures/nixpkgs"
        done = self.nix(*words, "--override-input", "nixpkgs", stand_in, "--no-write-lock-file")
        assert done.returncode != 0
        return done.stderr

    def shown(self) -> dict[str, dict[str, dict[str, object]]]:
        """All outputs, as ``nix flake show`` names them."""
        found: dict[str, dict[str, dict[str, object]]] = json.loads(self.flake("flake", "show", "--json"))
        return found.get("inventory", found)  # type: ignore[return-value]

    def known(self) -> None:
        """Let git know what was edited."""
        git(self.root, "add", "--all")

    def edit(self, file: str, pattern: str, new: str) -> None:
        """Put a text in the place of what fits a pattern, which has to be there once."""
        path = self.root / file
        text, times = re.subn(pattern, new, path.read_text(encoding="utf-8"))
        assert times == 1, f"{file} has {pattern!r} {times} times"
        path.write_text(text, encoding="utf-8")
        self.known()


def git(root: Path, *words: str) -> None:
    """Let git work in a repository, without anybody's configuration."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True, env=environment)


def writable(path: Path) -> None:
    """Let what Nix copied be removed."""
    for folder in [path, *(item for item in path.rglob("*") if item.is_dir() and not item.is_symlink())]:
        folder.chmod(0o755)


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    if shutil.which("nix", path=":".join(NIX_PATHS)) is None:
        pytest.skip("nix is not installed.")
    folder = LAYOUT.state / "tests" / f"flake-{uuid.uuid4().hex[:8]}"
    (folder / "home").mkdir(parents=True)
    (folder / "conf").mkdir()
    yield folder
    remove_tree(folder)


def copied(scratch: Path, name: str) -> Flake:
    """A copy of the flake as it is in the checkout."""
    root = scratch / name
    for part in READ:
        source, target = LAYOUT.checkout / part, root / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    git(root.parent, "init", "--quiet", str(root))
    git(root, "add", "--all")
    return Flake(root=root, scratch=scratch)


@pytest.fixture(scope="module")
def flake(scratch: Path) -> Flake:
    """The flake as it is."""
    return copied(scratch, "flake")


@pytest.fixture
def edited(scratch: Path) -> Flake:
    """A copy that may be edited."""
    return copied(scratch, f"edited-{uuid.uuid4().hex[:8]}")


@pytest.fixture(scope="module")
def shown(flake: Flake) -> dict[str, dict[str, dict[str, object]]]:
    return flake.shown()


def expected_packages(variants: list[str]) -> set[str]:
    """What there has to be for each variant: environments in two strategies, and bare members."""
    return {
        *(f"{variant}-{name}{suffix}" for variant in variants for name in APPLICATIONS for suffix in ("", "-derived")),
        *(f"{variant}-{name}-unwrapped" for variant in variants for name in MEMBERS),
    }


def test_every_variant_has_its_outputs_on_every_system(shown: dict[str, dict[str, dict[str, object]]]) -> None:
    assert sorted(shown["packages"]) == SYSTEMS
    for system in SYSTEMS:
        assert set(shown["packages"][system]) == expected_packages(VARIANTS)
        assert set(shown["checks"][system]) == {
            f"{variant}-{name}{suffix}" for variant in VARIANTS for name in APPLICATIONS for suffix in ("", "-derived")
        }
        assert set(shown["devShells"][system]) == set(SHELLS)
        assert set(shown["apps"][system]) == {"default"}
        assert system in shown["formatter"]
    assert set(shown["templates"]) == set(VARIANTS)


def test_nix_finds_nothing_wrong_with_it(flake: Flake) -> None:
    program = shutil.which("nix", path=":".join(NIX_PATHS))
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(map(int, re.findall(r"\d+", said)[:2])) > (2, 8):
        pytest.skip(f"{said.strip()} looks into templates, which are copies that it does not make with --no-build")
    flake.flake("flake", "check", "--no-build")


@pytest.mark.parametrize("system", each(SYSTEMS, ("aarch64-darwin",)))
def test_it_evaluates_for_systems_that_this_is_not(flake: Flake, system: str) -> None:
    for attribute in (f"packages.{system}.uv-hello", f"packages.{system}.uv-hello-derived", f"devShells.{system}.uv"):
        assert flake.flake("eval", "--raw", f".#{attribute}.drvPath").endswith(".drv")


@each_variant
def test_derived_and_handwritten_are_the_same_derivation(flake: Flake, name: str) -> None:
    by_hand, derived = (
        flake.flake("eval", "--raw", f".#packages.x86_64-linux.{name}-hello{suffix}.drvPath")
        for suffix in ("", "-derived")
    )
    assert by_hand == derived


@each_variant
def test_the_same_files_evaluate_without_flakes_too(flake: Flake, name: str) -> None:
    names = flake.scratch / f"{name}.json"
    attributes = {member: f"myproject-{member}" for member in MEMBERS}
    applications = {member: attributes[member] for member in APPLICATIONS}
    names.write_text(json.dumps({"members": attributes, "applications": applications}), encoding="utf-8")
    found = flake.nix(
        *("nix/default.nix", "-A", "environments.hello", "--argstr", "provider", "nixpkgs"),
        *("--arg", "nixpkgs", "./tests/fixtures/nixpkgs", "--argstr", "system", "x86_64-linux"),
        *("--arg", "tree", f"./variants/{name}", "--argstr", "names", str(names)),
        program="nix-instantiate",
    )

    assert found.returncode == 0, found.stderr[-3000:]
    assert found.stdout.strip() == flake.flake("eval", "--raw", f".#packages.x86_64-linux.{name}-hello.drvPath")


def test_a_folder_that_is_added_adds_its_outputs(edited: Flake) -> None:
    shutil.copytree(edited.root / "variants" / "uv", edited.root / "variants" / "mine")
    edited.known()
    shown = edited.shown()

    assert set(shown["packages"]["x86_64-linux"]) == expected_packages([*VARIANTS, "mine"])
    assert set(shown["templates"]) == {*VARIANTS, "mine"}


def test_a_variant_in_quarantine_has_no_checks(edited: Flake) -> None:
    edited.edit("variants/uv/variant.toml", r"\ntitle = ", '\nbroken = "It cannot lock."\ntitle = ')
    checks = edited.shown()["checks"]["x86_64-linux"]

    assert not {f"uv-{name}{suffix}" for name in APPLICATIONS for suffix in ("", "-derived")} & set(checks)
    assert [name for name in checks if name.startswith("venv-")]


def test_an_argument_that_nixpkgs_does_not_have_is_refused(edited: Flake) -> None:
    edited.edit("variants/uv/hello/package.nix", r"  dependencies = ", "  dependancies = ")

    assert "dependancies" in edited.refused("eval", "--raw", ".#packages.x86_64-linux.uv-hello.drvPath")


def test_a_bound_that_nixpkgs_does_not_meet_is_refused_by_what_is_derived(edited: Flake) -> None:
    edited.edit(
        "variants/venv/shared/pyproject.toml", r'requires = \["setuptools>=77"\]', 'requires = ["setuptools>=999"]'
    )
    said = edited.refused("eval", "--raw", ".#packages.x86_64-linux.venv-hello-derived.drvPath")

    assert "shared: its shared/pyproject.toml asks for what the package set does not have" in said
    assert "'setuptools>=999': the package set has setuptools" in said


def test_derive_can_be_used_by_strangers(flake: Flake) -> None:
    asked = 'derive: { name = derive.normalise "A_b"; met = derive.satisfies [ (derive.specifier ">=1,") ] "1.0"; }'
    found = flake.flake("eval", "--json", ".#lib.derive", "--apply", asked.replace(">=1,", ">=1"))

    assert json.loads(found) == {"name": "a-b", "met": True}


@each_variant
def test_a_template_starts_a_monorepo_with_a_flake_of_its_own(flake: Flake, name: str) -> None:
    started = flake.scratch / f"started-{name}"
    # What `nix flake init` copies; it cannot itself, from a store that is not at /nix/store.
    template = flake.flake("eval", "--raw", f".#templates.{name}.path")
    shutil.copytree(flake.scratch / "store" / template.removeprefix("/"), started)
    writable(started)
    git(flake.scratch, "init", "--quiet", str(started))
    git(started, "add", "--all")

    there = {path.name for path in started.iterdir()}
    assert {"flake.nix", "overlay.nix", *MEMBERS} <= there
    assert not there & {"variant.toml", "changes.toml", "changes", "locks", "derived.nix"}
    for member in MEMBERS:
        stated = tomllib.loads((started / member / "pyproject.toml").read_text(encoding="utf-8"))
        assert stated["project"]["name"] == member
    for attribute in ("packages.x86_64-linux.hello", "devShells.x86_64-linux.default"):
        assert flake.flake("eval", "--raw", f".#{attribute}.drvPath", cwd=started).endswith(".drv")


def test_what_is_pinned_is_what_was_measured_with() -> None:
    lock = json.loads((LAYOUT.checkout / "flake.lock").read_text(encoding="utf-8"))
    inputs = lock["nodes"][lock["root"]]["inputs"]

    assert set(inputs) == {"nixpkgs", "pyproject-nix", "uv2nix", "build-system-pkgs"}
    for name, node in inputs.items():
        locked = lock["nodes"][node]["locked"]
        assert locked["type"] == "github", name
        assert re.fullmatch(r"[0-9a-f]{40}", locked["rev"])
        assert locked["narHash"].startswith("sha256-")


@pytest.mark.parametrize(
    "name", each(variant for variant in VARIANTS if (LAYOUT.variants / variant / "uv2nix.nix").exists())
)
def test_uv2nix_says_how_its_lock_file_is_made(flake: Flake, name: str) -> None:
    asked = "overlay: overlay { pyproject-nix = null; uv2nix = null; pyproject-build-systems = null; }"
    done = flake.nix("eval", "--file", f"variants/{name}/uv2nix.nix", "--apply", asked)

    assert done.returncode != 0
    assert "make it with `uv lock`" in done.stderr
