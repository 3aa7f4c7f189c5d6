"""A made-up toolchain that resolves, locks and installs what is in the checkout and on the index, as its habits are.

What it installs is run by a real Python, so an experiment's edits and imports mean what they say.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from harness.findings.base import Experiment, Observation
from harness.findings.conduct import conduct
from harness.findings.made_wheels import make_wheel
from harness.measure.command import Command, Execution
from harness.monorepo.shapes import CANONICAL
from harness.records.facts import Lane
from harness.workspace.experiment import Lab
from tests.fakes import execution
from tests.made_up import VARIANT_TOML, made_up_attempt, made_up_bench
from tests.unit.findings.made_up_builds import MadeUpIndex, Release, refusal
from tests.unit.findings.made_up_nix import nix_bench, query

TOOL_TOML = VARIANT_TOML.replace('["tool", "run", "{app}"]', '["tool", "run", "{app}", "-m", "{module}"]')
#: The address that the toolchain is told of unless an experiment starts an index of its own.
STANDING = "http://127.0.0.1:1/simple/"
VERSIONS = ("9.1.0", "10.8.0")

#: Plays Nix: asked to build attributes of a checkout.
PlayedNix = Callable[[Sequence[str], Path], Execution]


def lacking(*phases: str) -> str:
    """A variant without some phases."""
    text = TOOL_TOML if "lock" not in phases else TOOL_TOML.replace('lock_files = ["{root}/tool.lock"]\n', "")
    for name in phases:
        text = re.sub(rf"\[phases\.{name}\]\n(?:.+\n)+", "", text)
    return text + "\n[unsupported]\n" + "".join(f'{name} = "it has no {name}"\n' for name in phases)


class RefusedError(Exception):
    """What the toolchain says when it refuses."""


@dataclass
class Tool:
    """An executor that plays the toolchain, pip and Python; its fields are the toolchain's habits.

    With ``together`` all applications share one environment; a ``careless`` one then holds what was asked for last.
    ``compares`` is whether installing holds wheels against the lock file, ``heeds`` whether lines of ``tool.index``
    count, which say of a package what index it is from; ``strict`` whether a build looks at imports. ``fails`` is asked
    first, with each command.
    """

    together: bool = False
    careless: bool = False
    compares: bool = True
    heeds: bool = True
    strict: bool = False
    fails: Callable[[Sequence[str]], Execution | None] = lambda argv: None
    nix: PlayedNix | None = None
    served: dict[str, Sequence[Path]] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)

    def run(self, command: Command) -> Execution:
        """Play one command."""
        self.commands.append(command)
        if (answer := self.fails(command.argv)) is not None:
            return answer
        try:
            return self._play(command, _Checkout(tool=self, command=command))
        except RefusedError as refused:
            return refusal(str(refused))

    def _play(self, command: Command, checkout: _Checkout) -> Execution:
        match command.argv:
            case ["tool", "lock"]:
                checkout.lock()
            case ["tool", "install"]:
                checkout.install()
            case ["tool", "run", application, *arguments]:
                site = command.cwd.parent / ".venv" / ("all" if self.together else application)
                return really(arguments, site)
            case ["tool", "build", member, dist]:
                checkout.build(Path(member), Path(dist))
            case ["tool", "deploy", application, folder]:
                checkout.fill(Path(folder) / "site", [application])
            case [_, "-m", "venv", "--without-pip", folder]:
                (Path(folder) / "site").mkdir(parents=True)
            case ["/python", *arguments]:
                return really(arguments, command.env["PYTHONPATH"])
            case [program, *arguments] if program.endswith("nix-build") and self.nix is not None:
                tree = arguments[arguments.index("tree") + 1]
                return self.nix([after for word, after in pairwise(arguments) if word == "-A"], Path(tree))
            case [program, *_] if program.endswith("nix-store"):
                return query(command.cwd.parents[1], command.argv)
            case [python, *arguments]:
                return really(arguments, Path(python).parent.parent / "site")
        return execution()

    @contextmanager
    def index(self, roots: Sequence[Path], *, pages_for_s: int | None = None, port: int = 0) -> Iterator[MadeUpIndex]:
        """An index of these folders and then of the standing one's, for as long as it is open."""
        serving = MadeUpIndex(url=f"http://127.0.0.1:{port or len(self.served) + 1}/simple/")
        self.served[serving.url] = [*roots, *self.served[STANDING]]
        yield serving
        del self.served[serving.url]


