"""harness.provision.interpreters: which Python is taken for a version or a path, and why another is not."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.tags import sys_tags

from harness.errors import InputError
from harness.provision.interpreters import Interpreter, asked, base_python, find_python, others, own_python
from tests.made_up import write_python


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """PATH with two folders, one of them pyenv's scripts, and a home folder with pyenv's versions."""
    shims = tmp_path / "home" / ".pyenv" / "shims"
    shims.mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    return {"PATH": f"{shims}:relative:{tmp_path / 'bin'}", "HOME": str(tmp_path / "home")}


def pyenv(tmp_path: Path, version: str) -> Path:
    minor = ".".join(version.split(".")[:2])
    return write_python(tmp_path / "home" / ".pyenv" / "versions" / version / "bin" / f"python{minor}", version)


def found(wanted: str, environ: Mapping[str, str]) -> Interpreter:
    return find_python(wanted, where="--python", environ=environ)


def test_the_harness_s_own_is_taken_where_it_is_of_that_version(environ: dict[str, str], tmp_path: Path) -> None:
    version = platform.python_version()
    minor = ".".join(version.split(".")[:2])
    write_python(tmp_path / "bin" / f"python{minor}", version)

    assert found(minor, environ) == found(version.rstrip("+"), environ) == own_python()
    assert own_python().path == base_python()
    assert own_python().markers == default_environment()
    assert own_python().tags == tuple(map(str, sys_tags()))


def test_path_comes_first_then_the_newest_of_pyenv(environ: dict[str, str], tmp_path: Path) -> None:
    pyenv(tmp_path, "3.98.2")
    newest = pyenv(tmp_path, "3.98.10")
    assert found("3.98", environ).path == newest

    first = write_python(tmp_path / "bin" / "python3.98", "3.98.1")
    assert found("3.98", environ).path == first
    assert found("3.98", environ).version == "3.98.1"
    assert found("3.98.10", environ).path == newest


def test_pyenv_lies_where_its_variable_says(environ: dict[str, str], tmp_path: Path) -> None:
    there = write_python(tmp_path / "else" / "versions" / "3.98.0" / "bin" / "python3.98", "3.98.0")

    assert found("3.98", {**environ, "PYENV_ROOT": str(tmp_path / "else")}).path == there


def test_what_cannot_be_used_is_passed_over(environ: dict[str, str], tmp_path: Path) -> None:
    write_python(tmp_path / "home" / ".pyenv" / "shims" / "python3.98", "3.98.7")
    write_python(tmp_path / "bin" / "python3.98", "3.98.9", implementation="pypy")
    good = pyenv(tmp_path, "3.98.1")

    assert found("3.98", environ).path == good


def test_an_environment_stands_for_the_python_it_was_made_from(tmp_path: Path) -> None:
    base = write_python(tmp_path / "opt" / "python3.98", "3.98.1")
    link = tmp_path / "link"
    link.symlink_to(base)
    inside = write_python(tmp_path / "venv" / "bin" / "python", "3.98.1", base=link)

    assert find_python(str(inside), where="--python", environ={}).path == base


def test_one_that_is_not_there_is_told_with_those_that_are(environ: dict[str, str], tmp_path: Path) -> None:
    pyenv(tmp_path, "3.97.3")
    pyenv(tmp_path, "3.98.10")
    pyenv(tmp_path, "3.98.2")

    with pytest.raises(InputError, match=r"^--python: there is no Python 3\.98\.4 on PATH as python3\.98") as raised:
        found("3.98.4", environ)
    own = platform.python_version()
    assert raised.value.hint.startswith(f"There is Python {own}, 3.97.3, 3.98.2, 3.98.10. Install 3.98.4")
    assert raised.value.exit_status == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"version": "3.10.2"}, "it is Python 3.10.2, and members need Python 3.11 or newer"),
        ({"implementation": "pypy"}, "it is pypy 3.98.1, and only CPython is measured"),
        ({"version": None}, "it does not answer as a Python does"),
    ],
)
def test_a_path_that_cannot_be_used_is_told_with_the_reason(
    tmp_path: Path, answer: Mapping[str, str | None], said: str
) -> None:
    words: dict[str, str | None] = {"implementation": "cpython", "version": "3.98.1", "base": "/python", **answer}
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho '{json.dumps(words)}'\n", encoding="utf-8")
    python.chmod(0o755)

    with pytest.raises(InputError, match=rf"^--python: .*/python cannot be used: {said}"):
        find_python(str(python), where="--python", environ={})


def test_what_is_no_python_is_told_in_its_own_last_words(tmp_path: Path) -> None:
    def silent(command: Sequence[str], extra: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 2, "", "")

    assert asked(Path("/bin/false"), silent) == "it does not answer as a Python does: it says nothing"
    assert "cannot be started: No such file" in str(asked(tmp_path / "nothing"))
    assert str(asked(Path("/bin/ls"))).startswith("it does not answer as a Python does: ")


def test_the_others_are_each_named_once_and_without_the_own(environ: dict[str, str], tmp_path: Path) -> None:
    newest = pyenv(tmp_path, "3.98.10")
    oldest = pyenv(tmp_path, "3.97.1")
    (tmp_path / "bin" / "python3.98").symlink_to(newest)
    (tmp_path / "bin" / "python3.11").symlink_to(sys.executable)
    write_python(tmp_path / "bin" / "python3.9", "3.9.1")
    write_python(tmp_path / "bin" / "python3.98-config", "3.98.10")

    assert [python.path for python in others(environ)] == [oldest, newest]
