"""What a backend is measured with: its environments, the projects it builds, and what it left of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import StateError, VerificationError
from harness.measure.command import Command
from harness.measure.environment import prepare_home, scrubbed
from harness.measure.trees import remove_tree
from harness.monorepo.backends.catalogue import Backend
from harness.monorepo.backends.project import PACKAGE, Project, write_project
from harness.monorepo.shapes.packages import files_of
from harness.records.facts import Lane
from harness.workspace.prepared import Meter, Unready
from harness.workspace.steps import Attempt, how_it_ended

_HOOK = Path(__file__).with_name("hook.py")
_HOST_PATH = ("/usr/bin", "/bin")


@dataclass(kw_only=True)
class BackendBench:
    """One backend, set up to be measured below ``folder``.

    ``python`` is the interpreter of an environment that has the backend and nothing else, ``beside`` of one that has
    front ends too, if the run has any that need it, ``plain`` the one they were made from. ``front_ends`` is the folder
    of the front ends that stand alone, ``index`` the address of the index on loopback. ``hooks`` are the names of the
    hooks that the backend has.
    """

    variant: Backend
    folder: Path
    python: Path
    beside: Path
    plain: Path
    front_ends: Path
    index: str
    meter: Meter
    host_environment: Mapping[str, str]
    hooks: frozenset[str] = frozenset()
    projects: dict[Path, Project] = field(default_factory=dict)
    environments: dict[tuple[str, str], Path] = field(default_factory=dict)

    def unready(self, lane: Lane) -> Unready | None:  # noqa: ARG002
        """A backend that was set up can be measured."""
        return None

    @property
    def out(self) -> Path:
        """Where what is built goes; emptied before each sample."""
        return self.folder / "out"

    @property
    def home(self) -> Path:
        """What commands take for the user's home folder."""
        return self.folder / "home"

    @property
    def cache(self) -> Path:
        """The front ends' caches, which stay warm."""
        return self.folder / "cache"

    def project(self, shape: str, *, flat: bool = False, linked: bool = False) -> Project:
        """The project of a shape such as ``files=100``, written when it is first asked for.

        What editable installs lead to is ``linked`` and built of nothing else: importing leaves compiled modules there.
        """
        files = files_of(shape)
        folder = self.folder / ("linked" if linked else "built") / f"{'flat' if flat else 'src'}-{files}"
        if folder not in self.projects:
            self.projects[folder] = write_project(folder, self.variant, files, flat=flat)
        return self.projects[folder]

    def environment(self, python: Path) -> dict[str, str]:
        """The whole environment of a command that works with ``python``, as if its environment were activated.

        uv_build looks for its program on the path.
        """
        prepare_home(self.home)
        return scrubbed(
            home=self.home,
            path=(str(python.parent), *_HOST_PATH),
            extra={
                "PIP_INDEX_URL": self.index,
                "PIP_TRUSTED_HOST": "127.0.0.1",
                "PIP_CACHE_DIR": str(self.cache / "pip"),
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                "UV_DEFAULT_INDEX": self.index,
                "UV_CACHE_DIR": str(self.cache / "uv"),
                "UV_PYTHON_DOWNLOADS": "never",
                "XDG_CACHE_HOME": str(self.cache),
                "XDG_CONFIG_HOME": str(self.home / "config"),
                "XDG_DATA_HOME": str(self.home / "data"),
            },
            host=self.host_environment,
        )

    def command(
        self, attempt: Attempt, argv: Sequence[str | Path], cwd: Path, *, python: Path | None = None
    ) -> Command:
        """A command in the bench's environment, with that of ``python`` first on the path [the backend's own]."""
        return attempt.command([str(part) for part in argv], cwd, self.environment(python or self.python))

    def hook(self, attempt: Attempt, project: Project, hook: str) -> Command:
        """Calling one hook for a project, in a process of its own as front ends do it."""
        argv = (self.python, "-P", _HOOK, self.variant.spec.module, hook, self.out, self._answer)
        return self.command(attempt, argv, project.folder)

    def answer(self) -> Any:
        """What the last hook returned.

        Raises:
            VerificationError: it left no answer.
        """
        try:
            return json.loads(self._answer.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise VerificationError(f"The hook left no answer: {error}") from error

    @property
    def _answer(self) -> Path:
        return self.folder / "answer.json"

    def fresh(self, project: Project) -> None:
        """Nothing built, nothing left over from building.

        Raises:
            StateError: something is.
        """
        project.tidy()
        remove_tree(self._answer)
        remove_tree(self.out)
        self.out.mkdir(parents=True)
        if left := [path.name for path in project.folder.iterdir() if path.name in ("build", "dist", ".pdm-build")]:
            raise StateError(f"There is still {', '.join(left)} in the project.")

    def installed(self, attempt: Attempt, hook: str, *, flat: bool) -> Path:
        """The interpreter of an environment with what ``hook`` builds of the attempt's project installed, made once.

        Raises:
            StateError: it cannot be built, installed or imported.
        """
        project = self.project(attempt.shape, flat=flat, linked=hook == "build_editable")
        key = (hook, project.folder.name)
        if key not in self.environments:
            self.fresh(project)
            self._complete(self.hook(attempt, project, hook), attempt)
            wheel = self.out / str(self.answer())
            place = self.folder / "environments" / "-".join(key)
            python = place / "bin" / "python"
            for argv in (
                (self.plain, "-m", "venv", "--without-pip", "--clear", place),
                (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", wheel),
                # Twice, so that what is measured finds compiled modules.
                (python, "-c", f"import {PACKAGE}"),
                (python, "-c", f"import {PACKAGE}"),
            ):
                self._complete(self.command(attempt, argv, self.folder), attempt)
            self.environments[key] = python
        return self.environments[key]

    def _complete(self, command: Command, attempt: Attempt) -> None:
        execution = attempt.executor.run(command)
        if not execution.ok:
            raise StateError(how_it_ended(command.argv, execution))
