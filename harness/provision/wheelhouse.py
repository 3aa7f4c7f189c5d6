"""A folder with every wheel that locks name, fetched once with the user's own pip."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import parse_wheel_filename
from packaging.version import Version

from harness.errors import ProvisionError
from harness.measure.command import Command, Executor
from harness.measure.crew import Crew
from harness.measure.logfile import describe
from harness.measure.trees import temporary_folder
from harness.monorepo.variants.lock import Pin, read_lock, render_lock
from harness.provision.interpreters import Interpreter, own_python

#: Told how many of how many projects are fetched, and which comes next.
OnProgress = Callable[[int, int, str], None]

#: Downloads pins into a folder, as wheels; raises ProvisionError. Several are at work at once.
Download = Callable[[Sequence[Pin], Path], None]

# One pip for so many projects: few enough that progress shows, enough that starting pip does not dominate.
_BATCH = 12

# So many pips at once: most of the time each waits for an index that is far away.
_AT_ONCE = 4

# The longest that one pip may take, in seconds: far more than a slow line needs for so many wheels.
_PIP_LIMIT_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """How many wheels were fetched, and how many were there already."""

    fetched: int
    present: int


class Wheelhouse:
    """Wheels by project: ``root/<normalised name>/<file>``, the layout that simple-repository serves.

    A wheel belongs to a pin if its SHA-256 is one of the pin's. Digests are remembered by path, size and time. One
    folder has the wheels of several Pythons; what is found and fetched is for ``python``, by default the harness's own.
    ``at_once`` is how many downloads may be under way.
    """

    def __init__(
        self,
        root: Path,
        *,
        python: Interpreter | None = None,
        download: Download | None = None,
        at_once: int = _AT_ONCE,
    ) -> None:
        self.root = root
        self._python = python or own_python()
        self._ranks = {tag: rank for rank, tag in enumerate(self._python.tags)}
        self._download = download
        self._at_once = at_once
        self._digests: dict[str, list[object]] = {}
        self._memory = root / ".digests.json"
        if self._memory.is_file():
            self._digests = _remembered(self._memory)

    def find(self, pin: Pin) -> Path | None:
        """The wheel of a pin that suits this Python best, as pip would choose it, or nothing if none is there."""
        found: list[tuple[int, Path]] = []
        for path in sorted((self.root / pin.name).glob("*.whl")):
            _, version, _, tags = parse_wheel_filename(path.name)
            supported = [self._ranks[tag] for tag in map(str, tags) if tag in self._ranks]
            if supported and version == Version(pin.version) and self._digest(path) in pin.hashes:
                found.append((min(supported), path))
        return min(found)[1] if found else None

    def wheels(self, lock: Path) -> list[Path]:
        """The wheels of a lock that apply to this Python.

        Raises:
            ProvisionError: one is not there.
        """
        found = []
        for pin in read_lock(lock):
            if pin.applies(self._python.markers):
                path = self.find(pin)
                if path is None:
                    raise ProvisionError(
                        f"{pin.name} {pin.version} is not in the wheelhouse{self._for}.",
                        hint="Run: python -m harness setup",
                    )
                found.append(path)
        return found

    def fetch(self, locks: Iterable[Path], on_progress: OnProgress) -> Fetched:
        """Fetch every wheel that the locks name, apply here, and are not there yet.

        What was fetched is kept, whatever becomes of the rest: when one cannot be had, downloads that are under way
        come to their end, and no other begins. An interruption ends them.

        Raises:
            ProvisionError: one cannot be had.
        """
        wanted: dict[tuple[str, str], Pin] = {}
        for pin in (pin for lock in locks for pin in read_lock(lock) if pin.applies(self._python.markers)):
            known = wanted.get((pin.name, pin.version), pin)
            # What one lock knows of a version another may not: what both know serves both.
            wanted[pin.name, pin.version] = replace(pin, hashes=known.hashes & pin.hashes or pin.hashes)
        missing = [pin for pin in wanted.values() if self.find(pin) is None]
        self.root.mkdir(parents=True, exist_ok=True)
        self._fetch_all(list(_batches(missing)), on_progress)
        self._remember()
        return Fetched(fetched=len(missing), present=len(wanted) - len(missing))

    def _fetch_all(self, batches: Sequence[Sequence[Pin]], on_progress: OnProgress) -> None:
        """Fetch batches of pins, some at a time.

        Raises:
            ProvisionError: one cannot be had.
        """
        names = [*(batch[0].name for batch in batches), ""]
        total = sum(map(len, batches))
        done: list[int] = []
        failed: list[ProvisionError] = []
        crew = Crew(at_once=self._at_once)
        lock = threading.Lock()

        def work(batch: Sequence[Pin]) -> None:
            if failed:
                return
            try:
                with temporary_folder(self.root, ".fetching-") as folder:
                    if self._download is not None:
                        self._download(batch, folder)
                    else:
                        with crew.executor() as executor:
                            download_with_pip(batch, folder, executor=executor, python=self._python)
                    with lock:
                        self._take_in(batch, folder)
            except ProvisionError as error:
                failed.append(error)
                return
            with lock:
                done.append(len(batch))
                on_progress(sum(done), total, names[len(done)])

        if batches:
            on_progress(0, total, names[0])
        crew.do(work, batches)
        if failed:
            raise failed[0]

    def _take_in(self, batch: Sequence[Pin], folder: Path) -> None:
        """Put what was fetched into its place, and see that everything was.

        Raises:
            ProvisionError: something was not.
        """
        for path in sorted(folder.glob("*.whl")):
            project = self.root / parse_wheel_filename(path.name)[0]
            project.mkdir(exist_ok=True)
            path.replace(project / path.name)
        for pin in batch:
            if self.find(pin) is None:
                raise ProvisionError(
                    f"pip fetched no wheel of {pin.name} {pin.version} that the lock knows{self._for}.",
                    hint="Only wheels are used; a project without one for this platform cannot be provisioned.",
                )

    @property
    def _for(self) -> str:
        """Which Python it is about, where that is not the harness's own."""
        return "" if self._python == own_python() else f" for Python {self._python.version}"

    def _digest(self, path: Path) -> str:
        facts = path.stat()
        key = path.relative_to(self.root).as_posix()
        stamp = [facts.st_size, facts.st_mtime_ns]
        known = self._digests.get(key)
        if known is None or known[:2] != stamp:
            with path.open("rb") as file:
                known = [*stamp, hashlib.file_digest(file, "sha256").hexdigest()]
            self._digests[key] = known
        return str(known[2])

    def _remember(self) -> None:
        temporary = self._memory.with_name(f".digests-{os.getpid()}.json")
        temporary.write_text(json.dumps(self._digests), encoding="utf-8")
        temporary.replace(self._memory)


