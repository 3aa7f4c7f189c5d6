"""monorepo.repository: what stands in setup.py and in files that are named, read without running any of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.monorepo.repository.reading import Reading, read_repository
from tests.unit.monorepo.repository.made_up_repositories import project, write

DYNAMIC = "[project]\nname = 'app'\ndynamic = ['dependencies']\n"


def read(root: Path, files: dict[str, str]) -> Reading:
    return read_repository(write(root, {"lib/pyproject.toml": project("lib"), **files}))


def needs(reading: Reading) -> dict[str, tuple[str, ...]]:
    return {found.member.name: found.member.needs for found in reading.found}


def modules(reading: Reading) -> dict[str, int]:
    return {found.member.name: found.member.modules for found in reading.found}


@pytest.mark.parametrize(
    "text",
    [
        "N = ['x']\nN += ['lib']",
        "N = []\nN.append('lib')",
        "N = []\nN.extend(['x', 'lib'])",
        "N: list[str] = ['lib']",
        "N = ['x']\nN = sorted(N + ['lib'])",
        "V = '1'\nN = [f'lib=={V}']",
        "P = 'li'\nN = [f'{P}b>={unknown}']",
        "P = 'li'\nN = ['%sb' % P, '{}b'.format(P)]",
        "M = ['lib']\nN = ['x', *M]",
        "N = ['lib']\nfor each in other:\n    N.append(each)",
        "N = [line.strip() for line in open('wanted.txt') if line]",
        "with open(os.path.join(os.path.dirname(__file__), 'wanted.txt')) as f:\n    N = f.read().splitlines()",
        "N = (Path(__file__).parent / 'wanted.txt').read_text().split('\\n')",
        "def lines(path):\n    return list(open(path))\nN = lines('wanted.txt')",
        "N = [str(each.req) for each in parse_requirements('wanted.txt', session=False)]",
        "N = open('by-another.txt').readlines()",
        "N = ['lib']\nclass Command:\n    N = None",
    ],
)
def test_dependencies_of_a_setup_py_that_can_be_told_are_read(tmp_path: Path, text: str) -> None:
    files = {
        "app/setup.py": f"{text}\nsetup(name='app', install_requires=N)",
        "app/wanted.txt": "# ours\nlib>=1  # a remark\n--no-index\n",
        "app/by-another.txt": "-r wanted.txt\n",
    }

    assert needs(read(tmp_path, files))["app"] == ("lib",)


def test_names_and_packages_that_are_put_together_from_constants_are_read(tmp_path: Path) -> None:
    text = "PART = 'web'\ndef main():\n    setup(name=f'app-{PART}', packages=[f'ns.{PART}'])\nmain()"
    reading = read(tmp_path, {"some/setup.py": text, "some/ns/web/__init__.py": "", "some/ns/db/__init__.py": ""})

    assert modules(reading) == {"app-web": 1, "lib": 0}


def test_the_branch_that_calls_setup_counts(tmp_path: Path) -> None:
    text = "if odd:\n    N = 1\nelse:\n    N = ['lib']\n    setup(name='app', install_requires=N)"

    assert needs(read(tmp_path, {"app/setup.py": text}))["app"] == ("lib",)


def test_what_a_function_is_given_is_not_what_the_file_calls_so(tmp_path: Path) -> None:
    text = "N = ['lib']\ndef main(N):\n    setup(name='app', install_requires=N)\nmain([])"
    reading = read(tmp_path, {"app/setup.py": text})

    assert needs(reading)["app"] == ()
    assert reading.unread == ("app",)


@pytest.mark.parametrize(
    "text",
    [
        "N = 'a' * 10**10",
        "N = '%9999999999d' % 1",
        "N = f'{1:9999999999}'",
        "N = 'ab'\n" + "N = N + N\n" * 60,
        "N = ['ab']\n" + "N += N\n" * 60,
        "N = " + "+".join(["'a'"] * 300),
    ],
)
def test_what_would_grow_without_end_is_not_carried_out(tmp_path: Path, text: str) -> None:
    reading = read(tmp_path, {"app/setup.py": f"{text}\nsetup(name='app', install_requires=N)"})

    assert needs(reading)["app"] == ()


def test_a_file_outside_of_the_repository_is_not_opened(tmp_path: Path) -> None:
    write(tmp_path, {"secret.txt": "lib\n", "beside/far.txt": "lib\n"})
    root = tmp_path / "repository"
    root.mkdir()
    (root / "way").symlink_to(tmp_path / "beside")
    paths = ("../../secret.txt", "/etc/hostname", "../way/far.txt")
    reading = read(root, {"app/setup.py": f"setup(name='app', install_requires=[*map(open, {paths!r})])"})
    assert needs(reading)["app"] == ()

    text = "".join(f"N += open({path!r}).readlines()\n" for path in paths)
    write(root, {"app/setup.py": f"N = []\n{text}setup(name='app', install_requires=N)"})
    reading = read_repository(root)

    assert needs(reading)["app"] == ()
    assert sum("leads out of the repository" in note.said for note in reading.notes) == len(paths)


@pytest.mark.parametrize(
    "files",
    [
        {"app/pyproject.toml": DYNAMIC + "[tool.setuptools.dynamic]\ndependencies = { file = ['wanted.txt'] }\n"},
        {"app/pyproject.toml": DYNAMIC + "[tool.setuptools.dynamic]\ndependencies = { file = 'wanted.txt' }\n"},
        {
            "app/pyproject.toml": DYNAMIC
            + "[tool.setuptools_dynamic_dependencies]\ndependencies = ['lib == {version}']\n"
        },
        {"app/pyproject.toml": DYNAMIC + "[tool.hatch.metadata.hooks.requirements_txt]\nfiles = ['wanted.txt']\n"},
        {"app/setup.cfg": "[metadata]\nname = app\n[options]\ninstall_requires = file: wanted.txt\n"},
    ],
)
def test_dependencies_in_a_named_file_or_a_plugins_table_are_read(tmp_path: Path, files: dict[str, str]) -> None:
    reading = read(tmp_path, {**files, "app/wanted.txt": "lib\\\n>=1 --hash=sha256:00\n"})

    assert needs(reading)["app"] == ("lib",)
    assert reading.notes == ()


def test_an_extra_that_requires_a_member_gives_an_edge_where_it_is_asked_for(tmp_path: Path) -> None:
    extra = "[project.optional-dependencies]\nDB_all = ['kit[db]']\ndb = ['lib', 'third']\nother = ['none']\n"
    files = {
        "kit/pyproject.toml": project("kit", more=extra),
        "app/pyproject.toml": project("app", "kit[db-all]"),
        "old/setup.py": "setup(name='old', extras_require={'x': ['lib']})",
        "older/setup.cfg": "[metadata]\nname = older\n[options.extras_require]\ny =\n  lib\n",
        "two/pyproject.toml": project("two", "old[x]"),
        "three/pyproject.toml": project("three", "older[y]"),
    }
    reading = read(tmp_path, files)

    assert needs(reading) == {
        "app": ("kit", "lib"), "kit": (), "lib": (), "old": (), "older": (),
        "two": ("lib", "old"), "three": ("lib", "older"),
    }  # fmt: skip
    assert next(found.member.requirements for found in reading.found if found.member.name == "app") == ("third",)


def test_modules_of_namespaces_other_backends_and_bricks_are_counted(tmp_path: Path) -> None:
    packages = ("one", "two", "three")
    files = {
        **{f"{name}/ns/{name}/{file}.py": "" for name in packages for file in ("__init__", "work")},
        "one/setup.py": "setup(name='one', packages=find_namespace_packages(include=['ns.*']))",
        "two/pyproject.toml": project("two", more="[tool.setuptools.packages.find]\ninclude = ['ns*']\n"),
        "three/pyproject.toml": project("three", more="[tool.hatch.build.targets.wheel]\ninclude = ['/ns']\n"),
        "fast/pyproject.toml": project("fast", more="[tool.maturin]\npython-source = 'python'\n"),
        "fast/python/fast_it/__init__.py": "",
        "part/pyproject.toml": project("acme-core"),
        **{f"part/acme/{file}.py": "" for file in ("__init__", "run", "core/__init__")},
        "projects/p/pyproject.toml": project("p", more="[tool.polylith.bricks]\n'../../components/ns/b' = 'ns/b'\n"),
        "components/ns/b/core.py": "",
    }

    assert modules(read(tmp_path, files)) == {
        "lib": 0, "one": 2, "two": 2, "three": 2, "fast": 1, "acme-core": 3, "p": 1,
    }  # fmt: skip


def test_a_workspace_that_lies_below_tests_has_no_members(tmp_path: Path) -> None:
    files = {
        "tests/case/pyproject.toml": "[tool.uv.workspace]\nmembers = ['*']\n",
        "tests/case/left/pyproject.toml": project("left"),
    }

    assert list(needs(read(tmp_path, files))) == ["lib"]


def test_a_project_without_a_name_and_what_is_not_read_are_named(tmp_path: Path) -> None:
    files = {
        "one/pyproject.toml": "[build-system]\nrequires = []\n",
        "two/setup.py": "import setuptools\nsetuptools.setup()",
        "pants.toml": "[GLOBAL]\n",
        "addon/__manifest__.py": "{'depends': ['base']}",
        "cut/pyproject.toml": "[project]\nname = {{ name }}\n",
        "cutter/pyproject.toml": project("{{ name }}"),
    }
    said = {note.file: note.said for note in read(tmp_path, files).notes}

    assert said["one/pyproject.toml"].startswith("a project whose name does not stand in its files")
    assert said["two/setup.py"] == said["one/pyproject.toml"]
    assert said["pants.toml"] == "what Pants' BUILD files state is not read"
    assert said["addon/__manifest__.py"] == "an Odoo add-on's manifest is not read"
    assert said["cut/pyproject.toml"].startswith("a template with {{ }}")
    assert "a template with {{ }}, not yet a project's file: it is not read" in {
        note.said for note in read_repository(tmp_path).notes if note.file == "cutter/pyproject.toml"
    }


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": project("plug", more="[project.entry-points.'acme.plugins']\nx = 'plug:x'\n")},
        {"pyproject.toml": "[tool.poetry]\nname = 'plug'\n[tool.poetry.plugins.'acme.plugins']\nx = 'plug:x'\n"},
        {"setup.py": "setup(name='plug', entry_points={'acme.plugins': ['x = plug:x']})"},
        {"setup.py": "setup(name='plug', entry_points='[acme.plugins]\\nx = plug:x')"},
        {"setup.cfg": "[metadata]\nname = plug\n[options.entry_points]\nacme.plugins =\n  x = plug:x\n"},
    ],
)
def test_a_plugin_is_no_application(tmp_path: Path, files: dict[str, str]) -> None:
    found = next(each for each in read(tmp_path, files).found if each.member.name == "plug")

    assert found.member.kind.value == "library"
    assert "plugins, which are not started" in found.reason


def test_members_whose_dependencies_could_not_be_read_are_counted(tmp_path: Path) -> None:
    lost = {f"{name}/setup.py": f"setup(name='{name}', install_requires=made())" for name in "ab"}
    kept = {f"{name}/setup.py": f"setup(name='{name}', install_requires=['lib==' + V])" for name in "cd"}

    assert read(tmp_path / "one", lost).unread == ("a", "b")
    assert read(tmp_path / "two", lost).warning.startswith("the dependencies of 2 of 3 members could not be read")
    assert read(tmp_path / "three", {**lost, **kept, "e/pyproject.toml": project("e")}).warning == ""
