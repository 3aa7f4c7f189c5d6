"""harness.provision.stubs: a stand-in says who it is, and no Python here can install it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.metadata import parse_email
from packaging.utils import canonicalize_name, parse_wheel_filename

from harness.monorepo.variants.lock import Pin
from harness.provision.interpreters import own_python
from harness.provision.stubs import MARK, write_stub

PIN = Pin(name=canonicalize_name("py-win"), version="3.1", hashes=frozenset({"a" * 64}))


def test_a_stub_says_which_project_and_version_it_is_and_has_nothing_in_it(tmp_path: Path) -> None:
    wheel = write_stub(PIN, tmp_path / "py-win", [own_python()])

    with zipfile.ZipFile(wheel) as archive:
        metadata, unparsed = parse_email(archive.read("py_win-3.1.dist-info/METADATA"))
        assert all(name.startswith("py_win-3.1.dist-info/") for name in archive.namelist())
    assert (metadata["name"], metadata["version"]) == ("py-win", "3.1")
    assert not unparsed
    assert f"-{MARK}-" in wheel.name
    assert wheel.read_bytes() == write_stub(PIN, tmp_path / "again", [own_python()]).read_bytes()


@pytest.mark.parametrize("platform", ["win_amd64", "macosx_11_0_arm64", "manylinux_2_17_x86_64"])
def test_a_stub_fits_no_python_that_is_used(tmp_path: Path, platform: str) -> None:
    python = replace(own_python(), tags=(f"cp311-cp311-{platform}", f"py3-none-{platform}", "py3-none-any"))

    wheel = write_stub(PIN, tmp_path, [own_python(), python])

    tags = {str(tag) for tag in parse_wheel_filename(wheel.name)[3]}
    assert tags
    assert not tags & {*own_python().tags, *python.tags}


def test_pip_refuses_to_install_a_stub(tmp_path: Path) -> None:
    wheel = write_stub(PIN, tmp_path, [own_python()])
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-index", "--no-deps", str(wheel)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "is not a supported wheel on this platform" in done.stderr
