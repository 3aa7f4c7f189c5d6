"""harness.monorepo.repository: every kind of monorepo is read as what it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.monorepo import shapes
from harness.monorepo.repository.reading import Reading, read_repository
from harness.monorepo.shapes.file import read_shape, written
from harness.monorepo.shapes.text import parse_shape
from tests.places import CHECKOUT
from tests.unit.monorepo.repository.made_up_repositories import CANONICAL, KINDS, project, write

VARIANTS = CHECKOUT / "variants"


def members(reading: Reading) -> dict[str, tuple[str, ...]]:
    return {found.member.name: (found.member.kind.value, *found.member.needs) for found in reading.found}


def said(reading: Reading) -> list[str]:
    return [f"{note.file}:{note.line} {note.key}: {note.said}" for note in reading.notes]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_is_read_as_the_canonical_shape(tmp_path: Path, kind: Callable[[], dict[str, str]]) -> None:
    reading = read_repository(write(tmp_path, kind()))

    assert members(reading) == CANONICAL
    assert {found.member.modules for found in reading.found} == {1}
    assert not reading.cycles
    assert not any(found.member.requirements for found in reading.found)
    text = written(reading.shape())
    assert written(read_shape(text, source="again")) == text


@pytest.mark.parametrize(
    "folder",
    [folder for folder in sorted(VARIANTS.iterdir()) if (folder / "hello" / "pyproject.toml").is_file()],
    ids=lambda folder: folder.name,
)
def test_our_own_variants_are_read_as_the_canonical_shape(folder: Path) -> None:
    reading = read_repository(folder)

    assert members(reading) == {member.name: (member.kind.value, *member.needs) for member in shapes.CANONICAL.members}
    assert all("is no package" in note.said for note in reading.notes)


def test_what_a_workspace_leaves_out_is_said(tmp_path: Path) -> None:
    workspace = "[tool.uv.workspace]\nmembers = ['packages/**', 'nothing/*', '../out']\nexclude = ['packages/a/old']\n"
    reading = read_repository(
        write(
            tmp_path,
            {
                "pyproject.toml": f"[project]\nname = 'root'\n{workspace}",
                "packages/a/pyproject.toml": project("a"),
                "packages/a/old/pyproject.toml": project("old"),
                "packages/deep/down/b/pyproject.toml": project("b", "c @ file:../../../../elsewhere/c"),
                "elsewhere/c/pyproject.toml": project("c"),
                "elsewhere/d/pyproject.toml": project("d"),
            },
        )
    )

    assert members(reading) == {"a": ("application",), "b": ("application", "c"), "c": ("library",)}
    outside = "no member: the workspace does not name it, and no member requires it by path"
    assert said(reading) == [
        f"elsewhere/d/pyproject.toml:0 d: {outside}",
        f"packages/a/old/pyproject.toml:0 old: {outside}",
        "pyproject.toml:0 tool.uv.workspace: '../out' names no folder with a project",
        "pyproject.toml:0 tool.uv.workspace: 'nothing/*' names no folder with a project",
        "pyproject.toml:0 tool.uv.workspace without build-system: "
        "holds the members and is no package: it is not counted",
    ]


def test_a_root_that_is_a_package_is_a_member(tmp_path: Path) -> None:
    root = project("root", "a", more="[tool.uv.workspace]\nmembers = ['a']\n")
    reading = read_repository(write(tmp_path, {"pyproject.toml": root, "a/pyproject.toml": project("a")}))

    assert members(reading) == {"root": ("application", "a"), "a": ("library",)}


def test_without_a_workspace_what_lies_among_test_data_is_no_member(tmp_path: Path) -> None:
    files = {
        "a/pyproject.toml": project("a", "kept @ file:../tests/kept"),
        "tests/kept/pyproject.toml": project("kept"),
        "tests/fixtures/b/pyproject.toml": project("b"),
    }
    reading = read_repository(write(tmp_path, files))

    assert members(reading) == {"a": ("application", "kept"), "kept": ("library",)}
    assert [note.key for note in reading.notes] == ["b"]


def test_kinds_are_decided_by_scripts_and_by_who_needs_whom(tmp_path: Path) -> None:
    files = {
        "tool/pyproject.toml": project("tool", more="[project.scripts]\ntool = 'tool:main'\n"),
        "window/pyproject.toml": project("window", more="[project.gui-scripts]\nwindow = 'window:main'\n"),
        "old/setup.cfg": "[metadata]\nname = old\n[options.entry_points]\nconsole_scripts =\n    old = old:main\n",
        "older/setup.py": "setup(name='older', entry_points={'console_scripts': ['older = older:main']})",
        "oldest/setup.py": "setup(name='oldest', entry_points='''[console_scripts]\nx = y:z''')",
        "poem/pyproject.toml": "[tool.poetry]\nname = 'poem'\n[tool.poetry.scripts]\npoem = 'poem:main'\n",
        "base/pyproject.toml": project("base"),
        "top/pyproject.toml": project("top", "tool", "window", "old", "older", "oldest", "poem", "base"),
    }

    reasons = {found.member.name: found.reason for found in read_repository(write(tmp_path, files)).found}

    assert reasons == {
        "tool": "declares project.scripts",
        "window": "declares project.gui-scripts",
        "old": "declares options.entry_points",
        "older": "declares entry_points",
        "oldest": "declares entry_points",
        "poem": "declares tool.poetry.scripts",
        "base": "needed by 1",
        "top": "no member needs it",
    }


def test_what_is_optional_or_for_development_is_not_counted_and_named(tmp_path: Path) -> None:
    more = (
        "[project.optional-dependencies]\nextra = ['b']\n[dependency-groups]\ntest = ['b']\n"
        "[tool.pdm.dev-dependencies]\nlint = ['b']\n[tool.poetry.group.docs.dependencies]\nb = '*'\n"
        "[tool.uv]\ndev-dependencies = ['b']\n[tool.hatch.envs.test]\ndependencies = ['b']\n"
    )
    files = {"a/pyproject.toml": project("a", "a", more=more), "b/pyproject.toml": project("b")}

    reading = read_repository(write(tmp_path, files))

    assert members(reading) == {"a": ("application",), "b": ("application",)}
    assert [key.removeprefix("a/pyproject.toml: ") for key in reading.uncounted] == [
        "dependency-groups.test",
        "project.optional-dependencies.extra",
        "tool.poetry.group.docs.dependencies",
        "tool.uv.dev-dependencies",
        "tool.pdm.dev-dependencies.lint",
        "tool.hatch.envs.test.dependencies",
    ]


def test_third_party_requirements_are_normalised_and_sorted_without_addresses(tmp_path: Path) -> None:
    stated = project("a", 'Zope.Interface >= 5 ; os_name == "nt"', "b_c[X]~=1.0", "d @ git+https://me:secret@host/d")
    poem = (
        "[tool.poetry]\nname = 'poem'\n[tool.poetry.dependencies]\npython = '^3.9'\nCaret = '^1.2'\nexact = '1.0'\n"
        "any = '*'\nmaybe = { version = '1', optional = true }\n"
        "extra = { version = '~2.1', extras = ['y', 'x'], markers = \"os_name == 'nt'\", python = '>=3.9' }\n"
        "several = [{ version = '1', python = '<3.9' }, { version = '2', platform = 'linux' }]\n"
        "either = '^1 || ^2'\ngone = { git = 'https://host/gone' }\n"
    )
    reading = read_repository(write(tmp_path, {"a/pyproject.toml": stated, "poem/pyproject.toml": poem}))

    assert {found.member.name: found.member.requirements for found in reading.found} == {
        "a": ("b-c[X]~=1.0", "d", 'zope-interface>=5; os_name == "nt"'),
        "poem": (
            "any",
            "caret<2.0,>=1.2",
            "either",
            "exact==1.0",
            'extra[x,y]<2.2,>=2.1; os_name == "nt" and python_version >= "3.9"',
            "gone",
            'several==1; python_version < "3.9"',
            'several==2; sys_platform == "linux"',
        ),
    }
    assert "secret" not in written(reading.shape())
    assert said(reading) == [
        "a/pyproject.toml:0 project.dependencies[2]: d: its address is left out of the shape, its name is kept",
        "poem/pyproject.toml:0 tool.poetry.dependencies.either: '^1 || ^2' cannot be said as PEP 508 writes it: "
        "it is left out, the name is kept",
        "poem/pyproject.toml:0 tool.poetry.dependencies.gone: gone: "
        "its address is left out of the shape, its name is kept",
    ]


def test_a_path_that_leads_nowhere_is_said(tmp_path: Path) -> None:
    files = {
        "a/pyproject.toml": project("a", "b @ file:../b", "c @ file:///nowhere/c", "d @ file:../../../d"),
        "e/pyproject.toml": project("e", f"a @ file://{tmp_path}/a"),
    }
    reading = read_repository(write(tmp_path, files))

    assert members(reading) == {"a": ("library",), "e": ("application", "a")}
    assert [note.key for note in reading.notes] == [f"project.dependencies[{index}]" for index in range(3)]
    assert all("leads to no member: it is taken for third-party" in note.said for note in reading.notes)


def test_what_a_path_leads_to_counts_more_than_its_name(tmp_path: Path) -> None:
    files = {
        "a/pyproject.toml": project("a", "alias @ file:../b"),
        "b/pyproject.toml": project("b"),
        "c/pyproject.toml": project("c", "alias", more="[tool.uv.sources]\nalias = { path = '../b' }\n"),
    }

    assert members(read_repository(write(tmp_path, files)))["b"] == ("library",)


def test_of_two_projects_with_one_name_the_nearer_one_stays(tmp_path: Path) -> None:
    files = {"z/pyproject.toml": project("a.b"), "b/c/pyproject.toml": project("A_B")}
    reading = read_repository(write(tmp_path, files))

    assert [found.folder for found in reading.found] == ["z"]
    assert said(reading) == ["b/c/pyproject.toml:0 : a-b is the name of z/pyproject.toml too: this one is left out"]


def test_a_name_that_is_made_while_code_runs_is_taken_from_the_folder(tmp_path: Path) -> None:
    files = {
        "libs/My_Lib/setup.py": "setup(name=about['title'])",
        "app/setup.cfg": "[metadata]\nname = attr: app.NAME\n[options]\ninstall_requires = my-lib\n",
        "setup.py": "setup(name=about['title'])",
        "no name/setup.py": "setup(name=about['title'])",
    }
    reading = read_repository(write(tmp_path, files))

    assert members(reading) == {"app": ("application", "my-lib"), "my-lib": ("library",)}
    taken = "name: its name is made while code runs: that of its folder is taken for it"
    assert [line for line in said(reading) if line.endswith(taken)] == [
        f"app/setup.cfg:0 {taken}",
        f"libs/My_Lib/setup.py:0 {taken}",
    ]


def test_cycles_are_paths_and_no_shape(tmp_path: Path) -> None:
    files = {f"{name}/pyproject.toml": project(name, need) for name, need in ("ab", "bc", "ca", "da")}
    reading = read_repository(write(tmp_path, files))

    assert reading.cycles == (("a", "b", "c", "a"),)
    assert len(reading.found) == 4


def test_dynamic_dependencies_are_looked_for_elsewhere_or_named(tmp_path: Path) -> None:
    dynamic = "[project]\nname = '{}'\ndynamic = ['dependencies', 'version']\n"
    hook = "[tool.hatch.metadata.hooks.uv-dynamic-versioning]\ndependencies = ['b[x]=={{ version }}', 'third>1']\n"
    files = {
        "a/pyproject.toml": dynamic.format("a"),
        "a/setup.cfg": "[options]\ninstall_requires = b\n",
        "b/pyproject.toml": dynamic.format("b"),
        "c/pyproject.toml": dynamic.format("c") + hook,
        "d/pyproject.toml": dynamic.format("d") + "[tool.poetry.dependencies]\nb = { path = '../b' }\n",
    }
    reading = read_repository(write(tmp_path, files))

    assert members(reading) == {
        "a": ("application", "b"),
        "b": ("library",),
        "c": ("application", "b"),
        "d": ("application", "b"),
    }
    assert said(reading) == [
        "b/pyproject.toml:0 project.dynamic: dependencies are made by the backend when it builds: they cannot be read"
    ]


def test_modules_are_counted_where_a_project_says_they_are(tmp_path: Path) -> None:
    def python(folder: str, *names: str) -> dict[str, str]:
        return {f"{folder}/{name}": "" for name in names}

    files = {
        "src-layout/pyproject.toml": project("src-layout"),
        **python("src-layout/src/x", "__init__.py", "a.py", "test_a.py", "tests/b.py", "conftest.py", "data.txt"),
        **python("src-layout", "setup.py", "tests/test_it.py"),
        "flat/pyproject.toml": project("Flat"),
        **python("flat/flat", "__init__.py", "deep/a.py"),
        **python("flat", "tests/__init__.py", "noxfile.py"),
        "other/pyproject.toml": project("other"),
        **python("other", "one/__init__.py", "two/__init__.py", "two/a.py", "docs/__init__.py", "loose/a.py"),
        "single/pyproject.toml": project("single"),
        **python("single", "single.py", "other.py"),
        "dotted/pyproject.toml": project("ns.dotted"),
        **python("dotted", "ns/dotted/a.py", "unrelated/a.py"),
        "uv/pyproject.toml": project("uv-one", more="[tool.uv.build-backend]\nmodule-name = 'm.n'\nmodule-root = ''\n"),
        **python("uv", "m/n/a.py", "m/b.py"),
        "hatch/pyproject.toml": project("h", more="[tool.hatch.build.targets.wheel]\npackages = ['lib/h']\n"),
        **python("hatch", "lib/h/a.py", "lib/i/a.py"),
        "poetry/pyproject.toml": project("p", more="[tool.poetry]\npackages = [{include = 'p/**/*.py', from = 'l'}]\n"),
        **python("poetry", "l/p/a.py", "l/p/q/a.py", "l/r/a.py"),
        "pdm/pyproject.toml": project("pd", more="[tool.pdm.build]\npackage-dir = 'lib'\n"),
        **python("pdm", "lib/a.py", "b.py"),
        "flit/pyproject.toml": project("f", more="[tool.flit.module]\nname = 'g'\n"),
        **python("flit", "g.py", "f.py"),
        "tools/pyproject.toml": project(
            "st",
            more="[tool.setuptools]\npackages = ['a', 'a.b']\npy-modules = ['c']\n"
            "package-dir = {'' = 'lib', 'a.b' = 'b'}\n",
        ),
        **python("tools", "lib/a/x.py", "b/y.py", "lib/c.py", "lib/z.py"),
        "find/pyproject.toml": project("fi", more="[tool.setuptools.packages.find]\nwhere = ['lib']\n"),
        **python("find", "lib/fi/x.py", "x.py"),
        "outer/pyproject.toml": project("outer"),
        **python("outer", "outer/__init__.py", "outer/inner/src/inner/a.py"),
        "outer/outer/inner/pyproject.toml": project("inner"),
        "helper/pyproject.toml": project("helper"),
        **python("helper/src/helper/test", "a.py"),
        "none/pyproject.toml": project("none"),
    }

    counted = {found.member.name: found.member.modules for found in read_repository(write(tmp_path, files)).found}

    assert counted == {
        "src-layout": 2, "flat": 2, "other": 3, "single": 1, "ns-dotted": 1, "uv-one": 1, "h": 1, "p": 2, "pd": 1,
        "f": 1, "st": 3, "fi": 1, "outer": 1, "inner": 1, "helper": 1, "none": 0,
    }  # fmt: skip


def test_a_drawn_shape_that_is_written_as_a_workspace_is_read_as_it_was(tmp_path: Path) -> None:
    drawn = parse_shape("apps=10,libs=30,depth=6,seed=3")
    files = {f"packages/{member.name}/pyproject.toml": project(member.name, *member.needs) for member in drawn.members}
    files |= {f"packages/{member.name}/src/x.py": "" for member in drawn.members}
    files["pyproject.toml"] = "[tool.uv.workspace]\nmembers = ['packages/*']\n"

    shape = read_repository(write(tmp_path, files)).shape()

    assert set(shape.members) == set(drawn.members)
