"""Every value of ``reproducible-wheel`` and ``reproducible-sdist``."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from harness.findings.reproducible import EPOCH, FINDING
from tests.unit.findings.made_up_builds import (
    Builder,
    Market,
    Release,
    established,
    market_lab,
    release,
)


def edited(root: Path, name: str) -> int:
    """When a source was last edited, as a time that fits into an archive."""
    return int((root / name / "pyproject.toml").stat().st_mtime) % 3600


def stamped(root: Path, name: str, env: Mapping[str, str]) -> Release:
    return replace(release(root, name, env), stamp=edited(root, name))


def stamped_unless_told(root: Path, name: str, env: Mapping[str, str]) -> Release:
    return release(root, name, env) if EPOCH in env else stamped(root, name, env)


def holds_path(root: Path, name: str, env: Mapping[str, str]) -> Release:
    return replace(release(root, name, env), requires=[f"shared @ {root.as_uri()}/shared"])


def wheel_only(root: Path, name: str, env: Mapping[str, str]) -> Release:
    return replace(release(root, name, env), sdist_requires=[f"shared @ {root.as_uri()}/shared"])


@pytest.mark.parametrize(
    ("builder", "wheel", "sdist", "proof"),
    [
        (release, "always", "always", f"with {EPOCH}: hello-0.1.0-py3-none-any.whl is the same to the byte"),
        (stamped_unless_told, "with-epoch", "with-epoch", "mtime differs: all 3 members"),
        (stamped, "never", "never", "mtime differs: all 3 members"),
        (holds_path, "never", "never", "  -Requires-Dist: shared @ file://{root}/shared"),
        (wheel_only, "always", "never", f"without {EPOCH}: hello-0.1.0-py3-none-any.whl is the same to the byte"),
    ],
)
def test_values(tmp_path: Path, builder: Builder, wheel: str, sdist: str, proof: str) -> None:
    found = established(FINDING, market_lab(tmp_path, Market(builder=builder)))

    assert found["reproducible-wheel"].value == wheel
    assert found["reproducible-sdist"].value == sdist
    assert proof in found["reproducible-wheel"].evidence
    assert str(tmp_path) not in found["reproducible-sdist"].evidence


def test_the_second_checkout_is_older_and_elsewhere(tmp_path: Path) -> None:
    seen: list[tuple[Path, float, bool]] = []

    def watch(root: Path, name: str, env: Mapping[str, str]) -> Release:
        seen.append((root, (root / name / "pyproject.toml").stat().st_mtime, EPOCH in env))
        return release(root, name, env)

    market = Market(builder=watch)
    established(FINDING, market_lab(tmp_path, market))

    (first, _, _), (_, early, _), (second, late, _), _ = seen
    assert first != second
    assert late < early
    assert [told for *_, told in seen] == [False, True, False, True]
    assert ("sleep", "3") in [command.argv for command in market.commands]
