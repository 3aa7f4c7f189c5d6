"""A made-up toolchain that builds real wheels and sdists, and a made-up pip and Python that take them at their word."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from harness.findings.archives import metadata, requirements
from harness.findings.base import Experiment, Observation
from harness.findings.conduct import conduct
from harness.measure.command import Command, Execution
from harness.monorepo.shapes import CANONICAL
from harness.workspace.experiment import Lab
from tests.fakes import execution
from tests.made_up import VARIANT_TOML, made_up_attempt, made_up_bench

Modules = Mapping[str, str]
#: What a released member may hold: modules by their place in the wheel.
APPLICATION: Modules = {"{name}/__init__.py": "", "{name}/__main__.py": "import shared\n"}
LIBRARY: Modules = {"shared/__init__.py": 'NAME = "PolyWolf"\n'}


@dataclass(frozen=True, kw_only=True)
class Release:
    """What a build makes of one member: ``stamp`` is the time in it, in whole seconds since 1980."""

    name: str
    requires: Sequence[str] = ()
    sdist_requires: Sequence[str] | None = None
    modules: Modules = field(default_factory=dict)
    stamp: int = 0

    def write(self, folder: Path) -> None:
        """Write the wheel and the sdist."""
        folder.mkdir(exist_ok=True)
        self.write_wheel(folder)
        stem = f"{self.name}-0.1.0"
        stated = self.requires if self.sdist_requires is None else self.sdist_requires
        files = {"PKG-INFO": self._metadata(stated), **{f"src/{place}": text for place, text in self.modules.items()}}
        with tarfile.open(folder / f"{stem}.tar.gz", "w:gz", compresslevel=1) as archive:
            for place, text in files.items():
                info = tarfile.TarInfo(f"{stem}/{place}")
                info.size, info.mtime = len(text.encode()), self.stamp
                archive.addfile(info, io.BytesIO(text.encode()))
        _set_gzip_time(folder / f"{stem}.tar.gz")

    def write_wheel(self, folder: Path) -> None:
        """Write the wheel alone."""
        stem = f"{self.name}-0.1.0"
        files = {**self.modules, f"{stem}.dist-info/METADATA": self._metadata(self.requires)}
        with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as archive:
            for place, text in files.items():
                second = self.stamp // 2 * 2
                archive.writestr(zipfile.ZipInfo(place, (1980, 1, 1, 0, second // 60 % 60, second % 60)), text)

    def _metadata(self, requires: Sequence[str]) -> str:
        lines = ["Metadata-Version: 2.1", f"Name: {self.name}", "Version: 0.1.0"]
        return "\n".join([*lines, *(f"Requires-Dist: {text}" for text in requires), "", ""])


def _set_gzip_time(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4:8] = bytes(4)
    path.write_bytes(bytes(content))


#: Makes a release of a member from a checkout, with the build command's environment; an execution refuses to.
Builder = Callable[[Path, str, Mapping[str, str]], "Release | Execution"]


def release(root: Path, name: str, env: Mapping[str, str]) -> Release:
    """The best of builds: what pyproject.toml requires, by name, and nothing that changes."""
    stated = tomllib.loads((root / name / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    modules = LIBRARY if name == "shared" else {place.format(name=name): code for place, code in APPLICATION.items()}
    return Release(name=name, requires=[item.replace("{root:uri}", root.as_uri()) for item in stated], modules=modules)


def refusal(message: str = "no") -> Execution:
    """A command that says ``message`` and fails."""
    return execution(exit_code=1, stderr=f"{message}\n")


@dataclass
class Market:
    """An executor that plays the toolchain, pip, and Python; told how to build and deploy, and what comes of a sdist.

    ``served`` maps the address of an index to the folders that it serves.
    """

    builder: Builder = release
    deploys: Callable[[Path, Path], None] = lambda folder, root: None
    rebuilds: Callable[[Path], Release | Execution] | None = None
    served: dict[str, Sequence[Path]] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)

    def run(self, command: Command) -> Execution:
        """Play one command."""
        self.commands.append(command)
        match [str(part) for part in command.argv]:
            case ["tool", "build", member, dist]:
                return self._build(Path(member), Path(dist), command.env)
            case ["tool", "deploy", _, folder]:
                (Path(folder) / "bin").mkdir(parents=True)
                self.deploys(Path(folder), command.cwd)
            case [_, "-m", "venv", "--without-pip", folder]:
                (Path(folder) / "site").mkdir(parents=True)
            case [_, "-m", "pip", "--python", python, "install", *arguments]:
                return self._install(Path(python).parent.parent / "site", arguments, command.env["PIP_INDEX_URL"])
            case [_, "-m", "pip", "--python", _, "wheel", "--no-deps", "--wheel-dir", into, project]:
                return self._wheel(Path(into), Path(project))
            case ["/python", *arguments]:
                return _really(command, arguments)
            case [python, "-m", application]:
                return _start(Path(python).parent.parent / "site", application)
        return execution()

    @contextmanager
    def index(
        self,
        roots: Sequence[Path],
        *,
        pages_for_s: int | None = None,
        port: int = 0,
    ) -> Iterator[MadeUpIndex]:
        """An index of these folders, for as long as it is open."""
        serving = MadeUpIndex(url=f"http://127.0.0.1:{port or len(self.served) + 2}/simple/")
        self.served[serving.url] = roots
        yield serving
        del self.served[serving.url]

    def _build(self, member: Path, dist: Path, env: Mapping[str, str]) -> Execution:
        made = self.builder(member.parent, member.name, env)
        if isinstance(made, Execution):
            return made
        made.write(dist)
        return execution()

    def _wheel(self, into: Path, project: Path) -> Execution:
        name = project.name.partition("-")[0]
        described = (project / "PKG-INFO").read_text(encoding="utf-8")
        made = Release(name=name, requires=re.findall(r"Requires-Dist: (.*)", described))
        if self.rebuilds is not None:
            answer = self.rebuilds(project)
            if isinstance(answer, Execution):
                return answer
            made = answer
        made.write_wheel(into)
        return execution()

    def _install(self, site: Path, arguments: Sequence[str], index: str) -> Execution:
        folders = [root / name for root in self.served.get(index, ()) for name in ("shared", "hello", "goodbye")]
        folders += [Path(after) for before, after in pairwise(arguments) if before[2:] == "find-links"]
        offered = {path.name.partition("-")[0]: path for folder in folders for path in folder.glob("*.whl")}
        wanted = [item for item in arguments if item.endswith(".whl") or item in ("hello", "goodbye")]
        chosen: dict[str, Path] = {}
        while wanted:
            name = Path(wanted.pop()).name.partition("-")[0]
            given = [Path(item) for item in arguments if Path(item).name.startswith(f"{name}-")]
            if not given and name not in offered:
                return refusal(f"No matching distribution found for {name}")
            chosen[name] = given[0] if given else offered[name]
            for requirement in requirements(metadata(chosen[name])):
                if requirement.url and not Path(requirement.url.removeprefix("file://")).exists():
                    return refusal(f"No such file: {requirement.url}")
                wanted += [] if requirement.name in chosen else [requirement.name]
        for wheel in chosen.values():
            zipfile.ZipFile(wheel).extractall(site)  # noqa: S202 - this very file made it
        return execution()


@dataclass(frozen=True, kw_only=True)
class MadeUpIndex:
    """An index that nobody listens at, with the projects that it is said to have been asked for."""

    url: str
    projects: frozenset[str] = frozenset()

    def asked(self) -> frozenset[str]:
        return self.projects


def _start(site: Path, application: str) -> Execution:
    for needed in (application, "shared"):
        if not (site / needed).is_dir():
            return refusal(f"ModuleNotFoundError: No module named '{needed}'")
    return execution(stdout=f"{application.capitalize()}, PolyWolf\n")


def _really(command: Command, arguments: Sequence[str]) -> Execution:
    """What Python itself says."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=command.cwd,
        env=dict(command.env),
        capture_output=True,
        text=True,
        check=False,
    )
    return execution(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr)


