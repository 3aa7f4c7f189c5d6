"""monorepo.repository: setup.cfg and setup.py as text, requirements in all their forms, TOML of the wrong kinds."""

from __future__ import annotations

import warnings

import pytest

from harness.monorepo.repository import hatch, pyproject, setup_cfg, setup_py
from harness.monorepo.repository.facts import Notes, ProjectFacts
from harness.monorepo.repository.requirements import local_path, wanted


def told(notes: Notes) -> list[str]:
    return [f"{note.line} {note.key}: {note.said}" for note in notes.found]


def of_setup_py(text: str) -> tuple[ProjectFacts, list[str]]:
    notes = Notes("setup.py")
    return setup_py.read(text, notes), told(notes)


def test_literals_of_setup_py_are_read() -> None:
    facts, said = of_setup_py(
        "VERSION = '1'\nNAME, OTHER = 'a', 'b'\nNEEDS = ['x>1',\n 'y']\n"
        "setup(name='The_Name', version=VERSION, install_requires=NEEDS, py_modules=['m'], package_dir={'': 'lib'},\n"
        "      extras_require={'z': ['z']}, scripts=['bin/run'])"
    )

    assert facts.name == "the-name"
    assert [item.text for item in facts.wanted] == ["x>1", "y"]
    assert facts.packages == ("lib/m.py",)
    assert (facts.scripts, facts.uncounted) == ("scripts", ("extras_require",))
    assert said == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("setup(\n  name=make_name())", "2 name: made while it runs: it cannot be read"),
        ("setup(name='a',\n install_requires=open('r.txt').read())", "install_requires: r.txt: cannot be read"),
        ("setup(name='a',\n install_requires=['b'] + MORE)", "2 install_requires: made while it runs"),
        ("A = B + ['x']\nB = A + ['y']\nsetup(name='a', install_requires=A)", "install_requires: made while it runs"),
        ("N = ['b']\nif N:\n    N = ['c']\nsetup(name='a', install_requires=N)", "4 install_requires: made while it"),
        ("N = ['b']\nif N:\n    N.append('c')\nsetup(name='a', install_requires=N)", "3 install_requires: made while"),
        ("setup(name='a', install_requires=[1])", "1 install_requires: expected a list of texts, got list"),
        ("setup(name='a b')", "1 name: what it says cannot be a project's name"),
        ("setup(name=3)", "1 name: what it says cannot be a project's name"),
        ("setup(\n name='a',\n **more)", "3 **: arguments that are put together while it runs"),
        ("setup(name='a', packages=[x for x in y])", "1 packages: made while it runs"),
        ("setup(name='a', entry_points=POINTS)", "1 entry_points: made while it runs"),
        ("setup(name='a', package_dir=0x" + "f" * 9000 + ", install_requires=0x" + "f" * 9000 + ")", "got int"),
        ("a = 1\nsetup(name=", "2 : not valid as Python"),
        ("\0", "0 : not valid as Python"),
        ("(" * 5000, "not valid as Python"),
        ("import setuptools\nprint()", "0 : calls no setup()"),
    ],
)
def test_what_setup_py_makes_while_it_runs_is_named_with_its_line(text: str, said: str) -> None:
    assert said in "\n".join(of_setup_py(text)[1])


def test_of_a_list_that_is_no_literal_as_a_whole_the_parts_that_are_one_are_read() -> None:
    facts, said = of_setup_py(
        "import os\nV = os.environ['V']\nNEEDS = [\n  'a>1',\n  'b==' + V,\n  f'C[x]>={V}',\n  'd~=%s' % V,\n"
        "  'e=={}'.format(V),\n  V,\n  'f' + V,\n]\nsetup(name='n' + V, install_requires=NEEDS)"
    )

    assert [item.text for item in facts.wanted] == ["a>1", "b", "c[x]", "d", "e"]
    assert facts.unnamed
    more, _ = of_setup_py("A = ['a']\nB = [f'b=={V}']\nsetup(name='n', install_requires=A + B + ['c'] + read('d'))")
    assert [item.text for item in more.wanted] == ["a", "b", "c"]
    kept = "its version is made while code runs; its name is kept"
    assert said == [
        "12 name: made while it runs: it cannot be read",
        *(f"{line} install_requires: {name}: {kept}" for line, name in ((5, "b"), (6, "C[x]"), (7, "d"), (8, "e"))),
        "9 install_requires: made while it runs: it cannot be read",
        "10 install_requires: made while it runs: it cannot be read",
    ]


def test_a_module_that_is_called_setup_is_no_project() -> None:
    assert of_setup_py("def configure():\n    pass\n") == (ProjectFacts(), [])


def test_what_python_warns_of_in_a_text_is_not_passed_on() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert of_setup_py("x = '\\d'\nsetup(name='a')")[0].name == "a"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[metadata]\nname = attr: a.NAME", "2 metadata.name: attr: no code is run"),
        ("[metadata]\nname = a b", "2 metadata.name: 'a b' cannot be a project's name"),
        (
            "[metadata]\nname = a\n[options]\ninstall_requires = file: r.txt",
            "options.install_requires: r.txt: cannot be read",
        ),
        ("[options]\ninstall_requires =\n  ?", "0 options.install_requires: '?' is not a requirement"),
        ("name = a", "1 : not valid as setup.cfg"),
        ("[metadata\nname = a", "1 : not valid as setup.cfg"),
        ("[metadata]\nname\n  = a", ": not valid as setup.cfg"),
        ("[metadata]\nname = a\nname = b", "3 : not valid as setup.cfg"),
    ],
)
def test_what_of_setup_cfg_cannot_be_read_is_named_with_its_line(text: str, said: str) -> None:
    notes = Notes("setup.cfg")
    setup_cfg.read(text, notes)

    assert said in "\n".join(told(notes))


