"""Where the harness keeps its own things: all of it below one folder, outside every checkout."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from harness.errors import InputError

#: What tools look for in every folder above the one they work in, and then take for their own project's.
PROJECT_FILES = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "hatch.toml",
    "uv.toml",
    "Pipfile",
    "tox.ini",
    "pytest.ini",
    "conftest.py",
)


#: Tells a state folder from one that only has folders of the same names.
MARK = ".harness-state"

_MARKED = "What lies here was made by the harness of monorepo-toolchains, and `python -m harness clean` removes it.\n"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The folders of a checkout that the harness reads from, and those below ``state`` that it writes to."""

    checkout: Path
    state: Path

    @classmethod
    def here(cls) -> Layout:
        """The checkout this code lies in; ``HARNESS_STATE`` moves what the harness writes to another folder.

        Without it, that is a folder for this checkout below the user's caches: inside the checkout, hatch, pytest and
        others would find its ``pyproject.toml`` above every scratch tree.
        """
        checkout = Path(__file__).resolve().parent.parent.parent
        state = os.environ.get("HARNESS_STATE")
        return cls(checkout=checkout, state=Path(state).resolve() if state else _default_state(checkout))

    def refuse_project_above(self) -> None:
        """See that no folder above the scratch trees is a project, which tools would find there and take for theirs.

        Raises:
            InputError: one is.
        """
        for folder in (self.state, *self.state.parents):
            for name in PROJECT_FILES:
                if (folder / name).exists():
                    raise InputError(
                        f"{self.state}: tools at work below it would find {folder / name} and take it for their own"
                        " project's.",
                        hint="Name a folder outside of every project in HARNESS_STATE.",
                    )

    def claim(self) -> None:
        """Mark the state folder as the harness's own, which it may fill and remove.

        Raises:
            InputError: it has folders that the harness did not make, under names that it uses.
            OSError: it cannot be written.
        """
        if self.is_ours:
            return
        if there := [path.name for path in self.parts.values() if path.exists() or path.is_symlink()]:
            raise InputError(
                f"{self.state} has folders in it that the harness did not make: {', '.join(there)}.",
                hint="Name a folder of its own in HARNESS_STATE, one that is not there yet for instance.",
            )
        self.state.mkdir(parents=True, exist_ok=True)
        (self.state / MARK).write_text(_MARKED, encoding="utf-8")

    @property
    def is_ours(self) -> bool:
        """Whether the harness made it: it has the mark, or an earlier version's lock, or lies where it usually does."""
        if (self.state / MARK).is_file() or self.state == _default_state(self.checkout):
            return True
        lock = self.state / "lock"
        return lock.is_file() and lock.stat().st_size < 20 and lock.read_bytes().isdigit()

    @property
    def parts(self) -> dict[str, Path]:
        """Every part of the state folder by its name. Nothing else in it is the harness's."""
        return {
            "runs": self.state / "runs",
            "tests": self.state / "tests",
            "Nix": self.nix,
            "toolchains": self.toolchains,
            "wheelhouse": self.wheelhouse,
            "pinned": self.pinned,
            "checks": self.checks,
            "index": self.state / "index",
            "logs": self.setup_logs,
            "workers": self.workers,
        }

    @property
    def variants(self) -> Path:
        """The variants' folders."""
        return self.checkout / "variants"

    @property
    def backends(self) -> Path:
        """The build backends' folders."""
        return self.checkout / "backends"

    @property
    def nix_entry(self) -> Path:
        """The expression that the Nix lane evaluates."""
        return self.checkout / "nix" / "default.nix"

    @property
    def infrastructure(self) -> Path:
        """The lock of the wheels that provider ``host`` itself works with."""
        return self.checkout / "nix" / "host" / "infrastructure.txt"

    @property
    def third_party(self) -> tuple[Path, Path]:
        """The locks of the outside packages that changes bring in; the second has newer versions of some of them."""
        folder = self.checkout / "harness" / "monorepo" / "changes"
        return folder / "third-party.txt", folder / "third-party-newer.txt"

    @property
    def wheelhouse(self) -> Path:
        """Every wheel that was fetched, by project."""
        return self.state / "wheelhouse"

    @property
    def outside_wheels(self) -> Path:
        """The wheels that members of shapes require from outside.

        They are kept apart from those of toolchains and backends, which would be found in newer versions than their
        locks name; an index passes over a name with a dot before it.
        """
        return self.wheelhouse / ".outside"

    @property
    def toolchains(self) -> Path:
        """An environment for each toolchain."""
        return self.state / "toolchains"

    @property
    def pinned(self) -> Path:
        """Variants at other versions than they are committed with."""
        return self.state / "pinned"

    @property
    def checks(self) -> Path:
        """What checking variants printed."""
        return self.state / "checks"

    @property
    def workers(self) -> Path:
        """A state folder for each worker that a cluster has on this machine, by its number."""
        return self.state / "workers"

    @property
    def nix(self) -> Path:
        """The private Nix store and what belongs to it."""
        return self.state / "nix"

    @property
    def setup_logs(self) -> Path:
        """What set-up printed."""
        return self.state / "logs"

    def scratch(self, run_id: str) -> Path:
        """The folder in which one run's commands work."""
        return self.state / "runs" / run_id


def _default_state(checkout: Path) -> Path:
    """A folder for one checkout: its name for people, and a part of its path's SHA-256 to tell it from others."""
    caches = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG base directory specification: a relative path is to be ignored.
    below = Path(caches) if caches.startswith("/") else Path.home() / ".cache"
    told_apart = hashlib.sha256(str(checkout).encode()).hexdigest()[:8]
    return below.resolve() / "monorepo-toolchains" / f"{checkout.name}-{told_apart}"
