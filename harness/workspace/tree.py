"""Variant × Shape → a scratch tree in which a toolchain can be put to work, edited and put back as it was."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.errors import StateError
from harness.measure.environment import prepare_home
from harness.measure.trees import remove_tree
from harness.monorepo.shapes import Shape, module_of
from harness.monorepo.variants import Variant
from harness.monorepo.variants.file import Phase
from harness.monorepo.variants.placeholders import grouped, placeholders, repeated_for

#: What ``shared`` exports and both applications print.
NAME = "PolyWolf"

#: How long before the present a fresh clone's files were written, in seconds.
_CLONED_BEFORE_S = 60

_NAME_LINE = re.compile(r'^NAME = "(.*)"$', re.MULTILINE)


def rewrite_module(path: Path, text: str) -> None:
    """Give a module another text; Python sees that it is another.

    It tells stale byte code by the source's size and whole second: two of our edits, unlike a person's, may fall into
    one second.
    """
    before_s = int(path.stat().st_mtime)
    path.write_text(text, encoding="utf-8")
    if path.stat().st_mtime < before_s + 1:
        os.utime(path, (before_s + 1, before_s + 1))


def expected_line(application: str, name: str = NAME) -> str:
    """What an application prints, to the letter: ``hello`` prints ``Hello, PolyWolf``."""
    return f"{module_of(application).capitalize()}, {name}\n"


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What lies outside a scratch tree and its toolchain has to be told about.

    ``python`` is the interpreter that environments are to be made from, ``python_version`` its exact version, empty
    where it is not known. ``index`` is the address of the simple index on loopback; ``tools`` the folder of the
    toolchain's executables; ``host_path`` the folders searched after it.
    """

    python: Path
    tools: Path
    index: str
    python_version: str = ""
    host_path: tuple[str, ...] = ("/usr/bin", "/bin")


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A scratch copy of a variant's monorepo, and beside it all the folders its toolchain may write to."""

    variant: Variant
    shape: Shape
    folder: Path
    surroundings: Surroundings

    @property
    def root(self) -> Path:
        """The checkout."""
        return self.folder / "checkout"

    @property
    def home(self) -> Path:
        """What the toolchain takes for the user's home folder."""
        return self.folder / "home"

    @property
    def cache(self) -> Path:
        """The folder every cache of the toolchain is below; empty means cold."""
        return self.folder / "cache"

    @property
    def state(self) -> Path:
        """What the toolchain keeps outside the checkout and is not a cache."""
        return self.folder / "state"

    @property
    def dist(self) -> Path:
        """Where the build phase puts wheels and sdists."""
        return self.folder / "dist"

    @property
    def deployment(self) -> Path:
        """The folder the deploy phase fills."""
        return self.folder / "deployed"

    @property
    def away(self) -> Path:
        """Where the checkout is while what was deployed is started without it."""
        return self.folder / "checkout-moved-away"

    @property
    def kept_locks(self) -> Path:
        """A copy of the lock files as the lock phase wrote them, to put back into a renewed checkout."""
        return self.folder / "locks"

    def with_tools(self, tools: Path) -> Workspace:
        """The same workspace, with the toolchain taken from another environment's ``bin`` folder."""
        return replace(self, surroundings=replace(self.surroundings, tools=tools))

    # Templates

    def values(self, **names: str) -> dict[str, str]:
        """The value of every placeholder; ``names`` gives those of ``app``, ``module``, ``member`` and ``need``."""
        return {
            "root": str(self.root),
            "cache": str(self.cache),
            "state": str(self.state),
            "dist": str(self.dist),
            "deploy": str(self.deployment),
            "index": self.surroundings.index,
            "python": str(self.surroundings.python),
            "tools": str(self.surroundings.tools),
            **names,
        }

    def expand(self, phase: Phase, *, application: str | None = None) -> Iterator[tuple[tuple[str, ...], Path]]:
        """A phase's steps with their placeholders filled in, and the folder of each.

        A step that names ``{app}`` or ``{module}`` is repeated for every application, or done for ``application``
        alone; one that names ``{member}`` is repeated for every member. Where the folder names one of them, all steps
        are done in turn in each folder. An argument that names ``{need}`` is repeated for every member that is needed.
        """
        for steps in grouped(phase.steps, phase.directory):
            for names in self._bindings([phase.directory, *(arg for step in steps for arg in step)], application):
                values = self.values(**names)
                for step in steps:
                    yield tuple(self._arguments(step, values)), Path(phase.directory.format_map(values))

    def _arguments(self, step: Sequence[str], values: Mapping[str, str]) -> Iterator[str]:
        concerned = values.get("app") or values.get("member")
        for template in step:
            if "need" not in placeholders(template):
                yield template.format_map(values)
                continue
            # Asked for here alone: an experiment may leave members out that others need.
            for need in self.shape.needs_of(concerned) if concerned else self.shape.needed:
                yield template.format_map({**values, "need": need})

    def _bindings(self, templates: Iterable[str], application: str | None) -> list[dict[str, str]]:
        used = repeated_for(templates)
        if "member" in used:
            return [{"member": member.name} for member in self.shape.members]
        if used:
            names = [application] if application else [member.name for member in self.shape.applications]
            return [{"app": name, "module": module_of(name)} for name in names]
        return [{}]

    def paths(self, templates: Iterable[str], application: str | None = None) -> list[Path]:
        """Templates of paths (environments, lock files), each repeated for the applications or members it names.

        With ``application``, those that name one are of that one alone.
        """
        return [
            Path(template.format_map(self.values(**names)))
            for template in templates
            for names in self._bindings([template], application)
        ]

    def variables(self, extra: Mapping[str, str]) -> dict[str, str]:
        """The variables of the variant, filled in; ``extra`` are a phase's own."""
        spec = self.variant.spec
        return {
            name: template.format_map(self.values())
            for name, template in {**spec.environment, **spec.caches, **extra}.items()
        }

    @property
    def environments(self) -> list[Path]:
        """The folders in which installing puts environments."""
        return self.paths(self.variant.spec.environments)

    @property
    def lock_files(self) -> list[Path]:
        """The files the lock phase writes."""
        return self.paths(self.variant.spec.lock_files)

    # Reaching a state

    def discard(self) -> None:
        """Remove the whole scratch folder."""
        remove_tree(self.folder)

    def renew(self, *, lock: bool) -> None:
        """Make the checkout what a fresh clone is: the variant's files, nothing else, and its lock files if asked."""
        remove_tree(self.root, within=self.folder)
        # Python takes a source of the same size for unchanged if it was written in the same second; nobody edits what
        # was cloned within the second, as an experiment would.
        written = time.time() - _CLONED_BEFORE_S
        for relative, source in self.variant.files().items():
            target = self.root / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            os.utime(target, (written, written))
        # Backends and tools look for the repository's top, which a clone has.
        subprocess.run(
            ["git", "init", "--quiet", "--template=", str(self.root)],  # noqa: S607
            check=True,
            capture_output=True,
            env={"PATH": "/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"},
        )
        self.prepare_folders()
        if lock:
            self.restore_locks()

    def prepare_folders(self) -> None:
        """Make the home, the cache and the state folder if they are not there."""
        prepare_home(self.home)
        for folder in (self.cache, self.state):
            folder.mkdir(parents=True, exist_ok=True)

    def keep_locks(self) -> None:
        """Remember the lock files as they are now.

        Raises:
            StateError: the lock phase did not write one of them.
        """
        remove_tree(self.kept_locks, within=self.folder)
        for path in self.lock_files:
            if not path.is_file():
                raise StateError(f"The lock phase did not write {path.relative_to(self.root)}.")
            target = self.kept_locks / path.relative_to(self.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)

    def restore_locks(self, source: Path | None = None) -> None:
        """Put the remembered lock files (or those kept in ``source``) into the checkout."""
        kept = source or self.kept_locks
        for path in self.lock_files:
            shutil.copyfile(kept / path.relative_to(self.root), path)

    @property
    def kept_cache(self) -> Path:
        """A copy of the caches as they were left by installing, to put back before what would fill them further."""
        return self.folder / "kept-cache"

    def keep_cache(self) -> None:
        """Remember the caches as they are now."""
        remove_tree(self.kept_cache, within=self.folder)
        shutil.copytree(self.cache, self.kept_cache, symlinks=True)

    def restore_cache(self) -> None:
        """Put the remembered caches back.

        Raises:
            StateError: none were remembered.
        """
        if not self.kept_cache.is_dir():
            raise StateError("The caches were not kept when they were warm.")
        remove_tree(self.cache, within=self.folder)
        shutil.copytree(self.kept_cache, self.cache, symlinks=True)

    def remove_locks(self) -> None:
        """Take the lock files out of the checkout."""
        for path in self.lock_files:
            remove_tree(path, within=self.folder)

    def remove_environments(self) -> None:
        """Take away every environment that installing made."""
        for path in self.environments:
            remove_tree(path, within=self.folder)

    def remove_outputs(self) -> None:
        """Take away what building and deploying left, also where they were cut off."""
        for path in (self.dist, self.deployment, self.away):
            remove_tree(path, within=self.folder)

    @property
    def _module(self) -> Path:
        core = self.shape.core
        return self.root / core.name / "src" / core.module / "__init__.py"

    @property
    def name(self) -> str:
        """The value of ``NAME`` as it stands in the checkout now, in the member that is the shape's core.

        Raises:
            StateError: the module cannot be read, or has no line ``NAME = "…"``.
        """
        try:
            lines = _NAME_LINE.findall(self._module.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise StateError(f"{self._module.relative_to(self.root)} cannot be read: {why}.") from error
        if len(lines) != 1:
            raise StateError(f'{self.shape.core.name} has {len(lines)} lines NAME = "…", expected 1.')
        return str(lines[0])

    def line_of(self, application: str) -> str:
        """What an application prints as the checkout stands now: the core's ``NAME``, if the core is below it."""
        reached = self.shape.core.name in (application, *self.shape.needs_of(application))
        return expected_line(application, self.name if reached else NAME)

    def edit_name(self, name: str) -> None:
        """Give ``NAME`` in the shape's core another value, as a maintainer would.

        Raises:
            StateError: it has that value already, or there is no line to edit.
        """
        if self.name == name:
            raise StateError(f"NAME in {self.shape.core.name} is {name!r} already, so editing it would change nothing.")
        text = self._module.read_text(encoding="utf-8")
        rewrite_module(self._module, _NAME_LINE.sub(f'NAME = "{name}"', text))