@dataclass(frozen=True, kw_only=True)
class _Checkout:
    """One command of the toolchain in a checkout."""

    tool: Tool
    command: Command

    @property
    def root(self) -> Path:
        return self.command.cwd

    def lock(self) -> None:
        """Write down the hash of all that would be installed."""
        found = [wheel for group in self._groups() for wheel in self.resolve(group)]
        locked = {wheel.name: _digest(wheel) for wheel in found}
        (self.root / "tool.lock").write_text(json.dumps(locked), encoding="utf-8")

    def install(self) -> None:
        """Make an environment for each group of applications, each member linked or, here, copied."""
        for group in self._groups():
            self.fill(self.root / ".venv" / ("all" if self.tool.together else group[0]), group)

    def fill(self, site: Path, applications: Sequence[str]) -> None:
        """Put applications and what they need into an environment."""
        lock = self.root / "tool.lock"
        locked = json.loads(lock.read_text(encoding="utf-8")) if lock.is_file() else {}
        wheels = self.resolve(applications)
        for wheel in wheels:
            if self.tool.compares and locked.get(wheel.name, _digest(wheel)) != _digest(wheel):
                raise RefusedError(f"tool.lock: the hash of {wheel.name} is another. Try to lock again.")
            _unpack(wheel, site)
        for member in (*applications, "shared"):
            if not (site / member).exists():
                shutil.copytree(self.root / member / "src" / member, site / member)

    def resolve(self, applications: Sequence[str]) -> list[Path]:
        """The wheels from the index that applications need."""
        stated = [Requirement(text) for member in (*applications, "shared") for text in self.dependencies(member)]
        foreign = [item for item in stated if item.name not in _members()]
        wheels = {
            item.name: self._best(item.name, [other for other in foreign if other.name == item.name])
            for item in foreign
        }
        return list(wheels.values())

    def _best(self, name: str, wanted: Sequence[Requirement]) -> Path:
        agreed = wanted[-1:] if self.tool.careless else wanted
        fitting = [
            (version, -place, wheel)
            for place, (version, wheel) in enumerate(self._offered(name))
            if all(item.specifier.contains(version) for item in agreed)
        ]
        if not fitting:
            raise RefusedError(f"{' and '.join(map(str, wanted))} exclude each other; mend hello/pyproject.toml")
        return max(fitting)[2]

    def _offered(self, name: str) -> list[tuple[Version, Path]]:
        index = self._told(name) or self.command.env.get("TOOL_INDEX") or self.command.env["PIP_INDEX_URL"]
        folders = [root / canonicalize_name(name) for root in self.tool.served[index]]
        wheels = [wheel for folder in folders for wheel in sorted(folder.glob("*.whl"))]
        parsed = [(parse_wheel_filename(wheel.name), wheel) for wheel in wheels]
        return [(item[1], wheel) for item, wheel in parsed if item[0] == canonicalize_name(name)]

    def _told(self, name: str) -> str:
        """The index that a package is said to be from."""
        said = self.root / "tool.index"
        lines = said.read_text(encoding="utf-8").splitlines() if self.tool.heeds and said.is_file() else []
        return dict(line.split() for line in lines if line).get(name, "")

    def build(self, member: Path, dist: Path) -> None:
        """Make a wheel and an sdist of a member."""
        modules = {f"{member.name}/{path.name}": path.read_text() for path in (member / "src" / member.name).glob("*")}
        stated = self.dependencies(member.name)
        imported = {name.replace("_", "-") for text in modules.values() for name in _imports(text)}
        if self.tool.strict and (unstated := imported & {"more-itertools"} - {Requirement(one).name for one in stated}):
            raise RefusedError(f"{member.name} imports {', '.join(unstated)} and does not declare it")
        Release(name=member.name, requires=stated, modules=modules).write(dist)

    def dependencies(self, member: str) -> list[str]:
        """What a member's pyproject.toml requires."""
        text = (self.root / member / "pyproject.toml").read_text(encoding="utf-8")
        return [
            item.replace("{root:uri}", self.root.as_uri()) for item in tomllib.loads(text)["project"]["dependencies"]
        ]

    def _groups(self) -> list[list[str]]:
        names = [member.name for member in CANONICAL.applications]
        return [names] if self.tool.together else [[name] for name in names]


