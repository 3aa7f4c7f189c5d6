"""nix/derive.nix with a real Nix: its own cases, its words, and PEP 440, 503 and 508 held against ``packaging``."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from harness.errors import NixUnavailableError
from harness.measure.command import Execution
from harness.measure.executor import LauncherExecutor
from harness.nix import Nix, find_nix
from harness.provision.nix.prepare import NIX_PATHS
from harness.provision.state_folder import Layout
from tests.made_up import made_up_attempt

pytestmark = pytest.mark.integration

NIX = Layout.here().nix_entry.parent
CASES = NIX / "tests" / "derive.nix"

# What each case of nix/tests/derive.nix gives; the names are read from the file so that each is a test of its own.
NAMES = tuple(
    line.split("=")[0].strip()
    for line in CASES.read_text(encoding="utf-8").partition("\nin\n{\n")[2].splitlines()
    if line.startswith("  ") and line[2].isalpha() and "= {" in line
)


class Asked:
    """A Nix that evaluates, in a store that is thrown away."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "conf").mkdir(parents=True)
        with LauncherExecutor() as executor:
            self._nix = Nix(program=find_nix(":".join(NIX_PATHS), self._run(executor)), folder=folder, run=_nobody)

    def _run(self, executor: LauncherExecutor) -> Any:
        attempt = made_up_attempt(executor, self._folder)
        return lambda argv, env: attempt.run(argv, self._folder, {"HOME": str(self._folder), **env})

    def __call__(self, expression: str, given: object = None) -> Execution:
        """What an expression is worth, as JSON; ``given`` is what it knows as ``given``."""
        handed = self._folder / "given.json"
        handed.write_text(json.dumps(given), encoding="utf-8")
        text = f"let given = builtins.fromJSON (builtins.readFile {handed}); in {expression}"
        nix = self._nix
        command = (str(nix.program.programs / "nix-instantiate"), *nix.options, "--eval", "--strict", "--json")
        with LauncherExecutor() as executor:
            answer: Execution = self._run(executor)(
                (*command, "--read-write-mode", "--expr", text), nix.environment({"HOME": str(self._folder)})
            )
        return answer

    def value(self, expression: str, given: object = None) -> Any:
        """The same, read."""
        answer = self(expression, given)
        assert answer.ok, answer.stderr
        return json.loads(answer.stdout)


def _nobody(argv: Sequence[str], env: Mapping[str, str]) -> Execution:
    raise AssertionError(argv)


@pytest.fixture(scope="module")
def nix(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    try:
        return Asked(tmp_path_factory.mktemp("derive") / "nix")
    except NixUnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def answers(nix: Asked) -> dict[str, Any]:
    """What each case gives, and what it has to."""
    found: dict[str, Any] = nix.value(f"import {CASES}")
    return found


def test_every_case_is_asked_for(answers: dict[str, Any]) -> None:
    assert sorted(answers) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str, answers: dict[str, Any]) -> None:
    assert answers[name]["expr"] == answers[name]["expected"]


# Held against Python's own reading

versions = st.from_regex(
    r"([0-9]{1,2}!)?[0-9]{1,2}(\.[0-9]{1,2}){0,3}((a|b|rc)[0-9]{1,2})?(\.post[0-9])?(\.dev[0-9])?(\+[a-z0-9]{1,3}(\.[0-9])?)?",
    fullmatch=True,
)
releases = st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,2}){1,2}", fullmatch=True)
# A few close numbers, so that versions and bounds often meet.
close = st.sampled_from(
    ["1.0", "1.0.0", "1.0a1", "1.0rc2", "1.0.dev3", "1.0.post1", "1.0.post1.dev2", "1.0+local.1", "1.1", "1.1.2", "0.9"]
)
bounds = st.one_of(
    st.tuples(st.sampled_from(["==", "!=", ">=", "<=", "<", ">"]), close.filter(lambda text: "+" not in text)),
    st.tuples(st.sampled_from(["==", "!="]), releases.map(lambda text: f"{text}.*") | st.just("1.0.*")),
    st.tuples(st.just("~="), releases | st.sampled_from(["1.0", "1.0.0", "1.0.post1"])),
    st.tuples(st.sampled_from(["==", "==="]), versions),
).map("".join)

# Each example is a batch for one Nix; of a batch that fails the wrong cases are named, so it need not be made smaller.
in_a_batch = settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@in_a_batch
@given(st.lists(st.tuples(bounds, versions | close), min_size=150, max_size=200))
def test_bounds_are_met_as_packaging_says(nix: Asked, cases: list[tuple[str, str]]) -> None:
    found = nix.value(
        f"let derive = import {NIX}/derive.nix; in"
        " map (case: derive.satisfies [ (derive.specifier (builtins.elemAt case 0)) ] (builtins.elemAt case 1)) given",
        cases,
    )
    expected = [SpecifierSet(bound).contains(version, prereleases=True) for bound, version in cases]
    wrong = [case for case, ours, theirs in zip(cases, found, expected, strict=True) if ours != theirs]
    assert wrong == []


@in_a_batch
@given(st.lists(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,12}[A-Za-z0-9])?", fullmatch=True), min_size=150))
def test_names_are_normalised_as_packaging_does_it(nix: Asked, names: list[str]) -> None:
    found = nix.value(f"map (import {NIX}/derive.nix).normalise given", names)
    assert found == [canonicalize_name(name) for name in names]


