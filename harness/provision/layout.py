"""Where the harness keeps its own things: all of it below one folder that git ignores."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The folders of a checkout that the harness reads from, and those below ``state`` that it writes to."""

    checkout: Path
    state: Path

    @classmethod
    def here(cls) -> Layout:
        """The checkout this code lies in; ``HARNESS_STATE`` moves what the harness writes to another folder."""
        checkout = Path(__file__).resolve().parent.parent.parent
        state = os.environ.get("HARNESS_STATE")
        return cls(checkout=checkout, state=Path(state).resolve() if state else checkout / ".harness")

    @property
    def variants(self) -> Path:
        """The variants' folders."""
        return self.checkout / "variants"

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
        folder = self.checkout / "harness" / "changes"
        return folder / "third-party.txt", folder / "third-party-newer.txt"

    @property
    def wheelhouse(self) -> Path:
        """Every wheel that was fetched, by project."""
        return self.state / "wheelhouse"

    @property
    def toolchains(self) -> Path:
        """An environment for each toolchain."""
        return self.state / "toolchains"

    @property
    def pinned(self) -> Path:
        """Variants at other versions than they are committed with."""
        return self.state / "pinned"

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
