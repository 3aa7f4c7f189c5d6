"""harness.monorepo.growing: the committed variants, given the members of other shapes."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement

from harness.errors import ShapeError
from harness.monorepo.growing import grow, grown_files
from harness.monorepo.growing.grow import check_modules
from harness.monorepo.shapes import CANONICAL, Kind, Member, Shape
from harness.monorepo.shapes.text import layered
from harness.monorepo.variants import Variant, load_variants
from harness.provision.state_folder import Layout

VARIANTS = load_variants(Layout.here().variants)

#: Shapes for each of the variants: all together they see more than any one other test.
FEW = max(1, settings().max_examples // 5)

each_variant = pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)


def texts(variant: Variant) -> dict[str, str]:
    return {name: path.read_text(encoding="utf-8") for name, path in variant.files().items()}


def grown(variant: Variant, shape: Shape) -> dict[str, str]:
    return grown_files(texts(variant), shape, variant.spec.growing)


def shape_of(*members: Member) -> Shape:
    return Shape(name="made-up", members=members)


def library(name: str, *needs: str, modules: int = 1) -> Member:
    return Member(name=name, kind=Kind.LIBRARY, needs=needs, modules=modules)


def application(name: str, *needs: str) -> Member:
    return Member(name=name, kind=Kind.APPLICATION, needs=needs)


@each_variant
def test_grown_into_its_own_members_a_variant_is_what_it_was(variant: Variant, tmp_path: Path) -> None:
    assert grown(variant, CANONICAL) == texts(variant)
    assert grow(variant, CANONICAL, tmp_path / "grown") is variant
    assert not (tmp_path / "grown").exists()


@each_variant
@given(apps=st.integers(1, 12), libs=st.integers(0, 12), seed=st.integers(0, 1000))
@example(apps=4, libs=6, seed=0)
@settings(max_examples=FEW)
def test_each_member_states_what_it_needs(variant: Variant, apps: int, libs: int, seed: int) -> None:
    shape = layered(apps=apps, libs=libs, seed=seed)

    files = grown(variant, shape)

    for member in shape.members:
        start = f"{member.name}/src/{member.module}/"
        assert f"{start}__init__.py" in files
        assert (f"{start}__main__.py" in files) == (member.kind is Kind.APPLICATION)
        for path in (f"{start}__init__.py", f"{start}__main__.py"):
            ast.parse(files.get(path, ""))
        if f"{member.name}/pyproject.toml" in files:
            project = tomllib.loads(files[f"{member.name}/pyproject.toml"])["project"]
            assert project["name"] == member.name
            # una's projects name all that goes into their wheels.
            transitive = "project" in variant.spec.growing.transitive
            stated = [Requirement(text).name for text in project.get("dependencies", ())]
            assert sorted(stated) == sorted(shape.needs_of(member.name) if transitive else member.needs)
        if f"{member.name}/package.nix" in files:
            described = files[f"{member.name}/package.nix"]
            for need in shape.graph:
                # Once as an argument, once as a dependency.
                assert described.count(f"  myproject-{need}\n") == (need in member.needs)
                assert described.count(f"  myproject-{need},\n") == (need in member.needs)
            assert f'"{member.module}"' in described
    for path, text in files.items():
        if path.endswith(".toml") or path == "Pipfile":
            tomllib.loads(text)
        said = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        if not path.endswith((".md", ".py")):
            assert not [line for line in said if "hello" in line or "goodbye" in line or "shared" in line]


def test_what_lies_beside_the_members_states_each_of_them_once() -> None:
    variant = next(item for item in VARIANTS if item.name == "uv")
    shape = shape_of(library("base"), library("on-top", "base"), application("serve", "on-top"))

    files = grown(variant, shape)

    assert tomllib.loads(files["pyproject.toml"])["tool"]["uv"]["workspace"]["members"] == ["base", "on-top", "serve"]
    assert files["overlay.nix"].count("callPackage") == 3
    # What others need is called by its own name; an application that nobody needs is not.
    assert "                base = pyFinal.myproject-base;\n" in files["pyproject-nix.nix"]
    assert "                on-top = pyFinal.myproject-on-top;\n" in files["pyproject-nix.nix"]
    assert "                serve = " not in files["pyproject-nix.nix"]
    assert "isApplication" in files["flake.nix"]


def test_an_application_that_others_need_is_stated_where_what_is_needed_is() -> None:
    variant = next(item for item in VARIANTS if item.name == "venv")

    files = grown(variant, shape_of(application("tool"), application("more", "tool")))

    assert "                tool = pyFinal.myproject-tool;\n" in files["pyproject-nix.nix"]
    assert files["requirements.txt"].splitlines()[1:] == ["-e ./tool", "-e ./more"]


def test_a_table_may_state_what_is_needed_through_others() -> None:
    variant = next(item for item in VARIANTS if item.name == "hatch-sources")
    shape = shape_of(library("base"), library("middle", "base"), application("top", "middle"))

    stated = tomllib.loads(grown(variant, shape)["top/pyproject.toml"])

    assert stated["project"]["dependencies"] == ["middle"]
    default = stated["tool"]["hatch"]["envs"]["default"]
    assert default["dependencies"] == ["top", "base", "middle"]
    assert default["sources"] == {"top": ".", "base": "../base", "middle": "../middle"}


def test_what_is_needed_through_others_may_be_stated_apart() -> None:
    variant = next(item for item in VARIANTS if item.name == "poetry")
    shape = shape_of(library("base"), library("middle", "base"), application("top", "middle"))

    files = grown(variant, shape)
    stated = tomllib.loads(files["top/pyproject.toml"])

    assert stated["project"]["dependencies"] == ["middle"]
    assert list(stated["tool"]["poetry"]["dependencies"]) == ["middle"]
    assert stated["tool"]["poetry"]["group"]["indirect"]["dependencies"] == {
        "base": {"path": "../base", "develop": True}
    }
    # Where nothing is needed through others, nothing is said of it.
    assert "indirect" not in files["middle/pyproject.toml"]


def test_sources_define_the_name_or_import_it_what_leads_to_the_core_last() -> None:
    variant = next(item for item in VARIANTS if item.name == "uv")
    shape = shape_of(
        library("core"),
        library("beside"),
        library("both", "core", "beside"),
        application("first", "core"),
        application("my-second", "both", "beside"),
        application("alone"),
    )

    files = grown(variant, shape)

    assert shape.core.name == "core"
    assert files["core/src/core/__init__.py"].endswith('\n\nNAME = "PolyWolf"\n')
    assert files["both/src/both/__init__.py"].endswith("\n\nfrom beside import NAME\nfrom core import NAME\n")
    assert 'NAME = "PolyWolf"\n' in files["alone/src/alone/__init__.py"]
    second = files["my-second/src/my_second/__init__.py"]
    assert second.index("from beside import NAME\n") < second.index("from both import NAME\n")
    assert 'return f"My_second, {NAME}"' in second
    assert files["my-second/src/my_second/__main__.py"].startswith('"""``python -m my_second``."""')


def test_a_member_has_as_many_modules_as_the_shape_says() -> None:
    variant = next(item for item in VARIANTS if item.name == "uv")

    files = grown(variant, shape_of(library("base", modules=12), application("top", "base")))

    assert len([path for path in files if path.startswith("base/") and path.endswith(".py")]) == 12
    assert "base/src/base/part_01.py" in files
    assert len([path for path in files if path.startswith("top/") and path.endswith(".py")]) == 2


def test_the_folder_has_the_files_and_what_the_harness_needs(tmp_path: Path) -> None:
    variant = next(item for item in VARIANTS if item.name == "pythonpath")
    (tmp_path / "grown" / "left-over").mkdir(parents=True)

    made = grow(variant, shape_of(library("base"), application("top", "base")), tmp_path / "grown")

    assert made.folder == tmp_path / "grown"
    assert made.digest == variant.digest
    assert sorted(made.files()) == [
        ".gitignore",
        "README.md",
        "base/src/base/__init__.py",
        "run.sh",
        "top/src/top/__init__.py",
        "top/src/top/__main__.py",
    ]
    assert made.toolchain_lock.read_bytes() == variant.toolchain_lock.read_bytes()
    assert not (made.folder / "changes").exists()
    assert ((made.folder / "run.sh").stat().st_mode & 0o111) == ((variant.folder / "run.sh").stat().st_mode & 0o111)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("json", "is one of Python's own"),
        ("class", "is no identifier"),
        ("2fast", "is no identifier"),
        ("changes", "which the harness keeps for itself"),
    ],
)
def test_a_member_that_cannot_be_imported_is_refused(name: str, why: str) -> None:
    with pytest.raises(ShapeError, match=f"--shape: the member '{name}' cannot be grown: .*{why}") as caught:
        check_modules(shape_of(library(name)))

    assert "--output" in caught.value.hint


def test_a_member_called_as_what_the_toolchain_installs_is_refused(tmp_path: Path) -> None:
    variant = next(item for item in VARIANTS if item.name == "uv")

    with pytest.raises(ShapeError, match="the member 'uv-build' is called as a package that uv installs"):
        grow(variant, shape_of(library("uv-build")), tmp_path / "grown")

    assert not (tmp_path / "grown").exists()


def test_a_thousand_members_are_grown(tmp_path: Path) -> None:
    shape = layered(apps=800, libs=200)
    variant = next(item for item in VARIANTS if item.name == "uv")

    made = grow(variant, shape, tmp_path / "grown")

    assert len([path for path in made.files() if path.endswith("/pyproject.toml")]) == 1000
