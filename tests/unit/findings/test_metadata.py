"""Every value of the findings about what is built describes itself as."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from harness.findings.base import FAILED
from harness.findings.metadata import FINDING
from harness.measure.command import Execution
from tests.unit.findings.made_up_builds import (
    BY_ADDRESS,
    BY_NAME,
    Market,
    Release,
    established,
    market_lab,
    refusal,
    release,
)


def requiring(*requires: str) -> Callable[[Path, str, Mapping[str, str]], Release]:
    """A build that says so whatever pyproject.toml says."""

    def build(root: Path, name: str, env: Mapping[str, str]) -> Release:
        return replace(release(root, name, env), requires=requires)

    return build


def value(tmp_path: Path, finding: str, market: Market, dependencies: str = BY_NAME) -> str:
    return established(FINDING, market_lab(tmp_path, market, dependencies=dependencies))[finding].value


@pytest.mark.parametrize(
    ("builder", "dependencies", "expected"),
    [
        (release, BY_NAME, "by-name"),
        (release, '"shared>=0.1"', "by-name-with-bound"),
        (release, BY_ADDRESS, "by-address"),
        (requiring("Shared (<2)"), BY_NAME, "by-name-with-bound"),
        (requiring("another"), BY_NAME, "missing"),
    ],
)
def test_requires_dist(
    tmp_path: Path, builder: Callable[[Path, str, Mapping[str, str]], Release], dependencies: str, expected: str
) -> None:
    assert value(tmp_path, "requires-dist", Market(builder=builder), dependencies) == expected


def test_a_bound_survives(tmp_path: Path) -> None:
    found = established(FINDING, market_lab(tmp_path, Market()))["bound-survives"]

    assert found.value == "yes"
    assert "hello/pyproject.toml: dependencies = ['shared>=0.1']" in found.evidence
    assert "Requires-Dist: shared>=0.1" in found.evidence


def test_a_bound_joins_another(tmp_path: Path) -> None:
    lab = market_lab(tmp_path, Market(), dependencies="\"shared[extra]<2 ; python_version > '3'\"")

    found = established(FINDING, lab)["bound-survives"]

    assert found.value == "yes"
    assert "Requires-Dist: shared[extra]<2,>=0.1" in found.evidence


def test_a_requirement_that_is_none(tmp_path: Path) -> None:
    found = established(FINDING, market_lab(tmp_path, Market(builder=requiring("shared =! 1"))))

    assert {item.value for item in found.values()} == {FAILED}
    assert "no requirement" in found["requires-dist"].evidence


def test_a_bound_beside_an_address(tmp_path: Path) -> None:
    found = established(FINDING, market_lab(tmp_path, Market(), dependencies=BY_ADDRESS))["bound-survives"]

    assert found.value == "beside-an-address"
    assert "dependencies = ['shared @ {root:uri}/shared', 'shared>=0.1']" in found.evidence


def test_a_bound_that_is_lost(tmp_path: Path) -> None:
    assert value(tmp_path, "bound-survives", Market(builder=requiring("shared"))) == "no"


def test_a_bound_that_is_refused(tmp_path: Path) -> None:
    def refuses(root: Path, name: str, env: Mapping[str, str]) -> Release | Execution:
        made = release(root, name, env)
        return refusal("no bounds here") if any(">=" in item for item in made.requires) else made

    found = established(FINDING, market_lab(tmp_path, Market(builder=refuses)))["bound-survives"]

    assert found.value == "refused"
    assert "no bounds here" in found.evidence


def test_no_requirement_to_put_a_bound_on(tmp_path: Path) -> None:
    found = established(FINDING, market_lab(tmp_path, Market(), dependencies=""))["bound-survives"]

    assert found.value == FAILED
    assert found.evidence == "hello/pyproject.toml requires shared 0 times, expected once."


@pytest.mark.parametrize(
    ("sdist_requires", "expected", "proof"),
    [
        (None, "yes", "Requires-Dist: shared"),
        (["shared", "more"], "no", "-Requires-Dist: more"),
        # Seen only if a diff's own marks are told from the text's.
        (["shared", "other ; python_version < '4'"], "no", "-Requires-Dist: other"),
    ],
)
def test_sdist_and_wheel(tmp_path: Path, sdist_requires: list[str] | None, expected: str, proof: str) -> None:
    def build(root: Path, name: str, env: Mapping[str, str]) -> Release:
        return replace(release(root, name, env), sdist_requires=sdist_requires)

    found = established(FINDING, market_lab(tmp_path, Market(builder=build)))["sdist-wheel-agree"]

    assert found.value == expected
    assert proof in found.evidence


@pytest.mark.parametrize(
    ("rebuilds", "expected", "proof"),
    [
        (None, "yes", "Requires-Dist: shared"),
        (
            lambda project: Release(name="hello", requires=[f"shared @ {project.as_uri()}"]),
            "otherwise",
            "+Requires-Dist",
        ),
        (lambda project: refusal("../shared is not there"), "no", "../shared is not there"),
    ],
)
def test_a_wheel_from_the_sdist_alone(
    tmp_path: Path, rebuilds: Callable[[Path], Release | Execution] | None, expected: str, proof: str
) -> None:
    found = established(FINDING, market_lab(tmp_path, Market(rebuilds=rebuilds)))["sdist-builds-alone"]

    assert found.value == expected
    assert proof in found.evidence


def test_the_checkout_is_out_of_reach_meanwhile(tmp_path: Path) -> None:
    market = Market()
    lab = market_lab(tmp_path, market)
    market.rebuilds = lambda project: refusal("still there") if lab.workspace.root.exists() else Release(name="hello")

    found = established(FINDING, lab)["sdist-builds-alone"]

    assert found.value == "otherwise"
    assert "-Requires-Dist: shared" in found.evidence
    assert lab.workspace.root.is_dir()
