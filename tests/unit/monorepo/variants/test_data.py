"""The committed variants: the same monorepo in each, and every fact stated twice stated alike."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants import HARNESS_FILES, Variant, load_variants
from harness.records.strategies import HANDWRITTEN, STRATEGIES
from harness.workspace.tree import expected_line
from tests.places import CHECKOUT

ROOT = CHECKOUT
VARIANTS = load_variants(ROOT / "variants")

#: Those whose members are projects, and those that describe them by hand to Nix; the rest say why not.
PACKAGED = [variant for variant in VARIANTS if variant.spec.toolchain.backend]
DESCRIBED = [variant for variant in VARIANTS if HANDWRITTEN in variant.spec.nix.strategies]

each_variant = pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
each_packaged = pytest.mark.parametrize("variant", PACKAGED, ids=lambda variant: variant.name)
each_described = pytest.mark.parametrize("variant", DESCRIBED, ids=lambda variant: variant.name)
each_member = pytest.mark.parametrize("member", [member.name for member in CANONICAL.members])


def pyproject(variant: Variant, member: str) -> dict[str, Any]:
    return tomllib.loads((variant.folder / member / "pyproject.toml").read_text(encoding="utf-8"))


def requirements(texts: list[str]) -> dict[str, Requirement]:
    found = [Requirement(text) for text in texts]
    return {canonicalize_name(item.name): item for item in found}


def sources(variant: Variant) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in variant.files().items() if name.endswith(".py")}


def locked(path: Path) -> dict[str, str]:
    """Each package of a lock and its version; every one of them has to have a hash."""
    pins: dict[str, str] = {}
    for entry in re.split(r"^(?=\S)", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
        if not entry:
            continue
        head, *hashes = entry.replace("\\\n", "\n").split("\n")
        requirement = Requirement(head)
        (version,) = (item.version for item in requirement.specifier)
        assert hashes
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", item.strip()) for item in hashes if item.strip())
        pins[canonicalize_name(requirement.name)] = version
    return pins


def nix_string(text: str, name: str) -> str:
    match = re.search(rf'^  {name} = "(.*)";$', text, re.MULTILINE)
    assert match, f"{name} is missing"
    return match[1]


def nix_list(text: str, name: str) -> list[str]:
    """A list with one element a line, the convention that lets members grow by adding lines."""
    match = re.search(rf"^  {name} = \[\n((?:    .*\n)*)  \];$", text, re.MULTILINE)
    return [line.strip().strip('"') for line in match[1].splitlines()] if match else []


def test_the_five_toolchains_are_there() -> None:
    assert {"hatch", "pdm", "poetry", "uv", "venv"} <= {variant.name for variant in VARIANTS}


def test_only_two_have_members_that_nix_is_not_told_of() -> None:
    assert {variant.name for variant in VARIANTS} - {variant.name for variant in DESCRIBED} == {"pythonpath", "una"}
    assert {variant.name for variant in VARIANTS} - {variant.name for variant in PACKAGED} == {"pythonpath"}


@each_variant
def test_sources_are_the_same_to_the_byte(variant: Variant) -> None:
    reference = sources(VARIANTS[0])
    assert set(reference) == {
        "shared/src/shared/__init__.py",
        *(
            f"{app.name}/src/{app.name}/{file}"
            for app in CANONICAL.applications
            for file in ("__init__.py", "__main__.py")
        ),
    }
    assert sources(variant) == reference


@each_variant
def test_nothing_but_the_monorepo_and_what_the_harness_needs_is_committed(variant: Variant) -> None:
    ignored = (variant.folder / ".gitignore").read_text(encoding="utf-8").split()
    assert "__pycache__/" in ignored
    assert "dist/" in ignored
    members = {member.name for member in CANONICAL.members}
    nix = {pattern for name in variant.spec.nix.strategies for pattern in STRATEGIES[name].files}
    known = {".gitignore", "README.md", "flake.nix"} | members | {*HARNESS_FILES}
    known |= {"pyproject.toml", "run.sh", "requirements.txt", "requirements.in", "Pipfile", "hatch.toml"}
    known |= nix
    assert {path.name for path in variant.folder.iterdir()} <= known


@each_variant
def test_lock_files_are_neither_committed_nor_ignored(variant: Variant) -> None:
    ignored = (variant.folder / ".gitignore").read_text(encoding="utf-8").split()
    for template in variant.spec.lock_files:
        name = template.rsplit("/", 1)[-1]
        assert name not in ignored
        assert not [path for path in variant.folder.rglob(name) if "changes" not in path.parts]


@each_variant
def test_a_variant_with_lock_files_says_how_they_are_written(variant: Variant) -> None:
    assert bool(variant.spec.lock_files) == (variant.spec.phases.lock is not None)


@each_variant
def test_no_file_holds_an_address(variant: Variant) -> None:
    for path in variant.folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            found = re.findall(r"\S*https?://\S*", _without_page(path.read_text(encoding="utf-8")))
            assert not found, f"{path.relative_to(variant.folder)} names {found}"


def _without_page(text: str) -> str:
    return re.sub(r"^documented = \{ page = \"https://\S+\", ", "", text, flags=re.MULTILINE)


@each_variant
def test_every_variant_says_where_its_idiom_is_documented_and_when_that_was_read(variant: Variant) -> None:
    assert variant.spec.documented
    assert variant.spec.documented.page.startswith("https://")
    assert variant.spec.documented.read <= datetime.now(UTC).date()


@each_variant
def test_pins_are_those_of_the_locks(variant: Variant) -> None:
    toolchain = variant.spec.toolchain
    for texts, lock in (
        (toolchain.packages, variant.toolchain_lock),
        (toolchain.build_requirements, variant.build_lock),
    ):
        pins = locked(lock)
        for requirement in map(Requirement, texts):
            (version,) = (item.version for item in requirement.specifier)
            assert pins.get(canonicalize_name(requirement.name)) == version, f"{lock.name}: {requirement}"


@each_variant
def test_the_version_asked_for_is_the_pinned_one(variant: Variant) -> None:
    toolchain = variant.spec.toolchain
    if toolchain.version is None:
        assert "tool-install" in variant.spec.unsupported
        return
    assert toolchain.version.expect == toolchain.pins[canonicalize_name(toolchain.manager)]


@each_packaged
@each_member
def test_members_are_stated_as_the_shape_says(variant: Variant, member: str) -> None:
    project = pyproject(variant, member)["project"]
    assert project["name"] == member
    assert project["version"] == "0.1.0"
    assert project["requires-python"] == ">=3.11"
    assert set(requirements(project.get("dependencies", []))) == set(CANONICAL.member(member).needs)


@each_packaged
@each_member
def test_the_pinned_backend_satisfies_what_members_require(variant: Variant, member: str) -> None:
    required = requirements(pyproject(variant, member)["build-system"]["requires"])
    assert canonicalize_name(variant.spec.toolchain.backend) in required
    pins = locked(variant.build_lock)
    for name, requirement in required.items():
        assert requirement.specifier.contains(pins[name]), f"{requirement} is not satisfied by {name} {pins[name]}"


@each_described
@each_member
def test_package_nix_states_what_pyproject_says(variant: Variant, member: str) -> None:
    text = (variant.folder / member / "package.nix").read_text(encoding="utf-8")
    stated = pyproject(variant, member)
    backend = list(requirements(stated["build-system"]["requires"]))
    needed = [variant.spec.nix.attribute_of(name) for name in requirements(stated["project"].get("dependencies", []))]
    assert nix_string(text, "pname") == stated["project"]["name"]
    assert nix_string(text, "version") == stated["project"]["version"]
    assert nix_list(text, "build-system") == backend
    assert nix_list(text, "dependencies") == needed
    assert nix_list(text, "pythonImportsCheck") == [member]
    arguments = re.match(r"\{\n((?:  [\w-]+,\n)*)\}:\n", text)
    assert arguments
    assert arguments[1].replace(",", "").split() == ["lib", "buildPythonPackage", *backend, *needed]


@each_described
def test_the_overlay_adds_every_member(variant: Variant) -> None:
    text = (variant.folder / "overlay.nix").read_text(encoding="utf-8")
    added = re.findall(r"^ +([\w-]+) = pyFinal\.callPackage \./([\w-]+)/package\.nix \{ \};$", text, re.MULTILINE)
    assert added == [(variant.spec.nix.attribute_of(member.name), member.name) for member in CANONICAL.members]


@pytest.mark.parametrize("application", [member.name for member in CANONICAL.applications])
def test_applications_print_their_line(application: str) -> None:
    paths = [str(VARIANTS[0].folder / name / "src") for name in (application, *CANONICAL.member(application).needs)]
    printed = subprocess.run(  # from the sources alone; they are the same in every variant
        [sys.executable, "-B", "-m", application],
        env={"PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout == expected_line(application)


@each_described
def test_the_flakes_shell_has_what_one_works_with(variant: Variant) -> None:
    text = (variant.folder / "flake.nix").read_text(encoding="utf-8")
    shell = text[text.index("devShells") :]
    listed = re.findall(r"^ {12}pkgs\.([\w.-]+)$", shell, re.MULTILINE)

    assert listed == ["python3", *variant.spec.nix.devshell]
