"""A made-up backend, its bench, and an executor that plays hooks and front ends for it. No tool is run."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from harness.measure.command import Command, Execution
from harness.monorepo.backends.catalogue import Backend, load_backends
from harness.monorepo.backends.project import PACKAGE
from harness.workspace.backend import BackendBench
from harness.workspace.hook import HOOKS
from harness.workspace.steps import Attempt
from tests.made_up import FakeMeter, execution

BACKEND_TOML = """\
schema_version = 1
title = "Made up"
summary = "For tests."
module = "made_up.build"
requires = ["made-up==1.0"]
flat = '''
[tool.made-up]
flat = true
'''
"""
PYPROJECT_TOML = """\
[build-system]
requires = ["made-up"]
build-backend = "made_up.build"

[project]
name = "madeup"
version = "0.1.0"
"""
FRONT_ENDS_TOML = 'beside = ["asks==1.0"]\nalone = ["stands==2.0"]\n'


def write_backends(
    directory: Path, name: str = "made-up", text: str = BACKEND_TOML, pyproject: str = PYPROJECT_TOML
) -> Path:
    """A folder of backends with one in it, and front ends."""
    folder = directory / name
    (folder / "locks").mkdir(parents=True)
    (folder / "backend.toml").write_text(text, encoding="utf-8")
    (folder / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    for lock in ("hooks", "with-front-ends"):
        (folder / "locks" / f"{lock}.txt").write_text("", encoding="utf-8")
    (directory / "front-ends.toml").write_text(FRONT_ENDS_TOML, encoding="utf-8")
    return directory


def made_up_backend(tmp_path: Path, module: str = "made_up.build") -> Backend:
    """A backend read from a folder below ``tmp_path``."""
    directory = write_backends(
        tmp_path / "backends",
        text=BACKEND_TOML.replace("made_up.build", module),
        pyproject=PYPROJECT_TOML.replace("made_up.build", module),
    )
    return load_backends(directory)[0]


def made_up_bench(tmp_path: Path, module: str = "made_up.build") -> BackendBench:
    """A bench of a backend that has every hook."""
    return BackendBench(
        variant=made_up_backend(tmp_path, module),
        folder=tmp_path / "bench",
        python=tmp_path / "hooks" / "bin" / "python",
        beside=tmp_path / "beside" / "bin" / "python",
        plain=Path("/usr/bin/python3"),
        front_ends=tmp_path / "alone" / "bin",
        index="http://127.0.0.1:1/simple/",
        meter=FakeMeter(),
        host_environment={},
        hooks=frozenset(HOOKS),
    )


def made_up_attempt(player: Player, tmp_path: Path, files: int = 3) -> Attempt:
    """An attempt at a cell with so many files."""
    return Attempt(
        executor=player, log_path=tmp_path / "log", limit_s=60.0, nonce=lambda: "nonce", shape=f"files={files}"
    )


@dataclass
class Player:
    """An executor that builds what it is asked for, and can be told to do otherwise.

    ``answers`` is asked first; it returns nothing where the backend behaves. ``pth`` are the lines of the .pth file of
    its editable wheels. ``missing`` is a module that is left out.
    """

    bench: BackendBench
    answers: Callable[[Command], Execution | None] = lambda command: None
    pth: str = "{project}/src"
    missing: str = ""
    commands: list[Command] = field(default_factory=list)

    def run(self, command: Command) -> Execution:
        self.commands.append(command)
        if (answer := self.answers(command)) is not None:
            return answer
        argv = command.argv
        if "hook.py" in argv[2] if len(argv) > 2 else False:
            self._hook(Path(command.cwd), argv[4], Path(argv[5]), Path(argv[6]))
        elif "wheel" in argv or "--wheel" in argv:
            self._wheel(Path(argv[-1]), self.bench.out)
        return execution()

    def _hook(self, project: Path, hook: str, out: Path, answer: Path) -> None:
        returned: object
        match hook:
            case "hooks":
                returned = list(HOOKS)
            case "build_sdist":
                returned = self._sdist(project, out)
            case "prepare_metadata_for_build_wheel":
                returned = "madeup-0.1.0.dist-info"
                (out / str(returned)).mkdir()
                (out / str(returned) / "METADATA").write_text(METADATA, encoding="utf-8")
            case "build_editable":
                returned = self._wheel(project, out, editable=True)
            case _:
                returned = self._wheel(project, out)
        answer.write_text(json.dumps(returned), encoding="utf-8")

    def _modules(self, project: Path) -> list[Path]:
        return [path for path in sorted(project.rglob("*.py")) if path.name != self.missing]

    def _wheel(self, project: Path, out: Path, *, editable: bool = False) -> str:
        name = "madeup-0.1.0-py3-none-any.whl"
        with zipfile.ZipFile(out / name, "w") as archive:
            archive.writestr("madeup-0.1.0.dist-info/METADATA", METADATA)
            if editable:
                archive.writestr("madeup.pth", self.pth.replace("{project}", str(project)))
            for path in () if editable else self._modules(project):
                archive.write(path, f"{PACKAGE}/{path.relative_to(project).as_posix().split(f'{PACKAGE}/', 1)[1]}")
        return name

    def _sdist(self, project: Path, out: Path) -> str:
        name = "madeup-0.1.0.tar.gz"
        with tarfile.open(out / name, "w:gz") as archive:
            for path in self._modules(project):
                entry = tarfile.TarInfo(f"madeup-0.1.0/{path.relative_to(project).as_posix()}")
                content = path.read_bytes()
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
        return name


METADATA = "Metadata-Version: 2.4\nName: madeup\nVersion: 0.1.0\n"
