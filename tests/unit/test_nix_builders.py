"""The builders of provider ``host`` by themselves: what a failure leaves behind, and what an environment is made of."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.provision.state_folder import Layout

HOST = Layout.here().checkout / "nix" / "host"
SITE = "lib/python3.11/site-packages"


def build(out: Path, *arguments: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start a builder as Nix does."""
    return subprocess.run(
        [sys.executable, "-I", "-B", *map(os.fspath, arguments)],
        env={"out": os.fspath(out), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("end", "status"),
    [
        pytest.param("sys.exit('error: no')", 1, id="refused"),
        pytest.param("sys.exit(3)", 3, id="status"),
        pytest.param("1 / 0", 1, id="exception"),
    ],
)
@pytest.mark.parametrize(
    "make",
    [
        pytest.param("(out / 'lib').mkdir(parents=True); (out / 'lib' / 'half').touch()", id="folder"),
        pytest.param("out.write_text('half')", id="file"),
        pytest.param("out.symlink_to('/')", id="link"),
        pytest.param("pass", id="nothing"),
    ],
)
def test_a_builder_that_fails_leaves_nothing(tmp_path: Path, make: str, end: str, status: int) -> None:
    script = tmp_path / "builder.py"
    script.write_text(
        f"import os, pathlib, sys\nout = pathlib.Path(os.environ['out'])\n{make}\n{end}\n", encoding="utf-8"
    )

    done = build(tmp_path / "out", HOST / "guard.py", script)

    assert done.returncode == status
    assert {path.name for path in tmp_path.iterdir()} == {"builder.py"}


@pytest.mark.parametrize("end", ["pass", "sys.exit()", "sys.exit(0)", "sys.exit(None)"])
def test_a_builder_that_succeeds_keeps_its_output_and_sees_its_own_arguments(tmp_path: Path, end: str) -> None:
    script = tmp_path / "builder.py"
    script.write_text(
        "import os, sys\n"
        "if __name__ == '__main__':\n"
        "    open(os.environ['out'], 'w').write(' '.join(sys.argv[1:]))\n"
        f"    {end}\n",
        encoding="utf-8",
    )

    done = build(tmp_path / "out", HOST / "guard.py", script)

    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out").read_text(encoding="utf-8") == ""


def package(folder: Path, python: Path, module: str, program: str = "", script: str = "") -> Path:
    (folder / SITE / module).mkdir(parents=True)
    (folder / SITE / module / "__init__.py").touch()
    if program:
        (folder / "bin").mkdir()
        (folder / "bin" / program).write_text(script or f"#!{python}\nimport {module}\n", encoding="utf-8")
        (folder / "bin" / program).chmod(0o755)
    return folder


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """An interpreter in a prefix of its own."""
    program = tmp_path / "python" / "bin" / "python3"
    program.parent.mkdir(parents=True)
    program.symlink_to(sys.executable)
    return program


def environment(tmp_path: Path, python: Path, *packages: Path) -> subprocess.CompletedProcess[str]:
    return build(
        tmp_path / "env",
        HOST / "environment.py",
        python=os.fspath(python.parent.parent),
        siteDir=SITE,
        packages=" ".join(map(os.fspath, packages)),
    )


def test_an_environment_links_modules_and_runs_their_scripts_with_its_own_python(tmp_path: Path, python: Path) -> None:
    hello = package(tmp_path / "hello", python, "hello", "hello")
    other = package(tmp_path / "other", python, "other", "tool", "#!/bin/sh\n")

    done = environment(tmp_path, python, hello, other)

    env = tmp_path / "env"
    assert (done.returncode, done.stderr) == (0, "")
    assert (env / SITE / "hello").readlink() == hello / SITE / "hello"
    assert (env / "bin" / "python3").readlink() == python
    assert (env / "bin" / "hello").read_text(encoding="utf-8") == f"#!{env}/bin/python3\nimport hello\n"
    assert os.access(env / "bin" / "hello", os.X_OK)
    assert (env / "bin" / "tool").readlink() == other / "bin" / "tool"


@pytest.mark.parametrize(
    ("names", "where"),
    [
        (("same", "same", "a", "b"), f"{SITE}/same/__init__.py"),
        (("one", "two", "same", "same"), "bin/same"),
    ],
    ids=["module", "script"],
)
def test_two_packages_with_one_name_cannot_share_an_environment(
    tmp_path: Path, python: Path, names: tuple[str, str, str, str], where: str
) -> None:
    first = package(tmp_path / "first", python, names[0], names[2])
    second = package(tmp_path / "second", python, names[1], names[3])

    done = environment(tmp_path, python, first, second)

    assert done.returncode == 1
    assert f"{second}/" in done.stderr
    assert f"another package has a {where}\n" in done.stderr


def test_packages_share_a_folder_that_each_has_a_part_of(tmp_path: Path, python: Path) -> None:
    packages = [package(tmp_path / name, python, name, name) for name in ("one", "two", "three")]
    for own in packages:
        part = own / SITE / "namespace" / f"{own.name}.py"
        part.parent.mkdir()
        part.touch()

    done = environment(tmp_path, python, *packages)

    assert (done.returncode, done.stderr) == (0, "")
    shared = tmp_path / "env" / SITE / "namespace"
    assert {path.name: path.readlink() for path in shared.iterdir()} == {
        f"{own.name}.py": own / SITE / "namespace" / f"{own.name}.py" for own in packages
    }
