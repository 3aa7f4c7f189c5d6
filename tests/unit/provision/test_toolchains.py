"""harness.provision.toolchains: an environment is made once, made anew if it was cut off, and explained if it fails."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.errors import ProvisionError
from harness.measure.command import Command, Execution
from harness.provision.toolchains import ensure_toolchain, install_commands
from tests.fakes import FakeExecutor, execution

INDEX = "http://127.0.0.1:1/simple/"
Ensure = Callable[..., Path]


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "toolchain.txt"
    path.write_text("tool==1.0\n", encoding="utf-8")
    return path


@pytest.fixture
def ensure(tmp_path: Path, lock: Path) -> Ensure:
    def call(executor: FakeExecutor, *, name: str = "made-up", python: Path = Path("/python"), **more: Any) -> Path:
        root = tmp_path / "toolchains"
        root.mkdir(exist_ok=True)
        return ensure_toolchain(
            name,
            lock=lock,
            root=root,
            python=python,
            index_url=INDEX,
            executor=executor,
            host={"SECRET": "1"},
            **more,
        )

    return call


def make_environment(command: Command) -> Execution:
    """Play ``python -m venv``."""
    Path(command.argv[4]).joinpath("bin").mkdir(parents=True, exist_ok=True)
    return execution()


def an_executor() -> FakeExecutor:
    return FakeExecutor().on("venv", answer=make_environment)


def test_an_environment_is_made_and_filled_from_the_index_alone(ensure: Ensure, lock: Path) -> None:
    executor = an_executor()

    bins = ensure(executor)

    environment = bins.parent
    assert bins.name == "bin"
    assert environment.name.startswith("made-up-")
    make, fill = executor.commands
    assert make.argv == ("/python", "-m", "venv", "--without-pip", str(environment), "--clear")
    assert {"--require-hashes", "--no-deps"} <= set(fill.argv)
    assert fill.argv[fill.argv.index("--python") + 1] == str(environment / "bin" / "python")
    assert fill.argv[fill.argv.index("--requirement") + 1] == str(lock)
    assert fill.env["PIP_INDEX_URL"] == INDEX
    assert fill.env["PIP_NO_CACHE_DIR"] == "1"
    for command in executor.commands:
        assert "SECRET" not in command.env
        assert Path(command.env["HOME"]).is_relative_to(environment.parent)
        assert Path(command.env["HOME"]).is_dir()


def test_what_is_installed_is_not_installed_again(ensure: Ensure) -> None:
    first = ensure(an_executor())
    (first / "tool").touch()

    assert ensure(FakeExecutor(default=None)) == first
    assert (first / "tool").is_file()


def put_in_a_package(command: Command) -> Execution:
    """Play pip: a wheel with a module, a compiled one and a program, and the list of them."""
    environment = Path(command.argv[command.argv.index("--python") + 1]).parent.parent
    packages = environment / "lib" / "python3.11" / "site-packages"
    info = packages / "tool-1.0.dist-info"
    info.mkdir(parents=True)
    (packages / "tool.py").write_text("ONE = 1\n", encoding="utf-8")
    (environment / "bin" / "tool").write_text("#!", encoding="utf-8")
    lines = ("tool.py,sha256=a,8", "../../../bin/tool,sha256=b,2", "__pycache__/tool.pyc,,", "gone.py,sha256=c,1")
    (info / "RECORD").write_text("\n".join(lines), encoding="utf-8")
    return execution()


def edited(packages: Path) -> None:
    (packages / "tool.py").write_text("ONE = 2\n", encoding="utf-8")
    os.utime(packages / "tool.py", ns=(1, 1))


def program_replaced(packages: Path) -> None:
    (packages.parent.parent.parent / "bin" / "tool").write_text("#!/bin/sh", encoding="utf-8")


def upgraded(packages: Path) -> None:
    (packages / "tool-1.0.dist-info").rename(packages / "tool-1.1.dist-info")


def added_to(packages: Path) -> None:
    (packages / "sitecustomize.py").touch()


def removed_from(packages: Path) -> None:
    (packages / "tool.py").unlink()


def recorded_otherwise(packages: Path) -> None:
    (packages / "tool-1.0.dist-info" / "RECORD").write_text("tool.py,sha256=z,8", encoding="utf-8")


def mark_of_an_earlier_version(packages: Path) -> None:
    (packages.parent.parent.parent / ".complete").write_bytes(b"")


@pytest.mark.parametrize(
    "alter",
    [edited, program_replaced, upgraded, added_to, removed_from, recorded_otherwise, mark_of_an_earlier_version],
)
def test_what_was_altered_after_its_installation_is_installed_anew(
    ensure: Ensure, alter: Callable[[Path], None]
) -> None:
    bins = ensure(an_executor().on("install", answer=put_in_a_package))
    packages = bins.parent / "lib" / "python3.11" / "site-packages"
    assert ensure(FakeExecutor(default=None)) == bins
    (packages / "__pycache__").mkdir()
    (packages / "__pycache__" / "tool.pyc").write_bytes(b"compiled when it was first used")
    assert ensure(FakeExecutor(default=None)) == bins

    alter(packages)
    told: list[str] = []
    again = an_executor()
    ensure(again, doing=told.append)

    assert [argv[2] for argv in again.argvs] == ["venv", "pip"]
    altered = "" if alter is mark_of_an_earlier_version else " anew: it was altered after its installation"
    assert told == [f"installing the toolchain of made-up{altered}"]
    assert ensure(FakeExecutor(default=None), doing=lambda what: pytest.fail(what)) == bins


@pytest.mark.parametrize("broken_off_at", ["venv", "install"])
def test_an_installation_that_was_cut_off_is_made_anew(ensure: Ensure, broken_off_at: str) -> None:
    class CutOffError(Exception):
        pass

    def cut_off(command: Command) -> Execution:
        raise CutOffError

    with pytest.raises(CutOffError):
        ensure(FakeExecutor().on(broken_off_at, answer=cut_off).on("venv", answer=make_environment))

    again = an_executor()
    bins = ensure(again)

    assert [argv[2] for argv in again.argvs] == ["venv", "pip"]
    assert "--clear" in again.argvs[0], "nothing of the first attempt may stay"
    assert ensure(FakeExecutor(default=None)) == bins


@pytest.mark.parametrize("failing", ["venv", "install"])
def test_a_failure_carries_the_last_lines_and_counts_for_nothing(ensure: Ensure, failing: str) -> None:
    output = "".join(f"line {number}\n" for number in range(20))
    executor = FakeExecutor()
    executor.on(failing, answer=execution(exit_code=1, stdout=output, stderr="no space left\n"))
    executor.on("venv", answer=make_environment)

    with pytest.raises(ProvisionError, match="The toolchain of made-up could not be installed") as failed:
        ensure(executor)

    assert failed.value.message.endswith("line 19\nno space left")
    assert "line 3\n" not in failed.value.message
    again = an_executor()
    ensure(again)
    assert [argv[2] for argv in again.argvs] == ["venv", "pip"]


def test_after_a_failed_step_no_other_is_run(ensure: Ensure) -> None:
    executor = FakeExecutor().on("venv", answer=execution(exit_code=1))

    with pytest.raises(ProvisionError):
        ensure(executor)

    assert len(executor.commands) == 1


def test_the_name_depends_on_lock_and_python_and_variant(ensure: Ensure, lock: Path, tmp_path: Path) -> None:
    first = ensure(an_executor())
    other_python = ensure(an_executor(), python=Path("/python3"))
    other_name = ensure(an_executor(), name="other")
    lock.write_text("tool==2.0\n", encoding="utf-8")
    other_lock = ensure(an_executor())
    lock.write_text("tool==1.0\n", encoding="utf-8")

    assert len({first, other_python, other_name, other_lock}) == 4
    assert ensure(FakeExecutor(default=None)) == first


def test_another_python_behind_the_same_link_counts_as_another(ensure: Ensure, tmp_path: Path) -> None:
    link = tmp_path / "python3"
    link.symlink_to(tmp_path / "python3.11")
    before = ensure(an_executor(), python=link)
    link.unlink()
    link.symlink_to(tmp_path / "python3.12")

    assert ensure(an_executor(), python=link) != before


def test_the_measured_installation_is_the_same_without_clearing(tmp_path: Path) -> None:
    steps = install_commands(
        python=Path("/python"), environment=tmp_path / "env", lock=tmp_path / "lock", index_url=INDEX
    )

    assert [step.argv[2] for step in steps] == ["venv", "pip"]
    assert "--clear" not in steps[0].argv
    assert steps[0].env == {}
