"""The environment that measured commands see: built from nothing, never copied from the user's."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.errors import InputError

# The only variables taken over from the host, each because something does not start without it.
INHERITED = (
    "LD_LIBRARY_PATH",  # a Python from a module system or a prefix of its own finds its shared library only by it
    "LOGNAME",  # a user without an entry in the password file, as in containers, has no other name
    "USER",  # the same, for the tools that look here; Nix is one
)

# Where tools keep their things, below the run's own home. Nothing else of the user's home is ever named to them.
HOME_FOLDERS = {
    "HOME": ".",
    "XDG_CACHE_HOME": ".cache",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_RUNTIME_DIR": ".run",
    # Machine-wide configuration counts as somebody else's too: tools that look for it there find the run's own.
    "XDG_CONFIG_DIRS": ".config",
    "TMPDIR": "tmp",
}

# Port 9 is reserved for discarding, and nobody listens on it: what is not on loopback fails at once.
DEAD_PROXY = "http://127.0.0.1:9"
LOOPBACK = "127.0.0.1,localhost"

FIXED = {
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "TERM": "dumb",
    "NO_COLOR": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    # pip reads the machine's own configuration, which may name an index, unless it is told of no file at all.
    "PIP_CONFIG_FILE": os.devnull,
    **{name: DEAD_PROXY for stem in ("http_proxy", "https_proxy", "all_proxy") for name in (stem, stem.upper())},
    "no_proxy": LOOPBACK,
    "NO_PROXY": LOOPBACK,
}


def scrubbed(
    *, home: Path, path: Sequence[Path | str], extra: Mapping[str, str], host: Mapping[str, str]
) -> dict[str, str]:
    """The whole environment of a measured command.

    ``home`` is the run's own home folder, absolute, see ``prepare_home``; ``path`` the folders of PATH in order;
    ``extra`` what a toolchain needs (caches, the index on loopback), which wins over everything else; ``host`` the
    harness's own environment, of which only ``INHERITED`` comes through. InputError if ``home`` is not absolute or a
    folder of ``path`` cannot be named in PATH.
    """
    if not home.is_absolute():
        raise InputError(f"the home folder {home} of a run is not absolute", hint="Give the folder from / on.")
    return {
        **{name: host[name] for name in INHERITED if name in host},
        **FIXED,
        **{name: str(home / folder) for name, folder in HOME_FOLDERS.items()},
        "PATH": ":".join(_path_entry(str(folder)) for folder in path),
        **extra,
    }


def prepare_home(home: Path) -> None:
    """Make the folders that ``scrubbed`` names below ``home``, for their user alone; what is there already stays."""
    for folder in HOME_FOLDERS.values():
        (home / folder).mkdir(parents=True, exist_ok=True)
        # Tools refuse a runtime folder that others can enter, and Nix a store below one that others can write to.
        (home / folder).chmod(0o700)


def _path_entry(folder: str) -> str:
    if not folder or ":" in folder:
        raise InputError(
            f"the folder {folder!r} cannot be on PATH, where ':' parts one folder from the next",
            hint="Move the checkout, or the folder in question, to a path without ':'.",
        )
    return folder
