"""Packages from outside in provider ``host``, with a real Nix: what comes along, what builds have at hand and say.

The harness' own Nix lane is used, as ``tests/integration/test_nix.py`` makes it ready.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import StateError
from harness.monorepo.variants import Variant
from tests.integration import test_nix as nix_lane
from tests.integration.test_nix import Checkout, Monorepo

pytestmark = pytest.mark.integration

lane = nix_lane.lane
checkout = nix_lane.checkout
each_variant = nix_lane.each_variant
some_variant = nix_lane.some_variant


def log_of(monorepo: Monorepo, attribute: str) -> str:
    """What the builder of an attribute printed."""
    return monorepo.side.nix.build_log(monorepo.side.nix.instantiate(monorepo.expression, [attribute])[attribute])


def imports(monorepo: Monorepo, more: str) -> None:
    """Let shared's package.nix name another module that has to be importable."""
    monorepo.edit("shared/package.nix", r"pythonImportsCheck = \[", f'pythonImportsCheck = [ "{more}"')


# What comes along


def test_a_package_brings_what_it_requires_into_closure_and_environment(checkout: Checkout) -> None:
    monorepo = checkout(nix_lane.VARIANTS[0])
    nix_lane.depend(monorepo, "pytest", "pytest")
    monorepo.edit("shared/src/shared/__init__.py", "import more_itertools", "import pytest")

    built = monorepo.build("members.shared", "environments.hello")

    environment = monorepo.side.nix.physical(built["environments.hello"])
    site = next(environment.glob("lib/python3.*/site-packages"))
    expected = {"hello", "shared", "pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments"}
    names = {path.name for path in site.iterdir()}
    assert expected <= names
    assert not names & {"colorama", "more_itertools", "goodbye"}
    for output in built.values():
        closure = " ".join(item.path for item in monorepo.side.nix.runtime_closure(output))
        assert [name for name in ("pytest-", "pluggy-", "iniconfig-", "pygments-") if f"-{name}" not in closure] == []


@each_variant
def test_members_that_need_nothing_from_outside_get_nothing(variant: Variant, checkout: Checkout) -> None:
    monorepo = checkout(variant)
    assert monorepo.expression.base is not None
    base = json.loads(monorepo.expression.base.read_text(encoding="utf-8"))
    own = {wheel["name"] for wheel in base["wheels"]}
    outside = {f"-{item['name']}-{item['version']}" for item in base["packages"] if item["name"] not in own}

    needed = monorepo.planned(*nix_lane.ENVIRONMENTS).values()

    assert outside
    assert [path for path in needed if path.endswith(tuple(outside))] == []


def test_a_package_without_what_it_requires_is_named_only_when_it_is_used(checkout: Checkout, tmp_path: Path) -> None:
    monorepo = checkout(nix_lane.VARIANTS[0])
    assert monorepo.expression.base is not None
    base = json.loads(monorepo.expression.base.read_text(encoding="utf-8"))
    broken = next(item for item in base["packages"] if item["attribute"] == "more-itertools")
    broken["requires"] = ["left-pad"]
    (tmp_path / "base.json").write_text(json.dumps(base), encoding="utf-8")
    monorepo = replace(monorepo, expression=replace(monorepo.expression, base=tmp_path / "base.json"))

    monorepo.planned(*nix_lane.ENVIRONMENTS)
    nix_lane.depend(monorepo, "more-itertools", "more-itertools")
    with pytest.raises(StateError, match=r"more_itertools-9\.1\.0-\S+ requires left-pad, which no lock"):
        monorepo.planned(*nix_lane.ENVIRONMENTS)


# What a wheel requires, held against what was declared; test_nix_base.py has every spelling, without Nix


@pytest.mark.parametrize(
    "requirement",
    [
        pytest.param("more_itertools>=9.1,<10", id="another spelling", marks=pytest.mark.verify),
        pytest.param("More.Itertools", id="capitals and a dot", marks=pytest.mark.verify),
        pytest.param("more-itertools[fast]>=9.1", id="an extra that the package does not have"),
    ],
)
def test_a_requirement_that_the_package_meets_is_let_through(checkout: Checkout, requirement: str) -> None:
    monorepo = checkout(nix_lane.VARIANTS[0])
    nix_lane.depend(monorepo, requirement, "more-itertools")

    assert monorepo.lines() == ["Hello, PolyWolf\n", "Goodbye, PolyWolf\n"]


