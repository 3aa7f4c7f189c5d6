"""The ways in which a variant's members are described to Nix; each is a column of its own in the results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatch

from harness.records.facts import StrategyFacts

#: Where Python and the backends come from: this machine and pinned wheels, or nixpkgs as flake.lock pins it.
HOST = "host"
NIXPKGS = "nixpkgs"
PROVIDERS = (HOST, NIXPKGS)

HANDWRITTEN = "handwritten"
DERIVED = "derived"
UV2NIX = "uv2nix"

_LIBRARY = (
    "It is read from the library's own repository, and builds with nixpkgs: provider host has neither,"
    " as it downloads nothing."
)

STRATEGIES: Mapping[str, StrategyFacts] = {
    HANDWRITTEN: StrategyFacts(
        title="Written by hand",
        what="A package.nix for each member states again its name, version, backend and dependencies, and an overlay"
        " lists the members.",
        files=("overlay.nix", "*/package.nix"),
        providers=PROVIDERS,
    ),
    DERIVED: StrategyFacts(
        title="Derived",
        what="One file names the folder; each member's package is made from its pyproject.toml while Nix evaluates,"
        " by nix/derive.nix.",
        files=("derived.nix",),
        providers=PROVIDERS,
    ),
    "pyproject-nix": StrategyFacts(
        title="pyproject.nix",
        what="The library pyproject.nix reads each member's pyproject.toml and renders it for nixpkgs.",
        files=("pyproject-nix.nix",),
        providers=(NIXPKGS,),
        elsewhere=_LIBRARY,
    ),
    UV2NIX: StrategyFacts(
        title="uv2nix",
        what="The library uv2nix reads the workspace and its uv.lock, and builds what the lock file names.",
        files=("uv2nix.nix",),
        providers=(NIXPKGS,),
        elsewhere=_LIBRARY,
    ),
}


def refusal(strategy: str, provider: str) -> str:
    """Why a provider cannot build members that are described in this way; empty if it can."""
    facts = STRATEGIES[strategy]
    return "" if provider in facts.providers else facts.elsewhere


def offered(strategies: Iterable[str], provider: str) -> tuple[str, ...]:
    """Those of ``strategies`` that a provider can build."""
    return tuple(strategy for strategy in strategies if not refusal(strategy, provider))


def strategies_of(path: str) -> tuple[str, ...]:
    """The strategies that a file of a variant is written for, by its path below the variant's folder."""
    return tuple(name for name, facts in STRATEGIES.items() if any(fnmatch(path, pattern) for pattern in facts.files))
