"""Wheels that a stranger could publish are wheels, and what they leave in caches is gone afterwards."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness.findings.made_wheels import caches_set_aside, make_wheel
from tests.unit.findings.made_up_lab import Tool, really, tool_lab


def test_pip_installs_it(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "some-thing", "99.0", {"some_thing/__init__.py": 'NAME = "Mallory"\n'})
    site = tmp_path / "site"

    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--target",
        str(site),
        str(wheel),
    ]
    subprocess.run(pip, check=True, env={"PATH": "", "PIP_DISABLE_PIP_VERSION_CHECK": "1"})

    code = "import importlib.metadata, some_thing; print(importlib.metadata.version('some-thing'), some_thing.NAME)"
    assert wheel == tmp_path / "some-thing" / "some_thing-99.0-py3-none-any.whl"
    assert really(["-c", code], site).stdout == "99.0 Mallory\n"


def test_the_same_wheel_has_the_same_bytes(tmp_path: Path) -> None:
    one, other = (make_wheel(tmp_path / name, "shared", "1", {"shared/__init__.py": ""}) for name in "ab")

    assert one.read_bytes() == other.read_bytes()


def test_caches_are_empty_meanwhile_and_put_back_even_after_an_error(tmp_path: Path) -> None:
    lab = tool_lab(tmp_path, Tool())
    cache = lab.workspace.cache
    (cache / "tool").mkdir(parents=True)

    def meanwhile() -> None:
        with caches_set_aside(lab):
            assert list(cache.iterdir()) == []
            (cache / "stranger").mkdir()
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - nothing is said in it
        meanwhile()

    assert [path.name for path in cache.iterdir()] == ["tool"]
