"""Which shared libraries a program is started with, as its own loader finds them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.nix.host.elf import read_elf

#: Runs an argument list with variables beside the usual ones; raises OSError if it cannot be started.
Ask = Callable[[Sequence[str], Mapping[str, str]], "subprocess.CompletedProcess[str]"]

#: Libraries that a wheel's programs may expect of any Linux (PEP 600), beside those that Python itself needs.
EXPECTED = frozenset(
    {"libgcc_s.so.1", "libstdc++.so.6", "librt.so.1", "libdl.so.2", "libpthread.so.0", "libutil.so.1", "libm.so.6"}
)

#: No question takes longer than this, in seconds.
_LIMIT_S = 60.0

_FOUND = re.compile(r"^\s*(?P<name>\S.*?)(?: => (?P<path>/.+))? \(0x[0-9a-f]+\)$")

_MISSING = (
    re.compile(r"^\s*(?P<what>\S.*?) => not found"),
    # musl
    re.compile(r"^Error loading shared library (?P<what>[^:]+):"),
    # A library that is there and too old
    re.compile(r": (?P<what>\S+: version `[^']+') not found"),
    re.compile(r"error while loading shared libraries: (?P<what>[^:]+): cannot open"),
)


@dataclass(frozen=True, kw_only=True)
class Linked:
    """The shared libraries of a program: those found, as paths by file name, and what is not to be had."""

    found: dict[str, str]
    missing: tuple[str, ...]


def ask(command: Sequence[str], extra: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command and keep what it says; of this environment it sees all but what is meant for another Python.

    Raises:
        OSError: it cannot be started, or does not end.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_LIMIT_S,
            env={**env, "LC_ALL": "C", **extra},
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(0, f"it did not end within {_LIMIT_S:.0f} s") from error


def linked(listing: str) -> Linked:
    """What a loader says that it would load, in the words of glibc or of musl.

    Its own line, which has no arrow, and what the kernel hands over are no libraries to be found.
    """
    found: dict[str, str] = {}
    missing: list[str] = []
    for line in listing.splitlines():
        for pattern in _MISSING:
            if match := pattern.search(line):
                missing.append(match["what"])
                break
        else:
            match = _FOUND.match(line)
            if match and match["path"] and not match["name"].startswith("/"):
                found[match["name"]] = match["path"]
    return Linked(found=found, missing=tuple(dict.fromkeys(missing)))


def libraries_of(file: Path, loader: Path, run: Ask = ask) -> Linked:
    """What ``loader`` would load for a program or a library: its own answer, whatever the system's loader would say.

    Raises:
        OSError: the loader cannot be started.
    """
    done = run([str(loader), "--list", str(file)], {})
    return linked(done.stdout + done.stderr)


def expected_libraries(loader: Path, libc: Path, run: Ask = ask) -> dict[str, str]:
    """Where each expected library is that works with ``libc``; one that is not on this machine is left out.

    They are those the system knows of, if the system's C library is this one, and those beside it.
    """
    known = _known_to_the_system(run)
    kind = read_elf(loader)
    ours = any(_same(path, loader) or _same(path, libc) for _, path in known)
    beside = [(name, str(libc.parent / name)) for name in sorted(EXPECTED) if (libc.parent / name).is_file()]
    found: dict[str, str] = {}
    for name, path in [*(known if ours else ()), *beside]:
        if name in EXPECTED and kind is not None:
            other = read_elf(Path(path))
            # A 64-bit system may have 32-bit libraries too.
            if other is not None and (other.bits, other.machine) == (kind.bits, kind.machine):
                found.setdefault(name, path)
    return found


def _known_to_the_system(run: Ask) -> list[tuple[str, str]]:
    """Every library in the cache of the system's loader that is there: file name and path, best first."""
    try:
        done = run(["/sbin/ldconfig", "-p"], {})
    except OSError:
        return []  # A system without that cache: musl has none, Nix and Guix need none.
    split = (line.strip().partition(" => ") for line in done.stdout.splitlines())
    return [(name.split(" ")[0], path) for name, arrow, path in split if arrow and Path(path).is_file()]


def _same(one: str, other: Path) -> bool:
    return Path(one).resolve() == other.resolve()
