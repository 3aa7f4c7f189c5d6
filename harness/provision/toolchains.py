"""Installs a toolchain into an environment of its own, from its lock and the index on loopback."""

from __future__ import annotations

import csv
import hashlib
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import ProvisionError
from harness.measure.command import Command, Executor
from harness.measure.environment import prepare_home, scrubbed
from harness.monorepo.variants import Variant
from harness.provision.interpreters import Interpreter, own_python, python_of


@dataclass(frozen=True, kw_only=True)
class PinnedTools:
    """What a contestant works with: an environment with what ``lock`` pins, made from ``python``.

    The wheels of ``more`` are fetched too, as they are asked for when something is built.
    """

    name: str
    lock: Path
    python: Interpreter = field(default_factory=own_python)
    more: tuple[Path, ...] = ()

    @property
    def locks(self) -> tuple[Path, ...]:
        """All that names wheels for it."""
        return self.lock, *self.more


def toolchains_of(variants: Iterable[Variant]) -> tuple[PinnedTools, ...]:
    """The toolchain of each variant, and what its members are built with.

    Raises:
        InputError: a variant's Python is not on this machine.
    """
    return tuple(
        PinnedTools(
            name=variant.name, lock=variant.toolchain_lock, python=python_of(variant), more=(variant.build_lock,)
        )
        for variant in variants
    )


@dataclass(frozen=True, kw_only=True)
class InstallStep:
    """One command of an installation, and the variables it sees beside the usual ones."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


def install_commands(*, python: Path, environment: Path, lock: Path, index_url: str) -> tuple[InstallStep, ...]:
    """The commands that put a lock's packages into a new environment.

    The environment gets no pip of its own: Debian's python3 cannot make one that has. The harness's pip, whose
    version is pinned, works on it from outside.
    """
    pip = (sys.executable, "-m", "pip", "--python", str(environment / "bin" / "python"), "--disable-pip-version-check")
    return (
        InstallStep(argv=(str(python), "-m", "venv", "--without-pip", str(environment))),
        InstallStep(
            argv=(*pip, "install", "--quiet", "--require-hashes", "--no-deps", "--requirement", str(lock)),
            env={"PIP_INDEX_URL": index_url, "PIP_NO_CACHE_DIR": "1"},
        ),
    )


def ensure_toolchain(
    name: str,
    *,
    lock: Path,
    root: Path,
    python: Path,
    index_url: str,
    executor: Executor,
    host: Mapping[str, str],
    doing: Callable[[str], None] = lambda _: None,
) -> Path:
    """The ``bin`` folder of an environment with what ``lock`` pins, installed below ``root`` if it is not there.

    Scripts hold the path of their environment, so it is made in place; one that was cut off lacks its mark and is
    made anew, and one that was altered after its installation has another mark than it would be given now. ``python``
    and the lock are part of the environment's name. ``doing`` is told what is done, if anything is.

    Raises:
        ProvisionError: the installation failed; its last lines say why.
    """
    identity = f"{python}\0{python.resolve()}\0{lock.read_text(encoding='utf-8')}"
    digest = hashlib.sha256(identity.encode()).hexdigest()[:12]
    environment = root / f"{name}-{digest}"
    mark = environment / ".complete"
    given = mark.read_text(encoding="ascii", errors="replace") if mark.is_file() else ""
    if not given or given != _fingerprint(environment):
        doing(f"installing the toolchain of {name}{' anew: it was altered after its installation' if given else ''}")
        home = root / ".home"
        prepare_home(home)
        env = scrubbed(home=home, path=("/usr/bin", "/bin"), extra={}, host=host)
        steps = install_commands(python=python, environment=environment, lock=lock, index_url=index_url)
        for step in (InstallStep(argv=(*steps[0].argv, "--clear")), *steps[1:]):
            done = executor.run(
                Command(
                    argv=step.argv,
                    cwd=root,
                    env={**env, **step.env},
                    timeout_s=600.0,
                    log_path=root / f"{environment.name}.log",
                )
            )
            if not done.ok:
                last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-6:])
                raise ProvisionError(
                    f"The toolchain of {name} could not be installed:\n{last}",
                    hint=f"All it said is in {root / environment.name}.log. Run again once that is mended.",
                )
        mark.write_text(_fingerprint(environment), encoding="ascii")
    return environment / "bin"


def _fingerprint(environment: Path) -> str:
    """A SHA-256 that changes when something is added to an environment, taken from it or written into it.

    Over its RECORD files (the wheel's own lists of its files and their hashes), the names beside them, and the size and
    time of each file that they list: the contents themselves would take seconds for each toolchain, in every run.
    """
    digest = hashlib.sha256()
    for packages in sorted(environment.glob("lib/python*/site-packages")):
        beside = sorted(path.name for path in packages.iterdir() if path.name != "__pycache__")
        digest.update("\0".join(beside).encode(errors="surrogateescape"))
        for record in sorted(packages.glob("*.dist-info/RECORD")):
            text = record.read_text(encoding="utf-8", errors="replace")
            digest.update(text.encode())
            for path, recorded, *_ in (row for row in csv.reader(text.splitlines()) if len(row) > 1):
                # What has no hash is made when it is first used: compiled modules.
                file = packages / path
                facts = file.lstat() if recorded and file.exists() else None
                digest.update(f"\0{facts.st_size} {facts.st_mtime_ns}".encode() if facts else b"\0")
    return digest.hexdigest()
