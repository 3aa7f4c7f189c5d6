"""Every value of ``leaks-path``, ``installs-elsewhere`` and ``publishable``."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from harness.findings.base import FAILED
from harness.findings.leaks_path import FINDING
from tests.unit.findings.made_up_builds import (
    BY_ADDRESS,
    BY_NAME,
    Market,
    Release,
    established,
    market_lab,
    release,
)


def holds_path(root: Path, name: str, env: Mapping[str, str]) -> Release:
    made = release(root, name, env)
    return replace(made, modules={**made.modules, f"{name}/built.py": f"FOLDER = '{root}'\n"})


def forgets_library(root: Path, name: str, env: Mapping[str, str]) -> Release:
    return replace(release(root, name, env), requires=())


def two_ways(root: Path, name: str, env: Mapping[str, str]) -> Release:
    made = release(root, name, env)
    return replace(made, requires=[*made.requires, 'other @ https://127.0.0.1/other.whl ; extra == "x"'])


@pytest.mark.parametrize(
    ("market", "dependencies", "leaks", "elsewhere", "publishable"),
    [
        (Market(), BY_NAME, "none", "yes", "yes"),
        (Market(), BY_ADDRESS, "file-address", "no", "refused"),
        (Market(builder=holds_path), BY_NAME, "absolute-path", "yes", "yes"),
        (Market(builder=forgets_library), BY_NAME, "none", "no", "yes"),
    ],
)
def test_values(
    tmp_path: Path, market: Market, dependencies: str, leaks: str, elsewhere: str, publishable: str
) -> None:
    found = established(FINDING, market_lab(tmp_path, market, dependencies=dependencies))

    assert {name: item.value for name, item in found.items()} == {
        "leaks-path": leaks,
        "installs-elsewhere": elsewhere,
        "publishable": publishable,
    }
    assert str(tmp_path) not in "".join(item.evidence for item in found.values())


def test_evidence_names_the_file_and_the_line(tmp_path: Path) -> None:
    found = established(FINDING, market_lab(tmp_path, Market(), dependencies=BY_ADDRESS))

    line = "hello-0.1.0.dist-info/METADATA: Requires-Dist: shared @ file://{root}/shared"
    assert f"hello-0.1.0-py3-none-any.whl: {line}" in found["leaks-path"].evidence
    assert "No such file: file://{root}/shared" in found["installs-elsewhere"].evidence


def test_any_address_stands_in_the_way_of_publishing(tmp_path: Path) -> None:
    found = established(FINDING, market_lab(tmp_path, Market(builder=two_ways)))

    assert found["publishable"].value == "refused"
    assert "other @ https" in found["publishable"].evidence


def test_the_checkout_is_put_back(tmp_path: Path) -> None:
    lab = market_lab(tmp_path, Market(), dependencies=BY_ADDRESS)

    assert established(FINDING, lab)["installs-elsewhere"].value == "no"
    assert (lab.workspace.root / "hello" / "pyproject.toml").is_file()


def test_a_build_that_leaves_a_member_out(tmp_path: Path) -> None:
    def renames(root: Path, name: str, env: Mapping[str, str]) -> Release:
        return replace(release(root, name, env), name="another")

    found = established(FINDING, market_lab(tmp_path, Market(builder=renames)))

    assert found["publishable"].value == FAILED
    assert "no wheel of shared, hello, goodbye" in found["publishable"].evidence