def test_a_setup_cfg_of_tools_alone_is_no_project() -> None:
    notes = Notes("setup.cfg")

    assert setup_cfg.read("[flake8]\nmax-line-length = 100%\n[DEFAULT]\nname = x\n", notes) == ProjectFacts()
    assert told(notes) == []


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:../b", "../b"),
        ("file:///abs/b%20c", "/abs/b c"),
        ("file://localhost/abs/b", "/abs/b"),
        ("FILE:b", "b"),
        ("file:///${PROJECT_ROOT}/../b", "./../b"),
        ("file://${PROJECT_ROOT}/b", "./b"),
        ("{root:uri}/../b", "./../b"),
        ("{root:parent:parent:uri}/b", "./../../b"),
        ("{root}/b", "./b"),
        ("../b", "../b"),
        ("https://host/b", ""),
        ("git+file:///b", ""),
        ("git+ssh://git@host/b", ""),
    ],
)
def test_an_address_on_this_machine_is_a_path(url: str, path: str) -> None:
    assert local_path(url) == path


@pytest.mark.parametrize(
    ("text", "name", "path"),
    [
        ("-e file:///${PROJECT_ROOT}/packages/b#egg=B_C", "b-c", "./packages/b"),
        ("-e file:///${PROJECT_ROOT}/packages/b", "", "./packages/b"),
        ("--editable=./b#subdirectory=x&egg=b[extra]", "b", "./b"),
        ("b[x] @ file:../b ; os_name == 'nt'", "b", "../b"),
        ("b\n>1", "b", ""),
    ],
)
def test_a_requirement_has_a_name_and_a_path(text: str, name: str, path: str) -> None:
    found = wanted(text, "key", Notes("file"))

    assert found is not None
    assert (found.name, found.path) == (name, path)


@pytest.mark.parametrize("text", ["-e https://host/b", "b" * 2000, "b; os_name == '\ud800'", "", "b;" + "(" * 900])
def test_what_is_no_requirement_is_noted(text: str) -> None:
    notes = Notes("file")

    assert wanted(text, "key", notes) is None
    assert len(notes.found) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("project = 3", "project: expected a table, got a number"),
        ("[project]\nname = ['a']", "project.name: expected a text, got a list"),
        ("[project]\nname = 'a b'", "project.name: 'a b' cannot be a project's name"),
        ("[project]\ndependencies = 'b'", "project.dependencies: expected a list, got a text"),
        ("[project]\ndependencies = ['b', 1979-05-27]", "project.dependencies[1]: expected a text, got a date or time"),
        ("[project]\ndependencies = [true]", "project.dependencies[0]: expected a text, got true or false"),
        ("[tool]\nuv.workspace = true", "tool.uv.workspace: expected a table, got true or false"),
        ("[tool.uv.workspace]\nmembers = {}", "tool.uv.workspace.members: expected a list, got a table"),
        ("[tool.uv.sources]\n'a b' = 1", "tool.uv.sources.'a b': expected a table or a list of tables, got a number"),
        ("[tool.uv]\npackage = 0x" + "f" * 9000, "tool.uv.package: expected true or false, got a number"),
        ("[tool.poetry]\npackages = [3]", "tool.poetry.packages[0]: expected a table, got a number"),
        ("[tool.poetry]\nname = 'ä'", "tool.poetry.name: 'ä' cannot be a project's name"),
        ("[tool.poetry.dependencies]\na = 1", "tool.poetry.dependencies.a: expected a text or a table, got a number"),
        ("[tool.poetry.dependencies]\n'ä' = '1'", "'ä' cannot be a project's name"),
        ("[tool.poetry.dependencies]\na = '!!'", "'!!' cannot be said as PEP 508 writes it"),
        ("[tool.poetry.dependencies]\na = { version = '1', markers = '(' }", "'(' cannot be said"),
        ("[tool.poetry.dependencies]\na = { version = '1', extras = ['?'] }", "'a[?]==1' cannot be said"),
        ("[tool.hatch.envs.x.workspace]\nmembers = [{}]", "members[0]: expected a text or a table with a path"),
        ("[tool.hatch.envs.x]\nsources = { a = 1 }", "tool.hatch.envs.x.sources.a: expected a text, got a number"),
        ("a = 1\nb = = 2", "not valid TOML"),
        ("a = " + "[" * 5000, "not valid TOML"),
        ("a = 1" + "0" * 5000, "not valid TOML"),
    ],
)
def test_a_value_of_the_wrong_kind_is_noted_with_its_key(text: str, said: str) -> None:
    notes = Notes("pyproject.toml")
    pyproject.read(text, notes)

    assert said in "\n".join(told(notes))


def test_the_line_is_named_where_toml_breaks_off() -> None:
    notes = Notes("hatch.toml")

    assert hatch.read_file("a = 1\n\nb = = 2", notes) == ProjectFacts()
    assert [note.line for note in notes.found] == [3]