ENVIRONMENT = {
    "os_name": "posix",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "platform_machine": "x86_64",
    "platform_release": "",
    "platform_version": "",
    "python_version": "3.11",
    "python_full_version": "3.11.7",
    "implementation_name": "cpython",
    "implementation_version": "3.11.7",
    "platform_python_implementation": "CPython",
    "extra": "",
}
comparisons = st.one_of(
    st.builds(
        "python_version {} '{}'".format,
        st.sampled_from(["<", "<=", "==", "!=", ">=", ">"]),
        st.sampled_from(["3.9", "3.10", "3.11", "3.12", "4"]),
    ),
    st.builds(
        "{} {} '{}'".format,
        st.sampled_from(["sys_platform", "os_name", "platform_system"]),
        st.sampled_from(["==", "!=", "in", "not in"]),
        st.sampled_from(["linux", "posix", "win32", "linux darwin", "Linux"]),
    ),
    st.sampled_from(["extra == 'fast'", "'3.11' == python_version", '"nix" in sys_platform']),
)
markers = st.recursive(
    comparisons,
    lambda part: st.builds("{} {} {}".format, part, st.sampled_from(["and", "or"]), part) | part.map("({})".format),
    max_leaves=6,
)


@in_a_batch
@given(st.lists(markers, min_size=100, max_size=150))
def test_markers_hold_as_packaging_says(nix: Asked, texts: list[str]) -> None:
    found = nix.value(
        f'let derive = import {NIX}/derive.nix; python = {{ version = "3.11.7"; system = "x86_64-linux"; }}; in'
        ' map (text: derive.applies (derive.environment python) (derive.requirement "a; ${text}")) given',
        texts,
    )
    assert found == [Marker(text).evaluate(ENVIRONMENT) for text in texts]


# What it says when it refuses

REFUSED = f"""
let
  derive = import {NIX}/derive.nix;
  set = {{
    python = {{ version = "3.11.7"; system = "x86_64-linux"; }};
    buildPythonPackage = given: given;
    setuptools.version = "80.0";
    hatchling.version = "1.27.0";
    requests.version = "2.31.5";
  }};
  refused = name: options: (derive.packages ({{ members = [ {NIX}/tests/refused/${{name}} ]; }} // options)
    (import {NIX}/host/lib.nix) set).${{name}};
in
"""


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            '(refused "bound" { }).dependencies',
            [
                "bound: its bound/pyproject.toml asks for what the package set does not have:",
                "[build-system] requires: 'hatchling>=99': the package set has hatchling 1.27.0",
                "[project] dependencies: 'requests>=3,<4': the package set has requests 2.31.5",
                "[project] dependencies: 'nowhere-to-be-found': the package set has no nowhere-to-be-found",
                "[project] dependencies: 'requests[tls]': requests of the package set has no extra tls",
                "[project] requires-python: '>=3.12': the package set has Python 3.11.7",
                "Add what is absent to the package set, name what it calls otherwise with names",
                "or set other bounds in bound/pyproject.toml.",
            ],
        ),
        (
            '(refused "dynamic" { }).version',
            ["dynamic/pyproject.toml states no version", 'Give it as versions.dynamic = "…".'],
        ),
        ('refused "nameless" { }', ["nameless/pyproject.toml has no name in [project]"]),
        (
            '(refused "garbled" { }).dependencies',
            ["'requests => 3' is no requirement (PEP 508)", "=> 3 is no list of version bounds"],
        ),
        ('refused "bound" { relaxed = [ ]; }', ["derive has no option relaxed; it has ", "relax, "]),
        (
            '(refused "bound" { groups = [ "test" ]; }).nativeCheckInputs',
            ["bound/pyproject.toml has no dependency group test"],
        ),
    ],
)
def test_a_refusal_names_member_requirement_and_remedy(nix: Asked, asked: str, words: list[str]) -> None:
    answer = nix(REFUSED + asked)

    assert not answer.ok
    for expected in words:
        assert expected in answer.stderr


@pytest.mark.parametrize(
    ("bound", "read"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1.2", ">=1.2,<1.3"),
        ("~1", ">=1,<2"),
        ("~=1.4", "~=1.4"),
        ("*", ""),
        ("1.2.3", "==1.2.3"),
        ("1.2.*", "==1.2.*"),
        (">=9.1,<10", ">=9.1,<10"),
        ("^1.2, !=1.3", ">=1.2,<2,!=1.3"),
    ],
)
def test_poetrys_bounds_are_read_as_its_documentation_says(nix: Asked, bound: str, read: str) -> None:
    found = nix.value(f"import {NIX}/derive/poetry.nix {{ thing = given; }}", bound)

    assert found == [f"thing{read}"]


@pytest.mark.parametrize("bound", ["^1 || ^2", "latest", ">=1 <2"])
def test_a_bound_of_poetry_that_cannot_be_read_is_named(nix: Asked, bound: str) -> None:
    answer = nix(f"import {NIX}/derive/poetry.nix {{ thing = given; }}", bound)

    assert not answer.ok
    assert f"[tool.poetry.dependencies] thing: '{bound}' is no bound that can be read here" in answer.stderr


def test_a_changed_file_outside_a_member_leaves_its_source_as_it_is(nix: Asked, tmp_path: Path) -> None:
    root = tmp_path / "monorepo"
    shutil.copytree(NIX / "tests" / "monorepo", root)
    (root / "hello" / "pyproject.toml").write_text('[project]\nname = "hello"\nversion = "1"\n', encoding="utf-8")
    asked = REFUSED + f"(derive.packages {{ root = {root}; }} (import {NIX}/host/lib.nix) set).hello.src"
    before = nix.value(asked)
    (root / "NOTES.md").write_text("New.\n", encoding="utf-8")
    (root / "shared" / "README.md").write_text("New.\n", encoding="utf-8")
    (root / "hello" / "notes.nix").write_text("{ new = true; }\n", encoding="utf-8")
    assert nix.value(asked) == before

    (root / "hello" / "hello.py").write_text("new = True\n", encoding="utf-8")
    assert nix.value(asked) != before
