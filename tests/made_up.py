"""Made-up variants, workspaces and benches for unit tests: no tool is run, no network is asked."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from harness.measure.command import Command, Ended, Execution, Executor
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants import Variant, load_variant
from harness.provision.index import Traffic
from harness.records.facts import HostFacts, Outcome
from harness.records.format import Cell, Plan, RunInfo, RunStatus, Sample
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt
from harness.workspace.tree import Surroundings, Workspace

VARIANT_TOML = """\
schema_version = 1
title = "Made up"
summary = "For tests"
environments = ["{root}/.venv"]
lock_files = ["{root}/tool.lock"]

[toolchain]
manager = "tool"
backend = "backend"
packages = ["tool==1.0"]
build_requirements = ["backend==2.0"]
version = { command = ["tool", "--version"], expect = "1.0" }

[environment]
TOOL_INDEX = "{index}"

[caches]
TOOL_CACHE = "{cache}/tool"

[phases.lock]
steps = [["tool", "lock"]]

[phases.install]
steps = [["tool", "install"]]

[phases.refresh]
steps = []

[phases.run]
directory = "{root}/{app}"
steps = [["tool", "run", "{app}"]]

[phases.build]
steps = [["tool", "build", "{root}/{member}", "{dist}"]]

[phases.deploy]
steps = [["tool", "deploy", "{app}", "{deploy}"]]
run = ["{deploy}/bin/python", "-m", "{module}"]
"""


def write_variant(folder: Path, text: str = VARIANT_TOML) -> Path:
    """A variant's folder with the three members and locks."""
    for member in CANONICAL.members:
        module = folder / member.name / "src" / member.name / "__init__.py"
        module.parent.mkdir(parents=True)
        module.write_text('NAME = "PolyWolf"\n' if member.name == "shared" else "", encoding="utf-8")
    (folder / "locks").mkdir()
    for lock in ("toolchain", "build"):
        (folder / "locks" / f"{lock}.txt").write_text("", encoding="utf-8")
    (folder / "variant.toml").write_text(text, encoding="utf-8")
    return folder


