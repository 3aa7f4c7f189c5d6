"""A made-up environment manager around a real monorepo and a real Python: it links or copies, and forgets as told."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.findings.base import Experiment, Observation
from harness.findings.conduct import conduct
from harness.measure.command import Command, Ended, Execution
from harness.measure.trees import remove_tree
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants import Variant, load_variant
from harness.provision.state_folder import Layout
from harness.workspace.experiment import Lab
from harness.workspace.prepared import Bench
from harness.workspace.tree import Surroundings, Workspace
from tests.fakes import execution
from tests.made_up import VARIANT_TOML, FakeMeter, made_up_attempt

TEXT = (
    VARIANT_TOML.replace('["tool", "run", "{app}"]', '["tool", "python", "-m", "{module}"]')
    .replace('directory = "{root}/{app}"\n', "")
    .replace('backend = "backend"', 'backend = "setuptools"')
)

#: Answers a command before the toolchain does; nothing where the toolchain shall.
Override = Callable[[Command, "Player"], Execution | None]


@dataclass
class Player:
    """Plays the toolchain.

    An environment is a folder with the members' packages, ``linked`` to the checkout or copied, with what was declared
    when it was made. ``renewed_by`` are the commands (``run``, ``refresh``, ``install``) that bring it up to date; with
    ``by_lock`` what is declared counts as it was when it was last locked. ``online`` says whether an index answers.
    """

    workspace: Workspace
    linked: bool = False
    renewed_by: frozenset[str] = frozenset()
    by_lock: bool = False
    online: bool = True
    override: Override = lambda command, player: None
    locked: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    commands: list[tuple[str, ...]] = field(default_factory=list)

    def run(self, command: Command) -> Execution:
        """Play one command."""
        self.commands.append(command.argv)
        if (answer := self.override(command, self)) is not None:
            return answer
        root, environment = self.workspace.root, self.workspace.root / ".venv"
        match command.argv:
            case ["git", *_]:
                return self.real(command.argv, command.cwd, command.env)
            case ["tool", "lock"]:
                self.locked = self.declared(root)
                names = "".join(f'name = "{member.name}"\n' for member in CANONICAL.members)
                (root / "tool.lock").write_text(names, encoding="utf-8")
            case ["tool", "install"]:
                if not environment.exists() or "install" in self.renewed_by:
                    self.make(environment, linked=self.linked)
            case ["tool", "refresh"]:
                if "refresh" in self.renewed_by:
                    self.make(environment, linked=self.linked)
            case ["tool", "build", *_]:
                self.workspace.dist.mkdir(exist_ok=True)
            case ["tool", "deploy", *_]:
                self.make(self.workspace.deployment, linked=False)
            case ["tool", "python", "-c", code] if "shared-name" in code:
                renewed = self.renew(environment)
                has = "shared-name" in (renewed / "scripts").read_text(encoding="utf-8").split()
                return self.start(renewed, "-c", "import shared; shared.show()") if has else execution(exit_code=1)
            case ["tool", "python", *words]:
                return self.start(self.renew(environment), *words)
            case [python, *words] if python == f"{self.workspace.deployment}/bin/python":
                return self.start(self.workspace.deployment, *words)
            case _:
                raise AssertionError(command.argv)
        return execution()

    def renew(self, environment: Path) -> Path:
        """The environment, brought up to date if starting does that."""
        if "run" in self.renewed_by:
            self.make(environment, linked=self.linked)
        return environment

    def declared(self, root: Path) -> dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]]:
        """Each member's version, requirements and scripts."""
        found = {}
        for path in sorted(root.glob("*/pyproject.toml")):
            project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
            scripts = tuple(project.get("scripts", ()))
            found[project["name"]] = (project["version"], tuple(project.get("dependencies", ())), scripts)
        return found

    def make(self, environment: Path, *, linked: bool) -> None:
        """Make an environment of what is declared, or was when it was last locked."""
        remove_tree(environment)
        environment.mkdir(parents=True)
        known = self.locked if self.by_lock else self.declared(self.workspace.root)
        sites = []
        for name, (version, requires, _) in known.items():
            source = self.workspace.root / name / "src"
            if not linked:
                shutil.copytree(source, environment / name, ignore=shutil.ignore_patterns("__pycache__"))
            sites.append(str(source if linked else environment / name))
            info = environment / f"{name}-{version}.dist-info"
            info.mkdir()
            (info / "METADATA").write_text(
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8"
            )
            if any(item.startswith("more-itertools") for item in requires):
                stand_in = "def last(items):\n    return items[-1]\n"
                (environment / "more_itertools.py").write_text(stand_in, encoding="utf-8")
        (environment / "sites").write_text(":".join([str(environment), *sites]), encoding="utf-8")
        scripts = " ".join(script for _, _, found in known.values() for script in found)
        (environment / "scripts").write_text(scripts, encoding="utf-8")

    def start(self, environment: Path, *words: str) -> Execution:
        """Start Python where it finds what the environment has."""
        if not environment.exists():
            return execution(ended=Ended.NOT_STARTED)
        path = (environment / "sites").read_text(encoding="utf-8")
        return self.real([sys.executable, "-B", "-S", *words], self.workspace.folder, {"PYTHONPATH": path})

    def real(self, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> Execution:
        """Run a program that is what it says."""
        settings = {"PATH": os.environ["PATH"], **env}
        done = subprocess.run(argv, cwd=cwd, env=settings, capture_output=True, text=True, check=False)
        return replace(execution(exit_code=done.returncode, stdout=done.stdout), stderr=done.stderr)


def made_up_monorepo(folder: Path, text: str = TEXT) -> Variant:
    """The committed monorepo of venv, with another toolchain."""
    source = Layout.here().variants / "venv"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("variant.toml", "__pycache__"))
    (folder / "variant.toml").write_text(text, encoding="utf-8")
    return load_variant(folder)


def player_lab(tmp_path: Path, text: str = TEXT, **options: object) -> tuple[Lab, Player]:
    """A lab whose toolchain is played, and the player."""
    variant = made_up_monorepo(tmp_path / "variants" / "made-up", text)
    surroundings = Surroundings(
        python=Path(sys.executable), tools=tmp_path / "tools", index="http://127.0.0.1:1/simple/"
    )
    workspace = Workspace(variant=variant, shape=CANONICAL, folder=tmp_path / "scratch", surroundings=surroundings)
    player = Player(workspace, **options)  # type: ignore[arg-type]
    bench = Bench(
        variant=variant,
        shape=CANONICAL,
        warm=workspace,
        settled=workspace,
        cold=workspace,
        meter=FakeMeter(),
        host_environment={"PATH": os.environ["PATH"]},
        nix_unavailable="There is no Nix here.",
    )

    @contextmanager
    def open_index(roots: Sequence[Path], **_: int | None) -> Iterator[Served]:
        player.online = True
        try:
            yield Served(roots=tuple(roots))
        finally:
            player.online = False

    lab = Lab(
        bench=bench,
        attempt=made_up_attempt(player, tmp_path),
        wheelhouse=tmp_path / "wheelhouse",
        open_index=open_index,
        hidden={},
    )
    workspace.renew(lock=False)
    player.run(lab.attempt.command(["tool", "lock"], workspace.root, {}))
    workspace.keep_locks()
    return lab, player


@dataclass(frozen=True)
class Served:
    """An index that a player asks nothing of."""

    roots: tuple[Path, ...]
    url: str = "http://127.0.0.1:2/simple/"


def established(experiment: Experiment, lab: Lab) -> dict[str, Observation]:
    """The answers of an experiment, by their names."""
    return {item.finding: item for item in conduct(experiment, lab)}