def _remembered(memory: Path) -> dict[str, list[object]]:
    # A machine that lost power may have kept the file's name without its content; wheels are then read once more.
    try:
        found = json.loads(memory.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _batches(pins: Sequence[Pin]) -> Iterable[list[Pin]]:
    """Batches in which each project stands once: a requirements file cannot hold two versions of one."""
    waiting = list(pins)
    while waiting:
        batch: dict[str, Pin] = {}
        for pin in waiting:
            if len(batch) < _BATCH:
                batch.setdefault(pin.name, pin)
        taken = list(batch.values())
        waiting = [pin for pin in waiting if pin not in taken]
        yield taken


def download_with_pip(
    pins: Sequence[Pin], folder: Path, *, executor: Executor, python: Interpreter | None = None
) -> None:
    """Download wheels as the user's own pip configuration says, checking their hashes.

    They are those that suit ``python``, by default the harness's own: pip runs with it then.
    The user's own cache is left as it is: the wheelhouse is the cache, and a run changes nothing outside its folder.

    Raises:
        ProvisionError: pip failed; its last lines say why.
    """
    lock = folder / "wanted.txt"
    lock.write_text(render_lock(pins), encoding="utf-8")
    other = [] if python is None or python == own_python() else ["--python", str(python.path)]
    command = [sys.executable, "-m", "pip", *other, "download"]
    command += ["--disable-pip-version-check", "--no-cache-dir", "--quiet"]
    command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--dest", str(folder)]
    command += ["--requirement", str(lock)]
    done = executor.run(
        Command(
            argv=tuple(command), cwd=Path.cwd(), env=os.environ, timeout_s=_PIP_LIMIT_S, log_path=folder / "pip.log"
        )
    )
    if not done.ok:
        last = "\n".join(done.stderr.strip().splitlines()[-6:]) or describe(done)
        raise ProvisionError(
            f"pip could not download {', '.join(f'{pin.name} {pin.version}' for pin in pins)}"
            f"{f' for Python {python.version}' if python and other else ''}:\n{last}",
            hint="It used your own pip configuration (pip config list). Mend that or the connection, and run again: "
            "what was fetched is kept.",
        )
