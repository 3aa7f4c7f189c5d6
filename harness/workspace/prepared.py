"""What a scenario works with: one variant's workspaces, and one attempt at measuring in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from harness.monorepo.shapes import Shape
from harness.monorepo.variants import Variant
from harness.nix import Expression, Nix
from harness.provision.index import Traffic
from harness.records.facts import Lane
from harness.records.strategies import HOST, offered
from harness.workspace.tree import Workspace


class Meter(Protocol):
    """Counts what the index on loopback served since it started."""

    def traffic(self) -> Traffic:
        """Requests and bytes so far."""
        ...


@dataclass(frozen=True, kw_only=True)
class NixBench:
    """What the Nix lane's scenarios of one variant work with.

    ``workspace`` is a checkout of their own; ``names`` and ``base`` are the files that ``nix/default.nix`` reads, the
    second only with provider ``host``.
    """

    nix: Nix
    workspace: Workspace
    entry: Path
    names: Path
    base: Path | None = None
    provider: str = HOST

    def expression(self, strategy: str, salt: str = "") -> Expression:
        """The variant's checkout as Nix is asked about it."""
        return Expression(
            entry=self.entry,
            tree=self.workspace.root,
            names=self.names,
            base=self.base,
            provider=self.provider,
            strategy=strategy,
            salt=salt,
        )


@dataclass(kw_only=True)
class Bench:
    """One variant, set up to be measured.

    ``warm`` keeps its caches from sample to sample and is otherwise a fresh clone; ``settled`` stays installed, so
    that what begins installed need not be installed for each sample; ``cold`` is thrown away and made anew for each
    sample that starts with an empty cache. ``installed`` says whether the settled workspace was last left with both
    applications seen to run from it. Where the Nix lane cannot run, ``nix`` is nothing and ``nix_unavailable`` says
    why; ``provider`` is where Nix takes Python and the backends from. ``hopeless`` is why it cannot be installed within
    the time limit, once that was tried, and ``local_unready`` why the local lane cannot be measured at all: Nix may do
    without what the toolchain could not. ``strategies`` are the ways of describing members to Nix that are measured, if
    that is not all that the variant offers.
    """

    variant: Variant
    shape: Shape
    warm: Workspace
    settled: Workspace
    cold: Workspace
    meter: Meter
    host_environment: Mapping[str, str]
    nix: NixBench | None = None
    nix_unavailable: str = ""
    provider: str = HOST
    installed: bool = False
    hopeless: str = ""
    local_unready: Unready | None = None
    strategies: tuple[str, ...] | None = None

    @property
    def built(self) -> tuple[str, ...]:
        """The strategies that are measured and that the provider has."""
        strategies = self.variant.spec.nix.strategies if self.strategies is None else self.strategies
        return offered(strategies, self.provider)

    def unready(self, lane: Lane) -> Unready | None:
        """Why nothing can be measured in a lane, if that is so."""
        return self.local_unready if lane is Lane.LOCAL else None


class Contestant(Protocol):
    """What takes part in a run: a variant, or a build backend on its own."""

    @property
    def name(self) -> str:
        """What it is called in the results."""
        ...

    @property
    def digest(self) -> str:
        """What names exactly this state of its files."""
        ...


class Equipped(Protocol):
    """What a cell is measured with: the contestant, set up, and the index that serves it."""

    @property
    def variant(self) -> Contestant:
        """Whose cells are measured with it."""
        ...

    @property
    def meter(self) -> Meter:
        """Counts what the index serves."""
        ...

    def unready(self, lane: Lane, /) -> Unready | None:
        """Why nothing can be measured in a lane, if that is so."""
        ...


@dataclass(frozen=True, kw_only=True)
class Unready:
    """A contestant that could not be set up, or not in time: none of its cells can be measured, for this ``reason``."""

    variant: Contestant
    reason: str
    timed_out: bool = False
