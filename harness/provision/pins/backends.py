"""Raises pins of backends and front ends, and makes their locks anew; if that cannot be, all is as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from harness.monorepo.backends.catalogue import Backend, FrontEnds, alone_lock, load_backends, load_front_ends
from harness.provision.pins.pins import Newest, newest_of, raised
from harness.provision.pins.relock import relock
from harness.provision.pins.updating import Relock, put_back

FRONT_ENDS = "front-ends"


@dataclass(frozen=True, kw_only=True)
class Raised:
    """What was made anew: whose locks, and each pin that got another version with the one before and after."""

    name: str
    changes: Mapping[str, tuple[str, str]]


def update_front_ends(directory: Path, newest: Newest | None, *, lock: Relock = relock) -> Raised:
    """Raise the front ends' pins, if ``newest`` tells releases, and make the lock of those that stand alone anew.

    Raises:
        HarnessError: they cannot be resolved; nothing was changed.
    """
    file = directory / "front-ends.toml"
    with put_back((file, alone_lock(directory))):
        changes = _raise_pins(file, load_front_ends(directory).pins, newest)
        lock(load_front_ends(directory).alone, alone_lock(directory))
    return Raised(name=FRONT_ENDS, changes=changes)


def update_backend(backend: Backend, front_ends: FrontEnds, newest: Newest | None, *, lock: Relock = relock) -> Raised:
    """Raise a backend's pins, if ``newest`` tells releases, and make both its locks anew.

    Raises:
        HarnessError: they cannot be resolved; nothing was changed.
    """
    file = backend.folder / "backend.toml"
    with put_back((file, backend.hooks_lock, backend.front_ends_lock)):
        changes = _raise_pins(file, backend.pins, newest)
        changed = next(iter(load_backends(backend.folder.parent, [backend.name], locked=False)))
        requires = changed.spec.requires
        lock(requires, backend.hooks_lock)
        lock([*requires, *front_ends.beside], backend.front_ends_lock)
    return Raised(name=backend.name, changes=changes)


def _raise_pins(file: Path, pins: Mapping[str, str], newest: Newest | None) -> dict[str, tuple[str, str]]:
    """Write the newest release in the place of each older pin; what was changed."""
    found = newest_of(pins, newest) if newest else {}
    changes = {name: (pins[name], new) for name, new in found.items() if Version(new) > Version(pins[name])}
    if changes:
        wanted = {name: new for name, (_, new) in changes.items()}
        file.write_text(raised(file.read_text(encoding="utf-8"), pins, wanted), encoding="utf-8")
    return changes