def _members() -> list[str]:
    return [member.name for member in CANONICAL.members]


def _imports(text: str) -> list[str]:
    return re.findall(r"^import (\w+)", text, re.MULTILINE)


def _digest(wheel: Path) -> str:
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def _unpack(wheel: Path, site: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)


def really(arguments: Sequence[str], site: Path | str) -> Execution:
    """What Python itself says, with nothing but ``site`` to import from."""
    done = subprocess.run(
        [sys.executable, "-S", "-B", *arguments],
        env={"PYTHONPATH": str(site), "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    return execution(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr)


def tool_lab(tmp_path: Path, tool: Tool, *, text: str = TOOL_TOML, dependency: str = "shared") -> Lab:
    """A lab of a made-up variant whose applications state one dependency, and whose index has a package besides."""
    bench = made_up_bench(tmp_path, text)
    for member in CANONICAL.members:
        _write_member(bench.variant.folder / member.name, dependency if member.needs else "")
    wheelhouse = tmp_path / "wheelhouse"
    for version in VERSIONS:
        make_wheel(wheelhouse, "more-itertools", version, {"more_itertools/__init__.py": ""})
    tool.served[STANDING] = [wheelhouse]
    if bench.warm.lock_files:
        bench.warm.kept_locks.mkdir(parents=True)
        (bench.warm.kept_locks / "tool.lock").write_text("{}", encoding="utf-8")
    if tool.nix is not None:
        bench = replace(bench, nix=nix_bench(tmp_path, bench.warm))
    return Lab(
        bench=replace(bench, nix_unavailable="" if tool.nix else "no Nix here"),
        attempt=made_up_attempt(tool, tmp_path),
        wheelhouse=wheelhouse,
        open_index=tool.index,
        hidden={},
    )


def established(experiment: Experiment, lab: Lab) -> dict[tuple[str, Lane], Observation]:
    """What an experiment finds, by the names and lanes of its findings; a lab of one strategy has one answer each."""
    found: dict[tuple[str, Lane], Observation] = {}
    for item in conduct(experiment, lab):
        assert (item.finding, item.lane) not in found
        found[item.finding, item.lane] = item
    return found


def _write_member(folder: Path, dependency: str) -> None:
    name = folder.name
    stated = f'"{dependency}"' if dependency else ""
    project = f'[project]\nname = "{name}"\nversion = "0.1.0"\ndependencies = [{stated}]\n'
    (folder / "pyproject.toml").write_text(project, encoding="utf-8")
    needs = "\n  dependencies = [\n    myproject-shared\n  ];\n" if dependency else ""
    arguments = "  buildPythonPackage,\n" + ("  myproject-shared,\n" if dependency else "")
    package = f'{{\n{arguments}}}:\n\nbuildPythonPackage {{\n  pname = "{name}";\n  version = "0.1.0";\n{needs}}}\n'
    (folder / "package.nix").write_text(package, encoding="utf-8")
    if dependency:
        main = f'from shared import NAME\n\nprint(f"{name.capitalize()}, {{NAME}}")\n'
        (folder / "src" / name / "__main__.py").write_text(main, encoding="utf-8")