#: A variant that can neither build nor deploy.
POOR = re.sub(
    r"\[phases.build\].*",
    '[unsupported]\nbuild = "it builds nothing"\ndeploy = "it deploys nothing"\n',
    VARIANT_TOML,
    flags=re.DOTALL,
)
BY_NAME = '"shared"'
BY_ADDRESS = '"shared @ {root:uri}/shared"'


def market_lab(tmp_path: Path, market: Market, *, text: str = VARIANT_TOML, dependencies: str = BY_NAME) -> Lab:
    """A lab of a made-up variant whose applications state these dependencies, and the market it is played in."""
    bench = made_up_bench(tmp_path, text)
    for member in CANONICAL.members:
        stated = dependencies if member.needs else ""
        project = f'[project]\nname = "{member.name}"\nversion = "0.1.0"\ndependencies = [{stated}]\n'
        (bench.variant.folder / member.name / "pyproject.toml").write_text(project, encoding="utf-8")
    bench.warm.kept_locks.mkdir(parents=True)
    (bench.warm.kept_locks / "tool.lock").write_text("", encoding="utf-8")
    return Lab(
        bench=bench,
        attempt=made_up_attempt(market, tmp_path),
        wheelhouse=tmp_path / "wheelhouse",
        open_index=market.index,
        hidden={},
    )


def established(experiment: Experiment, lab: Lab) -> dict[str, Observation]:
    """What an experiment finds, by the names of its findings."""
    return {found.finding: found for found in conduct(experiment, lab)}