@pytest.mark.parametrize(
    ("requirement", "name", "told"),
    [
        pytest.param(
            "more-itertools>=10.8,<11", "more-itertools", ("10.8", "9.1.0"), id="bounds", marks=pytest.mark.verify
        ),
        pytest.param(
            "More_Itertools>10", "itertools", (">10", "9.1.0"), id="another spelling", marks=pytest.mark.verify
        ),
        pytest.param("more-itertools[fast]>=10", "more-itertools[fast]", (">=10", "9.1.0"), id="extra and bound"),
        pytest.param("pluggy[fast]", "pluggy[fast]", ("is not declared",), id="missing, with an extra"),
    ],
)
def test_a_refusal_names_member_requirement_and_version(
    checkout: Checkout, requirement: str, name: str, told: tuple[str, ...]
) -> None:
    monorepo = checkout(nix_lane.VARIANTS[0])
    nix_lane.depend(monorepo, requirement, "more-itertools")

    refusal = monorepo.refusal("members.shared")

    for said in (refusal, log_of(monorepo, "members.shared")):
        assert "shared: what its wheel requires does not agree with package.nix" in said
        assert name in said
        assert [word for word in told if word not in said] == []


# What checks have at hand


@pytest.mark.parametrize("hook", [pytest.param("pytest", marks=pytest.mark.verify), "pytestCheckHook"])
def test_what_the_check_needs_can_be_imported_by_it(checkout: Checkout, hook: str) -> None:
    monorepo = checkout(nix_lane.VARIANTS[0])
    nix_lane.give_a_test(monorepo, 'NAME == "PolyWolf"', hook=hook)
    imports(monorepo, "pytest")

    output = monorepo.build("members.shared")["members.shared"]

    assert ("1 passed" in log_of(monorepo, "members.shared")) == (hook == "pytestCheckHook")
    assert not [item for item in monorepo.side.nix.runtime_closure(output) if "-pytest-" in item.path]


def test_without_checks_there_is_nothing_for_them(checkout: Checkout) -> None:
    monorepo = checkout(nix_lane.VARIANTS[0])
    nix_lane.give_a_test(monorepo, "False", more="doCheck = false;")
    assert not [path for path in monorepo.planned("members.shared").values() if "-pytest-" in path]
    imports(monorepo, "pytest")

    refusal = monorepo.refusal("members.shared")

    assert "No module named 'pytest'" in log_of(monorepo, "members.shared")
    assert "shared: pythonImportsCheck of pytest failed" in refusal


def test_what_only_checks_have_is_no_dependency(checkout: Checkout) -> None:
    monorepo = checkout(nix_lane.VARIANTS[0])
    nix_lane.depend(monorepo, "pytest", "more-itertools")
    nix_lane.give_a_test(monorepo, "True")

    assert "'pytest' is not declared" in monorepo.refusal("members.shared")


# The words of what fails


def test_a_failing_test_is_told_in_the_words_of_pytest(checkout: Checkout) -> None:
    monorepo = checkout(nix_lane.VARIANTS[0])
    nix_lane.give_a_test(monorepo, 'NAME == "Lynx"')

    refusal = monorepo.refusal("members.shared")

    assert "shared: pytestCheckHook failed with status 1; the build log has its words" in refusal
    log = log_of(monorepo, "members.shared")
    assert "FAILED tests/test_shared.py::test_name" in log
    assert "1 failed" in log.splitlines()[-2]
    assert "CalledProcessError" not in log


def test_a_member_without_any_test_is_not_let_through(checkout: Checkout) -> None:
    monorepo = checkout(nix_lane.VARIANTS[0])
    nix_lane.give_a_test(monorepo, "True")
    (monorepo.root / "shared" / "tests" / "test_shared.py").write_text("", encoding="utf-8")

    assert "shared: pytestCheckHook failed with status 5" in monorepo.refusal("members.shared")


@some_variant
def test_a_backend_that_refuses_is_told_in_its_own_words(variant: Variant, checkout: Checkout) -> None:
    monorepo = checkout(variant)
    monorepo.edit("shared/pyproject.toml", r"(?m)^version = .*$", 'version = "one"')

    refusal = monorepo.refusal("members.shared")

    assert "shared: its build backend failed with status 1" in refusal
    log = log_of(monorepo, "members.shared")
    assert "Invalid version `one`" in log
    assert "CalledProcessError" not in log


# What package.nix states


def test_inputs_of_the_check_are_stated_apart(checkout: Checkout) -> None:
    monorepo = checkout(nix_lane.VARIANTS[0])
    nix_lane.give_a_test(monorepo, "True")

    stated = json.loads(monorepo.side.nix.evaluate(monorepo.expression, "statements"))

    assert stated["shared"]["check_inputs"] == ["pytestCheckHook"]
    assert "pytestCheckHook" in stated["shared"]["arguments"]
    assert stated["shared"]["dependencies"] == []
    assert stated["hello"]["check_inputs"] == []