def write_python(
    path: Path,
    version: str,
    *,
    base: Path | None = None,
    implementation: str = "cpython",
    tags: Sequence[str] = ("py3-none-any",),
) -> Path:
    """A program that answers as a Python of that version does when it is asked who it is."""
    told = {
        "implementation": implementation,
        "version": version,
        "base": str(base or path),
        "markers": {"python_version": ".".join(version.split(".")[:2]), "python_full_version": version},
        "tags": list(tags),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{json.dumps(told)}'\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def made_up_variant(tmp_path: Path, name: str = "made-up", text: str = VARIANT_TOML) -> Variant:
    """A variant read from a folder below ``tmp_path``."""
    return load_variant(write_variant(tmp_path / "variants" / name, text))


def made_up_workspace(tmp_path: Path, variant: Variant | None = None, folder: str = "warm") -> Workspace:
    """A workspace below ``tmp_path``."""
    return Workspace(
        variant=variant or made_up_variant(tmp_path),
        shape=CANONICAL,
        folder=tmp_path / "scratch" / folder,
        surroundings=Surroundings(python=Path("/python"), tools=tmp_path / "tools", index="http://127.0.0.1:1/simple/"),
    )


class FakeMeter:
    """An index that served what it is told to have served."""

    def __init__(self) -> None:
        self.now = Traffic(requests=0, bytes_downloaded=0)

    def traffic(self) -> Traffic:
        return self.now


def made_up_bench(tmp_path: Path, text: str = VARIANT_TOML) -> Bench:
    """A bench of a made-up variant."""
    variant = made_up_variant(tmp_path, text=text)
    return Bench(
        variant=variant,
        shape=CANONICAL,
        warm=made_up_workspace(tmp_path, variant, "warm"),
        settled=made_up_workspace(tmp_path, variant, "settled"),
        cold=made_up_workspace(tmp_path, variant, "cold"),
        meter=FakeMeter(),
        host_environment={},
    )


def execution(
    *, exit_code: int = 0, stdout: str = "", wall_s: float = 1.0, ended: Ended = Ended.EXITED, max_rss_bytes: int = 1000
) -> Execution:
    """An execution that cost round figures."""
    return Execution(
        ended=ended,
        exit_code=exit_code if ended is Ended.EXITED else None,
        signal=9 if ended is Ended.SIGNALLED else None,
        wall_s=wall_s,
        user_s=wall_s / 2,
        system_s=wall_s / 4,
        max_rss_bytes=max_rss_bytes,
        stdout=stdout,
        stderr="",
        reason="no such file" if ended is Ended.NOT_STARTED else "",
    )


@dataclass
class Toolbox:
    """An executor that plays the made-up toolchain: it writes the files a real one would, and can be told to fail.

    ``answers`` is asked first; it returns nothing where the toolchain behaves.
    """

    workspaces: list[Workspace]
    answers: Callable[[Command], Execution | None] = lambda command: None
    commands: list[Command] = field(default_factory=list)
    stale: str | None = None

    def run(self, command: Command) -> Execution:
        """Play one command."""
        self.commands.append(command)
        if (answer := self.answers(command)) is not None:
            return answer
        workspace = next(item for item in self.workspaces if command.cwd.is_relative_to(item.folder))
        match command.argv:
            case ["tool", "lock"]:
                names = "".join(f'name = "{member.name}"\n' for member in workspace.shape.members)
                (workspace.root / "tool.lock").write_text(names, encoding="utf-8")
            case ["tool", "install"]:
                (workspace.root / ".venv").mkdir(exist_ok=True)
                (workspace.cache / "tool").mkdir(exist_ok=True)
            case ["tool", "run", application]:
                return execution(stdout=f"{application.capitalize()}, {self.stale or workspace.name}\n")
            case ["tool", "build", *_]:
                workspace.dist.mkdir(exist_ok=True)
                member = Path(command.argv[2]).name
                (workspace.dist / f"{member}-0.1.0-py3-none-any.whl").write_text("w" * 10, encoding="utf-8")
                (workspace.dist / f"{member}-0.1.0.tar.gz").write_text("s" * 20, encoding="utf-8")
            case ["tool", "deploy", *_]:
                (workspace.deployment / "bin").mkdir(parents=True)
            case [_, "-m", application] if "deployed" in command.argv[0] and application == "goodbye":
                return execution(exit_code=1)
            case [_, "-m", application]:
                return execution(stdout=f"{application.capitalize()}, PolyWolf\n")
        return execution()


def made_up_attempt(executor: Executor, tmp_path: Path) -> Attempt:
    """An attempt whose nonces count up from 1."""
    numbers = itertools.count(1)
    return Attempt(executor=executor, log_path=tmp_path / "log", limit_s=60.0, nonce=lambda: f"nonce{next(numbers)}")


class FakeClock:
    """A clock that goes one second on each time it is asked."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


def made_up_info(plan: Plan, run_id: str = "run") -> RunInfo:
    """A run.json for a plan."""
    return RunInfo(
        run_id=run_id,
        status=RunStatus.RUNNING,
        started_at="2026-01-01T00:00:00+00:00",
        command_line=("run",),
        harness_version="0",
        plan=plan,
        host=HostFacts(
            host_id="host",
            system="Debian",
            release="6",
            machine="x86_64",
            cpu_model="made up",
            cpu_count=2,
            memory_bytes=1,
            filesystem="ext4",
            python_version="3.11.2",
            python_implementation="CPython",
            libc="glibc 2.36",
        ),
        tools={},
        variants={},
        scenarios={},
    )


def made_up_sample(cell: Cell, outcome: Outcome = Outcome.OK, **more: Any) -> Sample:
    """One execution of a cell, the first of a run unless ``more`` says otherwise."""
    values: dict[str, Any] = {
        "run_id": "run",
        "host_id": "host",
        "variant_digest": "digest",
        "block": 0,
        "position": 0,
        "started_at": "2026-01-01T00:00:00+00:00",
        "log_path": "logs/a.log",
        "wall_s": 1.0 if outcome is Outcome.OK else None,
    }
    return Sample(**{**values, **asdict(cell), "outcome": outcome, **more})
